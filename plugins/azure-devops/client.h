/* SPDX-License-Identifier: MIT */
/* Requests to one organization with whatever credential its stack gives: another one when
   the first is refused, and no faster than the server likes.
   Knows nothing of what is asked. */
#ifndef KB_AZURE_DEVOPS_CLIENT_H
#define KB_AZURE_DEVOPS_CLIENT_H

#include "common/devops-call.h"

G_BEGIN_DECLS

/* The longest list that is put together of pages. */
#define KB_CLIENT_ANSWER_MAX KB_DEVOPS_ANSWER_MAX
/* One request with its retries; and the longest that a server may make us wait at once
   (the window of Azure DevOps' own limits is five minutes). */
#define KB_CLIENT_REQUEST_MS 60000
#define KB_CLIENT_WAIT_MAX_S 300

typedef struct _KbClient KbClient;

/* WORD: as for kb_call_target.  KB_DECLINED after a complaint. */
KbAnswer kb_client_new (KbCall *call, const char *word, KbClient **client,
                        GError **error);
void kb_client_free (KbClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbClient, kb_client_free)

const char *kb_client_organization (const KbClient *client);
KbTarget *kb_client_target (KbClient *client);
const KbInstance *kb_client_instance (const KbClient *client);

typedef KbDevopsCall KbClientCall;

/* New, of status below 300 and no page; else NULL with an error in plain words, or
   without one after a complaint that nobody is signed in.  429 and 503 are tried again,
   up to four times, after what Retry-After says; nothing that a server may have acted on
   is sent twice. */
KbHttpAnswer *kb_client_send (KbClient *client, const KbClientCall *call, GError **error);

/* One request with CREDENTIAL instead, which the server may refuse: any status is an
   answer.  Throttling is obeyed as above; nothing is learnt of the organization's own
   credential. */
KbHttpAnswer *kb_client_try (KbClient *client, const KbCredential *credential,
                             const KbClientCall *call, GError **error);

/* Processes that ask one server together wait together: QUIET is memory that they share,
   0 at first, and outlives CLIENT. */
void kb_client_share_quiet (KbClient *client, gint64 *quiet);

/* How many there are so far, on standard error where that is a terminal and a person
   waits; END takes the line away, as an error does. */
void kb_client_progress (guint count, gboolean end);

/* The continuation token of an answer (new), or NULL: it was the last page. */
char *kb_client_continuation (const KbHttpAnswer *answer);

G_END_DECLS

#endif
