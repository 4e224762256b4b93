/* SPDX-License-Identifier: MIT */
/* NuGet's messages, protocol 2.0: one JSON object a line, read and written.
   Knows nothing of what is asked for or when. */
#ifndef KB_FRONTENDS_NUGET_MESSAGE_H
#define KB_FRONTENDS_NUGET_MESSAGE_H

#include "base/json.h"

G_BEGIN_DECLS

/* A line is kept up to KB_JSON_BYTES_MAX; NuGet's longest, a service index within a
   question for claims, has some kB. */

/* What a line holds.  ID, TYPE and METHOD are there even when the payload is damaged or
   the line too long, if they come before it, as NuGet writes them: so that even then the
   question has its answer.  Borrowed, but for the callback. */
typedef struct
{
  char *id;
  char *type;
  char *method;
  gboolean whole; /* PAYLOAD can be relied on */
  KbJson *json;   /* NULL unless whole */
  KbJsonNode payload;
} KbNugetMessage;

/* FALSE: stop reading. */
typedef gboolean (*KbNugetFunc) (const KbNugetMessage *message, gpointer data);

typedef struct _KbNugetReader KbNugetReader;

/* New. */
KbNugetReader *kb_nuget_reader_new (KbNugetFunc func, gpointer data);
void kb_nuget_reader_free (KbNugetReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbNugetReader, kb_nuget_reader_free)

/* Reads once from FD and calls back for every line that is complete; lines that are no
   message are passed over.  FALSE: the end, an error, or the callback stopped it. */
gboolean kb_nuget_reader_fill (KbNugetReader *reader, int fd);

/* The same for bytes that were read. */
gboolean kb_nuget_reader_take (KbNugetReader *reader, const char *bytes, gsize length);

/* The members of a payload: new, NULL or FALSE where there is none of that kind. */
char *kb_nuget_text (const KbNugetMessage *message, const char *name);
gboolean kb_nuget_false (const KbNugetMessage *message, const char *name);
gboolean kb_nuget_true (const KbNugetMessage *message, const char *name);

/* Writes one frame in one write(2).  PAYLOAD is the JSON text of an object or NULL.
   FALSE: nobody reads, or it would be too long. */
gboolean kb_nuget_send (int fd, const char *id, const char *type, const char *method,
                        const KbBuffer *payload);

/* The same as a request of ours, with an id that nobody has. */
gboolean kb_nuget_send_request (int fd, const char *method, const KbBuffer *payload);

/* A response that holds the code alone: "Success", "NotFound" or "Error". */
gboolean kb_nuget_respond (int fd, const KbNugetMessage *to, const char *code);

/* Appends NAME and TEXT as one more member. */
gboolean kb_nuget_append (KbBuffer *payload, const char *name, const char *text);

G_END_DECLS

#endif
