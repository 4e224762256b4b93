/* SPDX-License-Identifier: MIT */
/* Findings as a table for people, and as JSON.
   Knows nothing of who found them. */
#include "commands/doctor.h"

#include <string.h>

#include "base/text.h"

#define MARK_WIDTH 6
#define NAME_MOST 20
#define GAP 2

static const char *const words[] = {
  [KB_FINDING_GOOD] = "good", [KB_FINDING_BAD] = "bad", [KB_FINDING_UNKNOWN] = "unknown"
};

guint
kb_doctor_count (const KbDiagnosis *diagnosis, KbFindingState state)
{
  const GPtrArray *findings = kb_diagnosis_findings (diagnosis);
  guint count = 0;

  for (guint i = 0; i < findings->len; i++)
    count += ((const KbFinding *) g_ptr_array_index (findings, i))->state == state;
  return count;
}

static guint
column_of (const GPtrArray *findings)
{
  guint widest = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const KbFinding *finding = g_ptr_array_index (findings, i);

      widest = MAX (widest, (guint) g_utf8_strlen (finding->name, -1));
    }
  return MARK_WIDTH + MIN (widest, NAME_MOST) + GAP;
}

/* A command is for copying: it stays on one line. */
static void
show_command (const char *command, guint column, KbPage *page)
{
  kb_page_printf (page, "%*s", (int) column, "");
  kb_page_add (page, "run: ");
  kb_page_show (page, KB_STYLE_BOLD, command);
  kb_page_add (page, "\n");
}

static void
show_one (const KbFinding *finding, guint column, KbPage *page)
{
  static const char *const marks[] = {
    [KB_FINDING_GOOD] = "good", [KB_FINDING_BAD] = "BAD", [KB_FINDING_UNKNOWN] = "?"
  };
  static const KbStyle styles[] = { [KB_FINDING_GOOD] = KB_STYLE_GOOD,
                                    [KB_FINDING_BAD] = KB_STYLE_BAD,
                                    [KB_FINDING_UNKNOWN] = KB_STYLE_BOLD };
  g_autofree char *name = kb_text_escape (finding->name, strlen (finding->name), 0);

  kb_page_marked (page, marks[finding->state], styles[finding->state], MARK_WIDTH, column,
                  name, finding->text);
  if (finding->command != NULL)
    show_command (finding->command, column, page);
}

void
kb_doctor_show (const KbDiagnosis *diagnosis, KbPage *page)
{
  const GPtrArray *findings = kb_diagnosis_findings (diagnosis);
  guint column = column_of (findings);
  guint bad = kb_doctor_count (diagnosis, KB_FINDING_BAD);
  guint unknown = kb_doctor_count (diagnosis, KB_FINDING_UNKNOWN);

  for (guint i = 0; i < findings->len; i++)
    show_one (g_ptr_array_index (findings, i), column, page);
  kb_page_add (page, "\n");
  if (bad > 0)
    kb_page_show (page, KB_STYLE_BAD, "something is wrong");
  else
    kb_page_show (page, KB_STYLE_GOOD, unknown > 0 ? "nothing is wrong" : "all well");
  kb_page_printf (page, ": %u bad, %u unknown, %u good\n", bad, unknown,
                  kb_doctor_count (diagnosis, KB_FINDING_GOOD));
}

void
kb_doctor_to_json (const KbDiagnosis *diagnosis, KbPage *page)
{
  const GPtrArray *findings = kb_diagnosis_findings (diagnosis);
  KbBuffer *json = page->text;

  kb_json_open (json, NULL, '{');
  kb_json_open (json, "findings", '[');
  for (guint i = 0; i < findings->len; i++)
    {
      const KbFinding *finding = g_ptr_array_index (findings, i);

      kb_json_open (json, NULL, '{');
      kb_json_text (json, "name", finding->name);
      kb_json_text (json, "from", finding->from);
      kb_json_text (json, "state", words[finding->state]);
      kb_json_text (json, "text", finding->text);
      kb_json_text (json, "command", finding->command);
      kb_json_close (json, '}');
    }
  kb_json_close (json, ']');
  kb_json_number (json, "bad", kb_doctor_count (diagnosis, KB_FINDING_BAD));
  kb_json_number (json, "unknown", kb_doctor_count (diagnosis, KB_FINDING_UNKNOWN));
  kb_json_number (json, "good", kb_doctor_count (diagnosis, KB_FINDING_GOOD));
  kb_json_close (json, '}');
  kb_page_add (page, "\n");
}
