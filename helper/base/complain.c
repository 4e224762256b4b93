/* SPDX-License-Identifier: MIT */
/* Prints one escaped line on standard error.
   Knows nothing of what went wrong. */
#include "base/complain.h"

#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/text.h"

#define SHOWN_MAX 1024

void
kb_complain (const char *text)
{
  g_autofree char *shown = kb_text_escape (text, strlen (text), SHOWN_MAX);
  g_autofree char *line = g_strdup_printf ("keybearer: %s\n", shown);

  kb_write_all (STDERR_FILENO, line, strlen (line));
}
