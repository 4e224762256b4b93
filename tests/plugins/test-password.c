/* SPDX-License-Identifier: MIT */
/* Tests the source password: when the password is sent, to whom, and what is said when it
   does not serve.  Knows nothing of how it asks. */
#include "source-host.h"

#include "base/clock.h"

#include <string.h>

#define CLIENT "11111111-2222-4333-8444-ABCDEFABCDEF"
#define RESOURCE "499b84ac-1321-427f-aa17-267ca6975798"
#define RENEWAL "CANARYrenewal"

static HttpsServer *server;
static char *reference;

static SourceHost *
host_new (const char *tenant, const char *user)
{
  KbNetwork network = { server->ca_file, NULL };
  g_autofree char *authority = https_server_origin (server, "trusted");
  g_autoptr (GError) error = NULL;
  SourceHost *host = source_host_new ("password", &network, &error, "tenant", tenant,
                                      "client-id", CLIENT, "user", user, "password",
                                      reference, "authority", authority, NULL);

  g_assert_no_error (error);
  return host;
}

static void
hand_renewal (KbRequest *request, const char *text)
{
  g_autoptr (KbSecret) renewal = kb_secret_new_text (text);

  kb_request_hand (request, NULL, FALSE, renewal, NULL);
}

static guint
sent (const char *name)
{
  g_autofree char *line = g_strdup_printf ("password %s", name);

  return https_server_count (server, line);
}

/* What is left to renew the credential with after USER signed in, RENEWAL at hand. */
static char *
renewal_after (const char *user, const char *renewal, gboolean fresh)
{
  g_autoptr (SourceHost) host = host_new ("People.example", user);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  if (renewal != NULL)
    hand_renewal (request, renewal);
  kb_request_set_fresh (request, fresh);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  if (kb_credential_renewal (credential) == NULL)
    return NULL;
  return g_strdup (kb_secret_peek (kb_credential_renewal (credential)));
}

static void
test_success (void)
{
  g_autoptr (SourceHost) host = host_new ("People.example", "Robot@Managed.example");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *identity = source_host_identify (host, request);
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  gint64 now = kb_clock_now ();

  g_assert_cmpstr (identity, ==, "robot@managed.example people.example/" RESOURCE);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kb_credential_scheme (credential), ==, KB_SCHEME_BEARER);
  g_assert_cmpstr (kb_credential_user (credential), ==, "robot@managed.example");
  g_assert_cmpint (kb_credential_expires (credential), >=, now + 3599);
  g_assert_cmpstr (kb_secret_peek (kb_credential_renewal (credential)), ==, RENEWAL "-1");
  g_assert_cmpuint (https_server_count (server, "realm robot@managed.example"), ==, 1);
  g_assert_cmpuint (sent ("robot"), ==, 1);
}

/* The password is sent only when nothing else is left. */
static void
test_renewal_first (void)
{
  g_autofree char *first = renewal_after ("rare@managed.example", RENEWAL "-1", FALSE);
  g_autofree char *kept = renewal_after ("rare@managed.example", RENEWAL "-fixed", FALSE);
  g_autofree char *again = NULL;
  g_autofree char *fresh = NULL;
  g_autofree char *none = NULL;

  g_assert_cmpstr (first, ==, RENEWAL "-2");
  g_assert_cmpstr (kept, ==, RENEWAL "-fixed");
  g_assert_cmpuint (sent ("rare"), ==, 0);
  g_assert_cmpuint (https_server_count (server, "realm rare@managed.example"), ==, 0);
  again = renewal_after ("rare@managed.example", RENEWAL "-revoked", FALSE);
  g_assert_cmpstr (again, ==, RENEWAL "-1");
  g_assert_cmpuint (sent ("rare"), ==, 1);
  fresh = renewal_after ("rare@managed.example", RENEWAL "-1", TRUE);
  g_assert_cmpstr (fresh, ==, RENEWAL "-1");
  g_assert_cmpuint (sent ("rare"), ==, 2);
  none = renewal_after ("single@managed.example", NULL, FALSE);
  g_assert_null (none);
}

static gint64
assert_fails (const char *user, const char *renewal, KbErrorCode code, const char *text)
{
  g_autoptr (SourceHost) host = host_new ("people.example", user);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  if (renewal != NULL)
    hand_renewal (request, renewal);
  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_nonnull (strstr (error->message, user));
  g_assert_null (strstr (error->message, "CANARY"));
  return kb_request_asked_silence (request);
}

/* A server that is down is no reason to send the password. */
static void
test_renewal_cannot (void)
{
  g_assert_cmpint (assert_fails ("calm@managed.example", RENEWAL "-down",
                                 KB_ERROR_NETWORK, "too many"),
                   ==, 21);
  g_assert_cmpuint (sent ("calm"), ==, 0);
}

