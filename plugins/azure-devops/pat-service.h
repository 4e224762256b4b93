/* SPDX-License-Identifier: MIT */
/* The life cycle API of personal access tokens, one call a function.
   Knows nothing of where a token is kept. */
#ifndef KB_AZURE_DEVOPS_PAT_SERVICE_H
#define KB_AZURE_DEVOPS_PAT_SERVICE_H

#include "client.h"
#include "common/pat-call.h"

G_BEGIN_DECLS

/* New, of KbPat with its free function: all pages.  A service principal is told that it
   cannot have any. */
GPtrArray *kb_pat_list (KbClient *client, const KbPatFilter *filter, GError **error);

/* New, or NULL. */
KbPat *kb_pat_show (KbClient *client, const char *id, GError **error);
KbPat *kb_pat_create (KbClient *client, const KbPatWanted *wanted, GError **error);
KbPat *kb_pat_update (KbClient *client, const KbPatWanted *wanted, GError **error);

/* A token that is not there any more is no error: what was wanted is so. */
gboolean kb_pat_revoke (KbClient *client, const char *id, GError **error);

/* New: the one that WORD means, by its id, else by its name, which must be the only one.
   KB_DECLINED after a complaint: none, or several, whose ids are told. */
KbAnswer kb_pat_find (KbClient *client, const char *word, KbPat **pat, GError **error);

G_END_DECLS

#endif
