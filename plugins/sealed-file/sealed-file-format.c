/* SPDX-License-Identifier: MIT */
/* Seals and opens the two kinds of file of a sealed store with AES-256-GCM.
   Knows nothing of files and where keys come from. */
#include "sealed-file/sealed-file-format.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/random.h>

/* Two random UUIDs: a file that begins so is one of ours. */
static const guint8 header_magic[16] = { 0x98, 0xb2, 0xef, 0x89, 0xcc, 0xa9, 0x4c, 0x3c,
                                         0x85, 0x09, 0xc2, 0xfc, 0x59, 0x3b, 0x0e, 0xa1 };
static const guint8 item_magic[16] = { 0xa7, 0xe4, 0x4b, 0x93, 0xcd, 0x1e, 0x45, 0x33,
                                       0xac, 0x5d, 0xfa, 0xad, 0x9a, 0x91, 0x47, 0x66 };
#define VERSION 1

/* Offsets in the header. */
#define H_VERSION 16
#define H_KIND 17
#define H_ZERO 18
#define H_ITERATIONS 20
#define H_KEY_ID 24
#define H_SALT 40
#define H_NONCE 72
#define H_WRAPPED 84
#define H_SUM 132

/* Offsets in an item. */
#define I_VERSION 16
#define I_ZERO 17
#define I_NAME_LENGTH 18
#define I_KEY_ID 20
#define I_WRITTEN 36
#define I_EXPIRES 44
#define I_NONCE 52
#define I_NAME 64

G_STATIC_ASSERT (H_WRAPPED + FORMAT_KEY_BYTES + FORMAT_TAG_BYTES == H_SUM);
G_STATIC_ASSERT (H_SUM + 32 == FORMAT_HEADER_BYTES);

gboolean
format_random (guint8 *bytes, gsize length, GError **error)
{
  gsize done = 0;

  while (done < length)
    {
      gssize got = getrandom (bytes + done, length - done, 0);

      if (got < 0 && errno != EINTR)
        {
          g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "no random numbers: %s",
                       g_strerror (errno));
          return FALSE;
        }
      done += got > 0 ? (gsize) got : 0;
    }
  return TRUE;
}

static gnutls_aead_cipher_hd_t
cipher_new (const KbSecret *key)
{
  gnutls_aead_cipher_hd_t cipher = NULL;
  gnutls_datum_t datum = { (guint8 *) kb_secret_peek (key), FORMAT_KEY_BYTES };

  if (kb_secret_length (key) != FORMAT_KEY_BYTES
      || gnutls_aead_cipher_init (&cipher, GNUTLS_CIPHER_AES_256_GCM, &datum) != 0)
    return NULL;
  return cipher;
}

/* OUT has room for LENGTH and the tag. */
static gboolean
encrypt (const KbSecret *key, const guint8 *nonce, const guint8 *head, gsize head_length,
         const guint8 *plain, gsize length, guint8 *out)
{
  gnutls_aead_cipher_hd_t cipher = cipher_new (key);
  gsize out_length = length + FORMAT_TAG_BYTES;
  int status;

  if (cipher == NULL)
    return FALSE;
  status
      = gnutls_aead_cipher_encrypt (cipher, nonce, FORMAT_NONCE_BYTES, head, head_length,
                                    FORMAT_TAG_BYTES, plain, length, out, &out_length);
  gnutls_aead_cipher_deinit (cipher);
  return status == 0 && out_length == length + FORMAT_TAG_BYTES;
}

/* New, or NULL when anything of it is not what was encrypted.  LENGTH is with the tag. */
static KbSecret *
decrypt (const KbSecret *key, const guint8 *nonce, const guint8 *head, gsize head_length,
         const guint8 *sealed, gsize length)
{
  gnutls_aead_cipher_hd_t cipher = cipher_new (key);
  gsize plain_length = length;
  guint8 *plain;
  KbSecret *secret = NULL;
  int status;

  if (cipher == NULL)
    return NULL;
  plain = g_malloc (length);
  status = gnutls_aead_cipher_decrypt (cipher, nonce, FORMAT_NONCE_BYTES, head,
                                       head_length, FORMAT_TAG_BYTES, sealed, length,
                                       plain, &plain_length);
  gnutls_aead_cipher_deinit (cipher);
  if (status == 0 && plain_length == length - FORMAT_TAG_BYTES)
    secret = kb_secret_new ((const char *) plain, plain_length);
  kb_wipe (plain, length);
  g_free (plain);
  return secret;
}

