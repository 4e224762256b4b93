/* SPDX-License-Identifier: MIT */
/* Holds the broker's token to what was asked for, and puts its errors into words.
   Knows nothing of D-Bus. */
#include "broker/broker-answer.h"

#include "base/clock.h"
#include "base/text.h"
#include "common/aadsts.h"
#include "common/authority.h"
#include "common/oauth2.h"
#include "common/token.h"

#include <string.h>

#define SHOWN_MAX 200
#define CLAIM_MAX 256

void
kb_broker_token_clear (KbBrokerToken *token)
{
  g_clear_pointer (&token->access, kb_secret_unref);
  g_clear_pointer (&token->account, g_free);
  g_clear_pointer (&token->tenant, g_free);
}

static gboolean
refuse (GError **error, KbErrorCode code, const char *what)
{
  g_set_error (error, KB_ERROR, (int) code, "the identity broker %s", what);
  return FALSE;
}

/* ---- errors --------------------------------------------------------------------- */

typedef struct
{
  gint64 status;
  const char *word; /* in the text of the error */
  KbErrorCode code;
  const char *sentence; /* NULL: its own words */
} Meaning;

/* The numbers are those of Microsoft's runtime for brokers (MSAL's Response_Status).
   Where the text has a word of OAuth's, that one decides. */
static const Meaning meanings[] = {
  { -1, "interaction_required", KB_ERROR_INTERACTION, NULL },
  { -1, "invalid_grant", KB_ERROR_INTERACTION, NULL },
  { -1, "login_required", KB_ERROR_INTERACTION, NULL },
  { -1, "declined scopes", KB_ERROR_DENIED,
    "did not get what was asked for: ask an administrator to consent to the "
    "application" },
  { 2, "InteractionRequired", KB_ERROR_INTERACTION, NULL },
  { 3, "NoNetwork", KB_ERROR_NETWORK, "has no network" },
  { 4, "NetworkTemporarilyUnavailable", KB_ERROR_NETWORK, "has no network now" },
  { 5, "ServerTemporarilyUnavailable", KB_ERROR_NETWORK,
    "gets no answer from Microsoft Entra now" },
  { 6, "ApiContractViolation", KB_ERROR_CONFIG, NULL },
  { 7, "UserCanceled", KB_ERROR_DENIED, "was told to stop: the sign-in was cancelled" },
  { 8, "ApplicationCanceled", KB_ERROR_DENIED, "was told to stop" },
  { 9, "IncorrectConfiguration", KB_ERROR_CONFIG, NULL },
  { 11, "AuthorityUntrusted", KB_ERROR_CONFIG, "does not trust the authority" },
  { 13, "AccountUnusable", KB_ERROR_INTERACTION, NULL },
  { 16, "AccountNotFound", KB_ERROR_INTERACTION, "has no such account any more" },
  { 17, "TransientError", KB_ERROR_NETWORK, "has a fault that should pass" },
  { 19, "RequiredBrokerMissing", KB_ERROR_DENIED,
    "lacks a part of it: install Microsoft Intune for this computer" },
  { 20, "DeviceNotRegistered", KB_ERROR_DENIED,
    "says that this computer is not registered: enrol it (Microsoft Intune)" },
};

static const Meaning *
meaning_of (gint64 status, const char *text)
{
  for (gsize i = 0; text != NULL && i < G_N_ELEMENTS (meanings); i++)
    if (strstr (text, meanings[i].word) != NULL)
      return &meanings[i];
  for (gsize i = 0; status >= 0 && i < G_N_ELEMENTS (meanings); i++)
    if (meanings[i].status == status)
      return &meanings[i];
  return NULL;
}

