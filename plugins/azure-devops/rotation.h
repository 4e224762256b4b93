/* SPDX-License-Identifier: MIT */
/* The rotation of one token, from making the new one to revoking the old one; or the end
   of one that was cut short.  The machine is in journal.h.
   Knows nothing of which tokens are due, nor of other rotations. */
#ifndef KB_AZURE_DEVOPS_ROTATION_H
#define KB_AZURE_DEVOPS_ROTATION_H

#include "client.h"
#include "journal.h"
#include "common/pat-record.h"

G_BEGIN_DECLS

/* One token that is to be rotated. */
typedef struct
{
  char *keep; /* what it is kept as, or would be */
  char *name;
  char *id; /* what is known of the one there is; NULL: the journal alone knows it */
  char *scope;
  gint64 valid_from;
  gint64 valid_to;
  gboolean global;
  gboolean kept;
  gboolean begun; /* there is a journal */
  gboolean due;   /* FALSE: finish what is begun, and begin nothing */
} KbJob;

void kb_job_free (KbJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbJob, kb_job_free)

typedef enum
{
  KB_ROTATED,  /* the old one is revoked, or a warning says what became of it */
  KB_FINISHED, /* there was nothing to begin: an earlier one was brought to its end */
  KB_BUSY,     /* another process rotates it, or has done so since it was listed */
  KB_UNDONE    /* MESSAGE says why, and that the old one is good */
} KbOutcome;

typedef struct
{
  KbOutcome outcome;
  char *id;         /* of the new one, or NULL */
  gint64 expires;   /* 0: unknown */
  GString *warning; /* what did not go as it should; sentences with "; " between them */
} KbRotated;

void kb_rotated_clear (KbRotated *rotated);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbRotated, kb_rotated_clear)

/* LIFE: seconds that the new one lives, 0 for as long as the old one was to.  FALSE with
   ERROR is KB_UNDONE. */
gboolean kb_rotation_run (KbCall *call, KbClient *client, const KbJob *job, gint64 life,
                          KbRotated *rotated, GError **error);

G_END_DECLS

#endif
