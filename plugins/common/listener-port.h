/* SPDX-License-Identifier: MIT */
/* Opens one port on both loopback addresses.  Knows nothing of what is served there. */
#ifndef KB_LISTENER_PORT_H
#define KB_LISTENER_PORT_H

#include <glib.h>

G_BEGIN_DECLS

/* IPv4, IPv6; -1 for none. */
#define KB_LISTENER_SOCKETS 2

/* WANTED 0 is a random one.  Sets SOCKETS (non-blocking, listening) and *PORT, or leaves
   both alone and sets ERROR. */
gboolean kb_listener_port_open (guint wanted, int sockets[KB_LISTENER_SOCKETS],
                                guint *port, GError **error);

G_END_DECLS

#endif
