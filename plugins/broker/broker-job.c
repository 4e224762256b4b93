/* SPDX-License-Identifier: MIT */
/* Finds the broker, chooses an account, gets a token silently or with a window.
   Knows nothing of how options are written and D-Bus is spoken. */
#include "broker/broker-job.h"

#include "broker/broker-answer.h"
#include "broker/broker-form.h"
#include "common/claims.h"
#include "common/tenant.h"
#include "common/authority.h"
#include "common/token.h"

#include <string.h>

void
kb_broker_job_clear (KbBrokerJob *job)
{
  g_clear_pointer (&job->broker, kb_broker_free);
  g_clear_pointer (&job->accounts, g_ptr_array_unref);
  g_clear_pointer (&job->list, kb_json_free);
  g_free (job->tenant);
  g_free (job->claims);
  g_free (job->wanted);
}
const char *
kb_broker_scope (const KbBrokerSettings *settings, const KbRequest *request)
{
  const char *scope = kb_request_scope (request);

  return scope != NULL ? scope : settings->scope;
}

char *
kb_broker_resource (const char *scope)
{
  char *first = g_strndup (scope, strcspn (scope, " "));
  char *slash = strrchr (first, '/');

  if (slash != NULL)
    *slash = '\0';
  return first;
}

gboolean
kb_broker_has_bus (const KbRequest *request)
{
  g_autofree char *address = NULL;

  (void) kb_request_getenv (request, "DBUS_SESSION_BUS_ADDRESS");
  (void) kb_request_getenv (request, "XDG_RUNTIME_DIR");
  address = kb_session_bus_address ();
  return address != NULL;
}

char *
kb_broker_known_tenant (const KbBrokerSettings *settings, const KbRequest *request)
{
  return settings->tenant != NULL
             ? g_strdup (settings->tenant)
             : kb_tenant_of_challenges (kb_request_challenges (request));
}

/* A user without '@' may be anything: the name of an
   organization, "git". */
char *
kb_broker_wanted_account (const KbBrokerSettings *settings, const KbRequest *request)
{
  const char *account = kb_instance_string (settings->instance, "account");
  const char *user = kb_request_user (request);

  if (account == NULL)
    account = kb_request_account (request);
  if (account == NULL && user != NULL && strchr (user, '@') != NULL)
    account = user;
  return account != NULL ? g_utf8_strdown (account, -1) : NULL;
}

/* Without any secret the organization's front door is asked for its tenant, once the
   broker is known to be there. */
static gboolean
find_tenant (KbBrokerJob *job, GError **error)
{
  g_autoptr (KbHttp) http = NULL;

  job->tenant = kb_broker_known_tenant (job->settings, job->request);
  if (job->tenant != NULL)
    return TRUE;
  http = kb_http_new (job->settings->instance, error);
  if (http != NULL)
    job->tenant = kb_tenant_discover (http, job->request, error);
  return job->tenant != NULL;
}

static const char *
tenant_guid (const KbBrokerJob *job)
{
  return kb_guid_is_valid (job->tenant) ? job->tenant : NULL;
}

/* ---- which account -------------------------------------------------------------- */

static gboolean
list_accounts (KbBrokerJob *job, GError **error)
{
  const KbBrokerForm form
      = { .client = job->settings->client, .redirect = job->settings->redirect };
  g_autoptr (KbBuffer) json = kb_broker_form_accounts (&form);

  job->list = kb_broker_call (job->broker, KB_BROKER_ACCOUNTS, json, NULL, error);
  if (job->list != NULL)
    job->accounts = kb_broker_accounts_read (job->list, error);
  return job->accounts != NULL;
}

/* A person may choose where there are several. */
static void
ask_which (KbBrokerJob *job)
{
  g_autofree char *names = kb_broker_accounts_names (job->accounts);
  g_autofree char *question
      = g_strdup_printf ("Account for %s (%s): ", kb_request_place (job->request), names);
  g_autoptr (KbSecret) answer = NULL;
  g_autofree char *text = NULL;

  if (kb_request_ask (job->request, question, FALSE, &answer, NULL) != KB_OK)
    return;
  text = g_strstrip (g_strdup (kb_secret_peek (answer)));
  if (kb_broker_accounts_choose (job->accounts, text, tenant_guid (job), &job->account)
      == KB_BROKER_CHOICE_ONE)
    job->wanted = g_utf8_strdown (text, -1);
}

