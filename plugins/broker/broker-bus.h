/* SPDX-License-Identifier: MIT */
/* The identity broker on the session bus: whether it is there, and one call after the
   other, each with a deadline.  Knows nothing of what stands in the JSON. */
#ifndef KB_BROKER_BUS_H
#define KB_BROKER_BUS_H

#include "base/json.h"
#include "common/session-bus.h"

G_BEGIN_DECLS

/* A token answer has 6 kB, a list of twenty accounts 10 kB. */
#define KB_BROKER_ANSWER_MAX (256 * 1024)

typedef struct _KbBroker KbBroker;

/* New; does nothing yet.  REQUEST bounds all that is done and must outlive it. */
KbBroker *kb_broker_new (const KbRequest *request);
void kb_broker_free (KbBroker *broker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbBroker, kb_broker_free)

/* Connects and asks the bus whether anybody is the broker or could be started: starts
   nothing.  KB_DECLINED, and *WHY says so (a constant): nobody.  *PLACE is set on KB_OK.
   KB_ERROR_LOCKED: the bus is silent. */
KbAnswer kb_broker_find (KbBroker *broker, KbBusName *place, const char **why,
                         GError **error);

/* New: the program behind the name, or NULL. */
char *kb_broker_program (KbBroker *broker);

/* Has the bus start it, which a broker written in Java takes seconds for. */
gboolean kb_broker_start (KbBroker *broker, GError **error);

typedef enum
{
  KB_BROKER_ACCOUNTS,
  KB_BROKER_SILENTLY,
  KB_BROKER_INTERACTIVELY, /* a window; taken back when the time is over */
  KB_BROKER_VERSION
} KbBrokerMethod;

/* New: what it answered, an object, or NULL.  FORM is JSON.  KB_ERROR_NETWORK: silent,
   gone, cannot be started; KB_ERROR_PROTOCOL: no such method, or an answer that is none;
   KB_ERROR_DENIED: it refuses, in its own words (escaped; not shown when they hold
   SECRET, which may be NULL). */
KbJson *kb_broker_call (KbBroker *broker, KbBrokerMethod method, const KbBuffer *form,
                        const KbSecret *secret, GError **error);

G_END_DECLS

#endif
