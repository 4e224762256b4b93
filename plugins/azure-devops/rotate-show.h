/* SPDX-License-Identifier: MIT */
/* What became of a list of rotations: for people, scripts and the journal.
   Knows nothing of how they are done. */
#ifndef KB_AZURE_DEVOPS_ROTATE_SHOW_H
#define KB_AZURE_DEVOPS_ROTATE_SHOW_H

#include "base/json.h"
#include "rotation.h"

G_BEGIN_DECLS

/* The journal's message of the end of a run: for `journalctl MESSAGE_ID=`. */
#define KB_ROTATE_MESSAGE_ID "7a2c0f5d3be94d0c8a51b6e4f39d1c27"

typedef struct
{
  const char *organization;
  GPtrArray *jobs;    /* of KbJob */
  GPtrArray *results; /* one for each job; NULL: nothing was heard of it */
} KbRotations;

/* Takes JOBS; no results yet. */
void kb_rotations_set (KbRotations *rotations, GPtrArray *jobs);
void kb_rotations_clear (KbRotations *rotations);

/* The result of the INDEX-th job; PROBLEM may be NULL. */
void kb_rotations_put (KbRotations *rotations, guint index, const KbRotated *rotated,
                       const GError *problem);

/* The same through another process. */
void kb_rotated_to_json (KbBuffer *json, const KbRotated *rotated, const GError *problem);
void kb_rotations_take (KbRotations *rotations, guint index, KbSecret *text);

/* One line on a terminal; END takes it away. */
void kb_rotations_progress (const KbRotations *rotations, gboolean end);

/* Prints all of it, problems and warnings to standard error.  The exit status: 0, or
   KB_CALL_NOTHING when one was not rotated.  DRY: what would be done. */
int kb_rotations_show (const KbRotations *rotations, KbCall *call, gboolean dry,
                       gboolean json, GError **error);

/* One structured message: KEYBEARER_EVENT=rotated, KEYBEARER_REALM, KEYBEARER_ROTATED,
   KEYBEARER_UNDONE, KEYBEARER_WARNINGS; its priority is 6, 4 with warnings, 3 when one
   was not rotated. */
void kb_rotations_log (const KbRotations *rotations);

G_END_DECLS

#endif
