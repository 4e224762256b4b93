/* SPDX-License-Identifier: MIT */
/* Tests config: syntax, groups, merging, matching, organizations, fingerprints.
   Knows nothing of what modules do; tests/helper/test-instance.c has their options. */
#include "../../helper/config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define NOBODY 65534
#define SECRET "hunter2"

static KbConfig *
load (const char *text)
{
  g_autoptr (GError) error = NULL;
  KbConfig *config = kb_config_load_text ("t.conf", text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (config);
  return config;
}

static const char *
stack_for (const KbConfig *config, const char *text)
{
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);
  const KbStack *stack;

  g_assert_nonnull (url);
  stack = kb_config_match (config, url);
  return stack != NULL ? stack->name : NULL;
}

static const KbEntry *
entry (const GArray *entries, guint index)
{
  g_assert_cmpuint (index, <, entries->len);
  return &g_array_index (entries, KbEntry, index);
}

/* ---- the defaults --------------------------------------------------------------- */

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbConfig) config = kb_config_load (NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (stack_for (config, "https://dev.azure.com/contoso/p/_git/r"), ==,
                   "azure-devops");
  g_assert_cmpstr (stack_for (config, "https://contoso.visualstudio.com/p"), ==,
                   "azure-devops");
  g_assert_null (stack_for (config, "http://dev.azure.com/contoso"));
  g_assert_null (stack_for (config, "https://dev.azure.com.evil.example/contoso"));
  g_assert_null (stack_for (config, "https://evilvisualstudio.com/"));
  g_assert_null (stack_for (config, "https://dev.azure.com:8443/contoso"));
  g_assert_null (kb_config_files (config)[0]);
  g_assert_null (kb_config_modules_dir (config));
}

static void
test_organization (void)
{
  static const struct
  {
    const char *url, *user, *organization;
    gboolean user_is_one;
  } cases[] = {
    { "https://dev.azure.com/Contoso/p/_git/r", NULL, "contoso", FALSE },
    { "https://dev.azure.com/contoso/p/_git/r", "Contoso", "contoso", TRUE },
    { "https://dev.azure.com/contoso/p/_git/r", "jdoe", "contoso", FALSE },
    { "https://dev.azure.com/contoso/p/_git/r", "jdoe@contoso.example", "contoso",
      FALSE },
    { "https://dev.azure.com/", "contoso", "contoso", TRUE },
    { "https://dev.azure.com/", "jdoe@contoso.example", NULL, FALSE },
    { "https://dev.azure.com/", "a/b", NULL, FALSE },
    { "https://dev.azure.com/", "", NULL, FALSE },
    { "https://dev.azure.com/", NULL, NULL, FALSE },
    { "https://contoso.visualstudio.com/p", "jdoe", "contoso", FALSE },
    { "https://git.example/contoso", "contoso", NULL, FALSE },
  };
  g_autoptr (KbConfig) config = kb_config_load (NULL, NULL, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KbUrl) url = kb_url_parse (cases[i].url, NULL);
      gboolean user_is_one = !cases[i].user_is_one;
      g_autofree char *organization
          = kb_config_organization (config, url, cases[i].user, &user_is_one);

      g_assert_cmpstr (organization, ==, cases[i].organization);
      g_assert_cmpint (user_is_one, ==, cases[i].user_is_one);
    }
}

/* ---- every key changes something ------------------------------------------------ */

#define FLIPPED                                                                          \
  "# comment\n"                                                                          \
  "[stack all]\n"                                                                        \
  "match=*;http://plain.example:8080/x\n"                                                \
  "sources = ci:requisite ; env:optional;pat\n"                                          \
  "stores=cache;vault\n\n"                                                               \
  "[source ci]\nmodule=service-principal\nsecret=file:/x/y\n"                            \
  "[store vault]\nmodule=sealed-file\n"                                                  \
  "[organizations here]\nurls=https://git.example/{organization}\n"                      \
  "user-is-organization=true\n"                                                          \
  "git-account=credential.here:{organization}.username\n"                                \
  "git-variables=FLOW=credential.flow;PRINCIPAL_2=credential.principal\n"                \
  "[network]\nca-file=/etc/ca.pem\nproxy=http://proxy.example:3128\n"                    \
  "[policy]\nuser-config=merge\n"                                                        \
  "[modules]\ndirectory=/opt/modules"

