/* SPDX-License-Identifier: MIT */
/* Tests the source azure-devops-oauth: rotation, the platform's own names of errors, and
   what a person brings back from the browser.  Knows nothing of how it asks. */
#include "source-host.h"

#include "base/clock.h"
#include "talk.h"

#include <glib/gstdio.h>
#include <string.h>

#define CLIENT "11111111-2222-4333-8444-ABCDEFABCDEF"
#define REDIRECT "https://app.contoso.example/callback"
#define SCOPE "vso.code_write vso.packaging"

static HttpsServer *server;
static char *reference;

static SourceHost *
host_new (const char *client, const char *token)
{
  KbNetwork network = { server->ca_file, NULL };
  g_autofree char *authority = https_server_origin (server, "trusted");
  g_autoptr (GError) error = NULL;
  const char *first = client != NULL ? "client-id" : NULL;
  SourceHost *host;

  g_setenv ("KB_TEST_TOKEN", token != NULL ? token : "", TRUE);
  if (token == NULL)
    g_unsetenv ("KB_TEST_TOKEN");
  host = source_host_new ("azure-devops-oauth", &network, &error, "client-secret",
                          reference, "redirect-uri", REDIRECT, "authority", authority,
                          "refresh-token", "env:KB_TEST_TOKEN", first, client, "scope",
                          SCOPE, NULL);
  g_assert_no_error (error);
  return host;
}

static void
hand_renewal (KbRequest *request, const char *text)
{
  g_autoptr (KbSecret) renewal = kb_secret_new_text (text);

  kb_request_hand (request, NULL, FALSE, renewal, NULL);
}

static guint
sent (const char *grant, const char *assertion)
{
  g_autofree char *line = g_strdup_printf ("older %s %s", grant, assertion);

  return https_server_count (server, line);
}

static void
test_rotation (void)
{
  g_autoptr (SourceHost) host = host_new (NULL, "first");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *identity = source_host_identify (host, request);
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbCredential) second = NULL;
  g_autoptr (GError) error = NULL;
  gint64 now = kb_clock_now ();

  g_assert_cmpstr (identity, ==, "app azure-devops-oauth");
  g_assert_nonnull (strstr (kb_request_last_note (request), "move the app"));
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kb_credential_scheme (credential), ==, KB_SCHEME_BEARER);
  g_assert_cmpint (kb_credential_expires (credential), >=, now + 3599);
  g_assert_cmpint (kb_credential_expires (credential), <=, now + 3630);
  g_assert_cmpstr (kb_secret_peek (kb_credential_renewal (credential)), ==,
                   "CANARYrenewal-next");
  hand_renewal (request, "second");
  (void) source_host_acquire (host, request, &second, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sent ("refresh_token", "first"), ==, 1);
  g_assert_cmpuint (sent ("refresh_token", "second"), ==, 1);
}

/* What is kept comes first; what is configured may be dead, but for `login`. */
static void
test_fresh (void)
{
  g_autoptr (SourceHost) host = host_new (NULL, "replaced");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  hand_renewal (request, "error-invalidRefreshToken");
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
  g_assert_cmpuint (sent ("refresh_token", "replaced"), ==, 0);
  g_clear_error (&error);
  kb_request_set_fresh (request, TRUE);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sent ("refresh_token", "replaced"), ==, 1);
}

static void
assert_fails (const char *token, KbErrorCode code, const char *text)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", token);
  hand_renewal (request, token);
  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_null (strstr (error->message, "CANARY"));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_true (*c >= 0x20 && *c <= 0x7e);
}

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    KbErrorCode code;
    const char *text;
  } names[] = {
    { "invalidRefreshToken", KB_ERROR_INTERACTION, "expired or was revoked" },
    { "accessTokenAlreadyRefreshed", KB_ERROR_INTERACTION, "used before" },
    { "authorizationGrantExpired", KB_ERROR_INTERACTION, "sign in again" },
    { "authorizationNotFound", KB_ERROR_INTERACTION, "code" },
    { "hostAuthorizationNotFound", KB_ERROR_INTERACTION, "taken back" },
    { "invalidClientSecret", KB_ERROR_DENIED, "client-secret" },
    { "clientSecretRequired", KB_ERROR_DENIED, "client-secret" },
    { "clientSecretExpired", KB_ERROR_DENIED, "60 days" },
    { "invalidClientId", KB_ERROR_DENIED, "not known" },
    { "accessDenied", KB_ERROR_DENIED, "refused" },
    { "sshPolicyDisabled", KB_ERROR_DENIED, "sshPolicyDisabled" },
    { "invalidRedirectUri", KB_ERROR_CONFIG, "redirect-uri" },
    { "invalidScope", KB_ERROR_CONFIG, "scope" },
    { "serverError", KB_ERROR_NETWORK, "try again later" },
    { "failedToGetAccessToken", KB_ERROR_NETWORK, "try again later" },
    { "", KB_ERROR_PROTOCOL, "HTTP 400" },
    { "a\x1b[2J", KB_ERROR_PROTOCOL, "HTTP 400" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *token = g_strconcat ("error-", names[i].name, NULL);

      assert_fails (token, names[i].code, names[i].text);
    }
}

