/* SPDX-License-Identifier: MIT */
/* keybearer api: asks one resource, all of its pages where that is wanted, and prints it.
   Knows nothing of what the resources mean. */
#include "api.h"

#include <string.h>
#include <unistd.h>

#include "api-body.h"
#include "base/arguments.h"
#include "base/complain.h"
#include "base/lines.h"
#include "client.h"
#include "common/devops-route.h"
#include "show.h"

/* The newest released version (recorded-exchanges R15); what is not GET needs one. */
#define VERSION "7.1"
#define TOKEN "continuationToken"
/* A server that never ends its list must not fill the memory. */
#define PAGES_MAX 10000

typedef struct
{
  const char *method; /* or NULL */
  const char *data;   /* or NULL */
  const char *organization;
  const char *path;
  gboolean paginate;
  GPtrArray *fields; /* of const char * */
} Wanted;

static void
wanted_clear (Wanted *wanted)
{
  g_clear_pointer (&wanted->fields, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wanted, wanted_clear)

/* ---- arguments ------------------------------------------------------------------ */

/* -f may stand more than once, so it is taken out before the others are read.  New: what
   is left, NULL-terminated, or NULL where a value is missing. */
static GPtrArray *
take_fields (char **arguments, GPtrArray *fields)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  for (; *arguments != NULL; arguments++)
    {
      gboolean field
          = g_str_equal (*arguments, "-f") || g_str_equal (*arguments, "--field");

      if (field && arguments[1] == NULL)
        return NULL;
      if (field)
        g_ptr_array_add (fields, *++arguments);
      else
        g_ptr_array_add (rest, *arguments);
    }
  g_ptr_array_add (rest, NULL);
  return g_steal_pointer (&rest);
}

static gboolean
is_method (const char *method)
{
  static const char *const methods[]
      = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL };

  return g_strv_contains (methods, method);
}

static gboolean
read_wanted (char **arguments, Wanted *wanted)
{
  const KbArgument table[] = { { "-X", NULL, &wanted->method },
                               { "-d", NULL, &wanted->data },
                               { "--org", NULL, &wanted->organization },
                               { "--paginate", &wanted->paginate, NULL },
                               { NULL, NULL, NULL } };
  g_autoptr (GPtrArray) rest = NULL;

  wanted->fields = g_ptr_array_new ();
  rest = take_fields (arguments, wanted->fields);
  if (rest == NULL
      || !kb_arguments_read ("api", (char **) rest->pdata, table, 1, &wanted->path, NULL)
      || wanted->path == NULL || (wanted->data != NULL && wanted->fields->len > 0))
    return FALSE;
  if (wanted->method != NULL && !is_method (wanted->method))
    {
      kb_complain ("api: -X is GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS");
      return FALSE;
    }
  return TRUE;
}

/* ---- one call ------------------------------------------------------------------- */

/* PATCH of work items takes a list of operations, which has a media type of its own
   (RFC 6902). */
static const char *
type_of (const char *method, const KbBuffer *body)
{
  const char *text = kb_buffer_peek (body);

  return g_str_equal (method, "PATCH") && text[strspn (text, " \t\r\n")] == '['
             ? "application/json-patch+json"
             : "application/json";
}

static gboolean
make_body (const Wanted *wanted, KbBuffer **body, GError **error)
{
  if (wanted->data != NULL)
    *body = kb_api_body_read (wanted->data, error);
  else if (wanted->fields->len > 0)
    *body = kb_api_body_of_fields (wanted->fields, error);
  else
    return TRUE;
  return *body != NULL;
}

static char *
make_url (const KbClient *client, const Wanted *wanted, const char *method,
          GError **error)
{
  g_autofree char *url
      = kb_route_url (kb_client_organization (client), wanted->path, error);

  if (url == NULL || g_str_equal (method, "GET") || kb_route_has (url, "api-version"))
    return g_steal_pointer (&url);
  return kb_route_with (url, "api-version", VERSION);
}

/* ---- pages ---------------------------------------------------------------------- */

/* The array that a list is in, or -1: `value` of nearly all resources. */
static KbJsonNode
list_of (const KbJson *json)
{
  KbJsonNode value = kb_json_member (json, 0, "value");

  return kb_json_type (json, value) == KB_JSON_ARRAY ? value : -1;
}

/* New, or NULL: from the header, else from the body as PATs and audit have it. */
static char *
next_token (const KbHttpAnswer *answer, const KbJson *json)
{
  char *token = kb_client_continuation (answer);

  if (token == NULL)
    token = kb_json_string (json, kb_json_member (json, 0, TOKEN));
  if (token != NULL && *token == '\0')
    g_clear_pointer (&token, g_free);
  return token;
}

