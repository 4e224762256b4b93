/* SPDX-License-Identifier: MIT */
/* Speaks Terraform's protocol for credentials helpers: a host's token, kept or made.
   Knows nothing of who makes credentials. */
#include "frontends/terraform.h"

#include "base/input.h"
#include "base/json.h"
#include "frontends/stored.h"

#define TOOL "terraform"
#define INPUT_MAX (256 * 1024)
#define READ_TIMEOUT_MS 10000

static gboolean
append_token (KbBuffer *text, const KbSecret *token)
{
  kb_json_open (text, NULL, '{');
  if (token != NULL)
    kb_json_text (text, "token", kb_secret_peek (token));
  kb_json_close (text, '}');
  return kb_buffer_append_text (text, "\n");
}

/* New, or NULL: an empty object, unless ERROR is set. */
static KbSecret *
find_token (KbAsk *ask, GError **error)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbRecord) record = NULL;

  if (kb_ask_is_storage (ask))
    return kb_stored_get (ask, TOOL, &record, error) == KB_OK
               ? kb_secret_ref (record->secret)
               : NULL;
  return kb_ask_get (ask, &credential, error) == KB_OK
             ? kb_secret_ref (kb_credential_secret (credential))
             : NULL;
}

static int
get (const KbStreams *streams, KbAsk *ask, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbSecret) token = ask != NULL ? find_token (ask, &problem) : NULL;
  g_autoptr (KbBuffer) text = kb_buffer_new (0);

  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return KB_EXIT_ERROR;
    }
  append_token (text, token);
  return kb_ask_answer (streams, text);
}

/* New, or NULL. */
static KbSecret *
read_token (const KbStreams *streams, GError **error)
{
  g_autoptr (KbSecret) text
      = kb_input_all (streams->in, INPUT_MAX, READ_TIMEOUT_MS, error);
  g_autoptr (KbJson) json = text != NULL ? kb_json_parse (text, error) : NULL;
  KbSecret *token
      = json != NULL ? kb_json_secret (json, kb_json_member (json, 0, "token")) : NULL;

  if (json != NULL && token == NULL)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL, "there is no \"token\"");
  return token;
}

static int
store (const KbStreams *streams, KbAsk *ask, GError **error)
{
  g_autoptr (KbSecret) token = read_token (streams, error);

  if (token == NULL)
    return KB_EXIT_ERROR;
  if (ask != NULL && kb_ask_is_storage (ask))
    {
      (void) kb_stored_put (ask, TOOL, "", token, error);
      return 0;
    }
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                       "no stack keeps tokens for this host; see keybearer-tools(7)");
  return KB_EXIT_ERROR;
}

static int
forget (const KbStreams *streams, KbAsk *ask, GError **error)
{
  if (ask != NULL && kb_ask_is_storage (ask))
    (void) kb_stored_erase (ask, TOOL, error);
  return 0;
}

typedef int (*Operation) (const KbStreams *streams, KbAsk *ask, GError **error);

static Operation
operation_named (const char *name)
{
  return g_str_equal (name, "get")      ? get
         : g_str_equal (name, "store")  ? store
         : g_str_equal (name, "forget") ? forget
                                        : NULL;
}

int
kb_frontend_terraform (const KbStreams *streams, char **arguments, GError **error)
{
  const KbWish wish = { .program = TOOL };
  g_auto (KbAsk) ask = { 0 };
  g_autofree char *url = NULL;
  Operation run;
  KbAnswer answer;

  if (g_strv_length (arguments) != 2)
    return KB_EXIT_USAGE;
  run = operation_named (arguments[0]);
  if (run == NULL)
    return KB_EXIT_USAGE;
  url = g_strconcat ("https://", arguments[1], "/", NULL);
  answer = kb_ask_open (&ask, url, &wish, error);
  if (answer == KB_FAILED)
    return KB_EXIT_ERROR;
  return run (streams, answer == KB_OK ? &ask : NULL, error);
}