/* Whoever else keeps the password, it is not sent, not to Entra either. */
static void
test_realms (void)
{
  g_assert_cmpint (assert_fails ("ann@federated.example", NULL, KB_ERROR_DENIED,
                                 "another identity provider"),
                   ==, 0);
  assert_fails ("ann@unknown.example", NULL, KB_ERROR_DENIED, "domain");
  assert_fails ("ann@odd.example", NULL, KB_ERROR_PROTOCOL, "not sent");
  assert_fails ("array@managed.example", NULL, KB_ERROR_PROTOCOL, "not sent");
  assert_fails ("lost@managed.example", NULL, KB_ERROR_PROTOCOL, "HTTP 404");
  assert_fails ("redirect@managed.example", NULL, KB_ERROR_NETWORK, "HTTP 302");
  g_assert_cmpint (assert_fails ("busy@managed.example", NULL, KB_ERROR_NETWORK, "429"),
                   ==, 33);
  g_assert_cmpuint (sent ("ann"), ==, 0);
  g_assert_cmpuint (sent ("array"), ==, 0);
  g_assert_cmpuint (sent ("lost"), ==, 0);
  g_assert_cmpuint (sent ("redirect"), ==, 0);
  g_assert_cmpuint (sent ("busy"), ==, 0);
  g_assert_cmpuint (https_server_count (server, "followed"), ==, 0);
}

static void
test_refusals (void)
{
  static const char *const wrong[][2] = {
    { "wrong", "wrong user name or password" },
    { "locked", "locked" },
    { "expired", "has expired" },
    { "disabled", "disabled" },
    { "consent", "consented" },
    { "echo", "not shown" },
    { "mfa", "more than a password" },
    { "device", "more than a password" },
    { "blocked", "more than a password" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *user = g_strconcat (wrong[i][0], "@managed.example", NULL);

      g_assert_cmpint (assert_fails (user, NULL, KB_ERROR_DENIED, wrong[i][1]), ==, 60);
      g_assert_cmpuint (sent (wrong[i][0]), ==, 1);
    }
  g_assert_cmpint (
      assert_fails ("number@managed.example", NULL, KB_ERROR_DENIED, "AADSTS50076"), ==,
      0);
  assert_fails ("wrong@managed.example", RENEWAL "-revoked", KB_ERROR_DENIED,
                "wrong user name or password");
}

static void
assert_bad (const char *tenant, const char *client, const char *user, const char *option,
            const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (source_host_new ("password", NULL, &error, "tenant", tenant, "client-id",
                                  client, "user", user, "password", "env:KB_NO_SUCH",
                                  option, value, NULL));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

static void
test_bad_options (void)
{
  static const char *const users[]
      = { "robot", "@a.example", "robot@", "a b@c",
          "a@b@c", "a/b@c",      "a@b?x",  "a\xe2\x80\xae@b.example" };

  assert_bad ("common", CLIENT, "a@b.example", NULL, NULL);
  assert_bad ("consumers", CLIENT, "a@b.example", NULL, NULL);
  assert_bad ("a/b.example", CLIENT, "a@b.example", NULL, NULL);
  assert_bad ("a.example", "me", "a@b.example", NULL, NULL);
  assert_bad ("a.example", CLIENT, "a@b.example", "authority", "http://a.example");
  assert_bad ("a.example", CLIENT, "a@b.example", "scope", " ");
  assert_bad ("a.example", CLIENT, "a@b.example", "scope", "a\"b");
  for (gsize i = 0; i < G_N_ELEMENTS (users); i++)
    assert_bad ("a.example", CLIENT, users[i], NULL, NULL);
}

static void
test_missing_password (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SourceHost) host = source_host_new (
      "password", NULL, &error, "tenant", "Organizations", "client-id", CLIENT, "user",
      "a@b.example", "password", "env:KB_NO_SUCH", NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *identity = source_host_identify (host, request);
  g_autoptr (KbCredential) credential = NULL;

  g_assert_cmpstr (identity, ==, "a@b.example organizations/" RESOURCE);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "password: "));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = https_server_new ();
  if (server == NULL)
    {
      g_print ("1..0 # SKIP python3-cryptography is missing\n");
      return 0;
    }
  reference = g_strdup_printf ("file:%s/PASSWORD", server->folder);
  g_test_add_func ("/password/success", test_success);
  g_test_add_func ("/password/renewal-first", test_renewal_first);
  g_test_add_func ("/password/renewal-cannot", test_renewal_cannot);
  g_test_add_func ("/password/realms", test_realms);
  g_test_add_func ("/password/refusals", test_refusals);
  g_test_add_func ("/password/bad-options", test_bad_options);
  g_test_add_func ("/password/missing-password", test_missing_password);
  status = g_test_run ();
  https_server_free (server);
  g_free (reference);
  return status;
}
