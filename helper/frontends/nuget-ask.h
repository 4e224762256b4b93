/* SPDX-License-Identifier: MIT */
/* One question of NuGet's, a source's URL, and what we have for it.
   Knows nothing of how either travels. */
#ifndef KB_FRONTENDS_NUGET_ASK_H
#define KB_FRONTENDS_NUGET_ASK_H

#include "request.h"

G_BEGIN_DECLS

/* A credential younger than this is not made anew because a retry is asked for: NuGet
   sets IsRetry for a second feed too (NuGet/Home#11210), and what has just been made
   would be refused again.  Two retries in a row for one URL count, whatever the age. */
#define KB_NUGET_YOUNG_S 30

/* All borrowed.  GIVEN is the mark of what this URL was given before, TIMES how often. */
typedef struct
{
  const char *uri;
  gboolean retry;
  gboolean alone;    /* a retry means what it says: a call of its own, not the plugin's */
  gboolean may_ask;  /* a person, in the terminal at least */
  gboolean may_show; /* windows too */
  const char *given;
  guint times;
} KbNugetQuestion;

typedef enum
{
  KB_NUGET_NOTHING, /* ours, but there is nothing to give: LOG tells why */
  KB_NUGET_FOREIGN, /* no host of ours */
  KB_NUGET_GIVEN
} KbNugetOutcome;

typedef struct
{
  KbNugetOutcome outcome;
  char *user;
  KbSecret *secret;
  char *mark;     /* tells one secret from the next: kb_session_mark */
  GPtrArray *log; /* of char*: lines for a person, not yet escaped */
} KbNugetAnswer;

void kb_nuget_answer_clear (KbNugetAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbNugetAnswer, kb_nuget_answer_clear)

/* Walks the stack for QUESTION, once in a process: without dialogs the variables that
   lead to one are gone afterwards. */
void kb_nuget_ask (const KbNugetQuestion *question, KbNugetAnswer *answer);

G_END_DECLS

#endif