static void
test_bad_answers (void)
{
  assert_fails ("make-html", KB_ERROR_NETWORK, "captive portal");
  assert_fails ("make-to-302", KB_ERROR_NETWORK, "HTTP 302");
  assert_fails ("make-truncated", KB_ERROR_NETWORK, "cut short");
  assert_fails ("make-down", KB_ERROR_NETWORK, "HTTP 503");
  assert_fails ("make-seconds", KB_ERROR_NETWORK, "HTTP 429");
  assert_fails ("make-malformed", KB_ERROR_PROTOCOL, "JSON");
  assert_fails ("make-array", KB_ERROR_PROTOCOL, "JSON");
  assert_fails ("make-text", KB_ERROR_PROTOCOL, "HTTP 403");
  assert_fails ("make-mac", KB_ERROR_PROTOCOL, "token_type");
  assert_fails ("make-lf", KB_ERROR_PROTOCOL, "access_token");
  assert_fails ("with-access_token=7", KB_ERROR_PROTOCOL, "access_token");
  g_assert_cmpuint (https_server_count (server, "followed"), ==, 0);
}

/* The refresh token that was sent is dead, so the answer is used as far as it goes. */
static void
test_odd_answers (void)
{
  static const char *const odd[]
      = { "with-expires_in=\"soon\"", "with-expires_in=-1", "with-expires_in=3600" };

  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (SourceHost) host = host_new (NULL, NULL);
      g_autoptr (KbRequest) request = source_host_request ();
      g_autoptr (KbCredential) credential = NULL;
      g_autoptr (GError) error = NULL;

      hand_renewal (request, odd[i]);
      (void) source_host_acquire (host, request, &credential, &error);
      g_assert_no_error (error);
      g_assert_cmpint (kb_credential_expires (credential), <=, kb_clock_now () + 3600);
      g_assert_nonnull (kb_credential_renewal (credential));
    }
}

static void
test_nobody_to_ask (void)
{
  g_autoptr (SourceHost) host = host_new (CLIENT, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *identity = source_host_identify (host, request);
  g_autoptr (KbCredential) credential = NULL;

  g_assert_cmpstr (identity, ==,
                   "11111111-2222-4333-8444-abcdefabcdef azure-devops-oauth");
  g_assert_cmpint (source_host_acquire (host, request, &credential, NULL), ==,
                   KB_DECLINED);
  g_assert_nonnull (strstr (kb_request_last_note (request), "nobody may be asked"));
}

/* ---- a person ------------------------------------------------------------------- */

/* An askpass program that keeps the question and prints PASTED with STATE in it replaced
   by the state of the address in the question. */
static KbTalk *
talk_new (const char *pasted)
{
  g_autofree char *program = g_build_filename (server->folder, "askpass", NULL);
  g_autofree char *text = g_strdup_printf (
      "#!/bin/sh\nprintf %%s \"$1\" >'%s/question'\n"
      "state=$(printf %%s \"$1\" | sed 's/.*&state=\\([0-9a-f]*\\)&.*/\\1/')\n"
      "printf '%%s\\n' '%s' | sed \"s/STATE/$state/\"\n",
      server->folder, pasted);
  g_autoptr (GError) error = NULL;
  KbTalk *talk;

  g_file_set_contents (program, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (program, 0700), ==, 0);
  g_setenv ("GIT_ASKPASS", program, TRUE);
  talk = kb_talk_new (FALSE, FALSE);
  g_assert_nonnull (talk);
  return talk;
}

static KbAnswer
sign_in (const char *pasted, const char *renewal, KbCredential **credential,
         GError **error)
{
  g_autoptr (SourceHost) host = host_new (CLIENT, NULL);
  g_autoptr (KbTalk) talk = talk_new (pasted);
  g_autoptr (KbRequest) request = source_host_request ();

  kb_request_set_talk (request, talk);
  if (renewal != NULL)
    hand_renewal (request, renewal);
  return source_host_acquire (host, request, credential, error);
}

static void
assert_signs_in (const char *pasted, const char *code)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  (void) sign_in (pasted, NULL, &credential, &error);
  g_assert_no_error (error);
  g_assert_nonnull (kb_credential_renewal (credential));
  g_assert_cmpuint (sent ("code", code), ==, 1);
}