static void
count_instance (const char *kind, const char *name, const char *module, const char *place,
                gpointer data)
{
  g_string_append_printf (data, "%s %s=%s at %s\n", kind, name, module, place);
}

static void
test_every_key (void)
{
  g_autoptr (KbConfig) config = load (FLIPPED);
  g_autoptr (KbUrl) url = kb_url_parse ("https://git.example/", NULL);
  const KbStack *stack = kb_config_stacks (config)->pdata[0];
  GString *instances = g_string_new (NULL);
  gboolean user_is_one = FALSE;
  g_autofree char *organization
      = kb_config_organization (config, url, "contoso", &user_is_one);
  g_autofree char *variable = NULL;

  g_assert_cmpuint (kb_config_stacks (config)->len, ==, 1);
  g_assert_cmpstr (stack->name, ==, "all");
  g_assert_cmpstr (stack->place, ==, "t.conf:2");
  g_assert_cmpuint (stack->matches->len, ==, 2);
  g_assert_cmpuint (stack->sources->len, ==, 3);
  g_assert_cmpstr (entry (stack->sources, 0)->instance, ==, "ci");
  g_assert_cmpstr (entry (stack->sources, 0)->module, ==, "service-principal");
  g_assert_cmpint (entry (stack->sources, 0)->control, ==, KB_CONTROL_REQUISITE);
  g_assert_cmpint (entry (stack->sources, 1)->control, ==, KB_CONTROL_OPTIONAL);
  g_assert_cmpstr (entry (stack->sources, 2)->module, ==, "pat");
  g_assert_cmpint (entry (stack->sources, 2)->control, ==, KB_CONTROL_SUFFICIENT);
  g_assert_cmpstr (entry (stack->stores, 0)->module, ==, "cache");
  g_assert_cmpstr (entry (stack->stores, 1)->module, ==, "sealed-file");
  g_assert_cmpstr (kb_config_modules_dir (config), ==, "/opt/modules");
  g_assert_cmpstr (organization, ==, "contoso");
  g_assert_true (user_is_one);
  variable = kb_config_git_account (config, url, organization);
  g_assert_cmpstr (variable, ==, "credential.here:contoso.username");
  kb_config_each_instance (config, count_instance, instances);
  g_assert_cmpstr (instances->str, ==,
                   "source ci=service-principal at t.conf:7\n"
                   "store vault=sealed-file at t.conf:10\n");
  g_string_free (instances, TRUE);
}

/* ---- bad text ------------------------------------------------------------------- */

#define STACK "[stack a]\nmatch=*\nsources=pat\nstores=\n"

