/* SPDX-License-Identifier: MIT */
/* What the small front ends share: one credential for one URL, for one program, with a
   way to a person or none.  Knows nothing of any of their protocols. */
#ifndef KB_FRONTENDS_ASK_H
#define KB_FRONTENDS_ASK_H

#include "frontend.h"

G_BEGIN_DECLS

/* What is wanted, all but PROGRAM perhaps NULL or 0; strings are borrowed until the ask
   is cleared. */
typedef struct
{
  const char *program;           /* who asks, for people: "cargo" */
  const char *login;             /* whom the tool names: a login when it has an '@' */
  const char *scope;             /* what else the token is to be good for */
  const char *const *challenges; /* what the server's WWW-Authenticate lines said */
  const char *refused;           /* kb_session_mark of a token that was refused */
  KbWayFunc way;                 /* to a person; NULL: nobody may be asked */
  gint64 deadline_ms;            /* from now; 0: KB_DEADLINE_MS.  Below what the tool
                                    waits: of these only Bazel and NuGet have a limit */
  gboolean any_organization;     /* the token goes only where the user wrote it down, so
                                    the URL need not say which organization it is for */
  gboolean feed;                 /* a name means the organization's package feeds */
} KbWish;

/* One ask; also what is under it, for front ends that need more (storage, marks). */
typedef struct
{
  KbRuntime *runtime;
  KbRequest *request;
  KbSession *session;
  KbWayFunc way;
  char *word; /* what `keybearer login WORD` would take */
} KbAsk;

void kb_ask_clear (KbAsk *ask);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbAsk, kb_ask_clear)

/* ASK is zeroed.  URL is the tool's; its query and fragment do not matter.  No source and
   no store is asked yet.  KB_DECLINED: not ours, to be said in the tool's own words - no
   stack is for it, it is no https URL that can be trusted (kb_url_parse), or it does not
   say which organization is meant.  KB_FAILED: the configuration cannot be used. */
KbAnswer kb_ask_open (KbAsk *ask, const char *url, const KbWish *wish, GError **error);

/* The same for an organization or a URL that a person wrote down, or NULL for the only
   organization there is (kb_target_url). */
KbAnswer kb_ask_open_word (KbAsk *ask, const char *word, const KbWish *wish,
                           GError **error);

/* TRUE: the stack makes nothing, it keeps what tools store (kb_logins_get and kin). */
gboolean kb_ask_is_storage (const KbAsk *ask);

/* CREDENTIAL is new.  KB_OK or KB_FAILED, whose message names the command that helps:
   nothing to give is KB_ERROR_INTERACTION. */
KbAnswer kb_ask_take (KbAsk *ask, KbCredential **credential, GError **error);

/* The same, with the session's notices printed on standard error. */
KbAnswer kb_ask_get (KbAsk *ask, KbCredential **credential, GError **error);

/* Both in one, for tools that can be told only "nothing": KB_DECLINED for what is not
   ours, and after a complaint for what went wrong. */
KbAnswer kb_ask_quietly (KbAsk *ask, const char *url, const KbWish *wish,
                         KbCredential **credential);

/* The user name that goes with CREDENTIAL, never empty.  An organization's token says by
   itself who it is; the name is then the one that configurations of other tools have. */
const char *kb_ask_user (const KbAsk *ask, const KbCredential *credential);

/* Appends the value of an Authorization header. */
gboolean kb_ask_append_header (const KbAsk *ask, KbBuffer *text,
                               const KbCredential *credential);

/* Until when a tool may use CREDENTIAL without asking again: some minutes before it ends,
   half of its life where that is short; 0 when nobody knows the end. */
gint64 kb_ask_until (const KbCredential *credential);

/* New: the same as RFC 3339 has it, without fractions, which Bazel cannot read; or
   NULL. */
char *kb_ask_until_text (const KbCredential *credential);

/* Writes TEXT to the tool.  The exit status. */
int kb_ask_answer (const KbStreams *streams, const KbBuffer *text);

G_END_DECLS

#endif
