/* SPDX-License-Identifier: MIT */
/* Fuzzes base/json: what is accepted can be walked whole, found by name and written back.
   Knows nothing of what drives it, libFuzzer or replay.c. */
#include "base/json.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* "[TEXT]" as the writer has it, read again. */
static KbJson *
write_and_read (const char *text)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (strlen (text) * 6 + 4);
  g_autoptr (KbSecret) written = NULL;
  KbJson *json;

  g_assert_true (kb_buffer_append (buffer, "[", 1));
  g_assert_true (kb_json_append_string (buffer, text));
  g_assert_true (kb_buffer_append (buffer, "]", 1));
  written = kb_buffer_steal (buffer);
  g_assert_true (kb_text_is_clean (kb_secret_peek (written), kb_secret_length (written)));
  json = kb_json_parse (written, NULL);
  g_assert_true (json != NULL || kb_secret_length (written) > KB_JSON_BYTES_MAX);
  return json;
}

static void
check_round_trip (const char *text)
{
  g_autoptr (KbJson) json = write_and_read (text);
  g_autofree char *again = NULL;

  if (json == NULL)
    return;
  again = kb_json_string (json, kb_json_at (json, 0, 0));
  g_assert_cmpstr (again, ==, text);
}

static void
check_string (const KbJson *json, KbJsonNode node)
{
  g_autoptr (KbSecret) secret = kb_json_secret (json, node);
  g_autofree char *text = kb_json_string (json, node);

  g_assert_cmpstr (text, ==, kb_secret_peek (secret));
  g_assert_cmpuint (strlen (text), ==, kb_secret_length (secret));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  check_round_trip (text);
}

static void
check_scalar (const KbJson *json, KbJsonNode node)
{
  KbJsonType type = kb_json_type (json, node);
  gboolean truth = FALSE;
  gint64 number = 0, lenient = 0;

  g_assert_cmpint (type, !=, KB_JSON_NONE);
  g_assert_true (kb_json_boolean (json, node, &truth) == (type == KB_JSON_BOOLEAN));
  g_assert_cmpuint (kb_json_size (json, node), ==, 0);
  g_assert_cmpint (kb_json_at (json, node, 0), <, 0);
  if (kb_json_int64 (json, node, FALSE, &number))
    g_assert_true (type == KB_JSON_NUMBER && kb_json_int64 (json, node, TRUE, &lenient)
                   && number == lenient);
  if (type == KB_JSON_STRING)
    check_string (json, node);
}

static void walk (const KbJson *json, KbJsonNode node, guint depth);

static void
walk_member (const KbJson *json, KbJsonNode object, guint index, guint depth)
{
  g_autofree char *name = kb_json_key_at (json, object, index);
  KbJsonNode value = kb_json_at (json, object, index);

  g_assert_cmpint (kb_json_member (json, object, name), ==, value);
  check_round_trip (name);
  walk (json, value, depth);
}

static void
walk (const KbJson *json, KbJsonNode node, guint depth)
{
  KbJsonType type = kb_json_type (json, node);
  guint size = kb_json_size (json, node);

  g_assert_cmpuint (depth, <=, KB_JSON_DEPTH_MAX);
  if (type != KB_JSON_ARRAY && type != KB_JSON_OBJECT)
    {
      check_scalar (json, node);
      return;
    }
  g_assert_cmpint (kb_json_at (json, node, size), <, 0);
  for (guint i = 0; i < size; i++)
    if (type == KB_JSON_OBJECT)
      walk_member (json, node, i, depth + 1);
    else
      walk (json, kb_json_at (json, node, i), depth + 1);
}

/* Any bytes can be written; what comes back is theirs with U+FFFD for the rest. */
static void
check_writer (const char *bytes)
{
  g_autoptr (KbJson) json = write_and_read (bytes);

  if (json != NULL)
    check_string (json, kb_json_at (json, 0, 0));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) text = kb_secret_new ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (KbJson) json = kb_json_parse (text, &error);

  g_assert_true ((json == NULL) == (error != NULL));
  if (json != NULL)
    walk (json, 0, 0);
  check_writer (kb_secret_peek (text));
  return 0;
}
