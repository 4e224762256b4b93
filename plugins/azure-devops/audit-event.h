/* SPDX-License-Identifier: MIT */
/* One event of an organization's audit log, and spans of time as people write them.
   Knows nothing of how it is asked for. */
#ifndef KB_AZURE_DEVOPS_AUDIT_EVENT_H
#define KB_AZURE_DEVOPS_AUDIT_EVENT_H

#include "base/json.h"

G_BEGIN_DECLS

/* Missing members are "". */
typedef struct
{
  char *id;
  char *time;   /* as the server wrote it */
  gint64 when;  /* the same in seconds since 1970, 0 where it cannot be read */
  char *action; /* "Token.PatCreateEvent" */
  char *actor;
  char *address;
  char *details;
  char *source; /* the whole event as JSON, for scripts */
} KbAuditEvent;

void kb_audit_event_free (KbAuditEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbAuditEvent, kb_audit_event_free)

/* Appends the events of one page to EVENTS, which frees them; *TOKEN is the next page's
   (new), or NULL.  No recording of an answer exists, and documentation and clients
   disagree where the list stands: at the top, or in `value` (recorded-exchanges P4). */
gboolean kb_audit_read_page (KbSecret *body, GPtrArray *events, char **token,
                             GError **error);

/* Seconds since 1970 of TEXT: how long ago ("90m", "24h", "7d", "2w"), a date, or a time
   in ISO 8601.  FALSE: it is none of them. */
gboolean kb_audit_read_moment (const char *text, gint64 now, gint64 *moment);

G_END_DECLS

#endif
