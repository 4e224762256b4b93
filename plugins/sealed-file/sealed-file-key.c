/* SPDX-License-Identifier: MIT */
/* Where the key that wraps the data key comes from: the options of the module, or a
   person. Knows nothing of what is sealed. */
#include "sealed-file/sealed-file-key.h"

#include "base/file.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define KEY_FILE "key"
#define KEY_FILE_AUTO "auto"
#define HEX_LENGTH (2 * FORMAT_KEY_BYTES)
#define WRAP_LABEL "keybearer sealed-file 1 wrap"

gboolean
key_options_check (const KbInstance *instance, GError **error)
{
  const char *path = kb_instance_string (instance, "key-file");

  if (path == NULL || strcmp (path, KEY_FILE_AUTO) == 0 || g_path_is_absolute (path))
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                       "key-file is neither \"auto\" nor an absolute path");
  return FALSE;
}

static KbAnswer
leads_somewhere (const KbInstance *instance, const char *option, GError **error)
{
  g_autoptr (KbSecret) text = NULL;

  return kb_instance_secret (instance, option, &text, error);
}

KbAnswer
key_pick (const KbInstance *instance, FormatKind *kind, GError **error)
{
  FormatKind found = FORMAT_KIND_KEY;
  KbAnswer answer = leads_somewhere (instance, "key", error);

  if (answer == KB_DECLINED)
    {
      found = FORMAT_KIND_PASSPHRASE;
      answer = leads_somewhere (instance, "passphrase", error);
    }
  if (answer == KB_DECLINED && kb_instance_boolean (instance, "ask-passphrase"))
    answer = KB_OK;
  if (answer == KB_DECLINED && kb_instance_string (instance, "key-file") != NULL)
    {
      found = FORMAT_KIND_KEY_FILE;
      answer = KB_OK;
    }
  if (answer == KB_OK)
    *kind = found;
  return answer;
}

gboolean
key_asks (const KbInstance *instance, FormatKind kind)
{
  return kind == FORMAT_KIND_PASSPHRASE
         && leads_somewhere (instance, "passphrase", NULL) == KB_DECLINED;
}

static KbSecret *
take (guint8 *bytes)
{
  KbSecret *secret = kb_secret_new ((const char *) bytes, FORMAT_KEY_BYTES);

  kb_wipe (bytes, FORMAT_KEY_BYTES);
  return secret;
}

/* New: 32 bytes from 64 hexadecimal digits, or 32 bytes as they are; else NULL. */
static KbSecret *
key_bytes (const KbSecret *text)
{
  const char *digits = kb_secret_peek (text);
  guint8 bytes[FORMAT_KEY_BYTES];
  gsize length = kb_secret_length (text);

  if (length == FORMAT_KEY_BYTES)
    return kb_secret_new (digits, length);
  if (length == HEX_LENGTH + 1 && digits[HEX_LENGTH] == '\n')
    length--;
  if (length != HEX_LENGTH)
    return NULL;
  for (gsize i = 0; i < FORMAT_KEY_BYTES; i++)
    {
      int high = g_ascii_xdigit_value (digits[2 * i]);
      int low = g_ascii_xdigit_value (digits[2 * i + 1]);

      if (high < 0 || low < 0)
        return NULL;
      bytes[i] = (guint8) (high << 4 | low);
    }
  return take (bytes);
}

static KbAnswer
from_key (const KbSecret *text, const char *what, const FormatHeader *header,
          KbSecret **kek, GError **error)
{
  g_autoptr (KbSecret) key = key_bytes (text);
  gnutls_datum_t input = { NULL, FORMAT_KEY_BYTES };
  gnutls_datum_t salt = { (guint8 *) header->salt, FORMAT_SALT_BYTES };
  gnutls_datum_t label = { (guint8 *) WRAP_LABEL, strlen (WRAP_LABEL) };
  guint8 extracted[FORMAT_KEY_BYTES];
  guint8 expanded[FORMAT_KEY_BYTES];
  gnutls_datum_t middle = { extracted, sizeof extracted };

  if (key == NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "%s has something else than 64 hexadecimal digits or 32 bytes", what);
      return KB_FAILED;
    }
  input.data = (guint8 *) kb_secret_peek (key);
  if (gnutls_hkdf_extract (GNUTLS_MAC_SHA256, &input, &salt, extracted) != 0
      || gnutls_hkdf_expand (GNUTLS_MAC_SHA256, &middle, &label, expanded,
                             sizeof expanded)
             != 0)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED, "GnuTLS has no HKDF-SHA256");
      return KB_FAILED;
    }
  kb_wipe (extracted, sizeof extracted);
  *kek = take (expanded);
  return KB_OK;
}

