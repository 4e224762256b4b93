/* SPDX-License-Identifier: MIT */
/* Writes records as lines in a base64url envelope, and reads them back with suspicion.
   Knows nothing of where they are kept. */
#include "item.h"

#include <string.h>

#include "base/clock.h"
#include "base/lines.h"
#include "base/text.h"

/* A new format gets a new number; readers refuse what they do not know. */
#define FORMAT "1"
#define NAME_MAX_BYTES 512
#define HASH_BYTES 64

KbRecord *
kb_record_new (void)
{
  return g_new0 (KbRecord, 1);
}

void
kb_record_free (KbRecord *record)
{
  if (record == NULL)
    return;
  g_free (record->path);
  g_free (record->user);
  g_free (record->authtype);
  kb_secret_unref (record->secret);
  kb_secret_unref (record->renewal);
  g_free (record);
}

void
kb_record_set_made (KbRecord *record)
{
  gint64 now = kb_clock_now_us ();

  record->made = now / G_USEC_PER_SEC;
  record->made_us = now % G_USEC_PER_SEC;
}

gboolean
kb_record_is_newer (const KbRecord *a, const KbRecord *b)
{
  if (b == NULL || a->made != b->made)
    return b == NULL || a->made > b->made;
  return a->made_us > b->made_us;
}

KbRecord *
kb_record_from_credential (KbCredential *credential)
{
  KbRecord *record = kb_record_new ();

  record->scheme = kb_credential_scheme (credential);
  record->user = g_strdup (kb_credential_user (credential));
  record->secret = kb_secret_ref (kb_credential_secret (credential));
  record->expires = kb_credential_expires (credential);
  record->refresh_after = kb_credential_refresh_after (credential);
  return record;
}

KbCredential *
kb_record_to_credential (const KbRecord *record)
{
  KbCredential *credential
      = kb_credential_new (record->scheme, record->user, record->secret);

  kb_credential_set_expires (credential, record->expires);
  kb_credential_set_refresh_after (credential, record->refresh_after);
  return credential;
}

static gboolean
append_text (KbBuffer *lines, const char *key, const char *value)
{
  return value == NULL || kb_lines_append (lines, key, value);
}

static gboolean
append_secret (KbBuffer *lines, const char *key, const KbSecret *value)
{
  return value == NULL || kb_lines_append_secret (lines, key, value);
}

static gboolean
append_time (KbBuffer *lines, const char *key, gint64 value)
{
  return value == 0 || kb_lines_append_int (lines, key, value);
}

static gboolean
append_record (KbBuffer *lines, const KbRecord *record)
{
  return kb_lines_append (lines, "record",
                          record->scheme == KB_SCHEME_BEARER ? "bearer" : "basic")
         && append_text (lines, "path", record->path)
         && append_text (lines, "user", record->user)
         && append_text (lines, "authtype", record->authtype)
         && append_secret (lines, "secret", record->secret)
         && append_secret (lines, "renewal", record->renewal)
         && append_time (lines, "made", record->made)
         && append_time (lines, "made-us", record->made_us)
         && append_time (lines, "expires", record->expires)
         && append_time (lines, "refresh", record->refresh_after)
         && append_time (lines, "refused", record->refused);
}

gint64
kb_item_expires (const GPtrArray *records)
{
  gint64 latest = 0;

  for (guint i = 0; i < records->len; i++)
    {
      const KbRecord *record = g_ptr_array_index (records, i);

      if (record->expires == 0)
        return 0;
      latest = MAX (latest, record->expires);
    }
  return latest;
}

/* The only place where base64url of a secret exists outside a KbSecret: wiped here. */
static KbSecret *
envelope (const KbBuffer *lines)
{
  char *text = kb_text_base64url ((const guint8 *) kb_buffer_peek (lines),
                                  kb_buffer_length (lines));
  KbSecret *sealed = kb_secret_new_text (text);

  kb_wipe (text, strlen (text));
  g_free (text);
  return sealed;
}

KbSecret *
kb_item_seal (const char *name, const GPtrArray *records, GError **error)
{
  g_autoptr (KbBuffer) lines = kb_buffer_new (KB_STORE_ITEM_MAX / 4 * 3);
  gboolean good = kb_lines_append (lines, "keybearer", FORMAT)
                  && kb_lines_append (lines, "name", name);

  for (guint i = 0; good && i < records->len; i++)
    good = append_record (lines, g_ptr_array_index (records, i));
  if (good)
    return envelope (lines);
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL,
               "%s: too long to be kept, or with bytes that no line may hold", name);
  return NULL;
}

/* ---- reading -------------------------------------------------------------------- */

typedef struct
{
  const char *name; /* NULL: any */
  char *told;       /* the name inside */
  gboolean format_known;
  gboolean name_matches;
  GPtrArray *records;
} Reading;

static void
set_text (char **field, const char *value, gsize length)
{
  g_free (*field);
  *field = g_strndup (value, length);
}

static void
set_secret (KbSecret **field, const char *value, gsize length)
{
  kb_secret_unref (*field);
  *field = kb_secret_new (value, length);
}

static gboolean
take_time (KbRecord *record, const char *key, const char *value)
{
  gint64 number = 0;

  gint64 most = g_str_equal (key, "made-us") ? G_USEC_PER_SEC - 1 : G_MAXINT64;

  if (!kb_text_to_int64 (value, most, &number))
    return FALSE;
  if (g_str_equal (key, "made"))
    record->made = number;
  else if (g_str_equal (key, "made-us"))
    record->made_us = number;
  else if (g_str_equal (key, "expires"))
    record->expires = number;
  else if (g_str_equal (key, "refresh"))
    record->refresh_after = number;
  else
    record->refused = number != 0;
  return TRUE;
}

