/* SPDX-License-Identifier: MIT */
/* The session bus: where it is, a connection of our own to it, who is on it.
   Knows nothing of what any service there does. */
#ifndef KB_SESSION_BUS_H
#define KB_SESSION_BUS_H

#include "common/wait.h"

G_BEGIN_DECLS

/* New: the address of the session bus, or NULL.  Never starts a bus, as GIO would by
   running dbus-launch, and takes no transport but a local socket: "unixexec:" runs a
   program. */
char *kb_session_bus_address (void);

/* New, or NULL: G_DBUS_ERROR_NO_SERVER without an address, KB_ERROR_LOCKED when the bus
   does not answer in time, else GIO's own error.  A private connection: the shared one
   ends the process when the bus goes away.  CONTEXT is the thread's default. */
GDBusConnection *kb_session_bus_open (GMainContext *context, const KbRequest *request,
                                      GError **error);

typedef enum
{
  KB_BUS_NAME_UNKNOWN, /* the bus did not answer */
  KB_BUS_NAME_NOBODY,  /* nobody has it and nobody can be started for it */
  KB_BUS_NAME_ASLEEP,  /* the bus can start somebody */
  KB_BUS_NAME_OWNED
} KbBusName;

/* Asks the bus itself alone: nothing is started. */
KbBusName kb_session_bus_name (GDBusConnection *connection, GMainContext *context,
                               const KbRequest *request, const char *name);

/* New: the program whose process has NAME ("gnome-keyring-daemon"), or NULL. */
char *kb_session_bus_owner (GDBusConnection *connection, GMainContext *context,
                            const KbRequest *request, const char *name);

G_END_DECLS

#endif
