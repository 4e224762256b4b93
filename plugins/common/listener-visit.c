/* SPDX-License-Identifier: MIT */
/* The rules by which a request is the true answer, in the order in which they are
   checked. Knows nothing of connections, times and other requests. */
#include "common/listener-visit.h"

#include "base/text.h"
#include "common/listener-form.h"

#include <string.h>

#define FORM "application/x-www-form-urlencoded"

struct _KbVisit
{
  KbBuffer *text; /* the query or the body, whichever counts */
  char *path;
  gboolean has_query;
  gboolean has_head;
  gboolean by_get;
  KbRefusal refusal;
};

/* What the rules look at; borrowed from the connection. */
typedef struct
{
  gsize size;
  gboolean twice; /* one of those below */
  gboolean chunked;
  const char *host;
  const char *origin;
  const char *type;
  const char *length;
} Head;

void
kb_expected_clear (KbExpected *expected)
{
  for (guint i = 0; i < KB_VISIT_HOSTS; i++)
    g_free (expected->hosts[i]);
  g_strfreev (expected->origins);
  kb_secret_unref (expected->state);
  memset (expected, 0, sizeof *expected);
}

KbVisit *
kb_visit_new (const char *target)
{
  KbVisit *visit = g_new0 (KbVisit, 1);
  const char *query = strchr (target, '?');

  visit->text = kb_buffer_new (KB_LISTENER_BODY_MAX);
  visit->has_query = query != NULL;
  visit->path
      = query != NULL ? g_strndup (target, (gsize) (query - target)) : g_strdup (target);
  if (query != NULL)
    (void) kb_buffer_append_text (visit->text, query + 1);
  return visit;
}

void
kb_visit_free (KbVisit *visit)
{
  if (visit == NULL)
    return;
  kb_buffer_free (visit->text);
  g_free (visit->path);
  g_free (visit);
}

gboolean
kb_visit_has_head (const KbVisit *visit)
{
  return visit->has_head;
}

KbRefusal
kb_visit_unread (const KbVisit *visit)
{
  gboolean unread = visit->refusal.status == 411 || visit->refusal.status == 413;

  return unread ? visit->refusal : (KbRefusal){ 0, NULL };
}

/* ---- the headers ------------------------------------------------------------------ */

static void
take_once (Head *head, const char **place, const char *value)
{
  head->twice |= *place != NULL;
  *place = value != NULL ? value : "";
}

static enum MHD_Result
take_header (void *data, enum MHD_ValueKind kind, const char *name, size_t name_length,
             const char *value, size_t value_length)
{
  Head *head = data;

  head->size += name_length + value_length;
  if (g_ascii_strcasecmp (name, "Host") == 0)
    take_once (head, &head->host, value);
  else if (g_ascii_strcasecmp (name, "Origin") == 0)
    take_once (head, &head->origin, value);
  else if (g_ascii_strcasecmp (name, "Content-Type") == 0)
    take_once (head, &head->type, value);
  else if (g_ascii_strcasecmp (name, "Content-Length") == 0)
    take_once (head, &head->length, value);
  else if (g_ascii_strcasecmp (name, "Transfer-Encoding") == 0)
    head->chunked = TRUE;
  return MHD_YES;
}

/* A name that somebody rebinds to 127.0.0.1 is not in the list. */
static gboolean
host_is_ours (const KbExpected *expected, const char *host)
{
  for (guint i = 0; host != NULL && i < KB_VISIT_HOSTS; i++)
    if (g_strcmp0 (host, expected->hosts[i]) == 0)
      return TRUE;
  return FALSE;
}

/* "null" is what browsers say on the way from https to http, or for a page without
   referrer: it proves nothing, and neither does its absence; the state does. */
static gboolean
origin_is_right (const KbExpected *expected, const char *origin)
{
  return origin == NULL || g_str_equal (origin, "null")
         || (expected->origins != NULL
             && g_strv_contains ((const char *const *) expected->origins, origin));
}

static gboolean
type_is_form (const char *type)
{
  gsize length = strlen (FORM);

  return type != NULL && g_ascii_strncasecmp (type, FORM, length) == 0
         && (type[length] == '\0' || type[length] == ';' || type[length] == ' ');
}

static KbRefusal
check_post (const KbVisit *visit, const Head *head)
{
  gint64 length = 0;

  if (visit->has_query)
    return (KbRefusal){ 400, "a form with a query in its address" };
  if (!type_is_form (head->type))
    return (KbRefusal){ 415, "something other than a form" };
  if (head->chunked || head->length == NULL)
    return (KbRefusal){ 411, "a form that does not tell its length" };
  if (!kb_text_to_int64 (head->length, KB_LISTENER_BODY_MAX, &length))
    return (KbRefusal){ 413, "a form that is too long" };
  return (KbRefusal){ 0, NULL };
}

