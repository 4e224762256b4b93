/* SPDX-License-Identifier: MIT */
/* Authorization code with PKCE through a person's browser (RFC 8252, RFC 7636).
   Knows nothing of how the browser is started and of how its answer is received. */
#include "oauth/paste.h"
#include "oauth/sign-in.h"
#include "oauth/subject.h"

#include "base/text.h"
#include "common/browser.h"

#include <string.h>
#include <sys/random.h>

/* RFC 7636 7.1: 256 bits make 43 characters. */
#define RANDOM_BYTES 32
/* For what follows the sign-in, however late that was: one request. */
#define REDEEM_MS 30000

typedef struct
{
  const KbOauthJob *job;
  KbListener *listener;
  KbSecret *verifier;
  char *state;
  char *nonce; /* or NULL: the provider knows no OpenID Connect */
  gboolean form_post;
  char *redirect_uri;
} Flow;

static void
flow_clear (Flow *flow)
{
  kb_listener_free (flow->listener);
  kb_secret_unref (flow->verifier);
  g_free (flow->state);
  g_free (flow->nonce);
  g_free (flow->redirect_uri);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Flow, flow_clear)

/* New. */
static char *
random_text (void)
{
  guint8 bytes[RANDOM_BYTES];
  char *text;

  if (getrandom (bytes, sizeof bytes, 0) != (gssize) sizeof bytes)
    g_error ("getrandom gives nothing");
  text = kb_text_base64url (bytes, sizeof bytes);
  kb_wipe (bytes, sizeof bytes);
  return text;
}

static KbSecret *
new_verifier (void)
{
  char *text = random_text ();
  KbSecret *verifier = kb_secret_new_text (text);

  kb_wipe (text, strlen (text));
  g_free (text);
  return verifier;
}

/* New: base64url of the SHA-256. */
static char *
challenge_of (const KbSecret *verifier)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) kb_secret_peek (verifier),
                     (gssize) kb_secret_length (verifier));
  g_checksum_get_digest (checksum, digest, &length);
  return kb_text_base64url (digest, length);
}

/* The one that a person names on the command line, else the configured one; or 0. */
static guint
port_of (const KbOauthJob *job)
{
  const char *named = kb_request_hint (job->request, "port");
  gint64 port = 0;

  if (named != NULL && kb_text_to_int64 (named, 65535, &port))
    return (guint) port;
  return job->settings->port;
}

/* A browser that cannot reach us has nowhere to post to: what is pasted is an address. */
static gboolean
flow_begin (Flow *flow, const KbOauthJob *job, GError **error)
{
  const KbOauthSettings *settings = job->settings;
  g_autofree char *from = kb_oauth_job_answers_from (job);
  const char *origins[] = { from, NULL };

  flow->job = job;
  flow->form_post = settings->form_post && !kb_oauth_pastes (job);
  flow->listener = kb_listener_new (port_of (job), error);
  if (flow->listener == NULL)
    return FALSE;
  flow->redirect_uri = g_strdup_printf ("http://%s:%u", settings->loopback,
                                        kb_listener_port (flow->listener));
  flow->verifier = new_verifier ();
  flow->state = random_text ();
  flow->nonce = kb_oauth_settings_asks (settings, "openid") ? random_text () : NULL;
  kb_listener_expect (flow->listener, flow->state, !flow->form_post, origins);
  return TRUE;
}

/* ---- the address ---------------------------------------------------------------- */

/* Without a hint a person chooses, as the browser's own session may be somebody else's.
 */
static gboolean
add_person (const KbOauthJob *job, KbBuffer *query)
{
  g_autofree char *hint = kb_oauth_hint (job);

  if (hint != NULL)
    return kb_oauth2_append (query, "login_hint", hint);
  return job->provider != NULL || kb_oauth2_append (query, "prompt", "select_account");
}

static gboolean
add_extra (const KbOauthJob *job, KbBuffer *query)
{
  const char *const *extra
      = kb_instance_list (job->settings->instance, "authorization-parameters");
  gboolean fits = TRUE;

  for (gsize i = 0; extra[i] != NULL && fits; i++)
    {
      g_auto (GStrv) parts = g_strsplit (extra[i], "=", 2);

      fits = kb_oauth2_append (query, parts[0], parts[1]);
    }
  return fits;
}

static gboolean
fill_query (const Flow *flow, KbBuffer *query)
{
  const KbOauthJob *job = flow->job;
  const KbOauthSettings *settings = job->settings;
  g_autofree char *challenge = challenge_of (flow->verifier);

  return kb_oauth2_append (query, "client_id", settings->client)
         && kb_oauth2_append (query, "response_type", "code")
         && kb_oauth2_append (query, "redirect_uri", flow->redirect_uri)
         && (!flow->form_post || kb_oauth2_append (query, "response_mode", "form_post"))
         && kb_oauth2_append (query, "state", flow->state)
         && (flow->nonce == NULL || kb_oauth2_append (query, "nonce", flow->nonce))
         && kb_oauth2_append (query, "code_challenge", challenge)
         && kb_oauth2_append (query, "code_challenge_method", "S256")
         && add_extra (job, query) && add_person (job, query)
         && kb_oauth_job_add_scope (job, query);
}

/* New, or NULL with ERROR. */
static char *
address (const Flow *flow, GError **error)
{
  g_autofree char *endpoint = kb_oauth_job_endpoint (flow->job, KB_OAUTH_AUTHORIZE);
  g_autoptr (KbBuffer) query = kb_buffer_new (0);

  if (fill_query (flow, query))
    return g_strconcat (endpoint, "?", kb_buffer_peek (query), NULL);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                       "the address to sign in at is too long");
  return NULL;
}

