/* SPDX-License-Identifier: MIT */
/* Source: a personal access token of Azure DevOps, asked for once and kept by the core.
   Knows nothing of networks and of where it is kept. */
#include "common/token.h"

#include "base/text.h"

#include <string.h>

static const KbOption options[] = { { "secret", KB_OPTION_SECRET, FALSE, NULL,
                                      "Token that is kept elsewhere, instead of asking" },
                                    { "user", KB_OPTION_STRING, FALSE, NULL,
                                      "User name, the organization's unless named" },
                                    { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

static KbAnswer
pat_open (const KbInstance *instance, gpointer *self, GError **error)
{
  const char *user = kb_instance_string (instance, "user");

  if (user != NULL && (*user == '\0' || !kb_text_is_clean (user, strlen (user))))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, "user: not a user name");
      return KB_FAILED;
    }
  *self = (gpointer) instance;
  return KB_OK;
}

static void
pat_close (gpointer self)
{
}

/* What the URL asked for, else what is configured, or NULL. */
static const char *
named_user (const KbInstance *instance, const KbRequest *request)
{
  const char *asked = kb_request_user (request);

  return asked != NULL && *asked != '\0' ? asked : kb_instance_string (instance, "user");
}

static KbAnswer
pat_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
              GError **error)
{
  const char *user = named_user (self, request);

  if (kb_request_organization_missing (request))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "the URL does not name the organization that the token is for; run: "
                   "git config --global credential.https://%s.useHttpPath true",
                   kb_request_host (request));
      return KB_FAILED;
    }
  identity->realm = kb_token_realm (request);
  identity->account = g_strdup (user != NULL ? user : identity->realm);
  return KB_OK;
}

/* Azure DevOps takes any user name with a token, but git needs one. */
static KbCredential *
make (const KbInstance *instance, const KbRequest *request, KbSecret *token)
{
  const char *user = named_user (instance, request);

  if (user == NULL)
    user = kb_request_organization (request);
  return kb_credential_new (KB_SCHEME_BASIC, user != NULL ? user : "pat", token);
}

/* Why it is no token, or NULL when it is one. */
static const char *
fault (const KbSecret *token)
{
  const char *text = kb_secret_peek (token);
  gsize length = kb_secret_length (token);

  switch (kb_token_form (token))
    {
    case KB_TOKEN_PAT:
      return NULL;
    case KB_TOKEN_JWT:
      return "is an access token (a JWT), which lives for an hour: paste a personal "
             "access "
             "token";
    case KB_TOKEN_BROKEN:
      return "is empty or holds line breaks or controls: paste the token alone";
    case KB_TOKEN_OTHER:
    default:
      break;
    }
  if (memchr (text, ' ', length) != NULL)
    return "holds blanks: paste the token alone";
  return "has not the form of a personal access token (84 letters and digits, or 52 of "
         "the "
         "older kind): a password does not serve";
}

/* One line feed at the end is what a file or a paste adds; nothing else is forgiven. */
static KbSecret *
without_line_feed (KbSecret *token)
{
  gsize length = kb_secret_length (token);

  if (length > 0 && kb_secret_peek (token)[length - 1] == '\n')
    return kb_secret_new (kb_secret_peek (token), length - 1);
  return kb_secret_ref (token);
}

static KbAnswer
judge (const KbInstance *instance, const KbRequest *request, KbSecret *given,
       const char *where, KbCredential **credential, GError **error)
{
  g_autoptr (KbSecret) token = without_line_feed (given);
  const char *why = fault (token);

  if (why == NULL && kb_token_was_refused (request, token))
    why = "is the one that the server refuses: it has expired, was revoked or is not for "
          "this organization";
  if (why != NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "%s %s", where, why);
      return KB_FAILED;
    }
  *credential = make (instance, request, token);
  return KB_OK;
}

static KbAnswer
ask (const KbInstance *instance, const KbRequest *request, KbCredential **credential,
     GError **error)
{
  g_autofree char *question = NULL;
  g_autoptr (KbSecret) token = NULL;
  KbAnswer answer;

  if (!kb_request_interactive (request))
    {
      kb_request_note (request,
                       "no personal access token is kept and nobody may be asked");
      return KB_DECLINED;
    }
  question = g_strdup_printf ("Personal access token for %s", kb_request_place (request));
  answer = kb_request_ask (request, question, TRUE, &token, error);
  if (answer == KB_DECLINED)
    kb_request_note (request, "no personal access token was given");
  if (answer != KB_OK)
    return answer;
  return judge (instance, request, token, "what was given", credential, error);
}

static KbAnswer
pat_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
             GError **error)
{
  KbCredential *prior = kb_request_prior (request);
  g_autoptr (KbSecret) kept = NULL;
  KbAnswer answer = kb_instance_secret (self, "secret", &kept, error);

  if (answer == KB_FAILED)
    return KB_FAILED;
  if (answer == KB_OK)
    {
      answer = judge (self, request, kept, "secret: what it names", credential, error);
      /* Kept there and not here as well: whoever keeps it may put another in its place
         (`pat rotate`), and the old one is void then. */
      if (answer == KB_OK)
        kb_credential_set_ephemeral (*credential, TRUE);
      return answer;
    }
  if (prior != NULL && !kb_request_prior_refused (request))
    {
      *credential = kb_credential_ref (prior);
      return KB_OK;
    }
  return ask (self, request, credential, error);
}

/* Whatever else another program kept for the place is none of ours: a note, no error. */
static KbAnswer
pat_adopt (gpointer self, const KbRequest *request, KbSecret *secret,
           KbCredential **credential, GError **error)
{
  KbTokenForm form = kb_token_form (secret);

  if (form == KB_TOKEN_PAT)
    {
      *credential = make (self, request, secret);
      return KB_OK;
    }
  kb_request_note (request, form == KB_TOKEN_JWT
                                ? "it is an access token, which ends within the hour"
                                : "it has not the form of a personal access token");
  return KB_DECLINED;
}

static const KbSource source = { .open = pat_open,
                                 .close = pat_close,
                                 .identify = pat_identify,
                                 .acquire = pat_acquire,
                                 .adopt = pat_adopt };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "pat",
  .summary = "Personal access token of Azure DevOps, asked for once",
  .options = options,
  .source = &source,
};
