/* SPDX-License-Identifier: MIT */
/* Keeps as ours what another program kept, and reads it back: nothing of ours is ever
   replaced by it.  Knows nothing of any such program nor of any store's name. */
#ifndef KB_ADOPT_H
#define KB_ADOPT_H

#include "session.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean dry;         /* in: tell what would be done, and do nothing */
  gboolean was_there;   /* it was kept already */
  gboolean answers;     /* the place gets it from now on, unless the stack finds better */
  const char *instance; /* the source that took it, NULL for logins; borrowed */
  const char *store;    /* the one that keeps it; borrowed */
  char *why;            /* of KB_DECLINED: why it stays where it is */
} KbAdoption;

void kb_adoption_clear (KbAdoption *adoption);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbAdoption, kb_adoption_clear)

/* SESSION is for FOREIGN's place and user and has a stack.  KB_OK: the store that lasts
   has been asked and has it (or, when dry, would be given it).  KB_DECLINED: it is left
   alone. */
KbAnswer kb_adopt (KbRuntime *runtime, KbSession *session, KbRequest *request,
                   const KbForeign *foreign, KbAdoption *adoption, GError **error);

G_END_DECLS

#endif
