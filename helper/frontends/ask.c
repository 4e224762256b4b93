/* SPDX-License-Identifier: MIT */
/* Opens the stack for a tool's URL, takes a credential and says what went wrong.
   Knows nothing of any tool's protocol. */
#include "frontends/ask.h"

#include <string.h>

#include "base/clock.h"
#include "base/lines.h"
#include "harden.h"
#include "kept.h"
#include "log.h"
#include "request.h"
#include "target.h"

#define PLACE_USER "VssSessionToken"

void
kb_ask_clear (KbAsk *ask)
{
  kb_session_free (ask->session);
  kb_request_free (ask->request);
  kb_runtime_free (ask->runtime);
  g_free (ask->word);
  *ask = (KbAsk){ 0 };
}

/* ---- opening -------------------------------------------------------------------- */

/* Tools write any word where a user name must stand. */
static const char *
login_of (const char *word)
{
  return word != NULL && strchr (word, '@') != NULL ? word : NULL;
}

static void
apply (KbAsk *ask, const KbWish *wish)
{
  KbRequest *request = ask->request;
  const char *login = login_of (wish->login);
  gint64 deadline = wish->deadline_ms != 0 ? wish->deadline_ms : KB_DEADLINE_MS;

  ask->way = wish->way;
  kb_request_set_program (request, wish->program);
  if (login == NULL)
    login = login_of (kb_request_url (request)->user);
  kb_request_set_user (request, login);
  for (guint i = 0; wish->challenges != NULL && wish->challenges[i] != NULL; i++)
    kb_request_add_challenge (request, wish->challenges[i]);
  kb_request_set_deadline_ms (request, deadline);
  kb_watchdog (deadline);
}

static KbAnswer
not_ours (const char *why)
{
  kb_log_detail ("not ours: %s", why);
  return KB_DECLINED;
}

/* Takes URL. */
static KbAnswer
begin (KbAsk *ask, KbUrl *url, const KbWish *wish, GError **error)
{
  const char *organization;

  ask->request = kb_request_new (url);
  apply (ask, wish);
  if (!kb_request_set_scope (ask->request, wish->scope))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, "the scope is malformed");
      return KB_FAILED;
    }
  ask->session = kb_session_new (ask->runtime, ask->request);
  kb_session_set_refused (ask->session, wish->refused);
  if (kb_session_stack (ask->session) == NULL)
    return not_ours ("no stack is for this host");
  if (kb_request_organization_missing (ask->request) && !wish->any_organization
      && !kb_ask_is_storage (ask))
    return not_ours ("the URL names no organization");
  organization = kb_request_organization (ask->request);
  ask->word = organization != NULL ? g_strdup (organization) : kb_url_origin (url);
  return KB_OK;
}

KbAnswer
kb_ask_open (KbAsk *ask, const char *url, const KbWish *wish, GError **error)
{
  g_autofree char *plain = g_strndup (url, strcspn (url, "?#"));
  g_autoptr (GError) problem = NULL;
  KbUrl *parsed = kb_url_parse (plain, &problem);

  if (parsed == NULL)
    return not_ours (problem->message);
  ask->runtime = kb_runtime_new_default (error);
  if (ask->runtime != NULL)
    return begin (ask, parsed, wish, error);
  kb_url_free (parsed);
  return KB_FAILED;
}

KbAnswer
kb_ask_open_word (KbAsk *ask, const char *word, const KbWish *wish, GError **error)
{
  const KbConfig *config;
  g_autofree char *text = NULL;
  KbUrl *url;

  ask->runtime = kb_runtime_new_default (error);
  if (ask->runtime == NULL)
    return KB_FAILED;
  config = kb_runtime_config (ask->runtime);
  text = wish->feed ? kb_target_feed (config, word, error)
                    : kb_target_url (config, word, error);
  url = text != NULL ? kb_url_parse (text, error) : NULL;
  return url != NULL ? begin (ask, url, wish, error) : KB_FAILED;
}

gboolean
kb_ask_is_storage (const KbAsk *ask)
{
  return kb_session_stack (ask->session)->sources->len == 0;
}

/* ---- a credential --------------------------------------------------------------- */

static KbAnswer
nothing (const KbAsk *ask, GError **error)
{
  const char *note = kb_request_last_note (ask->request);

  g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION, "nothing to give for %s%s%s",
               kb_request_place (ask->request), note != NULL ? ": " : "",
               note != NULL ? note : "");
  return KB_FAILED;
}

KbAnswer
kb_ask_take (KbAsk *ask, KbCredential **credential, GError **error)
{
  GError *problem = NULL;
  gboolean asked = FALSE;
  KbAnswer answer = kb_get_or_ask (ask->session, ask->request, ask->way, &asked,
                                   credential, &problem);

  if (answer == KB_DECLINED)
    answer = nothing (ask, &problem);
  if (answer == KB_OK)
    return KB_OK;
  kb_add_hint (problem, ask->word);
  g_propagate_error (error, problem);
  return KB_FAILED;
}

KbAnswer
kb_ask_get (KbAsk *ask, KbCredential **credential, GError **error)
{
  KbAnswer answer = kb_ask_take (ask, credential, error);

  kb_complain_notices (ask->session);
  return answer;
}

KbAnswer
kb_ask_quietly (KbAsk *ask, const char *url, const KbWish *wish,
                KbCredential **credential)
{
  g_autoptr (GError) problem = NULL;
  KbAnswer answer = kb_ask_open (ask, url, wish, &problem);

  if (answer == KB_OK && kb_ask_is_storage (ask))
    return not_ours ("its stack makes nothing");
  if (answer == KB_OK)
    answer = kb_ask_get (ask, credential, &problem);
  if (problem != NULL)
    kb_complain (problem->message);
  return answer == KB_OK ? KB_OK : KB_DECLINED;
}

/* ---- answers -------------------------------------------------------------------- */

const char *
kb_ask_user (const KbAsk *ask, const KbCredential *credential)
{
  const char *user = kb_credential_user (credential);

  return kb_request_organization (ask->request) != NULL || *user == '\0' ? PLACE_USER
                                                                         : user;
}

gboolean
kb_ask_append_header (const KbAsk *ask, KbBuffer *text, const KbCredential *credential)
{
  return kb_append_authorization (text, credential, kb_ask_user (ask, credential));
}

gint64
kb_ask_until (const KbCredential *credential)
{
  gint64 expires = kb_credential_expires (credential);
  gint64 left = expires - kb_clock_now ();

  return expires != 0 ? expires - CLAMP (left / 2, 0, KB_MARGIN_S) : 0;
}

char *
kb_ask_until_text (const KbCredential *credential)
{
  gint64 until = kb_ask_until (credential);
  g_autoptr (GDateTime) when = until != 0 ? g_date_time_new_from_unix_utc (until) : NULL;

  return when != NULL ? g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

int
kb_ask_answer (const KbStreams *streams, const KbBuffer *text)
{
  return kb_write_all (streams->out, kb_buffer_peek (text), kb_buffer_length (text))
             ? 0
             : KB_EXIT_ERROR + KB_ERROR_PROTOCOL;
}
