/* SPDX-License-Identifier: MIT */
/* What the broker is asked, as JSON.
   Knows nothing of how it gets there. */
#ifndef KB_BROKER_FORM_H
#define KB_BROKER_FORM_H

#include "base/json.h"

G_BEGIN_DECLS

typedef struct
{
  const char *client;
  const char *redirect;
  const char *authority; /* with the tenant */
  const char *scope;
  const char *username;  /* "" for nobody in particular */
  const char *claims;    /* JSON that the token has to satisfy, or NULL */
  const KbJson *list;    /* of accounts, or NULL */
  KbJsonNode account;    /* in LIST; handed back as it came */
  const KbSecret *renew; /* a token that the server has refused, or NULL */
} KbBrokerForm;

/* New. */
KbBuffer *kb_broker_form_accounts (const KbBrokerForm *form);
KbBuffer *kb_broker_form_token (const KbBrokerForm *form, gboolean interactive);
KbBuffer *kb_broker_form_version (void);

G_END_DECLS

#endif
