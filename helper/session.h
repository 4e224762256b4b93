/* SPDX-License-Identifier: MIT */
/* One call: find the stack, take a credential from the cache or let one maker make it,
   keep it durably, and learn from what the server said of it. Knows nothing of the
   calling tool's protocol. */
#ifndef KB_SESSION_H
#define KB_SESSION_H

#include "keeper.h"

G_BEGIN_DECLS

typedef struct _KbSession KbSession;

/* New; both are borrowed.  Matches the stack and fills in REQUEST's organization. */
KbSession *kb_session_new (KbRuntime *runtime, KbRequest *request);
void kb_session_free (KbSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbSession, kb_session_free)

/* NULL: no stack matches, the URL is none of ours. */
const KbStack *kb_session_stack (const KbSession *session);

/* Borrowed; NULL without a stack.  For front ends that store what the tool hands them. */
KbKeeper *kb_session_keeper (const KbSession *session);

/* The token that the server has just refused, as kb_session_mark gave it; it is not given
   again.  NULL: none.  Copied. */
void kb_session_set_refused (KbSession *session, const char *mark);

/* Leaves the caches alone and makes a new one: what a person asks for by `login`. */
void kb_session_set_fresh (KbSession *session, gboolean fresh);

/* Asks this entry of the stack alone; NULL: all of them.  Copied.  FALSE: the stack has
   no such entry. */
gboolean kb_session_set_only (KbSession *session, const char *instance);

/* CREDENTIAL is new.  KB_DECLINED: no stack, or no source had anything to give. */
KbAnswer kb_session_get (KbSession *session, KbCredential **credential, GError **error);

/* After KB_OK: whether another could be made if the server refuses this one. */
gboolean kb_session_renewable (const KbSession *session);

/* After KB_OK: who answered; NULL where it does not apply.  Borrowed. */
const char *kb_session_instance (const KbSession *session);
const char *kb_session_account (const KbSession *session);

/* After KB_OK: when the credential was made, in seconds since 1970; 0: unknown. */
gint64 kb_session_made (const KbSession *session);

/* New.  Tells one secret from the next without giving it away: for state that a tool
   hands back.  16 hex digits of SHA-256: secrets that people think of never get here. */
char *kb_session_mark (const KbCredential *credential);

/* The server took SECRET: a mark against it goes. */
KbAnswer kb_session_accept (KbSession *session, const KbSecret *secret, GError **error);

/* The server refused SECRET: if that is what is kept, it is marked and not given again;
   what renews it stays.  SECRET NULL: whatever is kept for the place. */
KbAnswer kb_session_refuse (KbSession *session, const KbSecret *secret, GError **error);

/* What went wrong without stopping the call ("not kept: ..."), one line each; NULL-ended,
   borrowed. */
const char *const *kb_session_notices (const KbSession *session);

G_END_DECLS

#endif
