/* SPDX-License-Identifier: MIT */
/* Opens a page on a verb's streams and makes an exit status of its end.
   Knows nothing of what it says. */
#include "commands/page.h"

void
kb_page_begin (KbPage *page, const KbStreams *streams)
{
  kb_page_open (page, streams->out);
}

int
kb_page_end (KbPage *page, GError **error)
{
  return kb_page_write (page, error) ? 0 : KB_EXIT_ERROR + KB_ERROR_PROTOCOL;
}
