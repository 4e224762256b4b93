/* SPDX-License-Identifier: MIT */
/* Chooses how a person signs in and checks that it was the one who was asked for.
   Knows nothing of what each way does. */
#include "oauth/sign-in.h"

#include "common/browser.h"

#include <string.h>

/* Borrowed, or NULL: whom the command line or the configuration names. */
static const char *
named (const KbOauthJob *job)
{
  const char *account = kb_instance_string (job->settings->instance, "account");

  return account != NULL ? account : kb_request_hint (job->request, "account");
}

char *
kb_oauth_hint (const KbOauthJob *job)
{
  const char *account = named (job);

  if (account == NULL)
    account = kb_oauth_account (job->settings, job->request);
  return g_strdup (account);
}

/* New: who was named by somebody, not merely remembered.  A user without '@' may be
   anything: the name of an organization, "git", "oauth2". */
static char *
asked_person (const KbOauthJob *job)
{
  const char *person = named (job);

  if (person != NULL)
    return g_utf8_strdown (person, -1);
  person = kb_request_user (job->request);
  return person != NULL && strchr (person, '@') != NULL ? g_utf8_strdown (person, -1)
                                                        : NULL;
}

gboolean
kb_oauth_check_person (const KbOauthJob *job, const KbIdToken *id, GError **error)
{
  g_autofree char *asked = asked_person (job);

  if (asked == NULL || g_strcmp0 (asked, id->account) == 0)
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
               "%s signed in, but %s was asked for: sign in again with that account, or "
               "ask for the other one (--account, credential.username)",
               id->account, asked);
  return FALSE;
}

static gboolean
browser_exists (void)
{
  g_auto (GStrv) environment = g_get_environ ();
  KbBrowser where = KB_BROWSER_NONE;
  const char *why = NULL;
  g_autoptr (GPtrArray) commands
      = kb_browser_commands (environment, "https://localhost", &where, &why);

  return commands->len > 0;
}

static gboolean
flow_is (const KbOauthJob *job, const char *flow)
{
  return g_strcmp0 (kb_request_hint (job->request, "flow"), flow) == 0;
}

gboolean
kb_oauth_pastes (const KbOauthJob *job)
{
  return flow_is (job, "paste");
}

/* As people have it set for Git Credential Manager: the one way that is wanted, or 0.
   An embedded window is a browser here: the person's own. */
static guint
gcm_flow (const KbOauthJob *job)
{
  static const struct
  {
    const char *word;
    guint flow;
  } words[] = { { "devicecode", KB_OAUTH_DEVICE },
                { "system", KB_OAUTH_BROWSER },
                { "interactive", KB_OAUTH_BROWSER },
                { "embedded", KB_OAUTH_BROWSER },
                { "auto", 0 } };
  const char *flow = kb_request_getenv (job->request, "GCM_MSAUTH_FLOW");

  for (gsize i = 0; flow != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (flow, words[i].word) == 0)
      return words[i].flow & kb_oauth_job_flows (job);
  if (flow != NULL)
    kb_request_note (job->request, "GCM_MSAUTH_FLOW is no way to sign in that is known");
  return 0;
}

/* Codes can be phished, so they are for those who want them, and for where there is no
   browser. */
static gboolean
wants_device (const KbOauthJob *job)
{
  guint flows = kb_oauth_job_flows (job);

  guint set;

  if (flow_is (job, "device"))
    return TRUE;
  if ((flows & KB_OAUTH_DEVICE) == 0 || kb_oauth_pastes (job))
    return FALSE;
  if ((flows & KB_OAUTH_BROWSER) == 0)
    return TRUE;
  set = gcm_flow (job);
  return set != 0 ? set == KB_OAUTH_DEVICE : !browser_exists ();
}

static gboolean
check_flow (const KbOauthJob *job, GError **error)
{
  guint wanted = flow_is (job, "device") ? KB_OAUTH_DEVICE
                 : kb_oauth_pastes (job) ? KB_OAUTH_BROWSER
                                         : 0;

  if ((kb_oauth_job_flows (job) & wanted) == wanted)
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
               "this way to sign in is not among the flows of [source %s]",
               kb_instance_name (job->settings->instance));
  return FALSE;
}

/* Conditional Access may show only when the code is redeemed; its claims go with the next
   sign-in, and once is enough. */
static gboolean
wants_more (KbOauthJob *job, KbOauth2Refusal *refusal)
{
  if (refusal->claims == NULL || g_strcmp0 (refusal->claims, job->claims) == 0)
    return FALSE;
  g_free (job->claims);
  job->claims = g_steal_pointer (&refusal->claims);
  return TRUE;
}

static KbAnswer
sign_in (KbOauthJob *job, KbCredential **credential, GError **error)
{
  g_auto (KbOauth2Refusal) refusal = { 0 };
  g_autoptr (GError) problem = NULL;
  KbAnswer answer;

  if (kb_oauth_job_flows (job) == 0)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "flows: the provider has none of them");
      return KB_FAILED;
    }
  if (wants_device (job))
    return kb_oauth_device (job, credential, error);
  answer = kb_oauth_browser (job, &refusal, credential, &problem);
  if (answer == KB_FAILED && wants_more (job, &refusal))
    return kb_oauth_browser (job, NULL, credential, error);
  if (answer == KB_FAILED)
    g_propagate_error (error, g_steal_pointer (&problem));
  return answer;
}

KbAnswer
kb_oauth_sign_in (KbOauthJob *job, KbCredential **credential, GError **error)
{
  KbAnswer answer;

  if (!check_flow (job, error))
    return KB_FAILED;
  kb_oauth_job_recall_claims (job);
  answer = sign_in (job, credential, error);
  if (answer == KB_OK)
    kb_oauth_job_forget_claims (job);
  return answer;
}
