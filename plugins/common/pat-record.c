/* SPDX-License-Identifier: MIT */
/* Reads what Azure DevOps says of a token, and writes what it is asked for.
   Knows nothing of how they are sent. */
#include "common/pat-record.h"

#include <string.h>

#include "base/text.h"

#define BODY_MAX 16384

void
kb_pat_free (KbPat *pat)
{
  if (pat == NULL)
    return;
  g_free (pat->id);
  g_free (pat->name);
  g_free (pat->scope);
  kb_secret_unref (pat->secret);
  g_free (pat);
}

static KbPat *
fail (GError **error, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "the answer about the token %s", why);
  return NULL;
}

/* ---- times ---------------------------------------------------------------------- */

char *
kb_pat_time (gint64 seconds)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (seconds);

  return when != NULL ? g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

/* GLib's reader takes any number of digits of a second, and a zone. */
gboolean
kb_pat_read_time (const char *text, gint64 *seconds)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) when = NULL;

  if (text == NULL || strlen (text) > 40)
    return FALSE;
  when = g_date_time_new_from_iso8601 (text, utc);
  if (when == NULL)
    return FALSE;
  *seconds = g_date_time_to_unix (when);
  return TRUE;
}

/* ---- reading -------------------------------------------------------------------- */

static gboolean
is_guid (const char *text)
{
  for (gsize i = 0; i < 36; i++)
    {
      gboolean dash = i == 8 || i == 13 || i == 18 || i == 23;

      if (dash ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
        return FALSE;
    }
  return text[36] == '\0';
}

static gint64
read_time (const KbJson *json, KbJsonNode node, const char *member)
{
  g_autofree char *text = kb_json_string (json, kb_json_member (json, node, member));
  gint64 seconds = 0;

  return kb_pat_read_time (text, &seconds) ? seconds : 0;
}

KbPat *
kb_pat_read (const KbJson *json, KbJsonNode node, GError **error)
{
  g_autoptr (KbPat) pat = g_new0 (KbPat, 1);
  g_autofree char *id
      = kb_json_string (json, kb_json_member (json, node, "authorizationId"));
  KbJsonNode accounts = kb_json_member (json, node, "targetAccounts");

  if (id == NULL || !is_guid (id))
    return fail (error, "names none");
  pat->id = g_ascii_strdown (id, -1);
  pat->name = kb_json_string (json, kb_json_member (json, node, "displayName"));
  pat->scope = kb_json_string (json, kb_json_member (json, node, "scope"));
  if (pat->name == NULL || pat->scope == NULL)
    return fail (error, "is not whole");
  pat->valid_from = read_time (json, node, "validFrom");
  pat->valid_to = read_time (json, node, "validTo");
  pat->global = kb_json_type (json, accounts) == KB_JSON_NULL;
  pat->secret = kb_json_secret (json, kb_json_member (json, node, "token"));
  return g_steal_pointer (&pat);
}

/* ---- refusals ------------------------------------------------------------------- */

static const struct
{
  const char *word;
  const char *sentence;
} sentences[] = {
  { "displayNameRequired", "a token needs a name" },
  { "invalidDisplayName", "this name cannot be taken" },
  { "invalidValidTo", "this end is in the past, or more than a year away" },
  { "invalidScope", "there is no such scope; see: keybearer pat scopes" },
  { "accessDenied", "this account may not do that" },
  { "tokenNotFound", "there is no such token" },
  { "authorizationNotFound", "there is no such token" },
  { "hostAuthorizationNotFound", "there is no such token" },
  { "invalidToken", "there is no such token" },
  { "invalidAuthorizationId", "there is no such token" },
  { "invalidUserType", "only people have tokens: a service principal cannot own one" },
  { "invalidSourceIP", "a policy does not allow this from here" },
  { "invalidSource", "a policy does not allow this from here" },
  { "sourceNotSupported", "a policy does not allow this from here" },
  { "globalPatPolicyViolation",
    "a policy forbids tokens for all organizations: make one for this organization" },
  { "globalPATCreationBlocked",
    "a policy forbids tokens for all organizations: make one for this organization" },
  { "fullScopePatPolicyViolation",
    "a policy forbids tokens of full access: name the scopes that it needs" },
  { "patLifespanPolicyViolation", "a policy forbids tokens that live so long" },
  { "disablePatCreationPolicyViolation",
    "a policy of the organization forbids new tokens; its administrator can allow you" },
  { "expiredPatCannotBeExtended",
    "a token that has expired cannot be changed any more: make a new one" },
  { "duplicateHash", "the server made the same token twice: try again" },
  { "failedToIssueAccessToken", "the server could not make it: try again" },
  { "failedToUpdateAccessToken", "the server could not change it: try again" },
  { "failedToReadTenantPolicy", "the server could not read its policies: try again" },
  { "failedToReadOrgPolicy", "the server could not read its policies: try again" },
  { "userIdRequired", "the server does not know whose it is to be: sign in again" },
  { "invalidUserId", "the server does not know whose it is to be: sign in again" },
  { "invalidSubject", "the server does not know whose it is to be: sign in again" },
  { "invalidClient", "the application that was signed in to may not make tokens" },
  { "invalidClientId", "the application that was signed in to may not make tokens" },
  { "invalidClientType", "the application that was signed in to may not make tokens" },
  { "invalidAudience", "the sign-in is for another service than Azure DevOps" },
  { "invalidTokenType", "the server makes no tokens of this kind" },
  { "invalidTargetAccounts", "the account may not use this organization" },
  { "deploymentHostNotSupported", "tokens are made in an organization alone" },
  { "sshPolicyDisabled", "a policy of the organization forbids SSH keys" },
};

const char *
kb_pat_error_sentence (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_ascii_strcasecmp (sentences[i].word, word) == 0)
      return sentences[i].sentence;
  return "the server refuses it";
}

