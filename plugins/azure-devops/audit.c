/* SPDX-License-Identifier: MIT */
/* keybearer audit: reads the audit log page by page, once or again and again.
   Knows nothing of the wire. */
#include "audit.h"

#include <string.h>

#include "audit-event.h"
#include "base/arguments.h"
#include "base/clock.h"
#include "base/complain.h"
#include "base/page.h"
#include "base/text.h"
#include "client.h"
#include "common/pat-record.h"
#include "common/devops-route.h"

#define VERSION "7.2-preview.1"
#define BATCH "200"
/* 200 events a page: a busy organization's ninety days are below this. */
#define PAGES_MAX 5000
#define TOKENS "Token.*"
#define SINCE "24h"
/* Events appear minutes after what they tell of, and not in order. */
#define OVERLAP_S 600
#define INTERVAL_S 30
#define INTERVAL_MAX_S 3000

typedef struct
{
  const char *organization;
  const char *action; /* a glob, lower case */
  gint64 since;
  gint64 until; /* 0: now */
  gint64 interval_s;
  gboolean follow;
  gboolean json;
} Wanted;

/* ---- arguments ------------------------------------------------------------------ */

static gboolean
complain (const char *what, const char *value)
{
  g_autofree char *text = g_strdup_printf ("audit: %s %s", what, value);

  kb_complain (text);
  return FALSE;
}

static gboolean
read_span (const char *since, const char *until, Wanted *wanted)
{
  gint64 now = kb_clock_now ();

  if (!kb_audit_read_moment (since != NULL ? since : SINCE, now, &wanted->since))
    return complain ("--since is an age (24h, 7d) or a date, not", since);
  if (until != NULL && !kb_audit_read_moment (until, now, &wanted->until))
    return complain ("--until is an age (1h, 2d) or a date, not", until);
  if (wanted->until != 0 && wanted->until <= wanted->since)
    return complain ("--until is before --since:", until);
  return wanted->until == 0 || !wanted->follow
         || complain ("--follow has no end, so no --until", until);
}

static gboolean
read_wanted (char **arguments, Wanted *wanted)
{
  const char *since = NULL, *until = NULL, *action = NULL, *interval = NULL;
  gboolean tokens = FALSE;
  const KbArgument table[] = { { "--org", NULL, &wanted->organization },
                               { "--since", NULL, &since },
                               { "--until", NULL, &until },
                               { "--action", NULL, &action },
                               { "--interval", NULL, &interval },
                               { "--tokens", &tokens, NULL },
                               { "--follow", &wanted->follow, NULL },
                               { "--json", &wanted->json, NULL },
                               { NULL, NULL, NULL } };

  if (!kb_arguments_read ("audit", arguments, table, 0, NULL, NULL)
      || !read_span (since, until, wanted))
    return FALSE;
  if (tokens && action != NULL)
    return complain ("--tokens or --action, not both:", action);
  wanted->action = action != NULL ? action : TOKENS;
  wanted->interval_s = INTERVAL_S;
  if (interval != NULL
      && (!kb_text_to_int64 (interval, INTERVAL_MAX_S, &wanted->interval_s)
          || wanted->interval_s == 0))
    return complain ("--interval is 1 to 3000 seconds, not", interval);
  return TRUE;
}

/* ---- asking --------------------------------------------------------------------- */

/* New. */
static char *
address (const KbClient *client, gint64 since, gint64 until)
{
  g_autofree char *start = kb_pat_time (since);
  g_autofree char *end = until != 0 ? kb_pat_time (until) : NULL;
  char *url
      = kb_route_url (kb_client_organization (client), "_apis/audit/auditlog", NULL);

  kb_route_set (&url, "startTime", start);
  kb_route_set (&url, "endTime", end);
  kb_route_set (&url, "batchSize", BATCH);
  kb_route_set (&url, "skipAggregation", "true");
  kb_route_set (&url, "api-version", VERSION);
  return url;
}

/* 403 has two reasons that look alike. */
static void
add_hint (GError *error)
{
  g_autofree char *message = NULL;

  if (!g_error_matches (error, KB_ERROR, KB_ERROR_DENIED))
    return;
  message = error->message;
  error->message = g_strdup_printf (
      "%s (auditing is off by default: an administrator switches it on under "
      "Organization "
      "settings, Policies, Log Audit Events; the account needs the permission View audit "
      "log, and a token the scope vso.auditlog)",
      message);
}

/* New, of KbAuditEvent: all pages, or NULL. */
static GPtrArray *
fetch (KbClient *client, gint64 since, gint64 until, GError **error)
{
  g_autoptr (GPtrArray) events
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_audit_event_free);
  g_autofree char *first = address (client, since, until);
  g_autofree char *url = g_strdup (first);

  for (guint page = 0; url != NULL && page < PAGES_MAX; page++)
    {
      const KbClientCall call = { url, "GET", NULL, NULL };
      g_autoptr (KbHttpAnswer) answer = kb_client_send (client, &call, error);
      g_autofree char *token = NULL;

      if (answer == NULL || !kb_audit_read_page (answer->body, events, &token, error))
        return NULL;
      g_clear_pointer (&url, g_free);
      if (token != NULL)
        url = kb_route_with (first, "continuationToken", token);
      if (token != NULL)
        kb_client_progress (events->len, FALSE);
    }
  kb_client_progress (events->len, TRUE);
  return g_steal_pointer (&events);
}