/* ---- the person ----------------------------------------------------------------- */

/* FALSE when there is nowhere to show it. */
static gboolean
show_hint (const Flow *flow, char **environment, const char *url)
{
  g_autofree char *hint
      = kb_browser_hint (environment, url, kb_listener_port (flow->listener));
  g_auto (GStrv) lines = g_strsplit (hint, "\n", -1);
  gboolean shown = TRUE;

  for (gsize i = 0; lines[i] != NULL && shown; i++)
    shown = *lines[i] == '\0' || kb_request_tell (flow->job->request, lines[i]);
  return shown;
}

/* A person who is signed in already is back before the browser counts as started. */
static gboolean
browser_came (gpointer listener)
{
  return kb_listener_has_visitor (listener);
}

static gboolean
send_person (const Flow *flow, GError **error)
{
  const KbRequest *request = flow->job->request;
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *url = address (flow, error);
  g_autofree char *what = NULL;
  const char *why = NULL;
  gboolean tunnel = kb_request_hint (request, "port") != NULL;
  KbBrowser where;

  if (url == NULL)
    return FALSE;
  if (kb_oauth_pastes (flow->job))
    return kb_oauth_paste_begin (request, url, error);
  what = g_strdup_printf ("Sign in to %s in your browser.", kb_request_place (request));
  (void) kb_request_tell (request, what);
  where = kb_browser_start (environment, url, browser_came, flow->listener, &why);
  if ((where == KB_BROWSER_HERE && !tunnel) || show_hint (flow, environment, url)
      || where != KB_BROWSER_NONE)
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION,
               "no browser can be started (%s), and there is no terminal to show the "
               "address on",
               why != NULL ? why : "none is known");
  return FALSE;
}

/* ---- the answer ----------------------------------------------------------------- */

static gboolean
check_answer (const KbOauthJob *job, const KbSignIn *answer, GError **error)
{
  const char *text = answer->error_description;

  if (!kb_oauth_job_check_issuer (job, answer->iss, error))
    return FALSE;
  if (answer->error == NULL && answer->code != NULL)
    return TRUE;
  kb_oauth2_set_redirect_error (error, answer->error, text);
  return FALSE;
}

static gboolean
fill_form (const Flow *flow, KbBuffer *form, const KbSecret *code)
{
  return kb_oauth2_append_secret (form, "code", code)
         && kb_oauth2_append_secret (form, "code_verifier", flow->verifier)
         && kb_oauth2_append (form, "redirect_uri", flow->redirect_uri)
         && kb_oauth_job_add_scope (flow->job, form);
}

static KbAnswer
receive (const Flow *flow, KbSignIn *sign_in, GError **error)
{
  const KbRequest *request = flow->job->request;

  if (!kb_oauth_pastes (flow->job))
    return kb_listener_wait (flow->listener, request, sign_in, error);
  return kb_oauth_paste (request, flow->redirect_uri, flow->state, sign_in, error);
}

static KbAnswer
redeem (const Flow *flow, const KbSignIn *answer, KbOauth2Refusal *refusal, KbIdToken *id,
        KbCredential **credential, GError **error)
{
  const KbOauthJob *job = flow->job;
  g_autoptr (KbBuffer) form = kb_oauth_job_form (job, "authorization_code");
  g_autoptr (KbOauth2Token) token = NULL;

  if (!check_answer (job, answer, error))
    return KB_FAILED;
  if (!fill_form (flow, form, answer->code))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL, "the code is too long");
      return KB_FAILED;
    }
  token = kb_oauth_job_ask (job, form, answer->code, refusal, error);
  if (token == NULL || !kb_oauth_job_who (job, token, flow->nonce, id, error)
      || !kb_oauth_check_person (job, id, error))
    return KB_FAILED;
  kb_oauth_subject_set (job, id);
  return kb_oauth_job_finish (job, token, id, NULL, credential, error);
}

/* The page says what is true, so it is sent only now. */
static void
finish_page (const Flow *flow, const KbIdToken *id, const GError *problem)
{
  const KbRequest *request = flow->job->request;
  KbPage page = { .program = kb_request_program (request),
                  .account = id->account,
                  .tenant = id->tenant != NULL ? id->tenant : flow->job->tenant,
                  .organization = kb_request_place (request) };

  if (problem != NULL)
    {
      page.reason = problem->message;
      page.remedy = "Go back to the program that asked, and try again.";
    }
  kb_listener_finish (flow->listener, &page);
}

KbAnswer
kb_oauth_browser (const KbOauthJob *job, KbOauth2Refusal *refusal,
                  KbCredential **credential, GError **error)
{
  g_auto (Flow) flow = { 0 };
  g_auto (KbSignIn) sign_in = { 0 };
  g_auto (KbIdToken) id = { 0 };
  GError *problem = NULL;
  KbAnswer answer;

  if (!flow_begin (&flow, job, error) || !send_person (&flow, error))
    return KB_FAILED;
  kb_request_begin_sign_in (job->request, job->settings->timeout_ms);
  answer = receive (&flow, &sign_in, error);
  if (answer != KB_OK)
    return answer;
  kb_request_begin_sign_in (job->request, REDEEM_MS);
  answer = redeem (&flow, &sign_in, refusal, &id, credential, &problem);
  finish_page (&flow, &id, problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return answer;
}
