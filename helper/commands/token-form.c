/* SPDX-License-Identifier: MIT */
/* Writes a credential in the form that a script reads.
   Knows nothing of where it came from. */
#include "commands/token-form.h"

#include <string.h>
#include <time.h>

#include "commands/page.h"
#include "frontend.h"

static gboolean
is_bearer (const KbToken *token)
{
  return kb_credential_scheme (token->credential) == KB_SCHEME_BEARER;
}

/* An organization's token says by itself who it is, and the form that everybody documents
   has no user name before the colon. */
static gboolean
append_header (KbBuffer *text, const KbToken *token)
{
  return kb_append_authorization (
      text, token->credential,
      token->organization == NULL ? kb_credential_user (token->credential) : "");
}

static gboolean
form_raw (const KbToken *token, KbBuffer *text, GError **error)
{
  return kb_buffer_append_secret (text, kb_credential_secret (token->credential));
}

static gboolean
form_header (const KbToken *token, KbBuffer *text, GError **error)
{
  return kb_buffer_append_text (text, "Authorization: ") && append_header (text, token);
}

/* ---- JSON ----------------------------------------------------------------------- */

static gboolean
form_json (const KbToken *token, KbBuffer *text, GError **error)
{
  const KbCredential *credential = token->credential;
  g_autoptr (KbBuffer) header = kb_buffer_new (0);

  if (!append_header (header, token))
    return FALSE;
  kb_json_open (text, NULL, '{');
  kb_json_text (text, "token", kb_secret_peek (kb_credential_secret (credential)));
  kb_json_text (text, "scheme", is_bearer (token) ? "Bearer" : "Basic");
  kb_json_text (text, "user", kb_credential_user (credential));
  kb_json_text (text, "header", kb_buffer_peek (header));
  kb_json_time (text, "expires", kb_credential_expires (credential));
  kb_json_text (text, "account", token->account);
  kb_json_text (text, "source", token->source);
  kb_json_text (text, "organization", token->organization);
  kb_json_close (text, '}');
  return TRUE;
}

/* What `az account get-access-token` prints, less what we do not know.  Its expiresOn is
   local time without a zone. */
static gboolean
form_azure_cli (const KbToken *token, KbBuffer *text, GError **error)
{
  gint64 expires = kb_credential_expires (token->credential);
  time_t seconds = (time_t) expires;
  struct tm local = { 0 };
  char when[64];

  if (!is_bearer (token))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "%s gave no access token but a password, which this form cannot say; "
                   "use --output json",
                   token->source);
      return FALSE;
    }
  kb_json_open (text, NULL, '{');
  kb_json_text (text, "accessToken",
                kb_secret_peek (kb_credential_secret (token->credential)));
  if (expires != 0 && localtime_r (&seconds, &local) != NULL
      && strftime (when, sizeof when, "%Y-%m-%d %H:%M:%S.000000", &local) > 0)
    {
      kb_json_text (text, "expiresOn", when);
      kb_json_number (text, "expires_on", expires);
    }
  kb_json_text (text, "tokenType", "Bearer");
  kb_json_close (text, '}');
  return TRUE;
}

/* ---- the shell ------------------------------------------------------------------ */

/* NAME='VALUE' as any POSIX shell reads it. */
static void
append_variable (KbBuffer *text, const char *name, const char *value)
{
  const char *quote;

  kb_buffer_printf (text, "%s%s='", kb_buffer_length (text) > 0 ? "\n" : "", name);
  for (; (quote = strchr (value, '\'')) != NULL; value = quote + 1)
    {
      kb_buffer_append (text, value, (gsize) (quote - value));
      kb_buffer_append_text (text, "'\\''");
    }
  kb_buffer_append_text (text, value);
  kb_buffer_append_text (text, "'");
}

static gboolean
form_env (const KbToken *token, KbBuffer *text, GError **error)
{
  const KbCredential *credential = token->credential;
  gint64 expires = kb_credential_expires (credential);
  g_autofree char *when = g_strdup_printf ("%" G_GINT64_FORMAT, expires);

  append_variable (text, "KEYBEARER_TOKEN",
                   kb_secret_peek (kb_credential_secret (credential)));
  append_variable (text, "KEYBEARER_SCHEME", is_bearer (token) ? "Bearer" : "Basic");
  append_variable (text, "KEYBEARER_USER", kb_credential_user (credential));
  append_variable (text, "KEYBEARER_EXPIRES", expires != 0 ? when : "");
  return TRUE;
}

KbTokenForm
kb_token_form_named (const char *name)
{
  static const struct
  {
    const char *name;
    KbTokenForm form;
  } forms[] = {
    { "raw", form_raw }, { "json", form_json },           { "header", form_header },
    { "env", form_env }, { "azure-cli", form_azure_cli },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_str_equal (forms[i].name, name))
      return forms[i].form;
  return NULL;
}
