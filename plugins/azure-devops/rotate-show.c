/* SPDX-License-Identifier: MIT */
/* Gathers the results of rotations and says them.
   Knows nothing of how they are done. */
#include "rotate-show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/complain.h"
#include "base/page.h"

/* In the order of KbOutcome, as scripts read them. */
static const char *const outcomes[] = { "rotated", "finished", "busy", "undone" };

typedef struct
{
  KbOutcome outcome;
  char *id;
  gint64 expires;
  char *warning; /* "" for none */
  char *problem; /* "" for none */
} Result;

static void
result_free (gpointer data)
{
  Result *result = data;

  if (result == NULL)
    return;
  g_free (result->id);
  g_free (result->warning);
  g_free (result->problem);
  g_free (result);
}

void
kb_rotations_set (KbRotations *rotations, GPtrArray *jobs)
{
  g_clear_pointer (&rotations->results, g_ptr_array_unref);
  if (rotations->jobs != jobs)
    g_clear_pointer (&rotations->jobs, g_ptr_array_unref);
  rotations->jobs = jobs;
  rotations->results = g_ptr_array_new_with_free_func (result_free);
  g_ptr_array_set_size (rotations->results, (gint) jobs->len);
}

void
kb_rotations_clear (KbRotations *rotations)
{
  g_clear_pointer (&rotations->jobs, g_ptr_array_unref);
  g_clear_pointer (&rotations->results, g_ptr_array_unref);
}

static void
set_result (KbRotations *rotations, guint index, Result *result)
{
  result_free (rotations->results->pdata[index]);
  rotations->results->pdata[index] = result;
}

void
kb_rotations_put (KbRotations *rotations, guint index, const KbRotated *rotated,
                  const GError *problem)
{
  Result *result = g_new0 (Result, 1);

  result->outcome = rotated->outcome;
  result->id = g_strdup (rotated->id);
  result->expires = rotated->expires;
  result->warning = g_strdup (rotated->warning != NULL ? rotated->warning->str : "");
  result->problem = g_strdup (problem != NULL ? problem->message : "");
  set_result (rotations, index, result);
}

void
kb_rotated_to_json (KbBuffer *json, const KbRotated *rotated, const GError *problem)
{
  kb_json_open (json, NULL, '{');
  kb_json_number (json, "outcome", rotated->outcome);
  kb_json_text (json, "id", rotated->id);
  kb_json_number (json, "expires", rotated->expires);
  kb_json_text (json, "warning", rotated->warning != NULL ? rotated->warning->str : "");
  kb_json_text (json, "problem", problem != NULL ? problem->message : "");
  kb_json_close (json, '}');
}

void
kb_rotations_take (KbRotations *rotations, guint index, KbSecret *text)
{
  g_autoptr (KbJson) json = kb_json_parse (text, NULL);
  gint64 outcome = KB_UNDONE;
  Result *result;

  if (json == NULL || index >= rotations->jobs->len)
    return;
  result = g_new0 (Result, 1);
  (void) kb_json_int64 (json, kb_json_member (json, 0, "outcome"), FALSE, &outcome);
  (void) kb_json_int64 (json, kb_json_member (json, 0, "expires"), FALSE,
                        &result->expires);
  result->outcome = outcome >= 0 && outcome < KB_UNDONE ? (KbOutcome) outcome : KB_UNDONE;
  result->id = kb_json_string (json, kb_json_member (json, 0, "id"));
  result->warning = kb_json_string (json, kb_json_member (json, 0, "warning"));
  result->problem = kb_json_string (json, kb_json_member (json, 0, "problem"));
  set_result (rotations, index, result);
}

static const Result *
result_at (const KbRotations *rotations, guint index)
{
  static const Result none
      = { .outcome = KB_UNDONE,
          .warning = (char *) "",
          .problem = (char *) "its process ended early; run it again" };
  const Result *result = g_ptr_array_index (rotations->results, index);

  return result != NULL ? result : &none;
}

static guint
count (const KbRotations *rotations, KbOutcome outcome)
{
  guint found = 0;

  for (guint i = 0; i < rotations->jobs->len; i++)
    found += result_at (rotations, i)->outcome == outcome;
  return found;
}

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

static guint
count_warnings (const KbRotations *rotations)
{
  guint found = 0;

  for (guint i = 0; i < rotations->jobs->len; i++)
    found += has_text (result_at (rotations, i)->warning);
  return found;
}

void
kb_rotations_progress (const KbRotations *rotations, gboolean end)
{
  guint heard = 0;

  if (!isatty (STDERR_FILENO))
    return;
  for (guint i = 0; i < rotations->results->len; i++)
    heard += g_ptr_array_index (rotations->results, i) != NULL;
  if (end)
    dprintf (STDERR_FILENO, "\r\033[K");
  else
    dprintf (STDERR_FILENO, "\r%u of %u rotated ...", heard, rotations->jobs->len);
}

/* ---- for people ----------------------------------------------------------------- */

static void
complain (const char *name, const char *what, const char *why)
{
  g_autofree char *text = g_strconcat (name, what, why, NULL);

  kb_complain (text);
}

