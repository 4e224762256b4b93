/* SPDX-License-Identifier: MIT */
/* A source that counts its calls and does what files in the folder of a test say.
   Knows nothing of networks nor of any test. */
#include "fake.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* FAKE_NAME and FAKE_FLAGS come from the build: one file makes two modules. */

static KbAnswer
fake_open (const KbInstance *instance, gpointer *self, GError **error)
{
  gboolean gives = FALSE;

  *self = (gpointer) instance;
  return fake_answer (instance, "open", &gives, error);
}

static void
fake_close (gpointer self)
{
}

static char *
realm_of (const KbInstance *instance, const KbRequest *request)
{
  const char *scope = kb_request_scope (request);
  g_autofree char *realm = fake_text (instance, "realm", "realm");

  return scope != NULL ? g_strdup_printf ("%s/%s", realm, scope)
                       : g_steal_pointer (&realm);
}

static KbAnswer
fake_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
               GError **error)
{
  g_autofree char *variable = fake_text (self, "variable", NULL);
  g_autofree char *secret = fake_text (self, "secret-variable", NULL);
  gboolean gives = FALSE;
  KbAnswer answer = fake_answer (self, "identify", &gives, error);

  fake_note (self, "identify");
  if (variable != NULL)
    (void) kb_request_getenv (request, variable);
  if (secret != NULL)
    kb_secret_unref (kb_request_getenv_secret (request, secret));
  if (gives && fake_number (self, "finds-out", 0) != 0)
    identity->account = g_strdup (kb_request_account (request));
  else if (gives)
    {
      identity->account = fake_text (self, "account", "alice");
      identity->realm = realm_of (self, request);
    }
  return answer;
}

/* With `finds-out` only acquire knows: the account that was meant, else `account`. */
static void
find_out (const KbInstance *instance, const KbRequest *request, KbCredential *credential)
{
  g_autofree char *account = fake_text (instance, "account", "alice");
  g_autofree char *realm = fake_text (instance, "realm", "realm");
  const char *meant = kb_request_account (request);

  if (fake_number (instance, "finds-out", 0) != 0)
    kb_credential_set_identity (credential, meant != NULL ? meant : account, realm);
}

/* Strict rotation: each renewal serves once, and one that is used again ends them all. */
static KbSecret *
rotate (const KbInstance *instance, const KbRequest *request, guint count, GError **error)
{
  const KbSecret *given = kb_request_renewal (request);
  g_autofree char *current = fake_text (instance, "current", NULL);
  g_autofree char *next = g_strdup_printf ("renewal-%u", count);

  if (given != NULL && g_strcmp0 (kb_secret_peek (given), current) != 0)
    {
      fake_note (instance, "reused");
      g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "a renewal was used twice");
      return NULL;
    }
  if (given == NULL)
    fake_note (instance, "signed-in");
  fake_write (instance, "current", next);
  return kb_secret_new_text (next);
}

/* A person is sent elsewhere for `signs-in` milliseconds. */
static void
sign_in (const KbInstance *instance, const KbRequest *request)
{
  gint64 most = fake_number (instance, "signs-in", 0);

  if (most == 0 || !kb_request_interactive (request))
    return;
  fake_note (instance, "window");
  kb_request_begin_sign_in (request, most);
}

static KbAnswer
ask (const KbInstance *instance, const KbRequest *request, KbSecret **secret,
     GError **error)
{
  if (!kb_request_interactive (request))
    {
      fake_note (instance, "quiet");
      return KB_DECLINED;
    }
  return kb_request_ask (request, "Secret: ", TRUE, secret, error);
}

/* "INSTANCE-NUMBER", or what `secret` says; "INPUT+" before it with an input. */
static KbAnswer
make_secret (const KbInstance *instance, const KbRequest *request, guint count,
             KbSecret **secret, GError **error)
{
  KbCredential *input = kb_request_input (request);
  g_autofree char *fixed = fake_text (instance, "secret", NULL);
  g_autofree char *own = g_strdup_printf ("%s-%u", kb_instance_name (instance), count);
  g_autofree char *text = g_strdup_printf (
      "%s%s%s", input != NULL ? kb_secret_peek (kb_credential_secret (input)) : "",
      input != NULL ? "+" : "", fixed != NULL ? fixed : own);

  if (fake_number (instance, "asks", 0) != 0)
    return ask (instance, request, secret, error);
  *secret = kb_secret_new_text (text);
  return KB_OK;
}