static const struct
{
  const char *text;
  guint line;
  const char *says;
} bad[] = {
  { "hunter2", 1, "KEY=VALUE" },
  { "a=hunter2\n", 1, "before the first" },
  { "[stack", 1, "[KIND" },
  { "[]\n", 1, "kind and name" },
  { "[stack a b]\n", 1, "kind and name" },
  { "[stack  a]\n", 1, "kind and name" },
  { "[stack A]\n", 1, "kind and name" },
  { "[stack ../a]\n", 1, "kind and name" },
  { "[hunter2]\n", 1, "no such kind" },
  { "[stack]\n", 1, "needs its name" },
  { "[network a]\n", 1, "takes no name" },
  { STACK STACK, 5, "twice (line 1)" },
  { "[source a]\nx=1\nx=hunter2\n", 3, "twice" },
  { "[source a]\nX=hunter2\n", 2, "key" },
  { "[source a]\nx[de]=hunter2\n", 2, "key" },
  { "[source a]\n=hunter2\n", 2, "key" },
  { "[source a]\nx=hunter2\r\n", 2, "carriage return" },
  { "[source a]\n#\rx=hunter2\n", 2, "carriage return" },
  { "[source a]\nx=hunter2\\n\n", 2, "escape" },
  { "[source a]\nx=hunter2\\", 2, "escape" },
  { "[source a]\nx=hunter2\x1b[0m\n", 2, "control" },
  { "[source a]\nx=hunter2\xe2\x80\xa8\n", 2, "control" },
  { "[source a]\nx=\xff\n", 2, "UTF-8" },
  { "\xef\xbb\xbf[source a]\n", 1, "KEY=VALUE" },
  { "; hunter2\n", 1, "KEY=VALUE" },
  { "[source a]\nmodule=../hunter2\n", 2, "no path" },
  { "[store a]\n\nmodule=/hunter2.so\n", 3, "no path" },
  { "[stack a]\nhunter2=1\n", 2, "no key" },
  { "[stack a]\nsources=pat\nstores=\n", 1, "needs match=" },
  { "[stack a]\nmatch=;\nsources=pat\nstores=\n", 2, "needs match=" },
  { "[stack a]\nmatch=ftp://hunter2/\nsources=pat\nstores=\n", 2, "match: " },
  { "[stack a]\nmatch=*\nstores=x\n", 1, "needs sources=" },
  { "[stack a]\nmatch=*\nsources=pat\n", 1, "needs stores=" },
  { "[stack a]\nmatch=*\nsources=\nstores=\n", 1, "no source and no store" },
  { "[stack a]\nmatch=*\nsources=pat:required\nstores=\n", 3, "'requisite'" },
  { "[stack a]\nmatch=*\nsources=pat:hunter2\nstores=\n", 3, "control word is" },
  { "[stack a]\nmatch=*\nsources=pat:\nstores=\n", 3, "control word is" },
  { "[stack a]\nmatch=*\nsources=pat;env;pat\nstores=\n", 3, "twice" },
  { "[stack a]\nmatch=*\nsources=/hunter2\nstores=\n", 3, "NAME" },
  { "[stack a]\nmatch=*\nsources=\nstores=x:optional\n", 4, "no control word" },
  { "[organizations a]\n", 1, "needs urls=" },
  { "[organizations a]\nurls=https://a.example/\nuser-is-organization=1\n", 3,
    "true nor" },
  { "[organizations a]\nurls=https://a.example/\ngit-account=core.sshCommand\n", 3,
    "credential.NAME" },
  { "[organizations a]\nurls=https://a.example/\ngit-account=credential.username\n", 3,
    "credential.NAME" },
  { "[network]\nca-file=hunter2\n", 2, "absolute" },
  { "[network]\nproxy=hunter2:8080\n", 2, "URL" },
  { "[network]\nproxy=http://\n", 2, "URL" },
  { "[network]\nhunter2=1\n", 2, "no key" },
  { "[policy]\nuser-config=only\n", 2, "none or merge" },
  { "[policy]\nhunter2=1\n", 2, "no key" },
  { "[modules]\ndirectory=plugins\n", 2, "absolute" },
};

static void
test_bad_text (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *place = g_strdup_printf ("t.conf:%u: ", bad[i].line);
      KbConfig *config
          = kb_config_load_text ("t.conf", bad[i].text, strlen (bad[i].text), &error);

      g_test_message ("%u: %s", i, error != NULL ? error->message : "accepted");
      g_assert_null (config);
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
      g_assert_true (g_str_has_prefix (error->message, place));
      g_assert_nonnull (strstr (error->message, bad[i].says));
      g_assert_null (strstr (error->message, SECRET));
    }
}

static void
test_nul_and_many (void)
{
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new ("[source a]\n");

  g_assert_null (kb_config_load_text ("t", "[source a]\nx=\0y\n", 16, &error));
  g_assert_cmpstr (error->message, ==, "t:2: has a NUL byte");
  g_clear_error (&error);
  for (int i = 0; i < 200; i++)
    g_string_append_printf (text, "k%d=v\n", i);
  g_assert_null (kb_config_load_text ("t", text->str, text->len, &error));
  g_assert_cmpstr (error->message, ==, "t:130: the group has too many keys");
  g_string_free (text, TRUE);
}

/* ---- matching ------------------------------------------------------------------- */