static void
show_result (KbPage *page, const KbJob *job, const Result *result)
{
  g_autofree char *ends = kb_words_when (result->expires);
  g_autofree char *line = NULL;

  if (has_text (result->problem))
    complain (job->name, " is not rotated: ", result->problem);
  else if (result->outcome == KB_UNDONE)
    complain (job->name, " is not rotated: ", "nobody is signed in");
  else if (result->outcome == KB_BUSY)
    complain (job->name, " is left alone: ", "another process rotates it");
  else if (result->outcome == KB_FINISHED)
    line = g_strdup_printf ("%s: nothing is left to do.", job->name);
  else
    line = g_strdup_printf ("%s is rotated; the new one ends %s.", job->name, ends);
  if (line != NULL)
    kb_page_entry (page, 0, 0, NULL, KB_STYLE_GOOD, line);
  if (has_text (result->warning))
    complain (job->name, ": ", result->warning);
}

static void
show_dry (KbPage *page, const KbJob *job)
{
  g_autofree char *ends = kb_words_when (job->valid_to);
  g_autofree char *line
      = job->begun
            ? g_strdup_printf ("%s would be brought to its end.", job->name)
            : g_strdup_printf ("%s would be rotated; it ends %s.", job->name, ends);

  kb_page_entry (page, 0, 0, NULL, KB_STYLE_PLAIN, line);
}

static void
show_text (const KbRotations *rotations, KbPage *page, gboolean dry)
{
  guint undone = count (rotations, KB_UNDONE);

  for (guint i = 0; i < rotations->jobs->len; i++)
    if (dry)
      show_dry (page, g_ptr_array_index (rotations->jobs, i));
    else
      show_result (page, g_ptr_array_index (rotations->jobs, i),
                   result_at (rotations, i));
  if (rotations->jobs->len == 0)
    kb_page_add (page, "Nothing is due.\n");
  else if (rotations->jobs->len > 1 && !dry)
    kb_page_printf (page, "%u rotated, %u not.\n", count (rotations, KB_ROTATED), undone);
}

/* ---- for scripts ---------------------------------------------------------------- */

static void
result_to_json (KbBuffer *json, const KbJob *job, const Result *result, gboolean dry)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "name", job->name);
  kb_json_text (json, "kept", job->keep);
  kb_json_text (json, "outcome", dry ? "due" : outcomes[result->outcome]);
  kb_json_text (json, "id", dry ? job->id : result->id);
  kb_json_time (json, "expires", dry ? job->valid_to : result->expires);
  kb_json_text (json, "warning",
                !dry && has_text (result->warning) ? result->warning : NULL);
  kb_json_text (json, "problem",
                !dry && has_text (result->problem) ? result->problem : NULL);
  kb_json_close (json, '}');
}

static void
show_json (const KbRotations *rotations, KbPage *page, gboolean dry)
{
  kb_json_open (page->text, NULL, '{');
  kb_json_text (page->text, "organization", rotations->organization);
  kb_json_number (page->text, "rotated", dry ? 0 : count (rotations, KB_ROTATED));
  kb_json_number (page->text, "undone", dry ? 0 : count (rotations, KB_UNDONE));
  kb_json_open (page->text, "tokens", '[');
  for (guint i = 0; i < rotations->jobs->len; i++)
    result_to_json (page->text, g_ptr_array_index (rotations->jobs, i),
                    result_at (rotations, i), dry);
  kb_json_close (page->text, ']');
  kb_json_close (page->text, '}');
  kb_page_add (page, "\n");
}

int
kb_rotations_show (const KbRotations *rotations, KbCall *call, gboolean dry,
                   gboolean json, GError **error)
{
  gboolean alone = rotations->jobs->len == 1;
  g_auto (KbPage) page = { 0 };

  kb_page_open (&page, kb_call_output (call));
  if (json)
    show_json (rotations, &page, dry);
  else
    show_text (rotations, &page, dry);
  if (!kb_page_write (&page, error) || dry)
    return dry ? 0 : KB_CALL_NOTHING;
  return count (rotations, KB_UNDONE) > 0 || (alone && count (rotations, KB_BUSY) > 0)
             ? KB_CALL_NOTHING
             : 0;
}

/* ---- for monitoring ------------------------------------------------------------- */

static const char *
priority_of (guint undone, guint warnings)
{
  if (undone > 0)
    return "3";
  return warnings > 0 ? "4" : "6";
}

void
kb_rotations_log (const KbRotations *rotations)
{
  guint rotated = count (rotations, KB_ROTATED);
  guint undone = count (rotations, KB_UNDONE);
  guint warnings = count_warnings (rotations);
  g_autofree char *message
      = g_strdup_printf ("rotated: %u tokens of %s, %u not, %u with a warning", rotated,
                         rotations->organization, undone, warnings);
  g_autofree char *done = g_strdup_printf ("%u", rotated);
  g_autofree char *left = g_strdup_printf ("%u", undone);
  g_autofree char *warned = g_strdup_printf ("%u", warnings);
  const GLogField fields[] = { { "MESSAGE", message, -1 },
                               { "MESSAGE_ID", KB_ROTATE_MESSAGE_ID, -1 },
                               { "PRIORITY", priority_of (undone, warnings), -1 },
                               { "SYSLOG_IDENTIFIER", "keybearer", -1 },
                               { "KEYBEARER_EVENT", "rotated", -1 },
                               { "KEYBEARER_REALM", rotations->organization, -1 },
                               { "KEYBEARER_ROTATED", done, -1 },
                               { "KEYBEARER_UNDONE", left, -1 },
                               { "KEYBEARER_WARNINGS", warned, -1 } };

  g_log_structured_array (G_LOG_LEVEL_INFO, fields, G_N_ELEMENTS (fields));
}
