/* SPDX-License-Identifier: MIT */
/* Which personal access tokens are kept here, and under which name.
   Knows nothing of the server. */
#ifndef KB_AZURE_DEVOPS_PAT_KEEP_H
#define KB_AZURE_DEVOPS_PAT_KEEP_H

#include "client.h"
#include "common/pat-record.h"

G_BEGIN_DECLS

/* New: "pat/ORGANIZATION/NAME" in the alphabet of named secrets, lower case, other
   characters as '-': what a person writes after `store:`. */
char *kb_pat_keep_name (const char *organization, const char *name);

/* KB_OK: the name is free or has this very token (ID, or NULL for a new one).  KB_FAILED:
   another token has it, or the store cannot be asked. */
KbAnswer kb_pat_keep_check (KbClient *client, const char *keep, const char *id,
                            GError **error);

/* Keeps PAT, which has its secret, durably; and the same with a secret that was kept. */
KbAnswer kb_pat_keep (KbClient *client, const char *keep, const KbPat *pat,
                      GError **error);
KbAnswer kb_pat_keep_named (KbClient *client, const char *keep, const KbNamed *named,
                            GError **error);

/* New: where the next token for KEEP waits until it is proven; `store:` finds it there,
   and list and rotate do not. */
char *kb_pat_keep_fresh (const char *keep);

/* New: the name that the token ID is kept under, or NULL. */
char *kb_pat_keep_find (KbClient *client, const char *id);

/* New: id -> name of all that are kept of this organization; none where the store cannot
   say. */
GHashTable *kb_pat_keep_all (KbClient *client);

/* The same, or NULL with ERROR where the store cannot say. */
GHashTable *kb_pat_keep_read (KbClient *client, GError **error);

G_END_DECLS

#endif
