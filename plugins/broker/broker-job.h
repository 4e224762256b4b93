/* SPDX-License-Identifier: MIT */
/* One acquire from the broker: who is meant, what is asked, what becomes of the answer.
   Knows nothing of how options are written. */
#ifndef KB_BROKER_JOB_H
#define KB_BROKER_JOB_H

#include "broker/broker-accounts.h"
#include "broker/broker-bus.h"

G_BEGIN_DECLS

typedef struct
{
  const KbInstance *instance;
  char *authority;
  char *tenant; /* lower case, or NULL: it has to be found */
  char *client;
  const char *redirect;
  const char *scope;
  char *resource;
} KbBrokerSettings;

/* One acquire. */
typedef struct
{
  const KbBrokerSettings *settings;
  const KbRequest *request;
  KbBroker *broker;
  char *tenant;
  char *claims;
  char *wanted; /* user name that is meant, or NULL */
  KbJson *list;
  GPtrArray *accounts;
  const KbBrokerAccount *account; /* of ACCOUNTS, or NULL: nobody yet */
} KbBrokerJob;

void kb_broker_job_clear (KbBrokerJob *job);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbBrokerJob, kb_broker_job_clear)

/* What the token is to be for: REQUEST's scope, else the instance's. */
const char *kb_broker_scope (const KbBrokerSettings *settings, const KbRequest *request);

/* New: of "499b.../.default", "499b...". */
char *kb_broker_resource (const char *scope);

/* Whether there is a session bus to look for a broker on.  Asks through the request's
   door, so that who answers is asked anew in a session that has one. */
gboolean kb_broker_has_bus (const KbRequest *request);

/* New: the tenant that can be told without network, or NULL. */
char *kb_broker_known_tenant (const KbBrokerSettings *settings, const KbRequest *request);

/* New: who is meant, or NULL. */
char *kb_broker_wanted_account (const KbBrokerSettings *settings,
                                const KbRequest *request);

/* With SETTINGS and REQUEST set: the whole of it. */
KbAnswer kb_broker_job_run (KbBrokerJob *job, KbCredential **credential, GError **error);

G_END_DECLS

#endif
