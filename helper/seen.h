/* SPDX-License-Identifier: MIT */
/* Which variables were looked at, and how they stood: what a kept answer depends on.
   Knows nothing of what they are for. */
#ifndef KB_SEEN_H
#define KB_SEEN_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct _KbSeen KbSeen;

KbSeen *kb_seen_new (void);
void kb_seen_free (KbSeen *seen);

/* The variable, NULL when it is unset or empty; of a secret (new) only its presence is
   remembered. */
const char *kb_seen_value (KbSeen *seen, const char *variable);
KbSecret *kb_seen_secret (KbSeen *seen, const char *variable);

/* New.  What was looked at, sorted, joined by ';': "NAME=" and the SHA-256 of its value,
   or "*NAME=set" for one that holds a secret; nothing after '=' when it was not set. */
char *kb_seen_describe (const KbSeen *seen);

/* New.  The names in DESCRIPTION as the environment is now. */
char *kb_environment_now (const char *description);

G_END_DECLS

#endif
