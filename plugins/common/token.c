/* SPDX-License-Identifier: MIT */
/* Judges tokens by their form and makes credentials of them.
   Knows nothing of where the token came from; verifies no signature. */
#include "common/token.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>

#define PAT_LENGTH 84
#define PAT_MARK_AT 76
#define OLD_PAT_LENGTH 52

static gboolean
is_pat (const char *text, gsize length)
{
  gboolean old = length == OLD_PAT_LENGTH;

  if (!old && (length != PAT_LENGTH || strncmp (text + PAT_MARK_AT, "AZDO", 4) != 0))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      gboolean base32 = g_ascii_islower (text[i]) || (text[i] >= '2' && text[i] <= '7');

      if (old ? !base32 : !g_ascii_isalnum (text[i]))
        return FALSE;
    }
  return TRUE;
}

/* The INDEX-th part of a JWT as JSON: new, or NULL. */
static KbJson *
jwt_part (const char *text, guint index)
{
  g_autofree char *part = NULL;
  g_autofree guint8 *bytes = NULL;
  g_autoptr (KbSecret) json = NULL;
  gsize length = 0;

  for (; index > 0; index--)
    text = strchr (text, '.') + 1;
  part = g_strndup (text, strcspn (text, "."));
  bytes = kb_text_base64url_decode (part, &length);
  kb_wipe (part, strlen (part));
  if (bytes == NULL)
    return NULL;
  json = kb_secret_new ((const char *) bytes, length);
  kb_wipe (bytes, length);
  return kb_json_parse (json, NULL);
}

static gboolean
has_jwt_parts (const char *text)
{
  guint dots = 0;

  for (; *text != '\0'; text++)
    {
      dots += *text == '.';
      if (!g_ascii_isalnum (*text) && strchr ("-_.", *text) == NULL)
        return FALSE;
    }
  return dots == 2;
}

static gboolean
is_jwt (const char *text)
{
  g_autoptr (KbJson) header = has_jwt_parts (text) ? jwt_part (text, 0) : NULL;

  return header != NULL && kb_json_type (header, 0) == KB_JSON_OBJECT;
}

KbTokenForm
kb_token_form (const KbSecret *token)
{
  const char *text = kb_secret_peek (token);
  gsize length = kb_secret_length (token);

  if (length == 0 || !kb_text_is_clean (text, length))
    return KB_TOKEN_BROKEN;
  if (is_pat (text, length))
    return KB_TOKEN_PAT;
  return is_jwt (text) ? KB_TOKEN_JWT : KB_TOKEN_OTHER;
}

KbJson *
kb_token_claims (const KbSecret *token)
{
  const char *text = kb_secret_peek (token);
  g_autoptr (KbJson) claims = has_jwt_parts (text) ? jwt_part (text, 1) : NULL;

  if (claims == NULL || kb_json_type (claims, 0) != KB_JSON_OBJECT)
    return NULL;
  return g_steal_pointer (&claims);
}

gint64
kb_token_jwt_expires (const KbSecret *token)
{
  g_autoptr (KbJson) claims = kb_token_claims (token);
  gint64 expires = 0;

  if (claims != NULL)
    (void) kb_json_int64 (claims, kb_json_member (claims, 0, "exp"), FALSE, &expires);
  return MAX (expires, 0);
}

gboolean
kb_token_is_over (const KbSecret *token)
{
  gint64 expires
      = kb_token_form (token) == KB_TOKEN_JWT ? kb_token_jwt_expires (token) : 0;

  return expires != 0 && expires <= kb_clock_now ();
}

KbCredential *
kb_token_credential (const char *user, KbSecret *token)
{
  gboolean jwt = kb_token_form (token) == KB_TOKEN_JWT;
  KbCredential *credential
      = kb_credential_new (jwt ? KB_SCHEME_BEARER : KB_SCHEME_BASIC, user, token);

  if (jwt)
    kb_credential_set_expires (credential, kb_token_jwt_expires (token));
  return credential;
}

gboolean
kb_token_was_refused (const KbRequest *request, const KbSecret *token)
{
  const KbCredential *prior = kb_request_prior (request);

  return prior != NULL && kb_request_prior_refused (request)
         && kb_secret_equal (kb_credential_secret (prior), token);
}

char *
kb_token_realm (const KbRequest *request)
{
  const char *organization = kb_request_organization (request);
  guint port = kb_request_port (request);

  if (organization != NULL)
    return g_strdup (organization);
  if (port == 0)
    return g_strdup_printf ("%s://%s", kb_request_scheme (request),
                            kb_request_host (request));
  return g_strdup_printf ("%s://%s:%u", kb_request_scheme (request),
                          kb_request_host (request), port);
}
