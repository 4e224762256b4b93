/* SPDX-License-Identifier: MIT */
/* Source: a session token of Azure DevOps, which outlives the Entra token of the entry
   before it that it is made of.
   Knows nothing of who signed in, nor of what is sent. */
#include "session-token/exchange.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* What Microsoft's own provider gives with such a token; feeds look at the password. */
#define TOKEN_USER "VssSessionToken"

/* The server's own limits; it may give less (entra-and-azure-devops 4.2). */
#define HOURS 3600
#define DAYS (24 * HOURS)
#define LIFETIME_MIN 600

static const KbOption options[]
    = { { "token-type", KB_OPTION_STRING, FALSE, NULL,
          "self-describing, or compact: a personal access token that is listed" },
        { "scope", KB_OPTION_STRING, FALSE, "vso.packaging_write",
          "What it is good for, words with blanks between" },
        { "lifetime", KB_OPTION_INTEGER, FALSE, NULL,
          "Seconds that are asked for, 4 hours unless named; compact: 90 days" },
        { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

static const struct
{
  const char *name;
  gint64 usual;
  gint64 most;
} types[] = { { "self-describing", 4 * HOURS, 24 * HOURS },
              { "compact", 90 * DAYS, 365 * DAYS } };

/* ---- settings ------------------------------------------------------------------- */

/* FALSE: TEXT is no type.  Microsoft's own spelling has no dash. */
static gboolean
read_type (const char *text, gboolean *compact)
{
  gboolean plain = g_ascii_strcasecmp (text, "SelfDescribing") == 0
                   || g_str_equal (text, types[0].name);

  if (!plain && g_ascii_strcasecmp (text, types[1].name) != 0)
    return FALSE;
  *compact = !plain;
  return TRUE;
}

static gboolean
is_scope (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (char **word = words; *word != NULL; word++)
    if (**word == '\0'
        || strspn (*word, "abcdefghijklmnopqrstuvwxyz._0123456789") != strlen (*word))
      return FALSE;
  return *words != NULL;
}

static KbAnswer
session_open (const KbInstance *instance, gpointer *self, GError **error)
{
  const char *type = kb_instance_string (instance, "token-type");
  gint64 lifetime = kb_instance_integer (instance, "lifetime");
  gboolean compact = FALSE;

  if (type != NULL && !read_type (type, &compact))
    g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                         "token-type: self-describing or compact");
  else if (!is_scope (kb_instance_string (instance, "scope")))
    g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                         "scope: words such as vso.packaging, with a blank between");
  else if (lifetime != 0 && (lifetime < LIFETIME_MIN || lifetime > types[1].most))
    g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "lifetime: %d seconds to 365 days",
                 LIFETIME_MIN);
  else
    {
      *self = (gpointer) instance;
      return KB_OK;
    }
  return KB_FAILED;
}

static void
session_close (gpointer self)
{
}

/* What people have set for Microsoft's credential provider: its newer name and its older
   one.  Borrowed, or NULL. */
static const char *
provider_variable (const KbRequest *request, const char *what)
{
  static const char *const forms[]
      = { "ARTIFACTS_CREDENTIALPROVIDER_%s", "ARTIFACTS_CREDENTIALPROVIDER_VSTS_%s",
          "NUGET_CREDENTIALPROVIDER_VSTS_%s" };
  const char *found = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_auto (GStrv) parts = g_strsplit (forms[i], "%s", 2);
      g_autofree char *name = g_strconcat (parts[0], what, NULL);
      const char *value = kb_request_getenv (request, name);

      if (found == NULL && value != NULL && *value != '\0')
        found = value;
    }
  return found;
}