static KbAnswer
make (const KbInstance *instance, const KbRequest *request, guint count,
      KbCredential **credential, GError **error)
{
  gint64 seconds = fake_number (instance, "seconds", 3600);
  gint64 refresh = fake_number (instance, "refresh", 0);
  g_autofree char *user = fake_text (instance, "user", "");
  g_autoptr (KbSecret) secret = NULL;
  g_autoptr (KbSecret) renewal = NULL;
  KbAnswer answer = make_secret (instance, request, count, &secret, error);

  if (answer != KB_OK)
    return answer;
  if (fake_number (instance, "rotates", 0) != 0)
    {
      renewal = rotate (instance, request, count, error);
      if (renewal == NULL)
        return KB_FAILED;
    }
  *credential = kb_credential_new (
      fake_number (instance, "basic", 0) != 0 ? KB_SCHEME_BASIC : KB_SCHEME_BEARER, user,
      secret);
  if (seconds != 0)
    kb_credential_set_expires (*credential, kb_clock_now () + seconds);
  if (refresh != 0)
    kb_credential_set_refresh_after (*credential, kb_clock_now () + refresh);
  kb_credential_set_renewal (*credential, renewal);
  kb_credential_set_ephemeral (*credential, fake_number (instance, "passing", 0) != 0);
  find_out (instance, request, *credential);
  return KB_OK;
}

static void
note_prior (const KbInstance *instance, const KbRequest *request)
{
  KbCredential *prior = kb_request_prior (request);
  g_autofree char *line = NULL;

  if (prior == NULL)
    return;
  line = g_strdup_printf ("prior %s%s", kb_secret_peek (kb_credential_secret (prior)),
                          kb_request_prior_refused (request) ? " refused" : "");
  fake_note (instance, line);
}

/* What `tells` says, to a person who is there. */
static void
tell (const KbInstance *instance, const KbRequest *request)
{
  g_autofree char *text = fake_text (instance, "tells", NULL);

  if (text != NULL && kb_request_tell (request, text))
    fake_note (instance, "told");
}

static KbAnswer
fake_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
              GError **error)
{
  guint count = fake_note (self, "acquire");
  gint64 silence = fake_number (self, "retry-after", 0);
  gboolean gives = FALSE;
  KbAnswer answer;

  note_prior (self, request);
  sign_in (self, request);
  tell (self, request);
  kb_clock_sleep_ms (fake_number (self, "sleep", 0));
  if (silence != 0)
    kb_request_retry_after (request, silence);
  answer = fake_answer (self, "acquire", &gives, error);
  return gives ? make (self, request, count, credential, error) : answer;
}

static KbAnswer
fake_revoke (gpointer self, const KbRequest *request, GError **error)
{
  gboolean gives = FALSE;
  KbAnswer answer = fake_answer (self, "revoke", &gives, error);
  KbSecret *renewal = kb_request_renewal (request);
  g_autofree char *line = g_strdup_printf ("revoke %s", kb_request_account (request));

  fake_note (self, line);
  note_prior (self, request);
  if (renewal != NULL)
    fake_note (self, kb_secret_peek (renewal));
  if (answer == KB_DECLINED)
    kb_request_note (request, "this server cannot");
  return answer;
}

static KbAnswer
fake_adopt (gpointer self, const KbRequest *request, KbSecret *secret,
            KbCredential **credential, GError **error)
{
  gboolean gives = FALSE;
  KbAnswer answer = fake_answer (self, "adopt", &gives, error);

  if (gives)
    *credential = kb_credential_new (KB_SCHEME_BASIC, "adopted", secret);
  if (answer == KB_DECLINED)
    kb_request_note (request, "it is none of mine");
  return answer;
}

static const KbSource source = { .open = fake_open,
                                 .close = fake_close,
                                 .identify = fake_identify,
                                 .acquire = fake_acquire,
                                 .flags = FAKE_FLAGS,
                                 .revoke = fake_revoke,
                                 .adopt = fake_adopt };

const KbModule kb_module = { .abi = KB_MODULE_ABI,
                             .name = FAKE_NAME,
                             .summary = "Does what a test says",
                             .options = fake_options,
                             .source = &source };
