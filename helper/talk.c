/* SPDX-License-Identifier: MIT */
/* Chooses between askpass and the terminal as git does, and makes questions safe to show.
   Knows nothing of what is asked. */
#include "talk.h"

#include "askpass.h"
#include "base/text.h"
#include "terminal.h"

#include <string.h>

#define SHOWN_MAX 1024
/* The address of a sign-in page has about as much, and cut short it is worth nothing. */
#define TOLD_MAX 4096

struct _KbTalk
{
  char *askpass; /* a program, or NULL */
  gboolean terminal;
};

static struct
{
  KbTalkFunc tell; /* or NULL */
  gpointer data;
} listener;

void
kb_talk_set_listener (KbTalkFunc tell, gpointer data)
{
  listener.tell = tell;
  listener.data = data;
}

KbTalk *
kb_talk_new (gboolean terminal_allowed, gboolean desktop)
{
  g_autofree char *askpass = kb_askpass_find ();
  gboolean terminal = terminal_allowed && kb_terminal_usable ();
  KbTalk *talk;

  if (askpass == NULL && !terminal && !desktop && listener.tell == NULL)
    return NULL;
  talk = g_new0 (KbTalk, 1);
  talk->askpass = g_steal_pointer (&askpass);
  talk->terminal = terminal;
  return talk;
}

void
kb_talk_free (KbTalk *talk)
{
  if (talk == NULL)
    return;
  g_free (talk->askpass);
  g_free (talk);
}

gboolean
kb_talk_can_ask (const KbTalk *talk)
{
  return talk->askpass != NULL || talk->terminal;
}

/* New: one line that is safe to show and ends as questions do. */
static char *
prompt_of (const char *question)
{
  g_autofree char *shown = kb_text_escape (question, strlen (question), SHOWN_MAX);
  gsize length = strlen (shown);
  gboolean ended = length > 0 && (shown[length - 1] == '?' || shown[length - 1] == ':');

  return g_strconcat (shown, ended ? " " : ": ", NULL);
}

/* A program that cannot be run is as good as none, where there is a terminal; one that a
   person closed is an answer. */
KbAnswer
kb_talk_ask (const KbTalk *talk, const char *question, gboolean hidden, gint64 deadline,
             KbSecret **answer, GError **error)
{
  g_autofree char *prompt = prompt_of (question);
  g_autoptr (GError) problem = NULL;
  KbAnswer result = KB_FAILED;

  if (!kb_talk_can_ask (talk))
    return KB_DECLINED;
  if (talk->askpass != NULL)
    result = kb_askpass_run (talk->askpass, prompt, deadline, answer, &problem);
  if (result == KB_FAILED && talk->terminal)
    {
      g_clear_error (&problem);
      result = kb_terminal_ask (prompt, hidden, deadline, answer, &problem);
    }
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return result;
}

gboolean
kb_talk_tell (const KbTalk *talk, const char *text)
{
  g_autofree char *shown = kb_text_escape (text, strlen (text), TOLD_MAX);

  if (talk->terminal)
    kb_terminal_tell (shown);
  else if (listener.tell != NULL)
    listener.tell (shown, listener.data);
  return talk->terminal || listener.tell != NULL;
}
