/* SPDX-License-Identifier: MIT */
/* The front end for what starts the command `keyring`: pip, uv.
   Knows nothing of who makes credentials. */
#ifndef KB_FRONTENDS_KEYRING_H
#define KB_FRONTENDS_KEYRING_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: as of the command keyring. */
int kb_frontend_keyring (const KbStreams *streams, char **arguments, GError **error);

typedef struct
{
  const char *service; /* all borrowed from the arguments */
  const char *user;    /* or NULL */
  gboolean creds;      /* the user name is wanted, too */
  gboolean json;
} KbKeyringGet;

/* FALSE: anything but a get that we know; it is for the real keyring.  Options may stand
   before and after the operation, as tools of all ages write them. */
gboolean kb_keyring_read (char **arguments, KbKeyringGet *get);

G_END_DECLS

#endif
