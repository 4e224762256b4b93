/* SPDX-License-Identifier: MIT */
/* The core's side of KbRequest: what a calling tool asks for and what a source may use.
   Knows nothing of the tool's protocol nor of what will answer. */
#ifndef KB_REQUEST_H
#define KB_REQUEST_H

#include "base/url.h"
#include "keybearer-module.h"
#include "lock.h"
#include "talk.h"

G_BEGIN_DECLS

/* The whole of a call that may ask nobody, and what a person is given to answer. */
#define KB_DEADLINE_MS 15000
#define KB_DEADLINE_PROMPT_MS 120000
/* How long a process that may ask waits for another one that is asking: as long as a
   sign-in in the browser has by default (keybearer-oauth(8)). */
#define KB_DEADLINE_SIGN_IN_MS 300000

/* New; takes URL.  Starts without a person (talk NULL) and with KB_DEADLINE_MS left. */
KbRequest *kb_request_new (KbUrl *url);
void kb_request_free (KbRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbRequest, kb_request_free)

const KbUrl *kb_request_url (const KbRequest *request);

/* Who asks, for prompts and logs: "git", "nuget".  Copied. */
void kb_request_set_program (KbRequest *request, const char *program);

void kb_request_set_user (KbRequest *request, const char *user);

/* Only visible ASCII in words with one blank between them: it becomes part of forms,
   realms and names.  FALSE, and nothing set, for anything else.  NULL: none. */
gboolean kb_request_set_scope (KbRequest *request, const char *scope);
void kb_request_set_account (KbRequest *request, const char *account);

/* No account is set, but when a source asks for it: what VARIABLE of git's configuration
   says, else OTHERWISE.  Both may be NULL; copied. */
void kb_request_set_account_later (KbRequest *request, const char *variable,
                                   const char *otherwise);

/* VARIABLES ("VARIABLE=credential.NAME", NULL-terminated, borrowed; or NULL) count, where
   the environment has none of that name, as git's configuration has them, repositories
   left aside.  Git is asked when a source looks at one. */
void kb_request_set_git_variables (KbRequest *request, const char *const *variables);
void kb_request_set_fresh (KbRequest *request, gboolean fresh);

/* ORGANIZATION may be NULL; EXPECTED: the place has organizations. */
void kb_request_set_organization (KbRequest *request, const char *organization,
                                  gboolean expected);
void kb_request_add_challenge (KbRequest *request, const char *line);
void kb_request_clear_challenges (KbRequest *request);

/* TALK is borrowed and must outlive the request; NULL: nobody may be asked.  Setting one
   makes the deadline that of a prompt. */
void kb_request_set_talk (KbRequest *request, const KbTalk *talk);
/* While QUIET nobody is asked, whatever the talk: of one entry, while its store cannot
   say what it keeps. */
void kb_request_set_quiet (KbRequest *request, gboolean quiet);
/* The same for the rest of a stack. */
void kb_request_hush (KbRequest *request, gboolean hushed);
gboolean kb_request_hushed (const KbRequest *request);

/* Whether there is more to ask with than a window that opens. */
gboolean kb_request_can_ask (const KbRequest *request);

/* What kb_request_hint tells; both are copied, a VALUE of NULL takes it away. */
void kb_request_set_hint (KbRequest *request, const char *name, const char *value);

/* The pipe that the process's answer goes to, or -1: when nobody reads it any more, a
   sign-in ends, as whoever wanted it is gone. */
void kb_requests_watch_output (int fd);

/* The lock under which a source works, borrowed, or NULL: those that wait for it are told
   when somebody is signing in. */
void kb_request_set_lock (KbRequest *request, KbLock *lock);

/* How long to wait for somebody else's lock; before and after such a wait, which must not
   use up the time in which a person may be asked. */
gint64 kb_request_patience_ms (const KbRequest *request);
void kb_request_wait_begins (const KbRequest *request);
void kb_request_wait_ends (KbRequest *request);

/* After a source that called kb_request_begin_sign_in; nothing otherwise. */
void kb_request_end_sign_in (KbRequest *request);
/* FROM_NOW as kb_clock_patient_ms stretches it. */
void kb_request_set_deadline_ms (KbRequest *request, gint64 from_now);

/* What one entry of the stack is handed; all may be NULL; references are taken. */
void kb_request_hand (KbRequest *request, KbCredential *prior, gboolean refused,
                      KbSecret *renewal, KbCredential *input);

/* What sources said through kb_request_retry_after since the last hand: 0 or seconds. */
gint64 kb_request_asked_silence (const KbRequest *request);

/* Whether a person was asked since the last hand. */
gboolean kb_request_asked (const KbRequest *request);

/* The last note, or NULL; borrowed until the next one. */
const char *kb_request_last_note (const KbRequest *request);
void kb_request_clear_note (KbRequest *request);
/* How many there were so far. */
guint kb_request_notes (const KbRequest *request);

/* New.  What was looked at, sorted, joined by ';': "NAME=" and the SHA-256 of its value,
   or
   "*NAME=set" for one that holds a secret; nothing after '=' when it was not set. */
char *kb_request_environment_seen (const KbRequest *request);

G_END_DECLS

#endif
