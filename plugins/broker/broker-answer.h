/* SPDX-License-Identifier: MIT */
/* The broker's answer to a question for a token: the token, held to what was asked, or
   the refusal in plain words.  Knows nothing of D-Bus. */
#ifndef KB_BROKER_ANSWER_H
#define KB_BROKER_ANSWER_H

#include "base/json.h"
#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct
{
  const char *resource; /* what `aud` has to be */
  const char *tenant;   /* GUID that `tid` has to be, or NULL for any */
  const char *home;     /* tenant of the account, or NULL */
  const char *object;   /* what `oid` has to be for a token of HOME, or NULL */
} KbBrokerRules;

typedef struct
{
  KbSecret *access;
  char *account; /* who it is for, in lower case, or NULL when it does not say */
  char *tenant;  /* GUID in lower case */
  gint64 expires;
} KbBrokerToken;

void kb_broker_token_clear (KbBrokerToken *token);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbBrokerToken, kb_broker_token_clear)

/* TOKEN is written only on TRUE.  Some brokers know no tenants and no steps to take, and
   give what they have: KB_ERROR_DENIED for a token of another tenant, person or resource.
   KB_ERROR_INTERACTION: a person has to sign in.  KB_ERROR_NETWORK, KB_ERROR_CONFIG,
   KB_ERROR_PROTOCOL as everywhere.  The broker's words are not shown when they hold
   SECRET (or NULL). */
gboolean kb_broker_answer_read (const KbJson *json, const KbBrokerRules *rules,
                                const KbSecret *secret, KbBrokerToken *token,
                                GError **error);

G_END_DECLS

#endif