static KbAnswer
from_passphrase (const KbSecret *passphrase, const FormatHeader *header, KbSecret **kek,
                 GError **error)
{
  gnutls_datum_t input = { (guint8 *) kb_secret_peek (passphrase),
                           (unsigned int) kb_secret_length (passphrase) };
  gnutls_datum_t salt = { (guint8 *) header->salt, FORMAT_SALT_BYTES };
  guint8 derived[FORMAT_KEY_BYTES];

  if (input.size == 0
      || gnutls_pbkdf2 (GNUTLS_MAC_SHA512, &input, &salt, header->iterations, derived,
                        sizeof derived)
             != 0)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "the passphrase is empty, or GnuTLS has no PBKDF2");
      return KB_FAILED;
    }
  *kek = take (derived);
  return KB_OK;
}

static KbAnswer
ask_passphrase (const KbRequest *request, gboolean twice, KbSecret **passphrase,
                GError **error)
{
  g_autoptr (KbSecret) first = NULL;
  g_autoptr (KbSecret) second = NULL;
  KbAnswer answer;

  answer = kb_request_ask (request,
                           twice ? "New passphrase for the sealed file of Keybearer"
                                 : "Passphrase of the sealed file of Keybearer",
                           TRUE, &first, error);
  if (answer == KB_OK && twice)
    answer = kb_request_ask (request, "The same passphrase again", TRUE, &second, error);
  if (answer == KB_FAILED)
    return KB_FAILED;
  if (answer == KB_DECLINED || (twice && !kb_secret_equal (first, second)))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                           answer == KB_DECLINED
                               ? "a person has to give the passphrase of the sealed file"
                               : "the two passphrases differ");
      return KB_FAILED;
    }
  *passphrase = g_steal_pointer (&first);
  return KB_OK;
}

/* Hexadecimal, so that a person can copy it to another machine. */
static gboolean
make_key_file (const char *path, GError **error)
{
  guint8 bytes[FORMAT_KEY_BYTES];
  char text[HEX_LENGTH + 2];
  gboolean made;

  if (!format_random (bytes, sizeof bytes, error))
    return FALSE;
  for (gsize i = 0; i < sizeof bytes; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);
  text[HEX_LENGTH] = '\n';
  made = kb_file_write_whole (path, text, HEX_LENGTH + 1, error);
  kb_wipe (bytes, sizeof bytes);
  kb_wipe (text, sizeof text);
  return made;
}

static KbAnswer
read_key_file (const KbInstance *instance, const char *folder, gboolean make,
               KbSecret **text, GError **error)
{
  const char *option = kb_instance_string (instance, "key-file");
  g_autofree char *path = option == NULL || strcmp (option, KEY_FILE_AUTO) == 0
                              ? g_build_filename (folder, KEY_FILE, NULL)
                              : g_strdup (option);
  gboolean missing = FALSE;
  KbSecret *found
      = kb_file_read_safe (path, KB_FILE_PRIVATE, HEX_LENGTH + 1, &missing, error);

  if (found == NULL && missing && make)
    found = make_key_file (path, error)
                ? kb_file_read_safe (path, KB_FILE_PRIVATE, HEX_LENGTH + 1, NULL, error)
                : NULL;
  else if (found == NULL && missing)
    g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "the key file %s is gone: put it back",
                 path);
  if (found == NULL)
    return KB_FAILED;
  *text = found;
  return KB_OK;
}

static KbAnswer
read_passphrase (const KbInstance *instance, const KbRequest *request, gboolean make,
                 KbSecret **text, GError **error)
{
  KbAnswer answer = kb_instance_secret (instance, "passphrase", text, error);

  return answer == KB_DECLINED ? ask_passphrase (request, make, text, error) : answer;
}

static KbAnswer
read_key (const KbInstance *instance, KbSecret **text, GError **error)
{
  KbAnswer answer = kb_instance_secret (instance, "key", text, error);

  if (answer != KB_DECLINED)
    return answer;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                       "sealed with a key, and the option key leads to none");
  return KB_FAILED;
}

KbAnswer
key_wrapping (const KbInstance *instance, const KbRequest *request, const char *folder,
              const FormatHeader *header, gboolean make, KbSecret **kek, GError **error)
{
  g_autoptr (KbSecret) text = NULL;
  const char *what = "the option key";
  KbAnswer answer;

  if (header->kind == FORMAT_KIND_PASSPHRASE)
    {
      answer = read_passphrase (instance, request, make, &text, error);
      return answer == KB_OK ? from_passphrase (text, header, kek, error) : answer;
    }
  if (header->kind == FORMAT_KIND_KEY_FILE)
    what = "the key file";
  answer = header->kind == FORMAT_KIND_KEY_FILE
               ? read_key_file (instance, folder, make, &text, error)
               : read_key (instance, &text, error);
  return answer == KB_OK ? from_key (text, what, header, kek, error) : answer;
}