static void
test_sign_in (void)
{
  g_autofree char *path = g_build_filename (server->folder, "question", NULL);
  g_autofree char *question = NULL;

  assert_signs_in (REDIRECT "?code=one&state=STATE", "one");
  g_assert_true (g_file_get_contents (path, &question, NULL, NULL));
  g_assert_nonnull (strstr (question, "/oauth2/authorize?client_id=" CLIENT));
  g_assert_nonnull (strstr (question, "&response_type=Assertion&state="));
  g_assert_nonnull (strstr (question, "&scope=vso.code_write%20vso.packaging"));
  g_assert_nonnull (
      strstr (question, "&redirect_uri=https%3A%2F%2Fapp.contoso.example%2Fcallback "));
  g_assert_nonnull (strstr (question, "contoso (dev.azure.com)"));
  assert_signs_in ("  " REDIRECT "?state=STATE&x=y&code=t%77o ", "two");
  assert_signs_in ("three.e_Y-4", "three.e_Y-4");
}

/* A sign-in that is over leads to a new one where a person may be asked. */
static void
test_sign_in_again (void)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  (void) sign_in ("four", "error-accessTokenAlreadyRefreshed", &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sent ("code", "four"), ==, 1);
  g_clear_pointer (&credential, kb_credential_unref);
  (void) sign_in ("five", "error-invalidClientSecret", &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
  g_assert_cmpuint (sent ("code", "five"), ==, 0);
}

static void
test_bad_pastes (void)
{
  static const char *const wrong[][2] = {
    { REDIRECT "?code=CANARY&state=0123456789abcdef0123456789abcdef", "another sign-in" },
    { REDIRECT "?code=CANARY", "another sign-in" },
    { REDIRECT "?code=CANARY&state=STATE&state=STATE", "another sign-in" },
    { REDIRECT "?state=STATE", "no code" },
    { REDIRECT "?code=&state=STATE", "no code" },
    { REDIRECT "?code=CANARY&code=CANARY&state=STATE", "no code" },
    { REDIRECT "?code=CANARY%4&state=STATE", "no code" },
    { REDIRECT "?error=access%1bDenied&state=STATE", "access%1BDenied" },
    { REDIRECT ".evil.example/?code=CANARY&state=STATE", "redirect-uri" },
    { "https://evil.example/?code=CANARY&state=STATE", "redirect-uri" },
    { "code=CANARY&state=STATE", "redirect-uri" },
    { "CANARY two words", "blanks" },
    { "error-authorizationGrantExpired", "too old" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (KbCredential) credential = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", wrong[i][0]);
      g_assert_cmpint (sign_in (wrong[i][0], NULL, &credential, &error), ==, KB_FAILED);
      g_assert_nonnull (strstr (error->message, wrong[i][1]));
      g_assert_null (strstr (error->message, "CANARY"));
      g_assert_cmpuint (sent ("code", "CANARY"), ==, 0);
    }
}

/* ---- options -------------------------------------------------------------------- */

static void
assert_bad (const char *redirect, const char *option, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (source_host_new ("azure-devops-oauth", NULL, &error, "client-secret",
                                  "env:X", "redirect-uri", redirect, option, value,
                                  NULL));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

static void
test_bad_options (void)
{
  assert_bad ("http://localhost/callback", NULL, NULL);
  assert_bad ("https://", NULL, NULL);
  assert_bad (REDIRECT "#x", NULL, NULL);
  assert_bad (REDIRECT " x", NULL, NULL);
  assert_bad (REDIRECT, "client-id", "me");
  assert_bad (REDIRECT, "client-id", CLIENT);
  assert_bad (REDIRECT, "scope", "vso.code");
  assert_bad (REDIRECT, "authority", "http://app.vssps.visualstudio.com");
  assert_bad (REDIRECT, "refresh-token", "1.Oabc");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = https_server_new ();
  if (server == NULL)
    {
      g_print ("1..0 # SKIP python3-cryptography is missing\n");
      return 0;
    }
  reference = g_strdup_printf ("file:%s/OLDER_SECRET", server->folder);
  g_test_add_func ("/azure-devops-oauth/rotation", test_rotation);
  g_test_add_func ("/azure-devops-oauth/fresh", test_fresh);
  g_test_add_func ("/azure-devops-oauth/names", test_names);
  g_test_add_func ("/azure-devops-oauth/bad-answers", test_bad_answers);
  g_test_add_func ("/azure-devops-oauth/odd-answers", test_odd_answers);
  g_test_add_func ("/azure-devops-oauth/nobody-to-ask", test_nobody_to_ask);
  g_test_add_func ("/azure-devops-oauth/sign-in", test_sign_in);
  g_test_add_func ("/azure-devops-oauth/sign-in-again", test_sign_in_again);
  g_test_add_func ("/azure-devops-oauth/bad-pastes", test_bad_pastes);
  g_test_add_func ("/azure-devops-oauth/bad-options", test_bad_options);
  status = g_test_run ();
  https_server_free (server);
  g_free (reference);
  return status;
}
