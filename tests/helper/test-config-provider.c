/* SPDX-License-Identifier: MIT */
/* Tests config-provider: what a source takes over from a provider, and from which file.
   Knows nothing of the providers that are shipped. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

static const KbOption options[] = {
  { "base", KB_OPTION_STRING, FALSE, "none", "text" },
  { "user", KB_OPTION_STRING, FALSE, NULL, "text" },
  { "scope", KB_OPTION_STRING, FALSE, NULL, "text" },
  { NULL, KB_OPTION_STRING, FALSE, NULL, NULL },
};
static const KbModule module = { .abi = KB_MODULE_ABI, .name = "m", .options = options };

static const char text[] = "[provider forge]\n"
                           "module=m\n"
                           "base=https://forge.example\n"
                           "user=git\n"
                           "[source mine]\n"
                           "provider=forge\n"
                           "user=me\n"
                           "[source other]\n"
                           "provider=forge\n"
                           "module=n\n"
                           "[stack a]\n"
                           "match=https://forge.example/\n"
                           "sources=mine;other\n"
                           "stores=\n";

static KbConfig *
load (const char *conf)
{
  g_autoptr (GError) error = NULL;
  KbConfig *config = kb_config_load_text ("t.conf", conf, strlen (conf), &error);

  g_assert_no_error (error);
  return config;
}

static KbStack *
only_stack (const KbConfig *config)
{
  g_assert_cmpuint (kb_config_stacks (config)->len, ==, 1);
  return kb_config_stacks (config)->pdata[0];
}

static void
test_take_over (void)
{
  g_autoptr (KbConfig) config = load (text);
  const GArray *sources = only_stack (config)->sources;
  g_autoptr (GError) error = NULL;
  g_autoptr (KbInstance) instance
      = kb_config_instance (config, "source", "mine", &module, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (kb_instance_string (instance, "base"), ==, "https://forge.example");
  g_assert_cmpstr (kb_instance_string (instance, "user"), ==, "me");
  g_assert_null (kb_instance_string (instance, "scope"));
  g_assert_cmpstr (g_array_index (sources, KbEntry, 0).module, ==, "m");
  g_assert_cmpstr (g_array_index (sources, KbEntry, 1).module, ==, "n");
}

/* What is kept for a stack must not outlive a change of its provider. */
static void
test_fingerprint (void)
{
  g_autoptr (KbConfig) config = load (text);
  g_autoptr (GString) changed = g_string_new (text);
  g_autoptr (KbConfig) other = NULL;

  g_assert_cmpuint (g_string_replace (changed, "https://forge.example\nuser",
                                      "https://b.example\nuser", 1),
                    ==, 1);
  other = load (changed->str);
  g_assert_cmpstr (only_stack (config)->fingerprint, !=, only_stack (other)->fingerprint);
}

static void
assert_refused (const char *conf, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kb_config_load_text ("t.conf", conf, strlen (conf), &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==, says);
}

static void
test_refused (void)
{
  assert_refused ("[source a]\nmodule=m\nprovider=forge\n",
                  "t.conf:3: there is no [provider] of this name");
  assert_refused ("[provider b]\nmodule=m\n[provider a]\nprovider=b\n",
                  "t.conf:4: a provider has no provider");
  assert_refused ("[provider]\nmodule=m\n", "t.conf:1: [provider NAME] needs its name");
  assert_refused (
      "[provider a]\nmodule=../m\n",
      "t.conf:2: a module's name is made of a-z, 0-9 and '-', and is no path");
}

/* The line of the provider is named, not that of the source. */
static void
test_unknown_option (void)
{
  g_autoptr (KbConfig) config
      = load ("[provider forge]\nbroken=1\n[source mine]\nprovider=forge\nmodule=m\n");
  g_autoptr (GError) error = NULL;

  g_assert_null (kb_config_instance (config, "source", "mine", &module, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_true (g_str_has_prefix (error->message, "t.conf:2: "));
}

/* A store's option of that name is its own. */
static void
test_store (void)
{
  g_autoptr (KbConfig) config = load ("[store vault]\nprovider=none\n");
  g_autoptr (GError) error = NULL;

  g_assert_null (kb_config_instance (config, "store", "vault", &module, &error));
  g_assert_nonnull (strstr (error->message, "has no option 'provider'"));
}

/* ---- files ---------------------------------------------------------------------- */

static void
write_file (const char *folder, const char *name, const char *contents)
{
  g_autofree char *below = g_build_filename (folder, "keybearer", NULL);
  g_autofree char *path = g_build_filename (below, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (below, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
}

static char *
base_of (const char *data, const char *user, const char *source, const char *option)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbConfig) config = kb_config_load (data, NULL, user, &error);
  g_autoptr (KbInstance) instance = NULL;

  g_assert_no_error (error);
  instance = kb_config_instance (config, "source", source, &module, &error);
  g_assert_no_error (error);
  return g_strdup (kb_instance_string (instance, option));
}

/* The file that is shipped is read when it is needed and fills up what others left. */
static void
test_shipped_file (void)
{
  g_autofree char *data = g_dir_make_tmp ("kb-provider-XXXXXX", NULL);
  g_autofree char *user = g_build_filename (data, "home", NULL);
  const char *argv[] = { "rm", "-rf", data, NULL };
  g_autofree char *shipped = NULL;
  g_autofree char *replaced = NULL;
  g_autoptr (GError) error = NULL;

  write_file (data, "providers.conf", "nonsense");
  write_file (user, "keybearer.conf", "[source pat]\n");
  kb_config_free (kb_config_load (data, NULL, user, &error));
  g_assert_no_error (error);
  write_file (user, "keybearer.conf", "[source s]\nprovider=one\n");
  g_assert_null (kb_config_load (data, NULL, user, &error));
  g_assert_nonnull (strstr (error->message, "providers.conf:1: "));
  g_clear_error (&error);
  write_file (data, "providers.conf", "[stack a]\nmatch=*\nsources=s\nstores=\n");
  g_assert_null (kb_config_load (data, NULL, user, &error));
  g_assert_nonnull (strstr (error->message, "only [provider NAME] stands here"));
  write_file (data, "providers.conf", "[provider one]\nbase=shipped\nuser=x\n");
  shipped = base_of (data, user, "s", "base");
  g_assert_cmpstr (shipped, ==, "shipped");
  write_file (user, "keybearer.conf",
              "[provider one]\nbase=own\n[source s]\nprovider=one\n");
  replaced = base_of (data, user, "s", "user");
  g_assert_null (replaced);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
                               NULL, NULL, NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config-provider/take-over", test_take_over);
  g_test_add_func ("/config-provider/fingerprint", test_fingerprint);
  g_test_add_func ("/config-provider/refused", test_refused);
  g_test_add_func ("/config-provider/unknown-option", test_unknown_option);
  g_test_add_func ("/config-provider/store", test_store);
  g_test_add_func ("/config-provider/shipped-file", test_shipped_file);
  return g_test_run ();
}
