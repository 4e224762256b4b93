/* SPDX-License-Identifier: MIT */
/* Speaks Cargo's credential provider protocol, and its older one of a single line.
   Knows nothing of who makes credentials. */
#include "frontends/cargo.h"

#include <string.h>

#include "base/input.h"
#include "base/json.h"
#include "base/lines.h"
#include "frontends/ask.h"
#include "frontends/cargo-message.h"

/* With all headers of the server's answer in it. */
#define MESSAGE_MAX (512 * 1024)
#define READ_TIMEOUT_MS 15000
/* Cargo asks again so long before the end that it is told. */
#define EARLY_S 60
#define HELLO "{\"v\":[1]}\n"

/* ---- answers: one line, and status 0 whatever it says ---------------------------- */

static int
finish (const KbStreams *streams, KbBuffer *text)
{
  kb_buffer_append_text (text, "}}\n");
  return kb_ask_answer (streams, text);
}

static void
begin (KbBuffer *text, const char *outcome, const char *kind)
{
  kb_json_open (text, NULL, '{');
  kb_json_open (text, outcome, '{');
  kb_json_text (text, "kind", kind);
}

static int
answer (const KbStreams *streams, const char *outcome, const char *kind)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);

  begin (text, outcome, kind);
  return finish (streams, text);
}

/* Cargo shows it and goes to no other provider. */
static int
fail (const KbStreams *streams, const char *message)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);

  begin (text, "Err", "other");
  kb_json_text (text, "message", message);
  kb_json_open (text, "caused-by", '[');
  kb_json_close (text, ']');
  return finish (streams, text);
}

static int
give (const KbStreams *streams, const KbAsk *ask, const KbCredential *credential)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_autoptr (KbBuffer) token = kb_buffer_new (0);
  gint64 until = kb_ask_until (credential);
  gint64 expires = kb_credential_expires (credential);

  if (!kb_ask_append_header (ask, token, credential))
    return fail (streams, "the token does not go into a header");
  begin (text, "Ok", "get");
  kb_json_text (text, "token", kb_buffer_peek (token));
  kb_json_text (text, "cache", until != 0 ? "expires" : "session");
  if (until != 0)
    kb_json_number (text, "expiration", MIN (until + EARLY_S, expires));
  kb_json_flag (text, "operation_independent", TRUE);
  return finish (streams, text);
}

/* ---- the JSON protocol ---------------------------------------------------------- */

static int
get (const KbStreams *streams, KbAsk *ask)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) problem = NULL;

  if (kb_ask_get (ask, &credential, &problem) == KB_OK)
    return give (streams, ask, credential);
  return fail (streams, problem->message);
}

/* A person asked for it, so that what is kept will not do. */
static int
login (const KbStreams *streams, KbAsk *ask, gboolean with_token)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) problem = NULL;

  if (with_token)
    return fail (streams, "this registry needs no token: run cargo login without one");
  kb_session_set_fresh (ask->session, TRUE);
  if (kb_ask_get (ask, &credential, &problem) == KB_OK)
    return answer (streams, "Ok", "login");
  return fail (streams, problem->message);
}

/* The sign-in is not Cargo's alone. */
static int
logout (const KbStreams *streams, const KbAsk *ask)
{
  g_autofree char *text = g_strdup_printf (
      "other tools use this sign-in, too; to end it run: keybearer logout %s", ask->word);

  return fail (streams, text);
}

static int
serve (const KbStreams *streams, const KbCargoMessage *message)
{
  const KbWish wish = { .program = "cargo",
                        .login = message->account,
                        .challenges = (const char *const *) message->challenges,
                        .way = kb_permitted_talk };
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (GError) problem = NULL;
  KbAnswer opened;

  if (message->kind == KB_CARGO_OTHER)
    return answer (streams, "Err", "operation-not-supported");
  opened = kb_ask_open (&ask, message->index, &wish, &problem);
  if (opened == KB_FAILED)
    return fail (streams, problem->message);
  if (opened == KB_DECLINED || kb_ask_is_storage (&ask))
    return answer (streams, "Err", "url-not-supported");
  if (message->kind == KB_CARGO_LOGIN)
    return login (streams, &ask, message->token);
  return message->kind == KB_CARGO_GET ? get (streams, &ask) : logout (streams, &ask);
}

/* Cargo closes the pipe when it has nothing to ask any more. */
static int
talk (const KbStreams *streams)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbSecret) line = NULL;
  g_auto (KbCargoMessage) message = { 0 };

  if (!kb_write_all (streams->out, HELLO, strlen (HELLO)))
    return KB_EXIT_ERROR + KB_ERROR_PROTOCOL;
  line = kb_input_line (streams->in, MESSAGE_MAX, READ_TIMEOUT_MS, &problem);
  if (line != NULL && kb_secret_length (line) == 0)
    return 0;
  if (line == NULL || !kb_cargo_message_read (line, &message, &problem))
    return fail (streams, problem->message);
  return serve (streams, &message);
}

/* ---- cargo:token-from-stdout ---------------------------------------------------- */

static int
print_token (const KbStreams *streams, const char *index, GError **error)
{
  const KbWish wish = { .program = "cargo", .way = kb_permitted_talk };
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  KbAnswer opened = kb_ask_open (&ask, kb_cargo_index (index), &wish, error);

  if (opened == KB_DECLINED || (opened == KB_OK && kb_ask_is_storage (&ask)))
    kb_complain ("cargo: no stack is for this registry");
  else if (opened == KB_OK)
    opened = kb_ask_get (&ask, &credential, error);
  if (credential == NULL)
    return KB_EXIT_NOTHING;
  if (kb_ask_append_header (&ask, text, credential) && kb_buffer_append_text (text, "\n"))
    return kb_ask_answer (streams, text);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE,
                       "the token does not go into one line");
  return KB_EXIT_ERROR;
}

int
kb_frontend_cargo (const KbStreams *streams, char **arguments, GError **error)
{
  guint count = g_strv_length (arguments);
  const char *index = count == 2 ? arguments[1] : g_getenv ("CARGO_REGISTRY_INDEX_URL");

  if (count == 1 && g_str_equal (arguments[0], "--cargo-plugin"))
    return talk (streams);
  if (count < 1 || count > 2 || !g_str_equal (arguments[0], "token") || index == NULL)
    return KB_EXIT_USAGE;
  return print_token (streams, index, error);
}
