/* SPDX-License-Identifier: MIT */
/* Remembers failures in one small file for each account and says when to be silent.
   Knows nothing of what fails. */
#include "breaker.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/text.h"
#include "state.h"

#define FILE_MAX 4096
/* What kb_request_retry_after is capped at. */
#define SILENCE_MOST_MS 3600000

typedef struct
{
  gint64 failures;
  gint64 until; /* CLOCK_BOOTTIME in ms, worth nothing after a restart */
  gint64 code;
  char *boot;
  char *message;
} Record;

static void
record_clear (Record *record)
{
  g_free (record->boot);
  g_free (record->message);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Record, record_clear)

static gboolean
take_line (const char *key, const char *value, gsize length, guint number, gpointer data,
           GError **error)
{
  Record *record = data;

  if (g_str_equal (key, "failures"))
    return kb_text_to_int64 (value, G_MAXINT32, &record->failures);
  if (g_str_equal (key, "until"))
    return kb_text_to_int64 (value, G_MAXINT64, &record->until);
  if (g_str_equal (key, "code"))
    return kb_text_to_int64 (value, KB_ERROR_MODULE, &record->code);
  if (g_str_equal (key, "boot") && record->boot == NULL)
    record->boot = g_strndup (value, length);
  if (g_str_equal (key, "message") && record->message == NULL)
    record->message = g_strndup (value, length);
  return TRUE;
}

/* A file that is missing or makes no sense is a closed breaker, and so is one that would
   be silent for longer than anybody may ask for. */
static void
read_record (const char *key, Record *record)
{
  g_autofree char *path = kb_state_path ("breakers", key);
  g_autofree char *boot = NULL;
  gboolean missing = FALSE;
  g_autoptr (KbSecret) text
      = kb_file_read_safe (path, KB_FILE_PUBLIC, FILE_MAX, &missing, NULL);

  if (text == NULL
      || !kb_lines_parse (kb_secret_peek (text), kb_secret_length (text), take_line,
                          record, NULL))
    {
      record->failures = 0;
      record->until = 0;
      return;
    }
  boot = kb_clock_boot_id ();
  if (g_strcmp0 (boot, record->boot) != 0
      || kb_clock_left_ms (record->until) > SILENCE_MOST_MS)
    record->until = 0;
}

static void
write_record (const char *key, const Record *record)
{
  g_autofree char *path = kb_state_path ("breakers", key);
  g_autofree char *boot = kb_clock_boot_id ();
  g_autofree char *message
      = kb_text_escape (record->message, strlen (record->message), 1024);
  g_autoptr (KbBuffer) text = kb_buffer_new (FILE_MAX);

  kb_lines_append_int (text, "failures", record->failures);
  kb_lines_append_int (text, "until", record->until);
  kb_lines_append_int (text, "code", record->code);
  kb_lines_append (text, "boot", boot);
  kb_lines_append (text, "message", message);
  if (kb_state_make ("breakers", NULL))
    kb_file_write_quick (path, kb_buffer_peek (text), kb_buffer_length (text), NULL);
}

static gint64
seconds_left (const Record *record)
{
  return (kb_clock_left_ms (record->until) + 999) / 1000;
}

KbAnswer
kb_breaker_check (const char *key, GError **error)
{
  g_auto (Record) record = { 0 };

  read_record (key, &record);
  if (seconds_left (&record) == 0)
    return KB_OK;
  g_set_error (error, KB_ERROR, (gint) record.code, "%s (not asked again for %d s)",
               record.message != NULL ? record.message : "failed a moment ago",
               (int) seconds_left (&record));
  return KB_FAILED;
}

/* Full jitter: anywhere up to 2^failures seconds, so that machines do not march in
   step. */
static gint64
own_silence (gint64 failures)
{
  gint64 most = MIN (G_GINT64_CONSTANT (1) << MIN (failures, 20), KB_BREAKER_LONGEST_S);
  gint64 chosen = g_random_int_range (1, (gint32) most + 1);

  return MAX (KB_BREAKER_SHARED_S, chosen);
}

void
kb_breaker_failed (const char *key, const GError *why, gint64 silence)
{
  g_auto (Record) record = { 0 };
  gboolean counts = g_error_matches (why, KB_ERROR, KB_ERROR_NETWORK);
  gint64 seconds = KB_BREAKER_SHARED_S;

  read_record (key, &record);
  g_free (record.message);
  record.message = g_strdup (why->message);
  record.code = why->domain == KB_ERROR ? why->code : KB_ERROR_MODULE;
  record.failures += counts ? 1 : 0;
  if (record.failures >= KB_BREAKER_FAILURES)
    seconds = own_silence (record.failures);
  record.until = kb_clock_boot_ms () + MAX (seconds, silence) * 1000;
  write_record (key, &record);
}

void
kb_breaker_succeeded (const char *key)
{
  g_autofree char *path = kb_state_path ("breakers", key);

  unlink (path);
}

void
kb_breaker_state (const char *key, KbBreakerState *state)
{
  g_auto (Record) record = { 0 };

  read_record (key, &record);
  state->failures = record.failures;
  state->seconds = seconds_left (&record);
  state->message = g_steal_pointer (&record.message);
}
