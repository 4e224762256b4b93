/* SPDX-License-Identifier: MIT */
/* Exit statuses, --help, complaints and the user's word on questions, for all front ends.
   Knows nothing of any of their protocols. */
#include "frontend.h"

#include "base/text.h"
#include "harden.h"

#include <string.h>

#define SUMMARY_COLUMN 37

/* The summary stands right of the usage where there is room, else below. */
void
kb_help_entry (KbPage *page, const char *name, const char *usage, const char *summary)
{
  g_autofree char *start = g_strconcat ("  ", name, " ", NULL);
  guint indent = (guint) strlen (start);

  if (indent + strlen (usage) + 2 <= SUMMARY_COLUMN)
    {
      kb_page_marked (page, start, KB_STYLE_BOLD, indent, SUMMARY_COLUMN, usage, summary);
      return;
    }
  kb_page_marked (page, start, KB_STYLE_BOLD, indent, indent, NULL, usage);
  kb_page_entry (page, SUMMARY_COLUMN, SUMMARY_COLUMN, NULL, KB_STYLE_PLAIN, summary);
}

gboolean
kb_help_verb (int out, const char *name, const char *usage, const char *summary,
              const char *manual)
{
  g_autofree char *start = g_strconcat ("Usage: keybearer ", name, " ", NULL);
  guint indent = (guint) strlen (start);
  g_auto (KbPage) page = { 0 };

  kb_page_open (&page, out);
  kb_page_marked (&page, start, KB_STYLE_PLAIN, indent, indent, NULL, usage);
  kb_page_printf (&page, "\n%s.\n%s says more.\n", summary, manual);
  return kb_page_write (&page, NULL);
}

gboolean
kb_wants_help (char **arguments)
{
  for (; *arguments != NULL && !g_str_equal (*arguments, "--"); arguments++)
    if (g_str_equal (*arguments, "--help"))
      return TRUE;
  return FALSE;
}

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
kb_add_hint (GError *error, const char *word)
{
  static const char *const hints[] = {
    [KB_ERROR_CONFIG] = "run: keybearer check",
    [KB_ERROR_DENIED] = "see: keybearer explain ",
    [KB_ERROR_INTERACTION] = "run: keybearer login ",
    [KB_ERROR_LOCKED] = "see: keybearer status",
    [KB_ERROR_MODULE] = "see: keybearer modules",
  };
  const char *hint = error->domain == KB_ERROR && error->code >= 0
                             && error->code < (gint) G_N_ELEMENTS (hints)
                         ? hints[error->code]
                         : NULL;
  g_autofree char *message = error->message;

  if (hint == NULL || strstr (message, "run: ") != NULL)
    error->message = g_steal_pointer (&message);
  else if (g_str_has_suffix (hint, " "))
    error->message = g_strdup_printf ("%s; %s%s", message, hint, word);
  else
    error->message = g_strdup_printf ("%s; %s", message, hint);
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

static gboolean
is_set (const char *variable)
{
  const char *value = g_getenv (variable);

  return value != NULL && *value != '\0';
}

/* Build machines have a display, too, that nobody sees. */
static gboolean
on_desktop (void)
{
  static const char *const no[] = { "", "0", "false", "no", "off", NULL };
  gboolean built = (is_set ("CI") && !says ("CI", no)) || is_set ("TF_BUILD");

  return !built && (is_set ("DISPLAY") || is_set ("WAYLAND_DISPLAY"));
}

KbTalk *
kb_permitted_talk (void)
{
  static const char *const no[] = { "0", "false", "no", "off", "never", NULL };
  static const char *const yes[] = { "1", "true", "yes", "on", NULL };

  if (says ("GCM_INTERACTIVE", no) || says ("VSCODE_GIT_FETCH_SILENT", yes))
    return NULL;
  if (says ("GIT_TERMINAL_PROMPT", no))
    return kb_talk_new (FALSE, FALSE);
  return kb_talk_new (TRUE, on_desktop ());
}

static gboolean
worth_asking (KbAnswer answer, const GError *error)
{
  return answer == KB_DECLINED
         || (answer == KB_FAILED
             && (g_error_matches (error, KB_ERROR, KB_ERROR_INTERACTION)
                 || g_error_matches (error, KB_ERROR, KB_ERROR_LOCKED)));
}

KbAnswer
kb_get_or_ask (KbSession *session, KbRequest *request, KbWayFunc way, gboolean *asked,
               KbCredential **credential, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbTalk) talk = NULL;
  KbAnswer answer = kb_session_get (session, credential, &problem);

  if (way != NULL && worth_asking (answer, problem))
    talk = way ();
  *asked = talk != NULL;
  if (!*asked)
    {
      if (problem != NULL)
        g_propagate_error (error, g_steal_pointer (&problem));
      return answer;
    }
  kb_let_ask (request, talk);
  answer = kb_session_get (session, credential, error);
  kb_let_ask (request, NULL);
  return answer;
}
