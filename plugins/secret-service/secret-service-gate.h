/* SPDX-License-Identifier: MIT */
/* libsecret's service object on a connection of ours, with its prompts shut.
   Knows nothing of items. */
#ifndef SECRET_SERVICE_GATE_H
#define SECRET_SERVICE_GATE_H

#include "secret-service/secret-service-bus.h"

G_BEGIN_DECLS

/* SecretService as libsecret opens it takes the process's shared bus connection (which
   ends the process when the bus goes) and loads properties that nobody here reads.  This
   one does neither, and refuses each prompt that libsecret would carry out by itself,
   without an end. */
void gate_new (GDBusConnection *connection, GCancellable *cancellable,
               GAsyncReadyCallback ready, gpointer data);

/* New. */
SecretService *gate_new_finish (GAsyncResult *result, GError **error);

G_END_DECLS

#endif
