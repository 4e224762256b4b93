/* SPDX-License-Identifier: MIT */
/* Tests request: places, deadlines, what is handed over, what was seen of the
   environment. Knows nothing of sources. */
#include "request.h"
#include "interrupt.h"
#include "seen.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static KbRequest *
new_request (const char *text)
{
  g_autoptr (GError) error = NULL;
  KbUrl *url = kb_url_parse (text, &error);

  g_assert_no_error (error);
  return kb_request_new (url);
}

static void
test_place (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/contoso/x");

  g_assert_cmpstr (kb_request_place (request), ==, "git.example");
  kb_request_set_organization (request, "contoso", TRUE);
  g_assert_cmpstr (kb_request_place (request), ==, "contoso (git.example)");
  kb_request_set_organization (request, NULL, TRUE);
  g_assert_cmpstr (kb_request_place (request), ==, "git.example");
}

static void
test_challenges (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");

  g_assert_null (kb_request_challenges (request)[0]);
  kb_request_add_challenge (request, "Bearer");
  kb_request_add_challenge (request, "Basic realm=\"x\"");
  g_assert_cmpstr (kb_request_challenges (request)[0], ==, "Bearer");
  g_assert_cmpstr (kb_request_challenges (request)[1], ==, "Basic realm=\"x\"");
  g_assert_null (kb_request_challenges (request)[2]);
}

static void
test_nobody_to_ask (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");
  g_autoptr (KbSecret) answer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (kb_request_interactive (request));
  g_assert_cmpint (kb_request_ask (request, "Who?", FALSE, &answer, &error), ==,
                   KB_DECLINED);
  g_assert_null (answer);
  g_assert_no_error (error);
}

static void
test_deadline (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");

  g_assert_cmpint (kb_request_remaining_ms (request), <=, KB_DEADLINE_MS);
  g_assert_cmpint (kb_request_remaining_ms (request), >, KB_DEADLINE_MS - 14000);
  kb_request_set_deadline_ms (request, -5);
  g_assert_cmpint (kb_request_remaining_ms (request), ==, 0);
}

static void
test_hints (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");

  g_assert_null (kb_request_hint (request, "flow"));
  kb_request_set_hint (request, "flow", "device");
  g_assert_cmpstr (kb_request_hint (request, "flow"), ==, "device");
  kb_request_set_hint (request, "flow", NULL);
  g_assert_null (kb_request_hint (request, "flow"));
}

/* A sign-in has its own time, capped; what comes after it is given a prompt's. */
static void
test_sign_in_deadline (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");

  kb_request_begin_sign_in (request, 300000);
  g_assert_true (kb_request_asked (request));
  g_assert_cmpint (kb_request_remaining_ms (request), >, KB_DEADLINE_PROMPT_MS);
  kb_request_begin_sign_in (request, 1000);
  g_assert_cmpint (kb_request_remaining_ms (request), <=, 1000);
  kb_request_begin_sign_in (request, G_MAXINT64);
  g_assert_cmpint (kb_request_remaining_ms (request), <=, KB_SIGN_IN_MAX_MS);
  g_assert_cmpint (kb_request_remaining_ms (request), >, KB_SIGN_IN_MAX_MS - 5000);
  kb_request_end_sign_in (request);
  g_assert_cmpint (kb_request_remaining_ms (request), <=, KB_DEADLINE_PROMPT_MS);
}

/* Whoever wanted the answer is gone: that ends a sign-in, and nothing else. */
static void
test_output_gone (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  kb_requests_watch_output (ends[1]);
  kb_request_begin_sign_in (request, 1000);
  g_assert_false (kb_request_cancelled (request));
  (void) close (ends[0]);
  g_assert_true (kb_request_cancelled (request));
  kb_request_end_sign_in (request);
  g_assert_false (kb_request_cancelled (request));
  kb_requests_watch_output (-1);
  (void) close (ends[1]);
}

static void
interrupted (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");

  (void) signal (SIGINT, SIG_DFL); /* a background job of a shell ignores it */
  kb_interrupt_end ();             /* nothing was noted yet */
  kb_request_begin_sign_in (request, 1000);
  (void) raise (SIGINT);
  if (!kb_request_cancelled (request))
    _exit (3);
  kb_request_end_sign_in (request);
  kb_interrupt_end ();
  _exit (4);
}

/* Ctrl-C leaves time to clean up, and ends the process all the same. */
static void
test_interrupt (void)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    interrupted ();
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGINT);
}