static gboolean
append_page (KbBuffer *list, const KbJson *json, KbJsonNode node, guint *count)
{
  for (guint i = 0; i < kb_json_size (json, node); i++, ++*count)
    if ((*count > 0 && !kb_buffer_append_text (list, ","))
        || !kb_show_copy (list, json, kb_json_at (json, node, i)))
      return FALSE;
  return TRUE;
}

/* Takes the list of ANSWER into LIST; *TOKEN is the next page's, or NULL. */
static gboolean
take_page (const KbHttpAnswer *answer, KbBuffer *list, guint *count, char **token,
           GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (answer->body, error);
  KbJsonNode node;

  if (json == NULL)
    return FALSE;
  node = list_of (json);
  if (node < 0 || !append_page (list, json, node, count))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                           node < 0 ? "--paginate: the answer is no list"
                                    : "--paginate: the list is longer than 64 MiB");
      return FALSE;
    }
  *token = next_token (answer, json);
  return TRUE;
}

/* New: {"count":N,"value":[...]} of all pages. */
static KbSecret *
read_pages (KbClient *client, const KbClientCall *first, GError **error)
{
  g_autoptr (KbBuffer) list = kb_buffer_new (KB_CLIENT_ANSWER_MAX);
  g_autoptr (KbBuffer) whole = kb_buffer_new (KB_CLIENT_ANSWER_MAX);
  g_autofree char *url = g_strdup (first->url);
  g_autofree char *token = NULL;
  guint count = 0;

  for (guint page = 0; page == 0 || token != NULL; page++)
    {
      KbClientCall call = { url, first->method, first->body, first->type };
      g_autoptr (KbHttpAnswer) answer = kb_client_send (client, &call, error);
      g_autofree char *before = g_steal_pointer (&token);
      char *next;

      if (answer == NULL || !take_page (answer, list, &count, &token, error))
        return NULL;
      if (page == PAGES_MAX || (token != NULL && g_strcmp0 (before, token) == 0))
        break;
      kb_client_progress (count, FALSE);
      next = kb_route_with (first->url, TOKEN, token != NULL ? token : "");
      g_free (url);
      url = next;
    }
  kb_client_progress (count, TRUE);
  kb_buffer_printf (whole, "{\"count\":%u,\"value\":[", count);
  if (!kb_buffer_append (whole, kb_buffer_peek (list), kb_buffer_length (list))
      || !kb_buffer_append_text (whole, "]}"))
    return NULL;
  return kb_buffer_steal (whole);
}

/* ---- output --------------------------------------------------------------------- */

static gboolean
print (KbCall *call, const KbSecret *body, GError **error)
{
  g_auto (KbPage) page = { 0 };
  g_autoptr (KbJson) json = NULL;
  const char *bytes = kb_secret_peek (body);
  gsize length = kb_secret_length (body);

  if (length == 0)
    return TRUE;
  kb_page_open (&page, kb_call_output (call));
  if (isatty (kb_call_output (call)))
    json = kb_json_parse ((KbSecret *) body, NULL);
  if (json != NULL)
    kb_show_json (&page, json);
  else if (isatty (kb_call_output (call)))
    kb_page_show (&page, KB_STYLE_PLAIN, bytes);
  if (json != NULL || isatty (kb_call_output (call)))
    return kb_page_write (&page, error);
  if (kb_write_all (kb_call_output (call), bytes, length)
      && (bytes[length - 1] == '\n' || kb_write_all (kb_call_output (call), "\n", 1)))
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                       "standard output: cannot be written");
  return FALSE;
}

static KbSecret *
fetch (KbClient *client, const KbClientCall *call, gboolean paginate, GError **error)
{
  g_autoptr (KbHttpAnswer) answer = NULL;

  if (paginate)
    return read_pages (client, call, error);
  answer = kb_client_send (client, call, error);
  return answer != NULL ? kb_secret_ref (answer->body) : NULL;
}

int
kb_api_run (KbCall *call, char **arguments, GError **error)
{
  g_auto (Wanted) wanted = { 0 };
  g_autoptr (KbClient) client = NULL;
  g_autoptr (KbBuffer) body = NULL;
  g_autoptr (KbSecret) result = NULL;
  g_autofree char *url = NULL;
  KbClientCall request = { 0 };

  if (!read_wanted (arguments, &wanted))
    return KB_CALL_USAGE;
  if (!make_body (&wanted, &body, error)
      || kb_client_new (call, wanted.organization, &client, error) != KB_OK)
    return KB_CALL_NOTHING;
  request.method = wanted.method != NULL ? wanted.method : body != NULL ? "POST" : "GET";
  url = make_url (client, &wanted, request.method, error);
  if (url == NULL)
    return KB_CALL_NOTHING;
  request.url = url;
  request.body = body;
  request.type = body != NULL ? type_of (request.method, body) : NULL;
  result = fetch (client, &request, wanted.paginate, error);
  return result != NULL && print (call, result, error) ? 0 : KB_CALL_NOTHING;
}