static gboolean
fail_to_choose (const KbBrokerJob *job, gboolean several, GError **error)
{
  g_autofree char *names = kb_broker_accounts_names (job->accounts);

  if (several)
    g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION,
                 "the identity broker has several accounts (%s) and %s does not say "
                 "which: name one with account=",
                 names, kb_request_place (job->request));
  else if (job->wanted != NULL)
    g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION,
                 "the identity broker has no account %s (it has: %s)", job->wanted,
                 names);
  else
    g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                         "nobody has signed in to the identity broker");
  return FALSE;
}

/* Where nobody can be found and a person may be asked, ACCOUNT stays NULL: the broker's
   own window asks. */
static gboolean
choose_account (KbBrokerJob *job, GError **error)
{
  KbBrokerChoice choice = kb_broker_accounts_choose (job->accounts, job->wanted,
                                                     tenant_guid (job), &job->account);

  if (choice == KB_BROKER_CHOICE_SEVERAL && kb_request_interactive (job->request))
    ask_which (job);
  if (job->account != NULL)
    return TRUE;
  if (choice == KB_BROKER_CHOICE_NONE && kb_request_interactive (job->request))
    return TRUE;
  return fail_to_choose (job, choice == KB_BROKER_CHOICE_SEVERAL, error);
}

/* ---- the token ------------------------------------------------------------------ */

/* Borrowed: the token that must not be given again, or NULL. */
static const KbSecret *
refused_token (const KbBrokerJob *job)
{
  const KbCredential *prior = kb_request_prior (job->request);

  return prior != NULL && kb_request_prior_refused (job->request)
                 && kb_token_form (kb_credential_secret (prior)) == KB_TOKEN_JWT
             ? kb_credential_secret (prior)
             : NULL;
}

static gboolean
ask_for_token (KbBrokerJob *job, KbBrokerMethod method, KbBrokerToken *token,
               GError **error)
{
  const KbBrokerSettings *settings = job->settings;
  const KbBrokerAccount *account = job->account;
  g_autofree char *authority
      = g_strdup_printf ("%s/%s", settings->authority, job->tenant);
  const KbSecret *renew = refused_token (job);
  const char *scope = kb_broker_scope (settings, job->request);
  g_autofree char *resource = kb_broker_resource (scope);
  const KbBrokerForm form = { .client = settings->client,
                              .redirect = settings->redirect,
                              .authority = authority,
                              .scope = scope,
                              .username = account != NULL       ? account->username
                                          : job->wanted != NULL ? job->wanted
                                                                : "",
                              .claims = job->claims,
                              .list = account != NULL ? job->list : NULL,
                              .account = account != NULL ? account->node : -1,
                              .renew = renew };
  const KbBrokerRules rules = { .resource = resource,
                                .tenant = tenant_guid (job),
                                .home = account != NULL ? account->tenant : NULL,
                                .object = account != NULL ? account->object : NULL };
  g_autoptr (KbBuffer) json
      = kb_broker_form_token (&form, method == KB_BROKER_INTERACTIVELY);
  g_autoptr (KbJson) answer = kb_broker_call (job->broker, method, json, renew, error);

  return answer != NULL && kb_broker_answer_read (answer, &rules, renew, token, error);
}

/* KB_ERROR_DENIED when it gives the refused one once more, which it would do until that
   ends. */
static gboolean
check_token (const KbBrokerJob *job, const KbBrokerToken *token, GError **error)
{
  if (kb_token_was_refused (job->request, token->access))
    g_set_error_literal (error, KB_ERROR, KB_ERROR_DENIED,
                         "the identity broker gives the token again that the server has "
                         "refused");
  else if (job->account == NULL && job->wanted != NULL
           && g_strcmp0 (job->wanted, token->account) != 0)
    g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
                 "%s signed in, but %s was asked for: sign in again with that account",
                 token->account != NULL ? token->account : "somebody", job->wanted);
  else
    return TRUE;
  return FALSE;
}