/* New: our sentence for the first AADSTS number in TEXT, or NULL. */
static char *
known_sentence (const char *text)
{
  const char *mark = text != NULL ? strstr (text, "AADSTS") : NULL;
  g_autofree char *digits = NULL;
  const char *sentence;
  gint64 number = 0;

  if (mark == NULL)
    return NULL;
  mark += strlen ("AADSTS");
  digits = g_strndup (mark, strspn (mark, "0123456789"));
  (void) kb_text_to_int64 (digits, G_MAXINT32, &number);
  sentence = kb_aadsts_sentence (number);
  return sentence != NULL ? g_strdup_printf ("%s (AADSTS%s)", sentence, digits) : NULL;
}

/* New. */
static char *
own_words (const char *text, const KbSecret *secret)
{
  if (text == NULL || *text == '\0')
    return g_strdup ("no reason is given");
  if (secret != NULL && strstr (text, kb_secret_peek (secret)) != NULL)
    return g_strdup ("its reason is not shown, as it holds a token");
  return kb_text_escape (text, strcspn (text, "\r\n"), SHOWN_MAX);
}

static gboolean
set_error (const KbJson *json, KbJsonNode node, const KbSecret *secret, GError **error)
{
  g_autofree char *text
      = kb_json_type (json, node) == KB_JSON_STRING
            ? kb_json_string (json, node)
            : kb_json_string (json, kb_json_member (json, node, "context"));
  gint64 status = -1;
  const Meaning *meaning;
  g_autofree char *known = known_sentence (text);
  g_autofree char *own = own_words (text, secret);

  (void) kb_json_int64 (json, kb_json_member (json, node, "status"), TRUE, &status);
  meaning = meaning_of (status, text);
  if (known == NULL && meaning != NULL && meaning->sentence != NULL)
    return refuse (error, meaning->code, meaning->sentence);
  g_set_error (error, KB_ERROR, (int) (meaning != NULL ? meaning->code : KB_ERROR_DENIED),
               "the identity broker has no token: %s", known != NULL ? known : own);
  return FALSE;
}

/* ---- the token ------------------------------------------------------------------ */

/* New: a claim that may be shown and stored, or NULL. */
static char *
claim (const KbJson *claims, const char *name)
{
  g_autofree char *text = kb_json_string (claims, kb_json_member (claims, 0, name));

  if (text == NULL || *text == '\0' || strlen (text) > CLAIM_MAX
      || !kb_text_is_clean (text, strlen (text)))
    return NULL;
  return g_steal_pointer (&text);
}

static gboolean
same_resource (const char *a, const char *b)
{
  gsize one = strlen (a);
  gsize other = strlen (b);

  one -= one > 0 && a[one - 1] == '/';
  other -= other > 0 && b[other - 1] == '/';
  return one == other && g_ascii_strncasecmp (a, b, one) == 0;
}

/* Whose it is: of a guest's token the oid is another one than that at home. */
static gboolean
check_person (const KbJson *claims, const KbBrokerRules *rules, const char *tenant,
              GError **error)
{
  g_autofree char *object = claim (claims, "oid");

  if (rules->object == NULL || g_strcmp0 (rules->home, tenant) != 0
      || (object != NULL && g_ascii_strcasecmp (object, rules->object) == 0))
    return TRUE;
  return refuse (error, KB_ERROR_DENIED, "gave the token of somebody else");
}

static gboolean
check_claims (const KbJson *claims, const KbBrokerRules *rules, char **tenant,
              gint64 *expires, GError **error)
{
  g_autofree char *audience = claim (claims, "aud");
  g_autofree char *found = claim (claims, "tid");
  g_autofree char *lower = found != NULL ? g_ascii_strdown (found, -1) : NULL;
  gint64 ends = 0;

  if (audience == NULL || !same_resource (audience, rules->resource))
    return refuse (error, KB_ERROR_DENIED, "gave a token for something else");
  if (lower == NULL || !kb_guid_is_valid (lower))
    return refuse (error, KB_ERROR_PROTOCOL, "gave a token that names no tenant");
  if (rules->tenant != NULL && !g_str_equal (rules->tenant, lower))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
                   "the identity broker gave a token of the tenant %s, but %s was asked "
                   "for: this account or this broker cannot sign in there",
                   lower, rules->tenant);
      return FALSE;
    }
  if (!check_person (claims, rules, lower, error))
    return FALSE;
  if (!kb_json_int64 (claims, kb_json_member (claims, 0, "exp"), FALSE, &ends))
    return refuse (error, KB_ERROR_PROTOCOL,
                   "gave a token that does not say when it ends");
  if (ends <= kb_clock_now ())
    return refuse (
        error, KB_ERROR_PROTOCOL,
        "gave a token that is over: check this computer's clock and time zone");
  *tenant = g_steal_pointer (&lower);
  *expires = MIN (ends, kb_clock_now () + KB_OAUTH2_LIFETIME_MAX);
  return TRUE;
}