/* ---- printing ------------------------------------------------------------------- */

static gboolean
is_wanted (const Wanted *wanted, const KbAuditEvent *event)
{
  g_autofree char *glob = g_ascii_strdown (wanted->action, -1);
  g_autofree char *action = g_ascii_strdown (event->action, -1);

  return g_pattern_match_simple (glob, action);
}

static gint
by_time (gconstpointer a, gconstpointer b)
{
  const KbAuditEvent *one = *(const KbAuditEvent *const *) a;
  const KbAuditEvent *other = *(const KbAuditEvent *const *) b;

  return one->when != other->when ? (one->when < other->when ? -1 : 1)
                                  : strcmp (one->time, other->time);
}

/* "2026-01-02T03:04:05Z" of a time with seven digits of a second. */
static char *
short_time (const KbAuditEvent *event)
{
  return event->when != 0 ? kb_pat_time (event->when) : g_strdup (event->time);
}

static void
add_row (KbTable *table, const KbAuditEvent *event)
{
  g_autofree char *when = short_time (event);
  const char *cells[]
      = { when, event->action, event->actor, event->address, event->details };

  kb_table_row (table, cells);
}

/* A table where all is known; a line an event where more will come. */
static void
add_line (KbPage *page, const KbAuditEvent *event)
{
  g_autofree char *when = short_time (event);

  kb_page_show (page, KB_STYLE_DIM, when);
  kb_page_add (page, "  ");
  kb_page_show (page, KB_STYLE_BOLD, event->action);
  kb_page_add (page, "  ");
  kb_page_show (page, KB_STYLE_PLAIN, event->actor);
  kb_page_add (page, "  ");
  kb_page_show (page, KB_STYLE_PLAIN, event->address);
  kb_page_add (page, "  ");
  kb_page_show (page, KB_STYLE_PLAIN, event->details);
  kb_page_add (page, "\n");
}

/* Prints what is wanted of EVENTS and not in SEEN, which it adds to. */
static gboolean
print (KbCall *call, const Wanted *wanted, GPtrArray *events, GHashTable *seen,
       GError **error)
{
  static const char *const headings[]
      = { "TIME", "ACTION", "ACTOR", "ADDRESS", "DETAILS", NULL };
  g_autoptr (KbTable) table = kb_table_new (headings, 4);
  g_auto (KbPage) page = { 0 };

  kb_page_open (&page, kb_call_output (call));
  g_ptr_array_sort (events, by_time);
  for (guint i = 0; i < events->len; i++)
    {
      const KbAuditEvent *event = g_ptr_array_index (events, i);

      if (!is_wanted (wanted, event) || !g_hash_table_add (seen, g_strdup (event->id)))
        continue;
      if (wanted->json)
        kb_page_printf (&page, "%s\n", event->source);
      else if (wanted->follow)
        add_line (&page, event);
      else
        add_row (table, event);
    }
  if (kb_table_rows (table) > 0)
    kb_table_print (table, &page);
  else if (!wanted->json && !wanted->follow)
    kb_page_add (&page, "Nothing of that kind happened.\n");
  return kb_page_write (&page, error);
}

/* ---- the verb ------------------------------------------------------------------- */

/* FALSE when a person ended it. */
static gboolean
rest (KbClient *client, gint64 seconds)
{
  kb_target_allow_ms (kb_client_target (client), (seconds + 60) * 1000);
  for (gint64 i = 0; i < seconds * 10; i++)
    {
      if (kb_request_cancelled (kb_target_request (kb_client_target (client))))
        return FALSE;
      g_usleep (G_USEC_PER_SEC / 10);
    }
  return TRUE;
}

int
kb_audit_run (KbCall *call, char **arguments, GError **error)
{
  Wanted wanted = { 0 };
  g_autoptr (KbClient) client = NULL;
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!read_wanted (arguments, &wanted))
    return KB_CALL_USAGE;
  if (kb_client_new (call, wanted.organization, &client, error) != KB_OK)
    return KB_CALL_NOTHING;
  do
    {
      gint64 now = kb_clock_now ();
      GError *problem = NULL;
      g_autoptr (GPtrArray) events = fetch (client, wanted.since, wanted.until, &problem);

      if (events == NULL)
        {
          if (problem != NULL)
            add_hint (problem);
          g_propagate_error (error, problem);
          return KB_CALL_NOTHING;
        }
      if (!print (call, &wanted, events, seen, error))
        return KB_CALL_NOTHING;
      wanted.since = MAX (wanted.since, now - OVERLAP_S);
    }
  while (wanted.follow && rest (client, wanted.interval_s));
  return 0;
}