static gboolean
get_token (KbBrokerJob *job, KbBrokerMethod method, KbBrokerToken *token, GError **error)
{
  g_auto (KbBrokerToken) found = { 0 };

  if (!ask_for_token (job, method, &found, error) || !check_token (job, &found, error))
    return FALSE;
  *token = found;
  memset (&found, 0, sizeof found);
  return TRUE;
}

/* The broker's window needs a desktop. */
static gboolean
has_display (void)
{
  const char *x11 = g_getenv ("DISPLAY");
  const char *wayland = g_getenv ("WAYLAND_DISPLAY");

  return (x11 != NULL && *x11 != '\0') || (wayland != NULL && *wayland != '\0');
}

/* What a person could mend.  A network that is away opens no window, and neither does a
   configuration that is wrong. */
static gboolean
may_open_window (const KbBrokerJob *job, const GError *problem)
{
  if (!kb_request_interactive (job->request) || !has_display ())
    return FALSE;
  return problem == NULL || g_error_matches (problem, KB_ERROR, KB_ERROR_INTERACTION)
         || g_error_matches (problem, KB_ERROR, KB_ERROR_DENIED);
}

static gboolean
sign_in (KbBrokerJob *job, KbBrokerToken *token, GError **error)
{
  g_autofree char *text
      = g_strdup_printf ("The identity broker opens a window to sign in to %s.",
                         kb_request_place (job->request));

  (void) kb_request_tell (job->request, text);
  return get_token (job, KB_BROKER_INTERACTIVELY, token, error);
}

static gboolean
acquire_token (KbBrokerJob *job, KbBrokerToken *token, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (job->account != NULL && get_token (job, KB_BROKER_SILENTLY, token, &problem))
    return TRUE;
  if (problem != NULL)
    kb_request_note (job->request, "%s", problem->message);
  if (may_open_window (job, problem))
    return sign_in (job, token, error);
  if (problem == NULL)
    return fail_to_choose (job, FALSE, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static KbCredential *
make_credential (const KbBrokerJob *job, const KbBrokerToken *token)
{
  const char *tenant = tenant_guid (job) == NULL && job->settings->tenant == NULL
                           ? token->tenant
                           : job->tenant;
  g_autofree char *resource
      = kb_broker_resource (kb_broker_scope (job->settings, job->request));
  g_autofree char *realm = g_strdup_printf ("%s/%s", tenant, resource);
  g_autofree char *chosen = job->account != NULL
                                ? g_utf8_strdown (job->account->username, -1)
                                : g_strdup (token->account);
  const char *account
      = chosen != NULL ? chosen : kb_instance_name (job->settings->instance);
  KbCredential *credential = kb_credential_new (KB_SCHEME_BEARER, account, token->access);

  kb_credential_set_expires (credential, token->expires);
  kb_credential_set_identity (credential, account, realm);
  return credential;
}

static KbAnswer
find_broker (KbBrokerJob *job, GError **error)
{
  const char *why = NULL;
  KbBusName place = KB_BUS_NAME_NOBODY;
  KbAnswer answer;

  if (!kb_broker_has_bus (job->request))
    why = "there is no session bus, so no identity broker";
  else
    job->broker = kb_broker_new (job->request);
  answer = job->broker != NULL ? kb_broker_find (job->broker, &place, &why, error)
                               : KB_DECLINED;
  if (answer == KB_DECLINED)
    kb_request_note (job->request, "%s", why);
  if (answer == KB_OK && place == KB_BUS_NAME_ASLEEP
      && !kb_broker_start (job->broker, error))
    return KB_FAILED;
  return answer;
}

KbAnswer
kb_broker_job_run (KbBrokerJob *job, KbCredential **credential, GError **error)
{
  g_auto (KbBrokerToken) token = { 0 };
  KbAnswer answer = find_broker (job, error);

  if (answer != KB_OK)
    return answer;
  job->claims = kb_claims_challenged (job->request);
  job->wanted = kb_broker_wanted_account (job->settings, job->request);
  if (!find_tenant (job, error) || !list_accounts (job, error)
      || !choose_account (job, error) || !acquire_token (job, &token, error))
    return KB_FAILED;
  *credential = make_credential (job, &token);
  return KB_OK;
}
