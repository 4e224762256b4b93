/* SPDX-License-Identifier: MIT */
/* Gathers findings.
   Knows nothing of who looks and of how they are shown. */
#include "diagnosis.h"

struct _KbDiagnosis
{
  gboolean offline;
  char *from;
  GPtrArray *findings; /* of KbFinding */
};

static void
finding_free (gpointer data)
{
  KbFinding *finding = data;

  g_free (finding->from);
  g_free (finding->name);
  g_free (finding->text);
  g_free (finding->command);
  g_free (finding);
}

KbDiagnosis *
kb_diagnosis_new (gboolean offline)
{
  KbDiagnosis *diagnosis = g_new0 (KbDiagnosis, 1);

  diagnosis->offline = offline;
  diagnosis->findings = g_ptr_array_new_with_free_func (finding_free);
  return diagnosis;
}

void
kb_diagnosis_free (KbDiagnosis *diagnosis)
{
  if (diagnosis == NULL)
    return;
  g_ptr_array_unref (diagnosis->findings);
  g_free (diagnosis->from);
  g_free (diagnosis);
}

gboolean
kb_diagnosis_offline (const KbDiagnosis *diagnosis)
{
  return diagnosis->offline;
}

void
kb_diagnosis_set_from (KbDiagnosis *diagnosis, const char *from)
{
  g_free (diagnosis->from);
  diagnosis->from = g_strdup (from);
}

static gboolean
is_known (const KbDiagnosis *diagnosis, const KbFinding *new)
{
  for (guint i = 0; i < diagnosis->findings->len; i++)
    {
      const KbFinding *old = g_ptr_array_index (diagnosis->findings, i);

      if (old->state == new->state && g_str_equal (old->name, new->name)
          && g_str_equal (old->text, new->text)
          && g_strcmp0 (old->command, new->command) == 0)
        return TRUE;
    }
  return FALSE;
}

void
kb_diagnosis_add (KbDiagnosis *diagnosis, KbFindingState state, const char *name,
                  const char *text, const char *command)
{
  KbFinding *finding = g_new0 (KbFinding, 1);

  finding->from = g_strdup (diagnosis->from);
  finding->name = g_strdup (name != NULL ? name : "");
  finding->state
      = state == KB_FINDING_GOOD || state == KB_FINDING_BAD ? state : KB_FINDING_UNKNOWN;
  finding->text = g_strdup (text != NULL ? text : "");
  finding->command = g_strdup (command);
  if (is_known (diagnosis, finding))
    finding_free (finding);
  else
    g_ptr_array_add (diagnosis->findings, finding);
}

void
kb_diagnosis_needless (KbDiagnosis *diagnosis, guint from, const char *why)
{
  for (guint i = from; i < diagnosis->findings->len; i++)
    {
      KbFinding *finding = g_ptr_array_index (diagnosis->findings, i);
      char *text;

      if (finding->state != KB_FINDING_UNKNOWN)
        continue;
      text = g_strdup_printf ("%s, nor needed: %s", finding->text, why);
      g_free (finding->text);
      finding->text = text;
      finding->state = KB_FINDING_GOOD;
      g_clear_pointer (&finding->command, g_free);
    }
}

const GPtrArray *
kb_diagnosis_findings (const KbDiagnosis *diagnosis)
{
  return diagnosis->findings;
}
