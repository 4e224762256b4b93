/* SPDX-License-Identifier: MIT */
/* Fuzzes item: what is accepted is sealed again and opens to the same records; it is
   never an item of another name, also with a byte changed.  Knows nothing of stores. */
#include "item.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

#define NAME "credential/x"
#define OTHER "credential/another"
#define HEAD "keybearer=1\nname=" NAME "\n"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_same (const KbRecord *a, const KbRecord *b)
{
  g_assert_cmpstr (a->path, ==, b->path);
  g_assert_cmpstr (a->user, ==, b->user);
  g_assert_cmpstr (a->authtype, ==, b->authtype);
  g_assert_cmpint (a->scheme, ==, b->scheme);
  g_assert_true (kb_secret_equal (a->secret, b->secret));
  g_assert_true (kb_secret_equal (a->renewal, b->renewal));
  g_assert_cmpint (a->made, ==, b->made);
  g_assert_cmpint (a->made_us, ==, b->made_us);
  g_assert_false (kb_record_is_newer (a, b));
  g_assert_cmpint (a->expires, ==, b->expires);
  g_assert_cmpint (a->refresh_after, ==, b->refresh_after);
  g_assert_cmpint (a->refused, ==, b->refused);
}

static void
check_again (const GPtrArray *records)
{
  g_autoptr (KbSecret) sealed = kb_item_seal (NAME, records, NULL);
  g_autoptr (GPtrArray) again = NULL;

  g_assert_nonnull (sealed);
  g_assert_cmpuint (kb_secret_length (sealed), <=, KB_STORE_ITEM_MAX);
  again = kb_item_open (NAME, sealed, NULL);
  g_assert_nonnull (again);
  g_assert_cmpuint (again->len, ==, records->len);
  for (guint i = 0; i < records->len; i++)
    check_same (records->pdata[i], again->pdata[i]);
}

/* Any one byte of TEXT, which is an item of NAME, becomes another of the alphabet. */
static void
check_tampered (const KbSecret *text, guint where)
{
  g_autofree char *changed = g_strdup (kb_secret_peek (text));
  g_autoptr (KbSecret) value = NULL;
  char *byte = changed + where % strlen (changed);

  *byte = *byte == 'A' ? 'Q' : 'A';
  value = kb_secret_new_text (changed);
  g_assert_null (kb_item_open (OTHER, value, NULL));
}

static void
check_text (const KbSecret *text, guint where)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = kb_item_open (NAME, text, &error);
  g_autofree char *told = kb_item_told_name (text);

  g_assert_true (told == NULL || g_str_equal (told, NAME) == (records != NULL));
  g_assert_true ((records == NULL) == (error != NULL));
  if (records == NULL)
    return;
  g_assert_cmpstr (told, ==, NAME);
  g_assert_cmpuint (records->len, >, 0);
  g_assert_null (kb_item_open (OTHER, text, NULL));
  check_again (records);
  check_tampered (text, where);
}

static void
check_lines (const char *lines, gsize length, guint where)
{
  g_autofree char *encoded = kb_text_base64url ((const guint8 *) lines, length);
  g_autoptr (KbSecret) text = kb_secret_new_text (encoded);

  check_text (text, where);
}

/* The input as it is, as the lines of an item, and as what follows an item's head. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) plain = kb_secret_new ((const char *) data, size);
  g_autoptr (GString) lines = g_string_new (HEAD);
  guint where = size > 0 ? (guint) data[size / 2] * 257u : 0;

  g_string_append_len (lines, (const char *) data, (gssize) size);
  check_text (plain, where);
  check_lines ((const char *) data, size, where);
  check_lines (lines->str, lines->len, where);
  return 0;
}
