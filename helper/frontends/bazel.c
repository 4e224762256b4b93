/* SPDX-License-Identifier: MIT */
/* Speaks Bazel's credential helper protocol: one URI in, its headers out.
   Knows nothing of who makes credentials. */
#include "frontends/bazel.h"

#include "base/clock.h"
#include "base/input.h"
#include "base/json.h"
#include "frontends/ask.h"

/* Bazel gives its helper 10 s, for its own part too; a URI is never as long as this. */
#define TOOL_WAITS_MS 10000
#define DEADLINE_MS 8000
G_STATIC_ASSERT (DEADLINE_MS < TOOL_WAITS_MS);
#define REQUEST_MAX (64 * 1024)

char *
kb_bazel_uri (KbSecret *text, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (text, error);
  char *uri
      = json != NULL ? kb_json_string (json, kb_json_member (json, 0, "uri")) : NULL;

  if (json != NULL && uri == NULL)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                         "the request has no \"uri\"");
  return uri;
}

static gboolean
append_headers (const KbAsk *ask, KbBuffer *text, const KbCredential *credential)
{
  g_autoptr (KbBuffer) header = kb_buffer_new (0);
  g_autofree char *until = kb_ask_until_text (credential);

  if (!kb_ask_append_header (ask, header, credential))
    return FALSE;
  kb_json_open (text, NULL, '{');
  kb_json_open (text, "headers", '{');
  kb_json_open (text, "Authorization", '[');
  kb_json_text (text, NULL, kb_buffer_peek (header));
  kb_json_close (text, ']');
  kb_json_close (text, '}');
  if (until != NULL)
    kb_json_text (text, "expires", until);
  kb_json_close (text, '}');
  return kb_buffer_append_text (text, "\n");
}

static int
get (const KbStreams *streams, const char *uri, gint64 end, GError **error)
{
  const KbWish wish
      = { .program = "bazel", .deadline_ms = MAX (kb_clock_left_ms (end), 1) };
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  KbAnswer answer = kb_ask_open (&ask, uri, &wish, error);

  if (answer == KB_DECLINED || (answer == KB_OK && kb_ask_is_storage (&ask)))
    {
      kb_buffer_append_text (text, "{}\n");
      return kb_ask_answer (streams, text);
    }
  if (answer != KB_OK || kb_ask_get (&ask, &credential, error) != KB_OK)
    return KB_EXIT_NOTHING;
  if (append_headers (&ask, text, credential))
    return kb_ask_answer (streams, text);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE,
                       "the token does not go into a header");
  return KB_EXIT_ERROR;
}

int
kb_frontend_bazel (const KbStreams *streams, char **arguments, GError **error)
{
  gint64 end = kb_clock_boot_ms () + DEADLINE_MS;
  g_autoptr (KbSecret) request = NULL;
  g_autofree char *uri = NULL;

  if (arguments[0] == NULL || arguments[1] != NULL || !g_str_equal (arguments[0], "get"))
    return KB_EXIT_USAGE;
  request = kb_input_all (streams->in, REQUEST_MAX, DEADLINE_MS, error);
  uri = request != NULL ? kb_bazel_uri (request, error) : NULL;
  return uri != NULL ? get (streams, uri, end, error) : KB_EXIT_ERROR;
}
