/* SPDX-License-Identifier: MIT */
/* One exchange: an Entra token for a session token of an organization.
   Knows nothing of who signed in, of settings or of what is kept. */
#ifndef KB_SESSION_TOKEN_EXCHANGE_H
#define KB_SESSION_TOKEN_EXCHANGE_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* What is asked for.  Borrowed. */
typedef struct
{
  const char *scope; /* words with blanks between: "vso.packaging_write" */
  gboolean compact;  /* a personal access token that the server lists, else a JWT */
  gint64 lifetime;   /* seconds */
} KbSessionWish;

typedef struct
{
  KbSecret *token;
  gint64 expires; /* never 0 */
} KbSessionToken;

void kb_session_token_clear (KbSessionToken *token);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbSessionToken, kb_session_token_clear)

/* Asks the location service of the organization of REQUEST for the identity service, and
   that one for the token.  FALSE with ERROR, TOKEN untouched. */
gboolean kb_session_token_exchange (const KbInstance *instance, const KbRequest *request,
                                    const KbCredential *input, const KbSessionWish *wish,
                                    KbSessionToken *token, GError **error);

/* The pieces, for tests. */

/* New: where the token is asked for, by what the location service answered; or NULL with
   KB_ERROR_DENIED where that names a host that is no identity service of Azure DevOps. */
char *kb_session_token_url (KbSecret *body, gboolean compact, GError **error);

/* What the identity service answered at NOW. */
gboolean kb_session_token_read (KbSecret *body, gint64 now, KbSessionToken *token,
                                GError **error);

G_END_DECLS

#endif
