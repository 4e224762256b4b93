/* SPDX-License-Identifier: MIT */
/* Asks a token endpoint and reads what it gives, strictly.
   Knows nothing of which grant is asked for, nor of refusals (oauth2-error.c). */
#include "common/oauth2.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>

#define BASIC "Authorization: Basic "

void
kb_oauth2_token_free (KbOauth2Token *token)
{
  if (token == NULL)
    return;
  kb_secret_unref (token->access);
  kb_secret_unref (token->refresh);
  kb_secret_unref (token->id_token);
  g_free (token->scope);
  g_free (token);
}

void
kb_oauth2_refusal_clear (KbOauth2Refusal *refusal)
{
  g_clear_pointer (&refusal->error, g_free);
  g_clear_pointer (&refusal->claims, g_free);
}

static gboolean
is_unreserved (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static gboolean
append_encoded (KbBuffer *form, const char *bytes, gsize length)
{
  static const char digits[] = "0123456789ABCDEF";
  gboolean fits = TRUE;

  for (gsize i = 0; i < length && fits; i++)
    {
      guint8 byte = (guint8) bytes[i];
      char encoded[3] = { '%', digits[byte >> 4], digits[byte & 15] };

      fits = is_unreserved (bytes[i]) ? kb_buffer_append (form, bytes + i, 1)
                                      : kb_buffer_append (form, encoded, sizeof encoded);
    }
  return fits;
}

static gboolean
append_pair (KbBuffer *form, const char *name, const char *value, gsize length)
{
  if (kb_buffer_length (form) > 0 && !kb_buffer_append (form, "&", 1))
    return FALSE;
  return append_encoded (form, name, strlen (name)) && kb_buffer_append (form, "=", 1)
         && append_encoded (form, value, length);
}

gboolean
kb_oauth2_append (KbBuffer *form, const char *name, const char *value)
{
  return append_pair (form, name, value, strlen (value));
}

gboolean
kb_oauth2_append_secret (KbBuffer *form, const char *name, const KbSecret *value)
{
  return append_pair (form, name, kb_secret_peek (value), kb_secret_length (value));
}

KbSecret *
kb_oauth2_basic (const char *client, const KbSecret *secret)
{
  g_autoptr (KbBuffer) pair = kb_buffer_new (0);
  g_autoptr (KbBuffer) encoded = kb_buffer_new (0);

  (void) append_encoded (pair, client, strlen (client));
  (void) kb_buffer_append (pair, ":", 1);
  (void) append_encoded (pair, kb_secret_peek (secret), kb_secret_length (secret));
  (void) kb_buffer_append_base64 (encoded, kb_buffer_peek (pair),
                                  kb_buffer_length (pair));
  return kb_buffer_steal (encoded);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "the token answer %s", what);
  return FALSE;
}

/* What may stand in an Authorization header and on a credential line. */
static gboolean
is_token (const KbSecret *token)
{
  const char *text = kb_secret_peek (token);
  gsize length = kb_secret_length (token);

  for (gsize i = 0; i < length; i++)
    if (text[i] < 0x21 || text[i] > 0x7e)
      return FALSE;
  return length > 0 && length <= KB_OAUTH2_TOKEN_MAX;
}

static gboolean
check_type (const KbJson *json, GError **error)
{
  g_autofree char *type = kb_json_string (json, kb_json_member (json, 0, "token_type"));

  if (type == NULL || g_ascii_strcasecmp (type, "Bearer") != 0)
    return refuse (error, "is not of token_type Bearer");
  return TRUE;
}

static gboolean
read_secrets (const KbJson *json, KbOauth2Token *token, GError **error)
{
  KbJsonNode refresh = kb_json_member (json, 0, "refresh_token");

  token->id_token = kb_json_secret (json, kb_json_member (json, 0, "id_token"));
  token->scope = kb_json_string (json, kb_json_member (json, 0, "scope"));
  token->access = kb_json_secret (json, kb_json_member (json, 0, "access_token"));
  if (token->access == NULL || !is_token (token->access))
    return refuse (error, "has no access_token that can be used");
  if (refresh < 0)
    return TRUE;
  token->refresh = kb_json_secret (json, refresh);
  if (token->refresh == NULL || !is_token (token->refresh))
    return refuse (error, "has a refresh_token that cannot be used");
  return TRUE;
}

