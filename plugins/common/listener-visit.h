/* SPDX-License-Identifier: MIT */
/* Judges one HTTP request that came to the listener, and answers it.
   Knows nothing of connections, times and other requests. */
#ifndef KB_LISTENER_VISIT_H
#define KB_LISTENER_VISIT_H

#include "common/listener.h"

#include <microhttpd.h>

G_BEGIN_DECLS

#define KB_VISIT_HOSTS 3

/* What the true request looks like. */
typedef struct
{
  char *hosts[KB_VISIT_HOSTS]; /* "localhost:PORT" and so on */
  KbSecret *state;             /* NULL: nothing is expected */
  gboolean allow_get;
  char **origins; /* or NULL */
} KbExpected;

void kb_expected_clear (KbExpected *expected);

/* Why a request is not the true one: the reason has no value in it. */
typedef struct
{
  guint status; /* of HTTP; 0 when nothing is wrong */
  const char *reason;
} KbRefusal;

typedef struct _KbVisit KbVisit;

/* New.  TARGET as it stands in the request line. */
KbVisit *kb_visit_new (const char *target);
void kb_visit_free (KbVisit *visit);

/* Once the headers are there.  TRUE when the body should be read, also that of a request
   that is refused at its end: a browser shows no page that comes before it was heard. */
gboolean kb_visit_head (KbVisit *visit, const KbExpected *expected,
                        struct MHD_Connection *connection, const char *method);
gboolean kb_visit_has_head (const KbVisit *visit);

/* Why its body is not even read; status 0 when it is. */
KbRefusal kb_visit_unread (const KbVisit *visit);

/* Takes BYTES and wipes them where they are. */
void kb_visit_body (KbVisit *visit, char *bytes, gsize length);

/* Once all is there: OUT is set when nothing is wrong. */
KbRefusal kb_visit_end (KbVisit *visit, const KbExpected *expected, KbSignIn *out);

/* Queues HTML, which is copied, with the headers of every page. */
enum MHD_Result kb_visit_answer (struct MHD_Connection *connection, guint status,
                                 const char *html);
enum MHD_Result kb_visit_refuse (struct MHD_Connection *connection,
                                 const KbRefusal *refusal);

G_END_DECLS

#endif
