/* SPDX-License-Identifier: MIT */
/* The attributes that git sends, read into fields, and records written as attributes.
   Knows nothing of what is done with them. */
#ifndef KB_FRONTENDS_GIT_INPUT_H
#define KB_FRONTENDS_GIT_INPUT_H

#include "item.h"

G_BEGIN_DECLS

/* NULL is "not sent", which differs from empty. */
typedef struct
{
  char *protocol;
  char *host;
  char *path;
  char *username;
  char *authtype;
  KbSecret *password;
  KbSecret *credential;
  KbSecret *renewal; /* oauth_refresh_token */
  gint64 expires;    /* password_expiry_utc */
  gboolean expires_given;
  gboolean ephemeral;
  GPtrArray *challenges; /* wwwauth[], of char* */
  char *state;           /* the rest of a state[] that is ours */
  gboolean takes_authtype;
  gboolean takes_state;
} KbGitInput;

/* Fills INPUT, which is zeroed.  KB_ERROR_PROTOCOL: a bad line (by number), two different
   values of one key, protocol or host missing for http.  Unknown keys are passed over. */
gboolean kb_git_input_read (int fd, gint64 timeout_ms, KbGitInput *input, GError **error);
void kb_git_input_clear (KbGitInput *input);

/* FALSE for what else git asks its helpers: passphrases of client certificates (cert). */
gboolean kb_git_input_is_http (const KbGitInput *input);

/* What authenticates, borrowed: the credential or the password; NULL when none was
   sent. */
const KbSecret *kb_git_input_secret (const KbGitInput *input);

/* New: what `store` should keep; NULL when it is not whole, expired or ephemeral. */
KbRecord *kb_git_input_record (const KbGitInput *input);

/* A kept record as attributes; FALSE when a field cannot be carried. */
gboolean kb_git_append_record (KbBuffer *answer, const KbRecord *record);

G_END_DECLS

#endif
