/* SPDX-License-Identifier: MIT */
/* Asks for a token by the refresh token that the last one came with.
   Knows nothing of people and of stores. */
#include "oauth/refresh.h"

#include "oauth/subject.h"

static gboolean
fill (const KbOauthJob *job, KbBuffer *form, const KbSecret *renewal)
{
  return kb_oauth2_append_secret (form, "refresh_token", renewal)
         && kb_oauth_job_add_scope (job, form);
}

/* Kept under the name by which it was found, whatever the person is called by now.  No
   nonce: a refresh has none, and an id_token in its answer is a courtesy; but where there
   is one, it has to be of whoever signed in (OpenID Connect Core 12.2). */
static gboolean
who_refreshed (const KbOauthJob *job, const KbOauth2Token *token, KbIdToken *id,
               GError **error)
{
  const char *account = kb_oauth_account (job->settings, job->request);
  g_autoptr (GError) problem = NULL;

  if (token->id_token != NULL
      && !kb_oauth_job_read_id (job, token, NULL, TRUE, id, &problem)
      && g_error_matches (problem, KB_ERROR, KB_ERROR_DENIED))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (account == NULL && id->account == NULL)
    (void) kb_oauth_job_who (job, token, NULL, id, NULL);
  if (account != NULL)
    {
      g_free (id->account);
      id->account = g_strdup (account);
    }
  return kb_oauth_subject_is_same (job, id, error);
}

/* Not every provider says invalid_grant when only a new sign-in helps; a fault of the
   server stays one, whatever stands in its answer. */
static void
name_expiry (const KbOauthJob *job, const KbOauth2Refusal *refusal, GError **error)
{
  const char *const *names = kb_instance_list (job->settings->instance, "expired-errors");

  if (refusal->error != NULL && g_strv_contains (names, refusal->error)
      && !g_error_matches (*error, KB_ERROR, KB_ERROR_NETWORK))
    (*error)->code = KB_ERROR_INTERACTION;
}

KbAnswer
kb_oauth_refresh (KbOauthJob *job, KbCredential **credential, GError **error)
{
  KbSecret *renewal = kb_request_renewal (job->request);
  g_autoptr (KbBuffer) form = kb_oauth_job_form (job, "refresh_token");
  g_auto (KbOauth2Refusal) refusal = { 0 };
  g_auto (KbIdToken) id = { 0 };
  g_autoptr (KbOauth2Token) token = NULL;

  if (!fill (job, form, renewal))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                           "what is kept of the last sign-in is too long");
      return KB_FAILED;
    }
  token = kb_oauth_job_ask (job, form, renewal, &refusal, error);
  if (token == NULL)
    {
      name_expiry (job, &refusal, error);
      if (refusal.claims != NULL)
        {
          g_free (job->claims);
          job->claims = g_steal_pointer (&refusal.claims);
        }
      if (g_error_matches (*error, KB_ERROR, KB_ERROR_INTERACTION))
        kb_oauth_job_remember_claims (job);
      return KB_FAILED;
    }
  if (!who_refreshed (job, token, &id, error))
    return KB_FAILED;
  return kb_oauth_job_finish (job, token, &id, renewal, credential, error);
}
