/* SPDX-License-Identifier: MIT */
/* Processes that work off a list together, each with one thing at a time.
   Knows nothing of what they do. */
#ifndef KB_AZURE_DEVOPS_CREW_H
#define KB_AZURE_DEVOPS_CREW_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* A call of the program is one thread and may hold libraries that do not survive a fork
   in other threads, so that the parent loads no store: it lists and works in children
   alone, and each has a session of its own. */
typedef struct _KbCrew KbCrew;

/* In a child: does the INDEX-th of COUNT and tells of it. */
typedef void (*KbCrewWork) (KbCrew *crew, guint index, gpointer data);

/* In the parent, for each kb_crew_tell, in the order in which they come. */
typedef void (*KbCrewHear) (guint index, KbSecret *text, gpointer data);

/* 0 to COUNT - 1, by at most MOST children, of which none outlives the parent.  What a
   child did not tell of was not done, or not to its end.  TARGET is the parent's, for
   time.  FALSE: no child could be started. */
gboolean kb_crew_run (KbTarget *target, guint count, guint most, KbCrewWork work,
                      KbCrewHear hear, gpointer data, GError **error);

/* At most KB_CREW_TELL_MAX bytes; more is cut off the crew's hearing: an error. */
#define KB_CREW_TELL_MAX 16384
gboolean kb_crew_tell (KbCrew *crew, guint index, const KbBuffer *text);

/* Memory that all children share, 0 at first. */
gint64 *kb_crew_shared (KbCrew *crew);

G_END_DECLS

#endif
