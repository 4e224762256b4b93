/* SPDX-License-Identifier: MIT */
/* Fuzzes the files of plugins/sealed-file: nothing opens unless it was sealed with that
   key. Knows nothing of what drives it, libFuzzer or replay.c. */
#include "sealed-file/sealed-file-format.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define NAME "oauth/contoso"
#define VALUE "c2VhbGVk"
#define SUM_BYTES 32

/* What was sealed; made once. */
static FormatHeader header;
static KbSecret *wrapping;
static KbSecret *key;
static KbSecret *item;

static void
prepare (void)
{
  g_autofree char *zeros = g_malloc0 (FORMAT_KEY_BYTES);
  g_autoptr (KbSecret) value = kb_secret_new_text (VALUE);

  if (item != NULL)
    return;
  wrapping = kb_secret_new (zeros, FORMAT_KEY_BYTES);
  g_assert_true (format_header_start (FORMAT_KIND_KEY, &header, NULL));
  key = format_header_wrap (&header, wrapping, NULL);
  g_assert_nonnull (key);
  item = format_item_seal (&header, key, NAME, 0, value, NULL);
  g_assert_nonnull (item);
}

/* New: ORIGINAL as DATA says, triples of place (two bytes) and what to XOR it with; an
   odd byte at the end cuts so many bytes off. */
static KbSecret *
change (const char *original, gsize length, const uint8_t *data, size_t size)
{
  g_autofree char *bytes = g_memdup2 (original, length);

  for (; size >= 3; data += 3, size -= 3)
    {
      gsize place = ((gsize) data[0] << 8 | data[1]) % length;

      bytes[place] = (char) (bytes[place] ^ data[2]);
    }
  if (size > 0)
    length -= data[0] % length;
  return kb_secret_new (bytes, length);
}

static void
check_item (const KbSecret *file)
{
  g_autoptr (KbSecret) value = NULL;
  g_autofree char *name = format_item_name (file);
  gboolean opened = format_item_open (file, &header, key, NAME, &value) == FORMAT_OK;

  g_assert_true (opened == kb_secret_equal (file, item));
  g_assert_true (opened == (value != NULL));
  g_assert_true (!opened || strcmp (kb_secret_peek (value), VALUE) == 0);
  g_assert_true (!opened || g_strcmp0 (name, NAME) == 0);
  g_assert_true (name == NULL || (name[0] != '\0' && strlen (name) <= FORMAT_NAME_MAX));
}

static void
check_header (const KbSecret *file)
{
  g_autoptr (KbSecret) unwrapped = NULL;
  FormatHeader read;

  if (format_header_read (file, &read) != FORMAT_OK)
    return;
  g_assert_cmpuint (kb_secret_length (file), ==, FORMAT_HEADER_BYTES);
  g_assert_cmpuint (read.iterations, <=, FORMAT_ITERATIONS_MAX);
  unwrapped = format_header_unwrap (&read, wrapping);
  g_assert_true ((unwrapped != NULL)
                 == (memcmp (read.bytes, header.bytes, FORMAT_HEADER_BYTES) == 0));
  g_assert_true (unwrapped == NULL || kb_secret_equal (unwrapped, key));
}

/* With a sum that is right again, as somebody who tampers would make it. */
static void
check_summed_header (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) changed
      = change ((const char *) header.bytes, FORMAT_HEADER_BYTES - SUM_BYTES, data,
                size - size % 3);
  guint8 bytes[FORMAT_HEADER_BYTES];
  g_autoptr (KbSecret) file = NULL;

  memcpy (bytes, kb_secret_peek (changed), FORMAT_HEADER_BYTES - SUM_BYTES);
  g_assert_cmpint (gnutls_hash_fast (GNUTLS_DIG_SHA256, bytes,
                                     FORMAT_HEADER_BYTES - SUM_BYTES,
                                     bytes + FORMAT_HEADER_BYTES - SUM_BYTES),
                   ==, 0);
  file = kb_secret_new ((const char *) bytes, sizeof bytes);
  check_header (file);
}

static void
check_round_trip (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) value = kb_secret_new ((const char *) data, size);
  g_autoptr (KbSecret) file
      = format_item_seal (&header, key, NAME, G_MAXINT64, value, NULL);
  g_autoptr (KbSecret) opened = NULL;

  g_assert_true ((file != NULL) == (size <= KB_STORE_ITEM_MAX));
  if (file == NULL)
    return;
  g_assert_cmpint (format_item_open (file, &header, key, NAME, &opened), ==, FORMAT_OK);
  g_assert_true (kb_secret_equal (opened, value));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) file = NULL;
  g_autoptr (KbSecret) changed_item = NULL;
  g_autoptr (KbSecret) changed_header = NULL;

  prepare ();
  file = kb_secret_new ((const char *) data, size);
  check_item (file);
  check_header (file);
  check_round_trip (data, size);
  changed_item = change (kb_secret_peek (item), kb_secret_length (item), data, size);
  check_item (changed_item);
  changed_header = change ((const char *) header.bytes, FORMAT_HEADER_BYTES, data, size);
  check_header (changed_header);
  check_summed_header (data, size);
  return 0;
}
