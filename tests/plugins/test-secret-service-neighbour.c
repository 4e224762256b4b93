/* SPDX-License-Identifier: MIT */
/* Tests what is read of the items of git's libsecret helper and of GCM.
   Knows nothing of keyrings: tests/system/test-migrate has a real one. */
#include "secret-service/secret-service-neighbour.h"

#define LIBSECRET "org.git.Password"
#define NETWORK "org.gnome.keyring.NetworkPassword"
#define GCM "com.microsoft.GitCredentialManager"

/* New: of pairs that end with NULL. */
static GVariant *
attributes_new (const char *schema, ...)
{
  GVariantBuilder builder;
  const char *name;
  va_list pairs;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  if (schema != NULL)
    g_variant_builder_add (&builder, "{ss}", "xdg:schema", schema);
  va_start (pairs, schema);
  while ((name = va_arg (pairs, const char *)) != NULL)
    g_variant_builder_add (&builder, "{ss}", name, va_arg (pairs, const char *));
  va_end (pairs);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static Neighbour *
read_item (GVariant *attributes, const char *content)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text (content);
  const char *origin = neighbour_origin (attributes, "Git: https://one.example/");

  g_assert_nonnull (origin);
  return neighbour_read (origin, attributes, secret);
}

static void
test_origin (void)
{
  g_autoptr (GVariant) git = attributes_new (LIBSECRET, "protocol", "https", NULL);
  g_autoptr (GVariant) network = attributes_new (NETWORK, "server", "a", NULL);
  g_autoptr (GVariant) gcm = attributes_new (GCM, "service", "git:https://a", NULL);
  g_autoptr (GVariant) other = attributes_new ("org.example", "server", "a", NULL);

  g_assert_cmpstr (neighbour_origin (git, NULL), ==, "libsecret");
  g_assert_cmpstr (neighbour_origin (gcm, NULL), ==, "gcm");
  g_assert_null (neighbour_origin (network, NULL));
  g_assert_null (neighbour_origin (network, "A mail account"));
  g_assert_cmpstr (neighbour_origin (network, "Git: https://a/"), ==, "libsecret");
  g_assert_null (neighbour_origin (other, "Git: https://a/"));
  g_assert_true (neighbour_is_possible (network));
  g_assert_false (neighbour_is_possible (other));
}

/* Of a locked item gnome-keyring shows the names of attributes alone. */
static void
test_locked (void)
{
  g_autoptr (GVariant) git = attributes_new (NULL, "gkr:compat:hashed:server", "x",
                                             "gkr:compat:hashed:protocol", "y", NULL);
  g_autoptr (GVariant) gcm
      = attributes_new (NULL, "gkr:compat:hashed:service", "x", NULL);
  g_autoptr (GVariant) other
      = attributes_new (NULL, "gkr:compat:hashed:server", "x", NULL);

  g_assert_true (neighbour_is_possible (git));
  g_assert_true (neighbour_is_possible (gcm));
  g_assert_false (neighbour_is_possible (other));
  g_assert_null (neighbour_origin (git, NULL));
}

static void
test_libsecret (void)
{
  g_autoptr (GVariant) attributes
      = attributes_new (LIBSECRET, "protocol", "https", "server", "one.example", "port",
                        "8443", "object", "a b/c.git", "user", "alice", NULL);
  g_autoptr (Neighbour) whole = read_item (
      attributes,
      "pass=word\noauth_refresh_token=renews\npassword_expiry_utc=4000000000");
  g_autoptr (Neighbour) old = read_item (attributes, "password");

  g_assert_null (whole->why);
  g_assert_cmpstr (whole->scheme, ==, "https");
  g_assert_cmpstr (whole->host, ==, "one.example:8443");
  g_assert_cmpstr (whole->path, ==, "a b/c.git");
  g_assert_cmpstr (whole->user, ==, "alice");
  g_assert_cmpstr (kb_secret_peek (whole->secret), ==, "pass=word");
  g_assert_cmpstr (kb_secret_peek (whole->renewal), ==, "renews");
  g_assert_cmpint (whole->expires, ==, 4000000000);
  g_assert_null (old->renewal);
  g_assert_cmpint (old->expires, ==, 0);
}

static void
test_gcm (void)
{
  g_autoptr (GVariant) attributes = attributes_new (
      GCM, "service", "git:https://dev.azure.com/contoso", "account", "alice", NULL);
  g_autoptr (GVariant) named = attributes_new (
      GCM, "service", "mine:https://one.example:444/a%20b/", "account", "bob", NULL);
  g_autoptr (Neighbour) azure = read_item (attributes, "token");
  g_autoptr (Neighbour) other = read_item (named, "token");

  g_assert_null (azure->why);
  g_assert_cmpstr (azure->host, ==, "dev.azure.com");
  g_assert_cmpstr (azure->path, ==, "contoso");
  g_assert_cmpstr (azure->user, ==, "alice");
  g_assert_cmpstr (kb_secret_peek (azure->secret), ==, "token");
  g_assert_cmpstr (other->host, ==, "one.example:444");
  g_assert_cmpstr (other->path, ==, "a b");
}

static void
assert_useless (GVariant *attributes, const char *content)
{
  g_autoptr (GVariant) held = attributes;
  g_autoptr (Neighbour) neighbour = read_item (held, content);

  g_assert_nonnull (neighbour->why);
  g_assert_null (neighbour->secret);
  g_assert_null (neighbour->renewal);
}

static void
test_useless (void)
{
  static const char *const services[] = { "git:https://oauth-refresh-token.gitlab.com",
                                          "git:https://refresh_token.a.example",
                                          "git:https://bitbucket.org/refresh_token",
                                          "git:https://u:p@one.example/",
                                          "git:ssh://one.example/",
                                          "nothing",
                                          "git:https://one.example/../x" };

  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    assert_useless (attributes_new (GCM, "service", services[i], NULL), "x");
  assert_useless (attributes_new (GCM, "account", "a", NULL), "x");
  assert_useless (attributes_new (LIBSECRET, "protocol", "smtp", "server", "a", NULL),
                  "x");
  assert_useless (attributes_new (LIBSECRET, "protocol", "https", NULL), "x");
  assert_useless (attributes_new (LIBSECRET, "protocol", "https", "server", "a\nb", NULL),
                  "x");
  assert_useless (attributes_new (LIBSECRET, "protocol", "https", "server", "a", NULL),
                  "with\rreturn");
  assert_useless (attributes_new (LIBSECRET, "protocol", "https", "server", "a", "user",
                                  "a\nb", NULL),
                  "x");
}

/* What has changed since it was read is not to be deleted. */
static void
test_same (void)
{
  g_autoptr (GVariant) attributes = attributes_new (
      GCM, "service", "git:https://one.example", "account", "alice", NULL);
  g_autoptr (Neighbour) before = read_item (attributes, "one");
  g_autoptr (Neighbour) after = read_item (attributes, "two");
  KbForeign told = neighbour_tell (before);

  g_assert_true (neighbour_is (before, &told));
  g_assert_false (neighbour_is (after, &told));
  told.user = "bob";
  g_assert_false (neighbour_is (before, &told));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/neighbour/origin", test_origin);
  g_test_add_func ("/neighbour/locked", test_locked);
  g_test_add_func ("/neighbour/libsecret", test_libsecret);
  g_test_add_func ("/neighbour/gcm", test_gcm);
  g_test_add_func ("/neighbour/useless", test_useless);
  g_test_add_func ("/neighbour/same", test_same);
  return g_test_run ();
}
