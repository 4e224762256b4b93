/* SPDX-License-Identifier: MIT */
/* The accounts that the broker has, and which of them is meant.
   Knows nothing of D-Bus and tokens. */
#ifndef KB_BROKER_ACCOUNTS_H
#define KB_BROKER_ACCOUNTS_H

#include "base/json.h"
#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct
{
  KbJsonNode node; /* in the answer */
  char *username;  /* as it was given; clean */
  char *tenant;    /* GUID in lower case, or NULL */
  char *object;    /* the person's id in that tenant, or NULL */
  gboolean home;   /* TENANT is where the person is at home */
} KbBrokerAccount;

/* New: of KbBrokerAccount, perhaps empty; what is no account in it is passed over.  NULL
   with KB_ERROR_PROTOCOL when it is no list of accounts. */
GPtrArray *kb_broker_accounts_read (const KbJson *json, GError **error);

typedef enum
{
  KB_BROKER_CHOICE_NONE,
  KB_BROKER_CHOICE_ONE,
  KB_BROKER_CHOICE_SEVERAL
} KbBrokerChoice;

/* Which one is meant by WANTED, a user name, or NULL for nobody in particular; of several
   those of TENANT (or NULL) are preferred, then those at home.  ACCOUNT is set for
   KB_BROKER_CHOICE_ONE alone, borrowed. */
KbBrokerChoice kb_broker_accounts_choose (const GPtrArray *accounts, const char *wanted,
                                          const char *tenant,
                                          const KbBrokerAccount **account);

/* New: "a@x, b@x", each once; "none" where there is none. */
char *kb_broker_accounts_names (const GPtrArray *accounts);

G_END_DECLS

#endif
