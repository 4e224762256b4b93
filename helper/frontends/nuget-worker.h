/* SPDX-License-Identifier: MIT */
/* A child process that answers one question, so that the plugin can go on to listen.
   Knows nothing of NuGet's messages. */
#ifndef KB_FRONTENDS_NUGET_WORKER_H
#define KB_FRONTENDS_NUGET_WORKER_H

#include "frontends/nuget-ask.h"

G_BEGIN_DECLS

typedef struct _KbNugetWorker KbNugetWorker;

/* New, or NULL when there can be no more processes.  The child keeps none of CLOSING, a
   list of descriptors that ends with -1, and has /dev/null as its input. */
KbNugetWorker *kb_nuget_worker_start (const KbNugetQuestion *question,
                                      const int *closing);

/* Forgets the child, which ends by itself: it may be about to keep a renewal that cannot
   be had again. */
void kb_nuget_worker_stop (KbNugetWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbNugetWorker, kb_nuget_worker_stop)

/* Readable when kb_nuget_worker_hear has something. */
int kb_nuget_worker_fd (const KbNugetWorker *worker);

typedef enum
{
  KB_NUGET_HEARD_NOTHING,
  KB_NUGET_HEARD_LINE,  /* *LINE is new: for a person, now */
  KB_NUGET_HEARD_ANSWER /* *ANSWER is filled in, its log left empty: lines came before */
} KbNugetHeard;

/* A child that ended without an answer has answered KB_NUGET_NOTHING. */
KbNugetHeard kb_nuget_worker_hear (KbNugetWorker *worker, char **line,
                                   KbNugetAnswer *answer);

/* Buries the children that have ended since. */
void kb_nuget_worker_reap (void);

G_END_DECLS

#endif
