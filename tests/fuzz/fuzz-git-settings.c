/* SPDX-License-Identifier: MIT */
/* Fuzzes what doctor reads of git's settings: any bytes are judged, and what is judged
   can be shown.  Knows nothing of git. */
#include "commands/doctor.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (KbUrl) url = kb_url_parse ("https://dev.azure.com/contoso/p/_git/r", NULL);
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (TRUE);
  g_autofree char *text = g_malloc0 (size + 1);
  g_auto (KbPage) page = { 0 };

  /* As it comes from a buffer, which ends with a NUL that does not count. */
  memcpy (text, data, size);
  kb_doctor_judge_git (NULL, url, text, size, NULL, diagnosis);
  g_assert_cmpuint (kb_diagnosis_findings (diagnosis)->len, >, 0);
  kb_page_open (&page, -1);
  kb_doctor_show (diagnosis, &page);
  for (const char *c = kb_buffer_peek (page.text); *c != '\0'; c++)
    g_assert_true (*c == '\n' || (guchar) *c >= ' ');
  return 0;
}
