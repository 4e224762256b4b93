/* SPDX-License-Identifier: MIT */
/* Writes and reads {"ORGANIZATION":"ID ID"}.
   Knows nothing of requests. */
#include "pat-minting/leftovers.h"

#include "base/json.h"

#include <string.h>

#define TEXT_MAX 16384

/* The ids come back in an address, so nothing else may. */
static gboolean
is_id (const char *word)
{
  return strlen (word) == 36 && strspn (word, "0123456789abcdef-") == 36;
}

static void
take_ids (GPtrArray *ids, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (char **word = words; *word != NULL && ids->len < KB_LEFTOVERS_MAX; word++)
    if (is_id (*word))
      g_ptr_array_add (ids, g_strdup (*word));
}

GPtrArray *
kb_leftovers_of (KbSecret *renewal, const char *organization)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (KbJson) json = renewal != NULL ? kb_json_parse (renewal, NULL) : NULL;
  g_autofree char *text = NULL;

  if (json != NULL)
    text = kb_json_string (json, kb_json_member (json, 0, organization));
  if (text != NULL)
    take_ids (ids, text);
  return ids;
}

static void
write_ids (KbBuffer *text, const char *organization, const GPtrArray *ids)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < ids->len && i < KB_LEFTOVERS_MAX; i++)
    g_string_append_printf (words, "%s%s", i > 0 ? " " : "",
                            (const char *) g_ptr_array_index (ids, i));
  if (words->len > 0)
    kb_json_text (text, organization, words->str);
}

/* Of all organizations but one. */
static void
copy_others (KbBuffer *text, const KbJson *json, const char *organization)
{
  for (guint i = 0; i < kb_json_size (json, 0); i++)
    {
      g_autofree char *key = kb_json_key_at (json, 0, i);
      g_autofree char *words
          = key != NULL ? kb_json_string (json, kb_json_member (json, 0, key)) : NULL;
      g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

      if (words == NULL || g_str_equal (key, organization))
        continue;
      take_ids (ids, words);
      write_ids (text, key, ids);
    }
}

KbSecret *
kb_leftovers_with (KbSecret *renewal, const char *organization, const GPtrArray *ids)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (TEXT_MAX);
  g_autoptr (KbJson) json = renewal != NULL ? kb_json_parse (renewal, NULL) : NULL;

  kb_json_open (text, NULL, '{');
  write_ids (text, organization, ids);
  if (json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    copy_others (text, json, organization);
  kb_json_close (text, '}');
  return kb_buffer_steal (text);
}