/* An option wins over the environment; what cannot be read there is as if it were not. */
static void
read_wish (const KbInstance *instance, const KbRequest *request, KbSessionWish *wish)
{
  const char *type = kb_instance_string (instance, "token-type");
  const char *set_type = provider_variable (request, "TOKENTYPE");
  const char *set_minutes = provider_variable (request, "SESSIONTIMEMINUTES");
  gint64 minutes = 0;

  *wish = (KbSessionWish){ .scope = kb_instance_string (instance, "scope"),
                           .lifetime = kb_instance_integer (instance, "lifetime") };
  if (type == NULL)
    type = set_type;
  if (type != NULL && !read_type (type, &wish->compact))
    kb_request_note (request, "the variable for the type of token says neither Compact "
                              "nor SelfDescribing");
  if (wish->lifetime == 0 && set_minutes != NULL
      && kb_text_to_int64 (set_minutes, types[1].most / 60, &minutes))
    wish->lifetime = minutes * 60;
  if (wish->lifetime == 0)
    wish->lifetime = types[wish->compact].usual;
  wish->lifetime = CLAMP (wish->lifetime, LIFETIME_MIN, types[wish->compact].most);
}

/* ---- the source ----------------------------------------------------------------- */

/* What one token is good for: of another scope or type it is another one. */
static char *
realm_of (const KbRequest *request, const KbSessionWish *wish)
{
  return g_strdup_printf ("%s %s%s", kb_request_organization (request), wish->scope,
                          wish->compact ? " compact" : "");
}

static KbAnswer
session_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
                  GError **error)
{
  const KbCredential *input = kb_request_input (request);
  KbSessionWish wish;

  if (kb_request_organization (request) == NULL)
    {
      kb_request_note (request,
                       "%s is no organization, and only those have session "
                       "tokens",
                       kb_request_place (request));
      return KB_DECLINED;
    }
  read_wish (self, request, &wish);
  identity->account = g_strdup (input != NULL ? kb_credential_account (input) : NULL);
  identity->realm = realm_of (request, &wish);
  return KB_OK;
}

/* A build that begins now should not see the end of it: from the middle of its life on,
   or a day before its end, another one is welcome. */
static KbCredential *
make_credential (const KbRequest *request, const KbCredential *input,
                 const KbSessionWish *wish, const KbSessionToken *token)
{
  KbCredential *credential
      = kb_credential_new (KB_SCHEME_BASIC, TOKEN_USER, token->token);
  gint64 life = token->expires - kb_clock_now ();
  g_autofree char *realm = realm_of (request, wish);

  kb_credential_set_expires (credential, token->expires);
  kb_credential_set_refresh_after (credential, token->expires - MIN (life / 2, DAYS));
  kb_credential_set_identity (credential, kb_credential_account (input), realm);
  return credential;
}

static KbAnswer
session_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
                 GError **error)
{
  const KbCredential *input = kb_request_input (request);
  g_auto (KbSessionToken) token = { 0 };
  KbSessionWish wish;

  if (input == NULL || kb_credential_scheme (input) != KB_SCHEME_BEARER)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "it needs the access token of a requisite source before it "
                           "in the stack");
      return KB_FAILED;
    }
  read_wish (self, request, &wish);
  if (!kb_session_token_exchange (self, request, input, &wish, &token, error))
    return KB_FAILED;
  *credential = make_credential (request, input, &wish, &token);
  return KB_OK;
}

/* What `logout --revoke` hears. */
static KbAnswer
session_revoke (gpointer self, const KbRequest *request, GError **error)
{
  KbSessionWish wish;

  read_wish (self, request, &wish);
  kb_request_note (request, wish.compact
                                ? "a compact session token is a personal access token; "
                                  "keybearer pat list shows and keybearer pat revoke "
                                  "ends it"
                                : "a session token cannot be called back, it ends by "
                                  "itself");
  return KB_DECLINED;
}

static const KbSource source = {
  .open = session_open,
  .close = session_close,
  .identify = session_identify,
  .acquire = session_acquire,
  .revoke = session_revoke,
};

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "session-token",
  .summary = "Session token of Azure DevOps for an Entra token, for long builds",
  .options = options,
  .source = &source,
};
