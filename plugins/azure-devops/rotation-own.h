/* SPDX-License-Identifier: MIT */
/* One rotation under way, for the two files that drive it.
   Knows nothing of which tokens are due. */
#ifndef KB_AZURE_DEVOPS_ROTATION_OWN_H
#define KB_AZURE_DEVOPS_ROTATION_OWN_H

#include "rotation.h"

G_BEGIN_DECLS

typedef struct
{
  KbClient *client;
  KbJournal *journal;
  GPtrArray *hooks; /* of KbInstance, borrowed */
  char *fresh;      /* where the new one waits */
  KbNamed *named;   /* the new one with its secret, once it is at hand */
  KbPat *pat;       /* the new one as the server told it, or NULL */
  gboolean resumed; /* an earlier run got here */
  gboolean again;   /* made anew once in this run, as that was what its step called for */
  gboolean proven;  /* in this run */
  gboolean done;
  KbRotated *out;
} KbRotation;

/* Adds to what did not go as it should. */
void kb_rotation_warn (KbRotation *rotation, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* The target, with a request's time for what the stores do. */
KbTarget *kb_rotation_target (KbRotation *rotation);

/* Notes that STEP is reached. */
gboolean kb_rotation_note (KbRotation *rotation, KbStep step, GError **error);

/* ---- rotation-make.c ------------------------------------------------------------ */

/* Revokes what bears one of our marks on the server, or takes it up where its secret is
   kept. */
gboolean kb_rotation_sweep (KbRotation *rotation, GError **error);

/* MAKING to KEPT: made and kept, or neither. */
gboolean kb_rotation_make (KbRotation *rotation, GError **error);

/* Revokes a new one; the error names it and the command that does it. */
gboolean kb_rotation_revoke (KbRotation *rotation, const char *id, GError **error);

/* Nothing is under way any more: the journal goes, or stays for what a request that was
   cut off may yet make. */
gboolean kb_rotation_put_away (KbRotation *rotation, GError **error);

/* No new one is made: as if nothing had been, save that a rotation that was made anew
   still has its dead to bury. */
void kb_rotation_give_up (KbRotation *rotation);

G_END_DECLS

#endif