/* A number, or a string of digits as managed identities send it. */
static gboolean
read_times (const KbJson *json, KbOauth2Token *token, gint64 now, GError **error)
{
  KbJsonNode expires_in = kb_json_member (json, 0, "expires_in");
  KbJsonNode refresh_in = kb_json_member (json, 0, "refresh_in");
  gint64 lifetime = KB_OAUTH2_LIFETIME_UNKNOWN;
  gint64 refresh = 0;

  if (expires_in >= 0
      && (!kb_json_int64 (json, expires_in, TRUE, &lifetime) || lifetime <= 0))
    return refuse (error, "has an expires_in that is no positive number");
  lifetime = MIN (lifetime, KB_OAUTH2_LIFETIME_MAX);
  token->told = expires_in >= 0;
  token->expires = now + lifetime;
  if (refresh_in >= 0 && kb_json_int64 (json, refresh_in, TRUE, &refresh) && refresh > 0)
    token->refresh_after = now + MIN (refresh, lifetime);
  return TRUE;
}

KbOauth2Token *
kb_oauth2_parse (KbSecret *body, gint64 now, GError **error)
{
  g_autoptr (KbOauth2Token) token = g_new0 (KbOauth2Token, 1);
  g_autoptr (KbJson) json = kb_json_parse (body, error);

  if (json == NULL)
    {
      g_prefix_error (error, "the token answer: ");
      return NULL;
    }
  if (kb_json_type (json, 0) != KB_JSON_OBJECT)
    {
      (void) refuse (error, "is no JSON object");
      return NULL;
    }
  if (!check_type (json, error) || !read_secrets (json, token, error)
      || !read_times (json, token, now, error))
    return NULL;
  return g_steal_pointer (&token);
}

/* The id lets Microsoft's support find a refusal; it stands last, as people read first
   what to do. */
static void
refused (const KbHttpAnswer *answer, const KbOauth2Call *call, const char *id,
         GError **error)
{
  const KbSecret *secrets[KB_OAUTH2_SECRETS] = { call->secret, call->grant };
  g_autoptr (GError) why = NULL;

  if (call->refusal != NULL)
    kb_oauth2_read_refusal (call->refusal, answer);
  kb_oauth2_set_error (&why, answer, secrets);
  g_set_error (error, why->domain, why->code, "%s [request %s]", why->message, id);
}

/* GitHub refuses with 200, and Entra's device endpoint may. */
static gboolean
is_refusal (const KbHttpAnswer *answer)
{
  g_autoptr (KbJson) json = NULL;

  if (answer->status != 200)
    return TRUE;
  json = kb_json_parse (answer->body, NULL);
  return json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT
         && kb_json_type (json, kb_json_member (json, 0, "error")) == KB_JSON_STRING;
}

/* New: the answer to the form, which is no refusal; or NULL. */
static KbHttpAnswer *
post_form (KbHttp *http, const KbRequest *request, const KbOauth2Call *call,
           GError **error)
{
  g_autofree char *id = kb_text_random_id (TRUE);
  g_autofree char *id_header = g_strdup_printf ("client-request-id: %s", id);
  g_autoptr (KbBuffer) basic = kb_buffer_new (0);
  const char *headers[] = { "Accept: application/json", id_header, NULL, NULL };
  KbHttpCall post = { .url = call->endpoint,
                      .headers = headers,
                      .body = call->form,
                      .body_type = "application/x-www-form-urlencoded" };
  g_autoptr (KbHttpAnswer) answer = NULL;

  if (call->basic != NULL)
    {
      (void) kb_buffer_append (basic, BASIC, strlen (BASIC));
      (void) kb_buffer_append (basic, kb_secret_peek (call->basic),
                               kb_secret_length (call->basic));
      headers[2] = kb_buffer_peek (basic);
    }
  answer = kb_http_send (http, request, &post, error);
  if (answer == NULL)
    return NULL;
  if (!is_refusal (answer))
    return g_steal_pointer (&answer);
  if (answer->retry_after > 0 && (answer->status == 429 || answer->status >= 500))
    kb_request_retry_after (request, answer->retry_after);
  refused (answer, call, id, error);
  return NULL;
}

KbOauth2Token *
kb_oauth2_request (KbHttp *http, const KbRequest *request, const KbOauth2Call *call,
                   GError **error)
{
  g_autoptr (KbHttpAnswer) answer = post_form (http, request, call, error);

  return answer != NULL ? kb_oauth2_parse (answer->body, kb_clock_now (), error) : NULL;
}

KbJson *
kb_oauth2_send (KbHttp *http, const KbRequest *request, const KbOauth2Call *call,
                GError **error)
{
  g_autoptr (KbHttpAnswer) answer = post_form (http, request, call, error);
  g_autoptr (KbJson) json = NULL;

  if (answer == NULL)
    return NULL;
  json = kb_json_parse (answer->body, error);
  if (json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    return g_steal_pointer (&json);
  g_clear_error (error);
  (void) refuse (error, "is no JSON object");
  return NULL;
}

gboolean
kb_oauth2_tell (KbHttp *http, const KbRequest *request, const KbOauth2Call *call,
                GError **error)
{
  g_autoptr (KbHttpAnswer) answer = post_form (http, request, call, error);

  return answer != NULL;
}
