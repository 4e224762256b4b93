/* SPDX-License-Identifier: MIT */
/* The talk with the server: a token is made for a sign-in, and others are revoked.
   Knows nothing of what is kept. */
#ifndef KB_PAT_MINTING_MINT_H
#define KB_PAT_MINTING_MINT_H

#include "common/http.h"
#include "common/pat-record.h"

G_BEGIN_DECLS

/* Who asks and where; all borrowed. */
typedef struct
{
  KbHttp *http;
  const KbRequest *request;
  const KbCredential *input; /* an Entra token */
  const char *organization;
} KbMint;

/* New, with its secret, or NULL.  The name in WANTED has to be this call's alone: when
   the answer is lost, whatever the server made of that name is revoked, or the error
   names it. */
KbPat *kb_mint_create (const KbMint *mint, const KbPatWanted *wanted, GError **error);

/* FALSE after kb_request_note: it may still be good. */
gboolean kb_mint_revoke (const KbMint *mint, const char *id);

G_END_DECLS

#endif
