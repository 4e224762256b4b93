/* SPDX-License-Identifier: MIT */
/* Turns a token endpoint's refusal into a code and a sentence that says what to do.
   Knows nothing of requests; never decides by an AADSTS number, which is no stable
   API. */
#include "common/oauth2.h"

#include "base/text.h"
#include "common/aadsts.h"

#include <string.h>

/* What a server says of itself, at most. */
#define SHOWN_MAX 200

typedef struct
{
  const char *error;
  KbErrorCode code;
} Meaning;

/* RFC 6749 5.2, RFC 8628, OpenID Connect and what Entra adds.  Not listed: DENIED. */
static const Meaning meanings[] = {
  { "invalid_grant", KB_ERROR_INTERACTION },
  { "interaction_required", KB_ERROR_INTERACTION },
  { "login_required", KB_ERROR_INTERACTION },
  { "consent_required", KB_ERROR_INTERACTION },
  { "expired_token", KB_ERROR_INTERACTION },
  { "code_expired", KB_ERROR_INTERACTION },
  { "invalid_request", KB_ERROR_CONFIG },
  { "invalid_scope", KB_ERROR_CONFIG },
  { "invalid_resource", KB_ERROR_CONFIG },
  { "invalid_target", KB_ERROR_CONFIG },
  { "unsupported_grant_type", KB_ERROR_CONFIG },
  { "unsupported_response_type", KB_ERROR_CONFIG },
  { "temporarily_unavailable", KB_ERROR_NETWORK },
  { "server_error", KB_ERROR_NETWORK },
};

static KbErrorCode
code_of (const char *error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_str_equal (meanings[i].error, error))
      return meanings[i].code;
  return KB_ERROR_DENIED;
}

/* 0 when DESCRIPTION does not begin with one. */
static gint64
number_in (const char *description)
{
  static const char mark[] = "AADSTS";
  g_autofree char *digits = NULL;
  gint64 number = 0;

  if (description == NULL || !g_str_has_prefix (description, mark))
    return 0;
  description += sizeof mark - 1;
  digits = g_strndup (description, strspn (description, "0123456789"));
  (void) kb_text_to_int64 (digits, G_MAXINT32, &number);
  return number;
}

/* The number, for the words alone: from error_codes, else from the description; or 0. */
static gint64
aadsts_of (const KbJson *json, const char *description)
{
  KbJsonNode codes = kb_json_member (json, 0, "error_codes");
  gint64 number = 0;

  if (codes >= 0 && kb_json_type (json, codes) == KB_JSON_ARRAY
      && kb_json_size (json, codes) > 0
      && kb_json_int64 (json, kb_json_at (json, codes, 0), FALSE, &number))
    return number;
  return number_in (description);
}

static gboolean
says_secret (const char *text, const KbSecret *const *secrets)
{
  for (gsize i = 0; secrets != NULL && i < KB_OAUTH2_SECRETS; i++)
    if (secrets[i] != NULL && kb_secret_length (secrets[i]) > 0
        && strstr (text, kb_secret_peek (secrets[i])) != NULL)
      return TRUE;
  return FALSE;
}

/* The first sentence of the server's own, escaped: without the trace lines that follow,
   and nothing at all when it says our secret back to us. */
static char *
own_words (const char *description, const KbSecret *const *secrets)
{
  const char *trace;
  gsize length;

  if (description == NULL)
    return g_strdup ("no reason is given");
  if (says_secret (description, secrets))
    return g_strdup ("its reason is not shown, as it holds the secret");
  length = strcspn (description, "\r\n");
  trace = g_strstr_len (description, (gssize) length, " Trace ID:");
  if (trace != NULL)
    length = (gsize) (trace - description);
  return kb_text_escape (description, length, SHOWN_MAX);
}

/* New: our words for a number, else the server's. */
static char *
words_for (gint64 number, const char *description, const KbSecret *const *secrets)
{
  const char *known = kb_aadsts_sentence (number);

  if (known != NULL)
    return g_strdup_printf ("%s (AADSTS%" G_GINT64_FORMAT ")", known, number);
  return own_words (description, secrets);
}

/* What a server says may hold the secret, so it is handled as one. */
static char *
sentence (const KbJson *json, const KbSecret *const *secrets)
{
  g_autoptr (KbSecret) text
      = kb_json_secret (json, kb_json_member (json, 0, "error_description"));
  const char *description = text != NULL ? kb_secret_peek (text) : NULL;

  return words_for (aadsts_of (json, description), description, secrets);
}

static void
set_refusal (GError **error, const KbJson *json, const char *name,
             const KbSecret *const *secrets)
{
  g_autofree char *why = sentence (json, secrets);
  g_autofree char *shown = kb_text_escape (name, strlen (name), 64);

  g_set_error (error, KB_ERROR, code_of (name), "%s: %s",
               says_secret (name, secrets) ? "refused" : shown, why);
}

/* 429 is plain text and a 5xx may be anything: their bodies are not looked at. */
static void
set_busy (GError **error, const KbHttpAnswer *answer)
{
  const char *what = answer->status == 429 ? "too many requests were made"
                                           : "the server has a fault of its own";

  if (answer->retry_after > 0)
    g_set_error (error, KB_ERROR, KB_ERROR_NETWORK,
                 "HTTP %u: %s: it asks to wait %" G_GINT64_FORMAT " s", answer->status,
                 what, answer->retry_after);
  else
    g_set_error (error, KB_ERROR, KB_ERROR_NETWORK, "HTTP %u: %s: try again later",
                 answer->status, what);
}

void
kb_oauth2_set_error (GError **error, const KbHttpAnswer *answer,
                     const KbSecret *const *secrets)
{
  g_autoptr (KbJson) json = NULL;
  g_autoptr (KbSecret) name = NULL;

  if (answer->status == 408 || answer->status == 429 || answer->status >= 500)
    {
      set_busy (error, answer);
      return;
    }
  json = kb_json_parse (answer->body, NULL);
  if (json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    name = kb_json_secret (json, kb_json_member (json, 0, "error"));
  if (name != NULL)
    set_refusal (error, json, kb_secret_peek (name), secrets);
  else
    g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL,
                 "HTTP %u in no form that a token endpoint has", answer->status);
}

void
kb_oauth2_set_redirect_error (GError **error, const char *name, const char *description)
{
  const char *what = name != NULL ? name : "no code came back";
  g_autofree char *shown = kb_text_escape (what, strlen (what), 64);
  g_autofree char *why = words_for (number_in (description), description, NULL);

  g_set_error (error, KB_ERROR, (int) code_of (what), "%s: %s", shown, why);
}

void
kb_oauth2_read_refusal (KbOauth2Refusal *refusal, const KbHttpAnswer *answer)
{
  g_autoptr (KbJson) json = kb_json_parse (answer->body, NULL);

  kb_oauth2_refusal_clear (refusal);
  if (json == NULL || kb_json_type (json, 0) != KB_JSON_OBJECT)
    return;
  refusal->error = kb_json_string (json, kb_json_member (json, 0, "error"));
  refusal->claims = kb_json_string (json, kb_json_member (json, 0, "claims"));
}
