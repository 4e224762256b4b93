/* SPDX-License-Identifier: MIT */
/* The questions for credentials that are being worked on: each in a child, with progress,
   until it is answered or cancelled.  Knows nothing of the other messages. */
#ifndef KB_FRONTENDS_NUGET_JOBS_H
#define KB_FRONTENDS_NUGET_JOBS_H

#include "frontends/nuget-message.h"

#include <poll.h>

G_BEGIN_DECLS

/* In the protocol's own order. */
typedef enum
{
  KB_NUGET_LEVEL_DEBUG,
  KB_NUGET_LEVEL_VERBOSE,
  KB_NUGET_LEVEL_INFORMATION,
  KB_NUGET_LEVEL_MINIMAL,
  KB_NUGET_LEVEL_WARNING,
  KB_NUGET_LEVEL_ERROR,
  KB_NUGET_LEVEL_NONE /* NuGet has not said yet: it would answer a line with a fault */
} KbNugetLevel;

typedef struct _KbNugetJobs KbNugetJobs;

/* New.  Answers go to OUT. */
KbNugetJobs *kb_nuget_jobs_new (int out);
void kb_nuget_jobs_free (KbNugetJobs *jobs); /* and forgets their children */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbNugetJobs, kb_nuget_jobs_free)

void kb_nuget_jobs_set_level (KbNugetJobs *jobs, KbNugetLevel level);

/* Each FALSE below: nobody reads our answers any more. */

/* QUESTION is a GetAuthenticationCredentials. */
gboolean kb_nuget_jobs_add (KbNugetJobs *jobs, const KbNugetMessage *question);
gboolean kb_nuget_jobs_cancel (KbNugetJobs *jobs, const KbNugetMessage *cancel);

/* Appends a struct pollfd for each child. */
void kb_nuget_jobs_watch (const KbNugetJobs *jobs, GArray *watched);

/* Hears the children, sends what progress is due, gives up on who is late. */
gboolean kb_nuget_jobs_step (KbNugetJobs *jobs);

/* Milliseconds until the next step at the latest; -1: nothing is waited for. */
int kb_nuget_jobs_patience (const KbNugetJobs *jobs);

G_END_DECLS

#endif
