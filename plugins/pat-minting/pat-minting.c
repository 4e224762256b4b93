/* SPDX-License-Identifier: MIT */
/* Source: a personal access token of least scope and short life, for the Entra token of
   the entry before it.  Knows nothing of who signed in, or how. */
#include "pat-minting/leftovers.h"
#include "pat-minting/mint.h"

#include "base/clock.h"
#include "base/text.h"
#include "common/devops-scopes.h"
#include "common/http-diagnose.h"
#include "common/token.h"

#include <string.h>

static const KbOption options[]
    = { { "scope", KB_OPTION_STRING, TRUE, NULL,
          "What the token may do: vso.code_write vso.packaging, or a job: git-read" },
        { "lifetime", KB_OPTION_INTEGER, FALSE, "604800", "Seconds that a token lives" },
        { "name", KB_OPTION_STRING, FALSE, "Keybearer",
          "What it is called in the list of tokens; the computer's name is added" },
        { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

/* A server with another clock, and the time of the answer. */
#define CUT_S 3600
#define DAY_S 86400
#define LIFETIME_MIN_S 10
/* Digits that make one token's name this call's alone. */
#define NONCE_DIGITS 8
/* What the server takes, less what is added. */
#define NAME_MAX_BYTES 120
#define HOST_MAX_BYTES 64
#define ORIGIN "https://vssps.dev.azure.com"

/* What SELF is. */
typedef struct
{
  const KbInstance *instance;
  char *scope; /* normal */
  gint64 lifetime;
} Source;

static void
minting_close (gpointer self)
{
  Source *source = self;

  if (source == NULL)
    return;
  g_free (source->scope);
  g_free (source);
}

/* New, or NULL with the reason.  A job's name stands for the least that it needs. */
static char *
read_scope (const char *text, GError **error)
{
  const char *job = kb_scopes_for (text);
  g_autofree char *wrong = NULL;
  char *scope = kb_scopes_normal (job != NULL ? job : text, &wrong);

  if (scope == NULL)
    g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                 "scope: there is no scope %s; see: keybearer pat scopes",
                 wrong != NULL ? wrong : "in this");
  return scope;
}

static const char *
fault_of (const Source *source)
{
  const char *name = kb_instance_string (source->instance, "name");

  if (source->lifetime < LIFETIME_MIN_S)
    return "lifetime: less than 10 seconds";
  if (source->lifetime > KB_PAT_DAYS_MAX * DAY_S)
    return "lifetime: a token lives for a year at the most (31536000)";
  if (*name == '\0' || strlen (name) > NAME_MAX_BYTES
      || !kb_text_is_clean (name, strlen (name)))
    return "name: has 1 to 120 bytes and no control characters";
  return NULL;
}

static KbAnswer
minting_open (const KbInstance *instance, gpointer *self, GError **error)
{
  Source *source = g_new0 (Source, 1);
  const char *fault = NULL;

  source->instance = instance;
  source->lifetime = kb_instance_integer (instance, "lifetime");
  source->scope = read_scope (kb_instance_string (instance, "scope"), error);
  fault = source->scope != NULL ? fault_of (source) : NULL;
  if (fault != NULL)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, fault);
  if (fault != NULL || source->scope == NULL)
    {
      minting_close (source);
      return KB_FAILED;
    }
  *self = source;
  return KB_OK;
}

/* ---- who and for what ----------------------------------------------------------- */

/* The token is shown to nobody else, whatever a stack matches. */
static gboolean
is_azure_devops (const KbRequest *request)
{
  const char *host = kb_request_host (request);

  return g_str_equal (kb_request_scheme (request), "https")
         && kb_request_port (request) == 0
         && (g_str_equal (host, "dev.azure.com")
             || g_str_has_suffix (host, ".dev.azure.com")
             || g_str_has_suffix (host, ".visualstudio.com"));
}

/* What the server calls account is the input's; NULL where there is none, as when it is
   only explained. */
static const char *
account_of (const KbCredential *input)
{
  const char *account = input != NULL ? kb_credential_account (input) : NULL;

  if (account == NULL && input != NULL)
    account = kb_credential_user (input);
  return account != NULL && *account != '\0' ? account : NULL;
}

/* New.  Tokens of other scopes are no replacement for one another. */
static char *
realm_of (const Source *source, const KbRequest *request)
{
  return g_strdup_printf ("%s %s", kb_request_organization (request), source->scope);
}

static KbAnswer
minting_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
                  GError **error)
{
  const Source *source = self;

  if (!is_azure_devops (request))
    {
      kb_request_note (request, "%s is no place of Azure DevOps",
                       kb_request_place (request));
      return KB_DECLINED;
    }
  if (kb_request_organization (request) == NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "the URL does not name the organization that the token is for; run: "
                   "git config --global credential.https://%s.useHttpPath true",
                   kb_request_host (request));
      return KB_FAILED;
    }
  kb_request_note (request,
                   "makes a token of %s that lives for %.3g days with what the entry "
                   "before it gives",
                   source->scope, (double) source->lifetime / DAY_S);
  identity->account = g_strdup (account_of (kb_request_input (request)));
  identity->realm = realm_of (source, request);
  return KB_OK;
}

/* ---- making --------------------------------------------------------------------- */

/* A token of an application says no scopes that a user granted (`scp`). */
static gboolean
is_application (const KbSecret *token)
{
  g_autoptr (KbJson) claims = kb_token_claims (token);

  return claims != NULL && kb_json_member (claims, 0, "scp") < 0;
}