/* Unknown keys are a newer minor's and are passed over. */
static gboolean
take_field (KbRecord *record, const char *key, const char *value, gsize length)
{
  static const char *const times[]
      = { "made", "made-us", "expires", "refresh", "refused", NULL };

  if (g_strv_contains (times, key))
    return take_time (record, key, value);
  if (g_str_equal (key, "path"))
    set_text (&record->path, value, length);
  else if (g_str_equal (key, "user"))
    set_text (&record->user, value, length);
  else if (g_str_equal (key, "authtype"))
    set_text (&record->authtype, value, length);
  else if (g_str_equal (key, "secret"))
    set_secret (&record->secret, value, length);
  else if (g_str_equal (key, "renewal"))
    set_secret (&record->renewal, value, length);
  return TRUE;
}

/* A scheme that is unknown is not one that may be taken for another. */
static gboolean
begin_record (Reading *reading, const char *scheme)
{
  gboolean bearer = g_str_equal (scheme, "bearer");
  KbRecord *record;

  if (!bearer && !g_str_equal (scheme, "basic"))
    return FALSE;
  record = kb_record_new ();
  record->scheme = bearer ? KB_SCHEME_BEARER : KB_SCHEME_BASIC;
  g_ptr_array_add (reading->records, record);
  return TRUE;
}

static gboolean
take_name (Reading *reading, const char *key, const char *value)
{
  if (!g_str_equal (key, "name"))
    return FALSE;
  reading->told = g_strdup (value);
  reading->name_matches = reading->name == NULL || g_str_equal (value, reading->name);
  return reading->name_matches;
}

static gboolean
take_line (const char *key, const char *value, gsize length, guint number, gpointer data,
           GError **error)
{
  Reading *reading = data;
  KbRecord *record;

  if (number == 1)
    return reading->format_known
           = g_str_equal (key, "keybearer") && g_str_equal (value, FORMAT);
  if (number == 2)
    return take_name (reading, key, value);
  if (g_str_equal (key, "record"))
    return begin_record (reading, value);
  if (reading->records->len == 0)
    return TRUE;
  record = g_ptr_array_index (reading->records, reading->records->len - 1);
  return take_field (record, key, value, length);
}

/* FALSE: TEXT is no base64url, or too long. */
static gboolean
read_lines (Reading *reading, const KbSecret *text, gboolean *good)
{
  gsize length = 0;
  gboolean bounded = kb_secret_length (text) <= KB_STORE_ITEM_MAX;
  guint8 *bytes
      = bounded ? kb_text_base64url_decode (kb_secret_peek (text), &length) : NULL;

  if (bytes == NULL)
    return FALSE;
  *good = kb_lines_parse ((const char *) bytes, length, take_line, reading, NULL)
          && reading->name_matches && reading->records->len > 0;
  kb_wipe (bytes, length);
  g_free (bytes);
  return TRUE;
}

GPtrArray *
kb_item_open (const char *name, const KbSecret *text, GError **error)
{
  g_autoptr (GPtrArray) records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
  Reading reading = { .name = name, .records = records };
  gboolean good = FALSE;
  gboolean decoded = read_lines (&reading, text, &good);

  g_free (reading.told);
  if (good)
    return g_steal_pointer (&records);
  if (decoded && reading.format_known && !reading.name_matches)
    g_set_error (error, KB_ERROR, KB_ERROR_LOCKED,
                 "%s: the store answered with another item", name);
  else
    g_set_error (error, KB_ERROR, KB_ERROR_LOCKED,
                 "%s: what is kept is damaged or of another version", name);
  return NULL;
}

char *
kb_item_told_name (const KbSecret *text)
{
  g_autoptr (GPtrArray) records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
  Reading reading = { .records = records };
  gboolean good = FALSE;

  if (read_lines (&reading, text, &good) && good)
    return reading.told;
  g_free (reading.told);
  return NULL;
}

/* ---- names ---------------------------------------------------------------------- */

static void
append_part (GString *name, const char *part)
{
  for (const char *c = part; *c != '\0'; c++)
    if (g_ascii_islower (*c) || g_ascii_isdigit (*c) || strchr ("._@:+-", *c) != NULL)
      g_string_append_c (name, *c);
    else
      g_string_append_printf (name, "%%%02x", (guint8) *c);
}

char *
kb_item_name (const char *kind, ...)
{
  g_autoptr (GString) name = g_string_new (kind);
  g_autofree char *hash = NULL;
  va_list parts;

  va_start (parts, kind);
  for (const char *part = va_arg (parts, const char *); part != NULL;
       part = va_arg (parts, const char *))
    {
      g_string_append_c (name, '/');
      append_part (name, part);
    }
  va_end (parts);
  if (name->len > NAME_MAX_BYTES)
    {
      hash = kb_text_sha256 (name->str, name->len);
      g_string_truncate (name, NAME_MAX_BYTES - HASH_BYTES);
      g_string_append (name, hash);
    }
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static char *
decode (const char *part)
{
  GString *text = g_string_new (NULL);

  for (; *part != '\0'; part++)
    if (part[0] == '%' && g_ascii_isxdigit (part[1]) && g_ascii_isxdigit (part[2]))
      {
        g_string_append_c (text, (char) (g_ascii_xdigit_value (part[1]) * 16
                                         + g_ascii_xdigit_value (part[2])));
        part += 2;
      }
    else
      g_string_append_c (text, *part);
  return g_string_free (text, FALSE);
}

char **
kb_item_parts (const char *item)
{
  char **parts = g_strsplit (item, "/", -1);

  for (char **part = parts; *part != NULL; part++)
    {
      char *plain = decode (*part);

      g_free (*part);
      *part = plain;
    }
  return parts;
}