/* New, or NULL. */
static char *
account_of (const KbJson *json, KbJsonNode response, const KbJson *claims)
{
  static const char *const names[] = { "upn", "preferred_username", "unique_name" };
  KbJsonNode account = kb_json_member (json, response, "account");
  g_autofree char *given
      = kb_json_string (json, kb_json_member (json, account, "username"));

  if (given != NULL && *given != '\0' && strlen (given) <= CLAIM_MAX
      && kb_text_is_clean (given, strlen (given)))
    return g_utf8_strdown (given, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = claim (claims, names[i]);

      if (name != NULL)
        return g_utf8_strdown (name, -1);
    }
  return NULL;
}

/* New: a JWT, as that is the only kind whose tenant and end can be told; expiresOn is
   left alone, as one broker adds seconds to milliseconds in it. */
static KbSecret *
access_token (const KbJson *json, KbJsonNode response, GError **error)
{
  KbJsonNode kind = kb_json_member (json, response, "accessTokenType");
  g_autoptr (KbSecret) token
      = kb_json_secret (json, kb_json_member (json, response, "accessToken"));
  gint64 number = 0;

  if (token == NULL || kb_secret_length (token) == 0)
    refuse (error, KB_ERROR_PROTOCOL, "gave no token");
  else if (kb_json_int64 (json, kind, FALSE, &number) && number != 0)
    refuse (error, KB_ERROR_PROTOCOL, "gave a token that only works with a proof");
  else if (kb_secret_length (token) > KB_OAUTH2_TOKEN_MAX
           || kb_token_form (token) != KB_TOKEN_JWT)
    refuse (error, KB_ERROR_PROTOCOL, "gave something that is no token");
  else
    return g_steal_pointer (&token);
  return NULL;
}

static gboolean
is_error (const KbJson *json, KbJsonNode node)
{
  KbJsonType type = kb_json_type (json, node);

  return type == KB_JSON_OBJECT || type == KB_JSON_STRING;
}

gboolean
kb_broker_answer_read (const KbJson *json, const KbBrokerRules *rules,
                       const KbSecret *secret, KbBrokerToken *token, GError **error)
{
  KbJsonNode response = kb_json_member (json, 0, "brokerTokenResponse");
  KbJsonNode problem
      = kb_json_member (json, MAX (response, 0), "error"); /* also of the root alone */
  g_autoptr (KbSecret) access = NULL;
  g_autoptr (KbJson) claims = NULL;
  g_autofree char *tenant = NULL;
  gint64 expires = 0;

  if (is_error (json, problem))
    return set_error (json, problem, secret, error);
  if (kb_json_type (json, response) != KB_JSON_OBJECT)
    return refuse (error, KB_ERROR_PROTOCOL, "gave an answer of another form");
  access = access_token (json, response, error);
  if (access == NULL)
    return FALSE;
  claims = kb_token_claims (access);
  if (claims == NULL)
    return refuse (error, KB_ERROR_PROTOCOL, "gave a token that cannot be read");
  if (!check_claims (claims, rules, &tenant, &expires, error))
    return FALSE;
  token->account = account_of (json, response, claims);
  token->access = g_steal_pointer (&access);
  token->tenant = g_steal_pointer (&tenant);
  token->expires = expires;
  return TRUE;
}