static void
test_match (void)
{
  g_autoptr (KbConfig) config
      = load ("[stack any]\nmatch=*\nsources=\nstores=x\n"
              "[stack host]\nmatch=https://git.example/\nsources=\nstores=x\n"
              "[stack path]\nmatch=https://git.example/a/b\nsources=\nstores=x\n"
              "[stack again]\nmatch=https://git.example\nsources=\nstores=x\n"
              "[stack plain]\nmatch=http://git.example\nsources=\nstores=x\n");

  g_assert_cmpstr (stack_for (config, "https://other.example/"), ==, "any");
  g_assert_cmpstr (stack_for (config, "https://git.example/a"), ==, "again");
  g_assert_cmpstr (stack_for (config, "https://git.example/a/b/c"), ==, "path");
  g_assert_cmpstr (stack_for (config, "https://git.example/a/bc"), ==, "again");
  g_assert_cmpstr (stack_for (config, "http://git.example/"), ==, "plain");
  g_assert_null (stack_for (config, "http://other.example/"));
}

static const char *
print_of (const char *text, char **keep)
{
  g_autoptr (KbConfig) config = load (text);
  const KbStack *stack = kb_config_stacks (config)->pdata[0];

  g_free (*keep);
  *keep = g_strdup (stack->fingerprint);
  return *keep;
}

static void
test_fingerprint (void)
{
  static const char *const same[]
      = { "# x\n" STACK "[source pat]\nuser=a\n",
          "[source other]\nx=1\n[source pat]\nuser=a\n" STACK,
          STACK "[source pat]\n user = a \n[modules]\ndirectory=/x\n" };
  static const char *const other[]
      = { STACK, STACK "[source pat]\nuser=b\n", STACK "[store pat]\nuser=a\n",
          STACK "[source pat]\nuser=a\nx=1\n",
          STACK "[source pat]\nuser=a\n[network]\nca-file=/x\n" };
  g_autofree char *first = NULL, *second = NULL;

  print_of (STACK "[source pat]\nuser=a\n", &first);
  g_assert_cmpuint (strlen (first), ==, 64);
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    g_assert_cmpstr (print_of (same[i], &second), ==, first);
  for (guint i = 0; i < G_N_ELEMENTS (other); i++)
    g_assert_cmpstr (print_of (other[i], &second), !=, first);
}

/* ---- files ---------------------------------------------------------------------- */

typedef struct
{
  char *top;
  char *data, *sysconf, *user; /* folders */
} Places;

static char *
place (const char *top, const char *name)
{
  char *folder = g_build_filename (top, name, NULL);
  g_autofree char *inner = g_build_filename (folder, "keybearer", NULL);

  g_assert_cmpint (g_mkdir_with_parents (inner, 0700), ==, 0);
  return folder;
}

static void
places_init (Places *places, gconstpointer data)
{
  places->top = g_dir_make_tmp ("kb-config-XXXXXX", NULL);
  places->data = place (places->top, "data");
  places->sysconf = place (places->top, "etc");
  places->user = place (places->top, "home");
}

static void
places_clear (Places *places, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", places->top, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
                               NULL, NULL, NULL, NULL, NULL));
  g_free (places->top);
  g_free (places->data);
  g_free (places->sysconf);
  g_free (places->user);
}

