/* SPDX-License-Identifier: MIT */
/* Reads pages of the audit log, and moments as people write them.
   Knows nothing of how they are asked for. */
#include "audit-event.h"

#include <string.h>

#include "base/text.h"
#include "common/pat-record.h"

void
kb_audit_event_free (KbAuditEvent *event)
{
  if (event == NULL)
    return;
  g_free (event->id);
  g_free (event->time);
  g_free (event->action);
  g_free (event->actor);
  g_free (event->address);
  g_free (event->details);
  g_free (event->source);
  g_free (event);
}

/* New, never NULL. */
static char *
text_of (const KbJson *json, KbJsonNode node, const char *member)
{
  char *text = kb_json_string (json, kb_json_member (json, node, member));

  return text != NULL ? text : g_strdup ("");
}

/* Whoever acted is a person with a name, or an app with an id. */
static char *
actor_of (const KbJson *json, KbJsonNode node)
{
  static const char *const members[]
      = { "actorUPN", "actorDisplayName", "actorClientId", "actorUserId" };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *text = text_of (json, node, members[i]);

      if (*text != '\0')
        return g_steal_pointer (&text);
    }
  return g_strdup ("");
}

static KbAuditEvent *
event_of (const KbJson *json, KbJsonNode node)
{
  KbAuditEvent *event = g_new0 (KbAuditEvent, 1);
  gsize length = 0;
  const char *source = kb_json_source (json, node, &length);

  event->id = text_of (json, node, "id");
  event->time = text_of (json, node, "timestamp");
  event->action = text_of (json, node, "actionId");
  event->actor = actor_of (json, node);
  event->address = text_of (json, node, "ipAddress");
  event->details = text_of (json, node, "details");
  event->source = g_strndup (source, length);
  if (!kb_pat_read_time (event->time, &event->when))
    event->when = 0;
  return event;
}

gboolean
kb_audit_read_page (KbSecret *body, GPtrArray *events, char **token, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (body, error);
  KbJsonNode top = 0;
  KbJsonNode list;
  gboolean more = FALSE;

  if (json == NULL)
    return FALSE;
  if (kb_json_type (json, kb_json_member (json, 0, "value")) == KB_JSON_OBJECT)
    top = kb_json_member (json, 0, "value");
  list = kb_json_member (json, top, "decoratedAuditLogEntries");
  if (kb_json_type (json, list) != KB_JSON_ARRAY)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                           "the answer of the audit service has no list of events");
      return FALSE;
    }
  for (guint i = 0; i < kb_json_size (json, list); i++)
    g_ptr_array_add (events, event_of (json, kb_json_at (json, list, i)));
  (void) kb_json_boolean (json, kb_json_member (json, top, "hasMore"), &more);
  if (more)
    *token = kb_json_string (json, kb_json_member (json, top, "continuationToken"));
  return TRUE;
}

/* ---- moments -------------------------------------------------------------------- */

static gint64
unit_seconds (char unit)
{
  switch (unit)
    {
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return (gint64) 7 * 86400;
    default:
      return 0;
    }
}

/* Ninety days are kept (entra-and-azure-devops 4.4); a thousand of any unit are enough.
 */
static gboolean
read_age (const char *text, gint64 *seconds)
{
  gsize length = strlen (text);
  g_autofree char *number = length > 0 ? g_strndup (text, length - 1) : NULL;
  gint64 unit = length > 1 ? unit_seconds (text[length - 1]) : 0;
  gint64 count = 0;

  if (unit == 0 || !kb_text_to_int64 (number, 100000, &count))
    return FALSE;
  *seconds = count * unit;
  return TRUE;
}

gboolean
kb_audit_read_moment (const char *text, gint64 now, gint64 *moment)
{
  g_autofree char *day = NULL;
  gint64 age = 0;

  if (read_age (text, &age))
    {
      *moment = now - age;
      return TRUE;
    }
  if (strlen (text) == strlen ("2026-01-02"))
    day = g_strconcat (text, "T00:00:00Z", NULL);
  return kb_pat_read_time (day != NULL ? day : text, moment);
}