static gboolean
cipher_failed (GError **error)
{
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                       "GnuTLS cannot encrypt with AES-256-GCM here");
  return FALSE;
}

/* ---- the header ----------------------------------------------------------------- */

static gboolean
sum_of (const guint8 *bytes, guint8 *sum)
{
  return gnutls_hash_fast (GNUTLS_DIG_SHA256, bytes, H_SUM, sum) == 0;
}

static guint32
read32 (const guint8 *bytes)
{
  guint32 number;

  memcpy (&number, bytes, sizeof number);
  return GUINT32_FROM_BE (number);
}

static gboolean
iterations_fit (guint8 kind, guint32 iterations)
{
  if (kind == FORMAT_KIND_PASSPHRASE)
    return iterations >= FORMAT_ITERATIONS && iterations <= FORMAT_ITERATIONS_MAX;
  return (kind == FORMAT_KIND_KEY || kind == FORMAT_KIND_KEY_FILE) && iterations == 0;
}

FormatAnswer
format_header_read (const KbSecret *file, FormatHeader *header)
{
  const guint8 *bytes = (const guint8 *) kb_secret_peek (file);
  guint8 sum[32];

  if (kb_secret_length (file) != FORMAT_HEADER_BYTES
      || memcmp (bytes, header_magic, sizeof header_magic) != 0 || !sum_of (bytes, sum)
      || memcmp (sum, bytes + H_SUM, sizeof sum) != 0)
    return FORMAT_DAMAGED;
  if (bytes[H_VERSION] != VERSION)
    return FORMAT_UNKNOWN;
  if (bytes[H_ZERO] != 0 || bytes[H_ZERO + 1] != 0
      || !iterations_fit (bytes[H_KIND], read32 (bytes + H_ITERATIONS)))
    return FORMAT_DAMAGED;
  header->kind = bytes[H_KIND];
  header->iterations = read32 (bytes + H_ITERATIONS);
  memcpy (header->key_id, bytes + H_KEY_ID, sizeof header->key_id);
  memcpy (header->salt, bytes + H_SALT, sizeof header->salt);
  memcpy (header->bytes, bytes, FORMAT_HEADER_BYTES);
  return FORMAT_OK;
}

gboolean
format_header_start (FormatKind kind, FormatHeader *header, GError **error)
{
  guint32 iterations = kind == FORMAT_KIND_PASSPHRASE ? FORMAT_ITERATIONS : 0;
  guint32 ordered = GUINT32_TO_BE (iterations);
  guint8 *bytes = header->bytes;

  memset (header, 0, sizeof *header);
  memcpy (bytes, header_magic, sizeof header_magic);
  bytes[H_VERSION] = VERSION;
  bytes[H_KIND] = (guint8) kind;
  memcpy (bytes + H_ITERATIONS, &ordered, sizeof ordered);
  if (!format_random (bytes + H_KEY_ID, H_WRAPPED - H_KEY_ID, error))
    return FALSE;
  header->kind = kind;
  header->iterations = iterations;
  memcpy (header->key_id, bytes + H_KEY_ID, sizeof header->key_id);
  memcpy (header->salt, bytes + H_SALT, sizeof header->salt);
  return TRUE;
}

KbSecret *
format_header_wrap (FormatHeader *header, const KbSecret *kek, GError **error)
{
  g_autoptr (KbSecret) secret = NULL;
  guint8 key[FORMAT_KEY_BYTES];
  guint8 *bytes = header->bytes;

  if (!format_random (key, sizeof key, error))
    return NULL;
  secret = kb_secret_new ((const char *) key, sizeof key);
  kb_wipe (key, sizeof key);
  if (encrypt (kek, bytes + H_NONCE, bytes, H_WRAPPED,
               (const guint8 *) kb_secret_peek (secret), FORMAT_KEY_BYTES,
               bytes + H_WRAPPED)
      && sum_of (bytes, bytes + H_SUM))
    return g_steal_pointer (&secret);
  cipher_failed (error);
  return NULL;
}

KbSecret *
format_header_unwrap (const FormatHeader *header, const KbSecret *kek)
{
  const guint8 *bytes = header->bytes;

  return decrypt (kek, bytes + H_NONCE, bytes, H_WRAPPED, bytes + H_WRAPPED,
                  FORMAT_KEY_BYTES + FORMAT_TAG_BYTES);
}

