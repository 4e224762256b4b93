/* SPDX-License-Identifier: MIT */
/* Reads the claims of an id_token and holds them to the sign-in that asked for it.
   Knows nothing of keys and signatures. */
#include "common/idtoken.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "common/authority.h"

#include <string.h>

/* Two clocks may differ by so much (MSAL's own figure): beyond it somebody sends us an
   old sign-in, or our clock is wrong. */
#define SKEW_SECONDS 300
#define ACCOUNT_MAX 256

void
kb_id_token_clear (KbIdToken *id)
{
  g_clear_pointer (&id->account, g_free);
  g_clear_pointer (&id->tenant, g_free);
  g_clear_pointer (&id->issuer, g_free);
  g_clear_pointer (&id->subject, g_free);
}

static gboolean
refuse (GError **error, KbErrorCode code, const char *what)
{
  g_set_error (error, KB_ERROR, (int) code, "the id_token %s", what);
  return FALSE;
}

/* New: the claims as JSON, or NULL. */
static KbJson *
parse_claims (const KbSecret *token)
{
  const char *begin = strchr (kb_secret_peek (token), '.');
  const char *end = begin != NULL ? strchr (begin + 1, '.') : NULL;
  g_autofree char *part = NULL;
  g_autofree guint8 *bytes = NULL;
  g_autoptr (KbSecret) text = NULL;
  g_autoptr (KbJson) json = NULL;
  gsize length = 0;

  if (end == NULL)
    return NULL;
  part = g_strndup (begin + 1, (gsize) (end - begin - 1));
  bytes = kb_text_base64url_decode (part, &length);
  if (bytes == NULL)
    return NULL;
  text = kb_secret_new ((const char *) bytes, length);
  json = kb_json_parse (text, NULL);
  return json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT
             ? g_steal_pointer (&json)
             : NULL;
}

/* New: a claim that may be shown and stored, or NULL. */
static char *
claim (const KbJson *json, const char *name)
{
  g_autofree char *value = kb_json_string (json, kb_json_member (json, 0, name));

  if (value == NULL || *value == '\0' || strlen (value) > ACCOUNT_MAX
      || !kb_text_is_clean (value, strlen (value)))
    return NULL;
  return g_steal_pointer (&value);
}

static gboolean
same (const char *a, const char *b)
{
  g_autoptr (KbSecret) one = kb_secret_new_text (a);
  g_autoptr (KbSecret) other = kb_secret_new_text (b);

  return kb_secret_equal (one, other);
}

/* Entra writes its GUIDs in either case. */
static gboolean
is_client (const char *text, const char *client)
{
  return text != NULL
         && (g_str_equal (text, client)
             || (kb_guid_is_valid (client) && g_ascii_strcasecmp (text, client) == 0));
}

/* `aud` may be a list: then `azp` says for which of them it was made (OpenID Connect Core
   3.1.3.7, items 3 to 5). */
static gboolean
is_for (const KbJson *json, const char *client)
{
  KbJsonNode aud = kb_json_member (json, 0, "aud");
  g_autofree char *azp = kb_json_string (json, kb_json_member (json, 0, "azp"));
  g_autofree char *one = kb_json_string (json, aud);
  guint size = one == NULL ? kb_json_size (json, aud) : 0;

  if (azp != NULL ? !is_client (azp, client) : size > 1)
    return FALSE;
  if (one != NULL)
    return is_client (one, client);
  for (guint i = 0; i < size; i++)
    {
      g_autofree char *each = kb_json_string (json, kb_json_at (json, aud, i));

      if (is_client (each, client))
        return TRUE;
    }
  return FALSE;
}

/* New: "https://host[:port]" of URL, or NULL. */
static char *
origin_of (const char *text)
{
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);

  return url != NULL && g_str_equal (url->scheme, "https") ? kb_url_origin (url) : NULL;
}

static gboolean
is_microsoft (const char *origin)
{
  return kb_authority_is_known (origin + strlen ("https://"));
}

gboolean
kb_issuer_is_of (const char *iss, const char *origin)
{
  g_autofree char *here = origin_of (iss);

  if (here == NULL)
    return FALSE;
  return g_str_equal (here, origin) || (is_microsoft (here) && is_microsoft (origin));
}

static gboolean
is_issuer (const char *iss, const KbIdTokenRules *rules)
{
  if (rules->issuer != NULL)
    return g_strcmp0 (iss, rules->issuer) == 0;
  return rules->origin == NULL || (iss != NULL && kb_issuer_is_of (iss, rules->origin));
}

static gboolean
check_claims (const KbJson *json, const KbIdTokenRules *rules, GError **error)
{
  g_autofree char *nonce = claim (json, "nonce");
  g_autofree char *iss = claim (json, "iss");
  gint64 expires = 0;

  if (!is_for (json, rules->client))
    return refuse (error, KB_ERROR_DENIED, "is for another application");
  if (rules->nonce != NULL && (nonce == NULL || !same (nonce, rules->nonce)))
    return refuse (error, KB_ERROR_DENIED, "belongs to another sign-in (nonce)");
  if (!is_issuer (iss, rules))
    return refuse (error, KB_ERROR_DENIED, "comes from another issuer");
  if (!kb_json_int64 (json, kb_json_member (json, 0, "exp"), FALSE, &expires))
    return refuse (error, KB_ERROR_PROTOCOL, "does not say when it ends");
  if (!rules->renewed && expires + SKEW_SECONDS < kb_clock_now ())
    return refuse (error, KB_ERROR_DENIED,
                   "is over already: check this computer's clock and time zone");
  return TRUE;
}

/* New, or NULL. */
static char *
account_of (const KbJson *json)
{
  static const char *const names[] = { "preferred_username", "upn", "email" };
  g_autofree char *oid = claim (json, "oid");
  g_autofree char *tid = claim (json, "tid");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = claim (json, names[i]);

      if (value != NULL)
        return g_utf8_strdown (value, -1);
    }
  if (oid != NULL && tid != NULL)
    return g_strdup_printf ("%s@%s", oid, tid);
  return claim (json, "sub");
}

gboolean
kb_id_token_read (const KbSecret *token, const KbIdTokenRules *rules, KbIdToken *id,
                  GError **error)
{
  g_autoptr (KbJson) json = parse_claims (token);
  g_autofree char *account = NULL;
  g_autofree char *tenant = NULL;
  g_autofree char *sub = NULL;

  if (json == NULL)
    return refuse (error, KB_ERROR_PROTOCOL, "cannot be read");
  if (!check_claims (json, rules, error))
    return FALSE;
  account = account_of (json);
  if (account == NULL)
    return refuse (error, KB_ERROR_PROTOCOL, "does not say who signed in");
  tenant = claim (json, "tid");
  sub = kb_json_string (json, kb_json_member (json, 0, "sub"));
  id->account = g_steal_pointer (&account);
  id->issuer = claim (json, "iss");
  id->subject = sub != NULL ? kb_text_sha256 (sub, strlen (sub)) : NULL;
  id->tenant
      = tenant != NULL && kb_guid_is_valid (tenant) ? g_ascii_strdown (tenant, -1) : NULL;
  return TRUE;
}