/* What the server adds in its own words is shown too, where our sentence is general. */
static KbPat *
refuse (const KbJson *json, const char *word, GError **error)
{
  const char *sentence = kb_pat_error_sentence (word);
  g_autofree char *said
      = kb_json_string (json, kb_json_member (json, 0, "patTokenErrorMessage"));
  g_autofree char *shown = kb_text_escape (said != NULL ? said : word,
                                           strlen (said != NULL ? said : word), 200);

  g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "%s (%s)", sentence, shown);
  return NULL;
}

KbPat *
kb_pat_read_result (KbSecret *body, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (body, error);
  g_autofree char *word = NULL;

  if (json == NULL)
    return NULL;
  word = kb_json_string (json, kb_json_member (json, 0, "patTokenError"));
  if (word != NULL && g_ascii_strcasecmp (word, "none") != 0)
    return refuse (json, word, error);
  return kb_pat_read (json, kb_json_member (json, 0, "patToken"), error);
}

/* ---- writing -------------------------------------------------------------------- */

KbBuffer *
kb_pat_body (const KbPatWanted *wanted)
{
  g_autoptr (KbBuffer) body = kb_buffer_new (BODY_MAX);
  g_autofree char *until = wanted->valid_to != 0 ? kb_pat_time (wanted->valid_to) : NULL;

  kb_json_open (body, NULL, '{');
  if (wanted->id != NULL)
    kb_json_text (body, "authorizationId", wanted->id);
  if (wanted->name != NULL)
    kb_json_text (body, "displayName", wanted->name);
  if (wanted->scope != NULL)
    kb_json_text (body, "scope", wanted->scope);
  if (until != NULL)
    kb_json_text (body, "validTo", until);
  if (wanted->id == NULL || wanted->global)
    kb_json_flag (body, "allOrgs", wanted->global);
  kb_json_close (body, '}');
  return g_steal_pointer (&body);
}
