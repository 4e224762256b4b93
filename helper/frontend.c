/* SPDX-License-Identifier: MIT */
/* Exit statuses, complaints and the user's word on questions, for all front ends.
   Knows nothing of any of their protocols. */
#include "frontend.h"

#include "harden.h"

int
kb_exit_status (const GError *error)
{
  if (error->domain != KB_ERROR)
    return KB_EXIT_ERROR + KB_ERROR_MODULE;
  return KB_EXIT_ERROR + error->code;
}

void
kb_complain_notices (const KbSession *session)
{
  for (const char *const *notice = kb_session_notices (session); *notice != NULL;
       notice++)
    kb_complain (*notice);
}

void
kb_let_ask (KbRequest *request, const KbTalk *talk)
{
  kb_request_set_talk (request, talk);
  kb_watchdog (talk != NULL ? KB_DEADLINE_PROMPT_MS : KB_DEADLINE_MS);
}

static gboolean
says (const char *variable, const char *const *words)
{
  const char *value = g_getenv (variable);
  g_autofree char *word = value != NULL ? g_ascii_strdown (value, -1) : NULL;

  return word != NULL && g_strv_contains (words, word);
}

KbTalk *
kb_permitted_talk (void)
{
  static const char *const no[] = { "0", "false", "no", "off", "never", NULL };
  static const char *const yes[] = { "1", "true", "yes", "on", NULL };

  if (says ("GCM_INTERACTIVE", no) || says ("VSCODE_GIT_FETCH_SILENT", yes))
    return NULL;
  return kb_talk_new (!says ("GIT_TERMINAL_PROMPT", no));
}