static void
test_retry_after (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");

  g_assert_cmpint (kb_request_asked_silence (request), ==, 0);
  kb_request_retry_after (request, 60);
  g_assert_cmpint (kb_request_asked_silence (request), ==, 60);
  kb_request_retry_after (request, G_MAXINT64);
  g_assert_cmpint (kb_request_asked_silence (request), ==, 3600);
  kb_request_retry_after (request, -1);
  g_assert_cmpint (kb_request_asked_silence (request), ==, 1);
  kb_request_hand (request, NULL, FALSE, NULL, NULL);
  g_assert_cmpint (kb_request_asked_silence (request), ==, 0);
}

/* What is handed over may be what is there already. */
static void
test_hand (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");
  KbSecret *secret = kb_secret_new_text ("s");
  KbCredential *credential = kb_credential_new (KB_SCHEME_BEARER, NULL, secret);

  kb_request_hand (request, credential, TRUE, secret, credential);
  kb_credential_unref (credential);
  kb_secret_unref (secret);
  kb_request_hand (request, kb_request_prior (request), FALSE,
                   kb_request_renewal (request), kb_request_input (request));
  g_assert_false (kb_request_prior_refused (request));
  g_assert_cmpstr (kb_secret_peek (kb_request_renewal (request)), ==, "s");
  g_assert_cmpstr (kb_credential_user (kb_request_prior (request)), ==, "");
  kb_request_hand (request, NULL, FALSE, NULL, NULL);
  g_assert_null (kb_request_prior (request));
}

static void
test_note (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");

  g_assert_null (kb_request_last_note (request));
  kb_request_note (request, "no %s here", "token");
  g_assert_cmpstr (kb_request_last_note (request), ==, "no token here");
  kb_request_clear_note (request);
  g_assert_null (kb_request_last_note (request));
}

static void
look (const KbRequest *request)
{
  kb_secret_unref (kb_request_getenv_secret (request, "KB_T_SECRET"));
  (void) kb_request_getenv (request, "KB_T_PLAIN");
  (void) kb_request_getenv (request, "KB_T_NONE");
}

static void
test_environment (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");
  g_autofree char *seen = NULL;
  g_autofree char *same = NULL;
  g_autofree char *other = NULL;

  g_setenv ("KB_T_PLAIN", "plain-value", TRUE);
  g_setenv ("KB_T_SECRET", "secret-value", TRUE);
  look (request);
  seen = kb_request_environment_seen (request);
  g_assert_null (strstr (seen, "plain-value"));
  g_assert_null (strstr (seen, "secret-value"));
  g_assert_nonnull (strstr (seen, "*KB_T_SECRET=set"));
  g_assert_nonnull (strstr (seen, "KB_T_NONE="));
  g_setenv ("KB_T_SECRET", "another secret", TRUE);
  same = kb_environment_now (seen);
  g_assert_cmpstr (same, ==, seen);
  g_unsetenv ("KB_T_SECRET");
  other = kb_environment_now (seen);
  g_assert_cmpstr (other, !=, seen);
}

/* An empty variable is as good as none, to sources and to what is remembered. */
static void
test_empty_variable (void)
{
  g_autoptr (KbRequest) request = new_request ("https://git.example/");
  g_autofree char *unset = NULL;
  g_autofree char *empty = NULL;

  g_unsetenv ("KB_T_EMPTY");
  g_assert_null (kb_request_getenv (request, "KB_T_EMPTY"));
  unset = kb_request_environment_seen (request);
  g_setenv ("KB_T_EMPTY", "", TRUE);
  g_assert_null (kb_request_getenv (request, "KB_T_EMPTY"));
  empty = kb_environment_now (unset);
  g_assert_cmpstr (empty, ==, unset);
}

static void
test_environment_of_garbage (void)
{
  static const char *const garbage[] = { "", ";", "=", "*", "*=", ";;=;*;", "A;B=" };

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autofree char *now = kb_environment_now (garbage[i]);

      g_assert_nonnull (now);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/place", test_place);
  g_test_add_func ("/request/challenges", test_challenges);
  g_test_add_func ("/request/nobody-to-ask", test_nobody_to_ask);
  g_test_add_func ("/request/deadline", test_deadline);
  g_test_add_func ("/request/hints", test_hints);
  g_test_add_func ("/request/sign-in-deadline", test_sign_in_deadline);
  g_test_add_func ("/request/output-gone", test_output_gone);
  g_test_add_func ("/request/interrupt", test_interrupt);
  g_test_add_func ("/request/retry-after", test_retry_after);
  g_test_add_func ("/request/hand", test_hand);
  g_test_add_func ("/request/note", test_note);
  g_test_add_func ("/request/environment", test_environment);
  g_test_add_func ("/request/empty-variable", test_empty_variable);
  g_test_add_func ("/request/environment-of-garbage", test_environment_of_garbage);
  return g_test_run ();
}
