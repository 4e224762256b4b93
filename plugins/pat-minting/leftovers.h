/* SPDX-License-Identifier: MIT */
/* Which tokens of the server are ours to revoke: what goes with a credential as its
   renewal.  Knows nothing of requests. */
#ifndef KB_PAT_MINTING_LEFTOVERS_H
#define KB_PAT_MINTING_LEFTOVERS_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* How many ids of one organization are remembered; of more, the oldest end by
   themselves. */
#define KB_LEFTOVERS_MAX 8

/* New, of char *: the ids of ORGANIZATION in RENEWAL, which may be NULL, the one that was
   made last first.  A renewal that makes no sense has none. */
GPtrArray *kb_leftovers_of (KbSecret *renewal, const char *organization);

/* New: RENEWAL with IDS, of const char *, in place of what it had of ORGANIZATION; what
   it has of others stays.  One account's renewal serves all of its organizations. */
KbSecret *kb_leftovers_with (KbSecret *renewal, const char *organization,
                             const GPtrArray *ids);

G_END_DECLS

#endif