/* ---- items ---------------------------------------------------------------------- */

static void
write_head (guint8 *bytes, const FormatHeader *header, const char *name, gint64 expires)
{
  guint16 name_length = GUINT16_TO_BE ((guint16) strlen (name));
  guint64 written = GUINT64_TO_BE ((guint64) g_get_real_time ());
  guint64 ends = GUINT64_TO_BE ((guint64) expires);

  memcpy (bytes, item_magic, sizeof item_magic);
  bytes[I_VERSION] = VERSION;
  bytes[I_ZERO] = 0;
  memcpy (bytes + I_NAME_LENGTH, &name_length, sizeof name_length);
  memcpy (bytes + I_KEY_ID, header->key_id, FORMAT_ID_BYTES);
  memcpy (bytes + I_WRITTEN, &written, sizeof written);
  memcpy (bytes + I_EXPIRES, &ends, sizeof ends);
  memcpy (bytes + I_NAME, name, strlen (name));
}

KbSecret *
format_item_seal (const FormatHeader *header, const KbSecret *key, const char *name,
                  gint64 expires, const KbSecret *value, GError **error)
{
  gsize head = I_NAME + strlen (name);
  gsize length = head + kb_secret_length (value) + FORMAT_TAG_BYTES;
  g_autofree guint8 *bytes = NULL;

  if (strlen (name) > FORMAT_NAME_MAX || kb_secret_length (value) > KB_STORE_ITEM_MAX)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "an item of more than %d bytes",
                   KB_STORE_ITEM_MAX);
      return NULL;
    }
  bytes = g_malloc (length);
  write_head (bytes, header, name, expires);
  if (!format_random (bytes + I_NONCE, FORMAT_NONCE_BYTES, error))
    return NULL;
  if (!encrypt (key, bytes + I_NONCE, bytes, head,
                (const guint8 *) kb_secret_peek (value), kb_secret_length (value),
                bytes + head))
    {
      cipher_failed (error);
      return NULL;
    }
  return kb_secret_new ((const char *) bytes, length);
}

static gsize
name_length (const guint8 *bytes)
{
  return (gsize) bytes[I_NAME_LENGTH] << 8 | bytes[I_NAME_LENGTH + 1];
}

static gboolean
has_form (const KbSecret *file)
{
  const guint8 *bytes = (const guint8 *) kb_secret_peek (file);
  gsize length = kb_secret_length (file);

  return length >= I_NAME + FORMAT_TAG_BYTES && length <= FORMAT_ITEM_BYTES_MAX
         && memcmp (bytes, item_magic, sizeof item_magic) == 0
         && bytes[I_VERSION] == VERSION && bytes[I_ZERO] == 0 && name_length (bytes) > 0
         && name_length (bytes) <= FORMAT_NAME_MAX
         && I_NAME + name_length (bytes) + FORMAT_TAG_BYTES <= length;
}

FormatAnswer
format_item_open (const KbSecret *file, const FormatHeader *header, const KbSecret *key,
                  const char *name, KbSecret **value)
{
  const guint8 *bytes = (const guint8 *) kb_secret_peek (file);
  KbSecret *opened;
  gsize head;

  if (!has_form (file) || name_length (bytes) != strlen (name)
      || memcmp (bytes + I_NAME, name, strlen (name)) != 0
      || memcmp (bytes + I_KEY_ID, header->key_id, FORMAT_ID_BYTES) != 0)
    return FORMAT_DAMAGED;
  head = I_NAME + name_length (bytes);
  opened = decrypt (key, bytes + I_NONCE, bytes, head, bytes + head,
                    kb_secret_length (file) - head);
  if (opened == NULL)
    return FORMAT_DAMAGED;
  *value = opened;
  return FORMAT_OK;
}

char *
format_item_name (const KbSecret *file)
{
  const char *bytes = kb_secret_peek (file);
  g_autofree char *name = NULL;

  if (!has_form (file))
    return NULL;
  name = g_strndup (bytes + I_NAME, name_length ((const guint8 *) bytes));
  if (strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789/._@:+%-")
      != name_length ((const guint8 *) bytes))
    return NULL;
  return g_steal_pointer (&name);
}
