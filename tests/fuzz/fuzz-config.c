/* SPDX-License-Identifier: MIT */
/* Fuzzes configuration: what is accepted loads the same twice and means the same to
   GLib's reader, an error names its place, matching any URL is harmless. Knows nothing of
   the shipped configuration. */
#include "../../helper/config.h"

#include "base/error.h"
#include "config-scan.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *const urls[]
    = { "https://dev.azure.com/contoso/p", "https://contoso.visualstudio.com/",
        "http://plain.example:8080/x/y", "https://[::1]/a" };

static void
check_matches (const KbConfig *config)
{
  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (KbUrl) url = kb_url_parse (urls[i], NULL);
      gboolean user_is_one = FALSE;
      g_autofree char *organization
          = kb_config_organization (config, url, "contoso", &user_is_one);
      const KbStack *stack = kb_config_match (config, url);

      g_assert_true (organization != NULL || !user_is_one);
      if (stack != NULL)
        g_assert_cmpuint (stack->sources->len + stack->stores->len, >, 0);
    }
}

static void
check_twin (const KbConfig *config, const KbConfig *twin)
{
  const GPtrArray *stacks = kb_config_stacks (config);
  const GPtrArray *others = kb_config_stacks (twin);

  g_assert_cmpuint (stacks->len, ==, others->len);
  for (guint i = 0; i < stacks->len; i++)
    {
      const KbStack *a = stacks->pdata[i], *b = others->pdata[i];

      g_assert_cmpstr (a->fingerprint, ==, b->fingerprint);
      g_assert_cmpstr (a->place, ==, b->place);
    }
}

/* GLib keeps blanks at the end of a value, and only there it is read differently. */
static void
check_key (GKeyFile *other, const char *group, const KbConfigKey *key)
{
  g_autofree char *raw = g_key_file_get_value (other, group, key->name, NULL);
  g_autofree char *value = g_key_file_get_string (other, group, key->name, NULL);
  gsize length = raw != NULL ? strlen (raw) : 0;

  g_assert_nonnull (raw);
  if (length == 0 || (raw[length - 1] != ' ' && raw[length - 1] != '\t'))
    g_assert_cmpstr (value, ==, key->value);
}

static void
check_glib (const char *text, gsize size)
{
  g_autoptr (KbConfigScan) scan = kb_config_scan ("f", text, size, NULL);
  g_autoptr (GKeyFile) other = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  guint n_groups = 0;
  const KbConfigGroup *groups = kb_config_scan_groups (scan, &n_groups);

  if (size == 0)
    return;
  g_key_file_load_from_data (other, text, size, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_groups; i++)
    {
      g_autofree char *name = g_strconcat (
          groups[i].kind, groups[i].name[0] != '\0' ? " " : "", groups[i].name, NULL);

      g_assert_true (g_key_file_has_group (other, name));
      for (guint k = 0; k < groups[i].n_keys; k++)
        check_key (other, name, &groups[i].keys[k]);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (KbConfig) config = kb_config_load_text ("f", text, size, &error);
  g_autoptr (KbConfig) twin = kb_config_load_text ("f", text, size, NULL);

  if (config == NULL)
    {
      g_assert_null (twin);
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
      g_assert_true (g_str_has_prefix (error->message, "f:"));
      return 0;
    }
  check_twin (config, twin);
  check_matches (config);
  check_glib (text, size);
  return 0;
}
