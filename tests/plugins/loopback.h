/* SPDX-License-Identifier: MIT */
/* What the tests of the listener share: a listener that expects one answer, and a client.
   Knows nothing of what is right. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include "common/listener.h"
#include "request.h"

G_BEGIN_DECLS

#define STATE "q5nYxkzq0Yb1F4pV9uJt3g"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define TRUE_BODY "code=0.AX%2Babc&state=" STATE "&session_state=77"

/* New: expects STATE from https://login.example. */
KbListener *loopback_listener_new (gboolean allow_get);

/* New: with so many milliseconds left. */
KbRequest *loopback_request_new (gint64 deadline);

/* A connection, or -1. */
int loopback_dial (guint port, gboolean v6);
void loopback_say (int fd, const char *bytes, gsize length);

/* New: all up to the end of the connection, which is closed. */
char *loopback_hear (int fd);

/* New: what BYTES are answered. */
char *loopback_talk (guint port, gboolean v6, const char *bytes);
guint loopback_status_of (const char *answer);

/* New: the request of a browser, with MORE headers. */
char *loopback_post (guint port, const char *more, const char *body);

/* The connection on which BODY was posted: no thread is needed, as nobody reads. */
int loopback_answer_and_leave_open (guint port, const char *body);

G_END_DECLS

#endif
