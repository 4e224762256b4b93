/* SPDX-License-Identifier: MIT */
/* Has a provider make a sign-in void (RFC 7009), where it has a way to do so.
   Knows nothing of what is kept, nor of who asks for it. */
#include "oauth/revoke.h"

/* Discovery was not needed for a sign-in, perhaps, but it is for this. */
static gboolean
find_endpoint (KbOauthJob *job, GError **error)
{
  KbOauthProvider *whole;

  if (job->provider->endpoints[KB_OAUTH_REVOKE] != NULL || job->provider->issuer == NULL)
    return TRUE;
  whole = kb_oauth_provider_complete (job->provider, KB_OAUTH_REVOKING,
                                      job->settings->instance, job->http, job->request,
                                      error);
  if (whole == NULL)
    return FALSE;
  kb_oauth_provider_free (job->provider);
  job->provider = whole;
  return TRUE;
}

static KbAnswer
no_way (const KbOauthJob *job)
{
  kb_request_note (
      job->request,
      "%s has no way to revoke a sign-in from here: end it in the settings of "
      "the account there, among its applications",
      job->settings->origin);
  return KB_DECLINED;
}

static gboolean
revoke_one (const KbOauthJob *job, const KbSecret *token, const char *hint,
            KbOauth2Refusal *refusal, GError **error)
{
  g_autoptr (KbBuffer) form = kb_oauth_job_form (job, NULL);
  KbOauth2Call call = { .endpoint = job->provider->endpoints[KB_OAUTH_REVOKE],
                        .form = form,
                        .secret = job->client_secret,
                        .basic = job->basic,
                        .grant = token,
                        .refusal = refusal };

  if (!kb_oauth2_append (form, "token_type_hint", hint)
      || !kb_oauth2_append_secret (form, "token", token))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL, "the token is too long");
      return FALSE;
    }
  return kb_oauth2_tell (job->http, job->request, &call, error);
}

/* The renewal takes its access tokens with it where the provider can (RFC 7009 2.1); some
   cannot revoke those at all, and they end soon. */
static gboolean
revoke_both (const KbOauthJob *job, GError **error)
{
  KbSecret *renewal = kb_request_renewal (job->request);
  const KbCredential *prior = kb_request_prior (job->request);
  g_auto (KbOauth2Refusal) refusal = { 0 };
  g_autoptr (GError) problem = NULL;

  if (renewal != NULL && !revoke_one (job, renewal, "refresh_token", NULL, error))
    return FALSE;
  if (prior == NULL
      || revoke_one (job, kb_credential_secret (prior), "access_token", &refusal,
                     &problem)
      || g_strcmp0 (refusal.error, "unsupported_token_type") == 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

KbAnswer
kb_oauth_revoke (const KbOauthSettings *settings, const KbRequest *request,
                 GError **error)
{
  g_autoptr (KbOauthJob) job = NULL;

  if (settings->provider == NULL)
    {
      kb_request_note (request, "Entra has no way to revoke one sign-in: end all of them "
                                "at https://mysignins.microsoft.com, or ask an "
                                "administrator to revoke the sessions");
      return KB_DECLINED;
    }
  job = kb_oauth_job_new (settings, request, error);
  if (job == NULL || !find_endpoint (job, error))
    return KB_FAILED;
  if (job->provider->endpoints[KB_OAUTH_REVOKE] == NULL)
    return no_way (job);
  return revoke_both (job, error) ? KB_OK : KB_FAILED;
}