static gboolean
check_input (const KbCredential *input, GError **error)
{
  if (input == NULL || kb_credential_scheme (input) != KB_SCHEME_BEARER)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "it needs the access token of a requisite source before it "
                           "in the stack");
      return FALSE;
    }
  if (!is_application (kb_credential_secret (input)))
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
               "service principals cannot own personal access tokens, and %s is one: "
               "the entry before it has to be a person's sign-in",
               account_of (input) != NULL ? account_of (input) : "the account");
  return FALSE;
}

/* New. */
static char *
name_of (const Source *source)
{
  g_autofree char *nonce = kb_text_random_id (FALSE);
  g_autofree char *host
      = kb_text_escape (g_get_host_name (), strlen (g_get_host_name ()), HOST_MAX_BYTES);

  return g_strdup_printf ("%s on %s (%.*s)",
                          kb_instance_string (source->instance, "name"), host,
                          NONCE_DIGITS, nonce);
}

/* A tool that was given the prior one may still be at work with it, and it ends within
   minutes: it is left alone unless it was refused or nobody has it any more. */
static gboolean
may_be_in_use (const KbRequest *request)
{
  const KbCredential *prior = kb_request_prior (request);

  return prior != NULL && !kb_request_prior_refused (request)
         && !kb_request_fresh (request);
}

/* New, of char *: what is left to revoke of what was made before. */
static GPtrArray *
revoke_leftovers (const KbMint *mint)
{
  g_autoptr (GPtrArray) ids
      = kb_leftovers_of (kb_request_renewal (mint->request), mint->organization);
  GPtrArray *left = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);

      if ((i == 0 && may_be_in_use (mint->request)) || !kb_mint_revoke (mint, id))
        g_ptr_array_add (left, g_strdup (id));
    }
  return left;
}

static KbCredential *
make_credential (const Source *source, const KbMint *mint, const KbPat *pat)
{
  g_autoptr (GPtrArray) ids = revoke_leftovers (mint);
  g_autofree char *realm = realm_of (source, mint->request);
  g_autoptr (KbSecret) renewal = NULL;
  KbCredential *credential = kb_credential_new (KB_SCHEME_BASIC, "", pat->secret);
  const char *account = account_of (mint->input);

  g_ptr_array_insert (ids, 0, g_strdup (pat->id));
  renewal
      = kb_leftovers_with (kb_request_renewal (mint->request), mint->organization, ids);
  kb_credential_set_renewal (credential, renewal);
  kb_credential_set_expires (credential, pat->valid_to != 0
                                             ? pat->valid_to
                                             : kb_clock_now () + source->lifetime);
  kb_credential_set_identity (credential, account != NULL ? account : mint->organization,
                              realm);
  return credential;
}

/* What a policy made of it. */
static void
note_differences (const KbMint *mint, const KbPatWanted *wanted, const KbPat *pat)
{
  if (pat->valid_to != 0 && pat->valid_to < wanted->valid_to - CUT_S)
    kb_request_note (mint->request, "a policy has cut the token's life");
  if (kb_scopes_are_broader (pat->scope, wanted->scope))
    kb_request_note (mint->request, "the server granted more than was asked for");
}

static KbAnswer
minting_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
                 GError **error)
{
  const Source *source = self;
  g_autofree char *name = NULL;
  g_autoptr (KbHttp) http = NULL;
  g_autoptr (KbPat) pat = NULL;
  KbMint mint = { .request = request,
                  .input = kb_request_input (request),
                  .organization = kb_request_organization (request) };
  KbPatWanted wanted
      = { .scope = source->scope, .valid_to = kb_clock_now () + source->lifetime };

  if (!check_input (mint.input, error))
    return KB_FAILED;
  http = kb_http_new (source->instance, error);
  if (http == NULL)
    return KB_FAILED;
  name = name_of (source);
  wanted.name = name;
  mint.http = http;
  pat = kb_mint_create (&mint, &wanted, error);
  if (pat == NULL)
    return KB_FAILED;
  note_differences (&mint, &wanted, pat);
  *credential = make_credential (source, &mint, pat);
  return KB_OK;
}

/* ---- the rest ------------------------------------------------------------------- */

/* That takes a sign-in, which is the entry's before it. */
static KbAnswer
minting_revoke (gpointer self, const KbRequest *request, GError **error)
{
  const char *organization = kb_request_organization (request);
  g_autoptr (GPtrArray) ids = NULL;

  if (organization == NULL)
    {
      kb_request_note (request, "its tokens are revoked by: keybearer pat revoke");
      return KB_DECLINED;
    }
  ids = kb_leftovers_of (kb_request_renewal (request), organization);
  kb_request_note (request, "its token is revoked by: keybearer pat revoke --org %s %s",
                   organization,
                   ids->len > 0 ? (const char *) g_ptr_array_index (ids, 0) : "TOKEN");
  return KB_DECLINED;
}

static void
minting_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  const Source *source = self;
  g_autofree char *warning = kb_scopes_warning (source->scope);
  g_autofree char *text
      = g_strdup_printf ("its tokens are good for %s alone", source->scope);

  kb_diagnosis_add (diagnosis, warning != NULL ? KB_FINDING_UNKNOWN : KB_FINDING_GOOD,
                    "scope", warning != NULL ? warning : text, NULL);
  kb_http_diagnose (source->instance, request, ORIGIN, FALSE, diagnosis);
}

/* While the store cannot say what is kept, a further token would be made at each call,
   which is what KB_SOURCE_RENEWS keeps from it. */
static const KbSource source = { .open = minting_open,
                                 .close = minting_close,
                                 .identify = minting_identify,
                                 .acquire = minting_acquire,
                                 .flags = KB_SOURCE_RENEWS,
                                 .diagnose = minting_diagnose,
                                 .revoke = minting_revoke };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "pat-minting",
  .summary = "Personal access token of Azure DevOps made with an Entra token",
  .options = options,
  .source = &source,
};