static KbRefusal
check_get (const KbVisit *visit, const KbExpected *expected)
{
  if (!visit->has_query)
    return (KbRefusal){ 400, "a visit without an answer" };
  if (!expected->allow_get)
    return (KbRefusal){ 405,
                        "an answer in the address, where histories and logs keep it" };
  return (KbRefusal){ 0, NULL };
}

static KbRefusal
check_head (const KbVisit *visit, const KbExpected *expected, const Head *head,
            const char *method)
{
  if (head->size > KB_LISTENER_HEADERS_MAX)
    return (KbRefusal){ 431, "headers that are too long" };
  if (head->twice)
    return (KbRefusal){ 400, "a header that stands there twice" };
  if (!host_is_ours (expected, head->host))
    return (KbRefusal){ 421, "a request for another host" };
  if (!origin_is_right (expected, head->origin))
    return (KbRefusal){ 403, "a request from a page of another site" };
  if (!g_str_equal (visit->path, "/"))
    return (KbRefusal){ 404, "a request for another path" };
  if (g_str_equal (method, "POST"))
    return check_post (visit, head);
  if (visit->by_get)
    return check_get (visit, expected);
  return (KbRefusal){ 405, "a request of another method" };
}

gboolean
kb_visit_head (KbVisit *visit, const KbExpected *expected,
               struct MHD_Connection *connection, const char *method)
{
  Head head = { 0 };

  visit->has_head = TRUE;
  visit->by_get = g_str_equal (method, "GET");
  (void) MHD_get_connection_values_n (connection, MHD_HEADER_KIND, take_header, &head);
  visit->refusal = check_head (visit, expected, &head, method);
  return kb_visit_unread (visit).status == 0;
}

/* ---- the body --------------------------------------------------------------------- */

void
kb_visit_body (KbVisit *visit, char *bytes, gsize length)
{
  if (visit->refusal.status == 0
      && (visit->by_get || !kb_buffer_append (visit->text, bytes, length)))
    visit->refusal = (KbRefusal){ 413, "a body that is too long" };
  kb_wipe (bytes, length);
}

KbRefusal
kb_visit_end (KbVisit *visit, const KbExpected *expected, KbSignIn *out)
{
  KbRefusal refusal = visit->refusal;

  if (refusal.status != 0)
    return refusal;
  refusal.reason = kb_listener_form (
      kb_buffer_peek (visit->text), kb_buffer_length (visit->text), expected->state, out);
  refusal.status = refusal.reason != NULL ? 400 : 0;
  return refusal;
}

/* ---- answers ---------------------------------------------------------------------- */

static void
add_headers (struct MHD_Response *response, guint status)
{
  static const char *const fixed[][2] = {
    { "Content-Type", "text/html; charset=utf-8" },
    { "Cache-Control", "no-store" },
    { "Referrer-Policy", "no-referrer" },
    { "X-Content-Type-Options", "nosniff" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Connection", "close" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++)
    (void) MHD_add_response_header (response, fixed[i][0], fixed[i][1]);
  (void) MHD_add_response_header (response, "Content-Security-Policy",
                                  kb_listener_page_policy ());
  if (status == 405)
    (void) MHD_add_response_header (response, "Allow", "POST");
}

enum MHD_Result
kb_visit_answer (struct MHD_Connection *connection, guint status, const char *html)
{
  struct MHD_Response *response = MHD_create_response_from_buffer (
      strlen (html), (void *) html, MHD_RESPMEM_MUST_COPY);
  enum MHD_Result result = MHD_NO;

  if (response == NULL)
    return MHD_NO;
  add_headers (response, status);
  result = MHD_queue_response (connection, status, response);
  MHD_destroy_response (response);
  return result;
}

enum MHD_Result
kb_visit_refuse (struct MHD_Connection *connection, const KbRefusal *refusal)
{
  g_autofree char *reason = g_strdup_printf (
      "Keybearer refused %s.  It still waits for the true answer.", refusal->reason);
  KbPage page = { .title = "Not accepted",
                  .reason = reason,
                  .remedy = "Go back to the window where you sign in, or start again "
                            "from the program that asked." };
  g_autofree char *html = kb_listener_page (&page);

  return kb_visit_answer (connection, refusal->status, html);
}
