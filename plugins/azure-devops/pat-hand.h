/* SPDX-License-Identifier: MIT */
/* Hands a new token on: to a descriptor, to a command's standard input, to the screen.
   Knows nothing of how it was made and where it is kept. */
#ifndef KB_AZURE_DEVOPS_PAT_HAND_H
#define KB_AZURE_DEVOPS_PAT_HAND_H

#include "client.h"
#include "common/pat-record.h"

G_BEGIN_DECLS

/* What a command may take: it may ask a server. */
#define KB_PAT_HAND_MS 120000

typedef struct
{
  int fd;         /* -1: to none */
  char **command; /* NULL: to none; the program with its absolute path */
  gboolean show;
} KbPatHand;

void kb_pat_hand_clear (KbPatHand *hand);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbPatHand, kb_pat_hand_clear)

/* FD and COMMAND are what a person wrote, or NULL.  COMMAND is split into words as a
   shell splits them, and no shell is started; the program is looked for in PATH.  FALSE
   after a complaint, before anything is made. */
gboolean kb_pat_hand_read (const char *fd, const char *command, KbPatHand *hand);

/* In that order: the first that fails ends it.  The command gets the secret and a line
   feed on its standard input. */
gboolean kb_pat_hand_on (const KbPatHand *hand, KbCall *call, KbClient *client,
                         const KbPat *pat, GError **error);

G_END_DECLS

#endif