/* New: the path. */
static char *
write_conf (const char *folder, const char *text)
{
  char *path = g_build_filename (folder, "keybearer", "keybearer.conf", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  return path;
}

static KbConfig *
load_places (const Places *places, GError **error)
{
  return kb_config_load (places->data, places->sysconf, places->user, error);
}

static void
test_merge (Places *places, gconstpointer data)
{
  g_autofree char *a = write_conf (places->data, "[source x]\nmodule=one\nk=1\n");
  g_autofree char *b = write_conf (places->sysconf, "[network]\nca-file=/sys\n" STACK);
  g_autofree char *c = write_conf (
      places->user, "[source x]\nk=2\n[stack mine]\nmatch=https://dev.azure.com/\n"
                    "sources=x\nstores=\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (KbConfig) config = load_places (places, &error);
  const KbStack *stack;

  g_assert_no_error (error);
  g_assert_cmpstr (kb_config_files (config)[0], ==, a);
  g_assert_cmpstr (kb_config_files (config)[1], ==, b);
  g_assert_cmpstr (kb_config_files (config)[2], ==, c);
  g_assert_null (kb_config_files (config)[3]);
  g_assert_cmpuint (kb_config_stacks (config)->len, ==, 3);
  g_assert_cmpstr (stack_for (config, "https://dev.azure.com/contoso"), ==, "mine");
  stack = kb_config_stacks (config)->pdata[2];
  g_assert_cmpstr (entry (stack->sources, 0)->module, ==, "x");
}

static void
test_policy (Places *places, gconstpointer data)
{
  g_autofree char *a = write_conf (places->sysconf, "[policy]\nuser-config=none\n");
  g_autofree char *b = write_conf (places->user, "nonsense");
  g_autoptr (GError) error = NULL;
  g_autoptr (KbConfig) config = load_places (places, &error);

  g_assert_no_error (error);
  g_assert_null (kb_config_files (config)[1]);
  g_assert_cmpint (g_unlink (a), ==, 0);
  g_assert_cmpint (g_unlink (b), ==, 0);
  g_free (write_conf (places->user, "[policy]\nuser-config=merge\n"));
  g_assert_null (load_places (places, &error));
  g_assert_nonnull (strstr (error->message, "[policy] is for the system's"));
}

/* PATH is refused now, with its name in the message. */
static void
assert_refused (const Places *places, const char *path, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load_places (places, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_unsafe (Places *places, gconstpointer data)
{
  g_autofree char *path = write_conf (places->user, STACK);
  g_autofree char *twin = g_build_filename (places->top, "twin", NULL);

  g_assert_cmpint (g_chmod (path, 0664), ==, 0);
  assert_refused (places, path, "writable by others");
  g_assert_cmpint (g_chmod (path, 0646), ==, 0);
  assert_refused (places, path, "writable by others");
  g_assert_cmpint (g_rename (path, twin), ==, 0);
  g_assert_cmpint (g_chmod (twin, 0644), ==, 0);
  g_assert_cmpint (symlink (twin, path), ==, 0);
  assert_refused (places, path, "symbolic link");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  assert_refused (places, path, "not a regular file");
}

static void
test_owner_and_size (Places *places, gconstpointer data)
{
  g_autofree char *path = write_conf (places->user, STACK);
  g_autofree char *large = g_strnfill (256 * 1024 + 1, '#');
  g_autofree char *again = write_conf (places->sysconf, large);

  assert_refused (places, again, "larger");
  g_assert_cmpint (g_unlink (again), ==, 0);
  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  g_assert_cmpint (chown (path, NOBODY, NOBODY), ==, 0);
  assert_refused (places, path, "owned by somebody else");
}

static void
test_load_file (Places *places, gconstpointer data)
{
  g_autofree char *path = write_conf (places->user, STACK);
  g_autoptr (GError) error = NULL;
  g_autoptr (KbConfig) config = kb_config_load_file (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (kb_config_stacks (config)->len, ==, 2);
  g_assert_cmpstr (stack_for (config, "https://other.example/"), ==, "a");
  g_assert_null (kb_config_load_file ("/nonexistent/x.conf", &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

static void
add (const char *name, void (*test) (Places *, gconstpointer))
{
  g_test_add (name, Places, NULL, places_init, test, places_clear);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/organization", test_organization);
  g_test_add_func ("/config/every-key", test_every_key);
  g_test_add_func ("/config/bad-text", test_bad_text);
  g_test_add_func ("/config/nul-and-many", test_nul_and_many);
  g_test_add_func ("/config/match", test_match);
  g_test_add_func ("/config/fingerprint", test_fingerprint);
  add ("/config/merge", test_merge);
  add ("/config/policy", test_policy);
  add ("/config/unsafe", test_unsafe);
  add ("/config/owner-and-size", test_owner_and_size);
  add ("/config/load-file", test_load_file);
  return g_test_run ();
}
