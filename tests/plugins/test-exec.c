/* SPDX-License-Identifier: MIT */
/* Tests the source exec: what a program is given, what is read from it, how it ends.
   Knows nothing of other sources. */
#include "source-host.h"

#include "base/clock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHELL "/bin/sh;-c;"

static SourceHost *
host_new (const char *script, const char *option, const char *value)
{
  g_autofree char *command = g_strconcat (SHELL, script, NULL);
  g_autoptr (GError) error = NULL;
  SourceHost *host
      = source_host_new ("exec", NULL, &error, "command", command, option, value, NULL);

  g_assert_no_error (error);
  return host;
}

/* Runs SCRIPT, which has no ';' in it; *SECRET is new, NULL without an answer. */
static KbAnswer
run (const char *script, const char *option, const char *value, KbCredential **credential,
     GError **error)
{
  g_autoptr (SourceHost) host = host_new (script, option, value);
  g_autoptr (KbRequest) request = source_host_request ();

  return source_host_acquire (host, request, credential, error);
}

static void
assert_gives (const char *script, KbScheme scheme, const char *user, const char *secret,
              gint64 expires)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  KbAnswer answer = run (script, NULL, NULL, &credential, &error);

  g_assert_no_error (error);
  g_assert_cmpint (answer, ==, KB_OK);
  g_assert_cmpint (kb_credential_scheme (credential), ==, scheme);
  g_assert_cmpstr (kb_credential_user (credential), ==, user);
  g_assert_cmpstr (kb_secret_peek (kb_credential_secret (credential)), ==, secret);
  g_assert_cmpint (kb_credential_expires (credential), ==, expires);
  g_assert_cmpint (kb_credential_ephemeral (credential), ==, expires == 0);
}

static void
test_answers (void)
{
#define JWT "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln"
  assert_gives (
      "echo username=ada && echo password=p=w && echo password_expiry_utc=4102444800",
      KB_SCHEME_BASIC, "ada", "p=w", 4102444800);
  assert_gives ("echo password=pw", KB_SCHEME_BASIC, "token", "pw", 0);
  assert_gives ("echo password=pw && echo password_expiry_utc=99999999999999999999",
                KB_SCHEME_BASIC, "token", "pw", 0);
  assert_gives ("echo authtype=bearer && echo credential=abc", KB_SCHEME_BEARER, "token",
                "abc", 0);
  assert_gives ("echo secret==", KB_SCHEME_BASIC, "token", "secret==", 0);
  assert_gives ("printf 'secret\\r\\n'", KB_SCHEME_BASIC, "token", "secret", 0);
  assert_gives ("echo " JWT, KB_SCHEME_BEARER, "token", JWT, 4102444800);
}

static void
assert_declines (const char *script)
{
  g_autoptr (KbCredential) credential = NULL;

  g_assert_cmpint (run (script, NULL, NULL, &credential, NULL), ==, KB_DECLINED);
}

static void
test_nothing (void)
{
  assert_declines ("true");
  assert_declines ("echo quit=1");
  assert_declines ("echo username=ada");
}

static void
assert_fails (const char *script, KbErrorCode code)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run (script, NULL, NULL, &credential, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, (int) code);
  g_assert_null (strstr (error->message, "CANARY"));
}

static void
test_failures (void)
{
  assert_fails ("echo CANARY && echo CANARY", KB_ERROR_PROTOCOL);
  assert_fails ("echo password=CANARY && echo password=CANARY2", KB_ERROR_PROTOCOL);
  assert_fails ("echo password=a && echo CANARY", KB_ERROR_PROTOCOL);
  assert_fails ("echo authtype=NTLM && echo credential=CANARY", KB_ERROR_PROTOCOL);
  assert_fails ("echo CANARY && echo CANARY >&2 && exit 3", KB_ERROR_DENIED);
  assert_fails ("kill -9 $$", KB_ERROR_DENIED);
  assert_fails ("head -c 300000 /dev/zero | tr '\\0' x", KB_ERROR_NETWORK);
}

static void
test_question (void)
{
  g_autoptr (SourceHost) host
      = host_new ("echo username=x && printf password= && tr '\\n' '|'", "format", "git");
  g_autoptr (KbRequest) request = source_host_request_for ("dev.azure.com:8443");
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  kb_request_set_user (request, "ada");
  kb_request_add_challenge (request, "Basic realm=\"x\"");
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_secret_peek (kb_credential_secret (credential)), ==,
                   "capability[]=authtype|protocol=https|host=dev.azure.com:8443|"
                   "path=contoso/p/_git/r|username=ada|wwwauth[]=Basic realm=\"x\"||");
}

static void
test_environment (void)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  const char *seen;

  g_setenv ("CANARY_LEAK", "1", TRUE);
  g_setenv ("WANTED", "2", TRUE);
  g_setenv ("LD_PRELOAD_NOT", "3", TRUE);
  (void) run ("env | tr '\\n' '|'", "environment", "WANTED;FIXED=4", &credential, &error);
  g_assert_no_error (error);
  seen = kb_secret_peek (kb_credential_secret (credential));
  g_assert_nonnull (strstr (seen, "WANTED=2|"));
  g_assert_nonnull (strstr (seen, "FIXED=4|"));
  g_assert_nonnull (strstr (seen, "PATH=/usr/local/bin:/usr/bin:/bin|"));
  g_assert_null (strstr (seen, "CANARY_LEAK"));
  g_assert_null (strstr (seen, "LD_PRELOAD_NOT"));
  g_assert_null (strstr (seen, "KB_SCRATCH"));
}

static void
test_descriptors (void)
{
  int leak = open ("/dev/null", O_RDONLY);
  int moved = fcntl (leak, F_DUPFD, 700);
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (moved, >=, 700);
  (void) run (
      "cd /proc/$$/fd && ! [ -e 3 -o -e 4 -o -e 5 -o -e 6 -o -e 7 -o -e 8 -o -e 9 "
      "-o -e 10 -o -e 11 -o -e 700 ] && echo none",
      "format", "token", &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_secret_peek (kb_credential_secret (credential)), ==, "none");
  (void) close (leak);
  (void) close (moved);
}

/* Whether the process of which the file PATH tells runs; one that nobody has waited for
   does not. */
static gboolean
runs (const char *path)
{
  g_autofree char *pid = NULL;
  g_autofree char *place = NULL;
  g_autofree char *status = NULL;

  g_assert_true (g_file_get_contents (path, &pid, NULL, NULL));
  place = g_strdup_printf ("/proc/%s/stat", g_strchomp (pid));
  return g_file_get_contents (place, &status, NULL, NULL)
         && strstr (status, ") Z ") == NULL;
}

/* Also what it left running in the background is gone. */
static void
test_timeout (void)
{
  gint64 begin = kb_clock_boot_ms ();
  g_autofree char *path = g_build_filename (g_getenv ("KB_SCRATCH"), "child", NULL);
  g_autofree char *script
      = g_strdup_printf ("sleep 600 & echo $! >%s && sleep 600", path);
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  (void) run (script, "timeout", "3", &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 300000);
  for (guint i = 0; i < 600 && runs (path); i++)
    kb_clock_sleep_ms (50);
  g_assert_false (runs (path));
}

static void
test_lingering (void)
{
  gint64 begin = kb_clock_boot_ms ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  (void) run ("echo token && exec >&- && sleep 30", "timeout", "1", &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 25000);
}

static void
test_renewal_and_refusal (void)
{
  g_autoptr (SourceHost) host
      = host_new ("echo password=pw && grep oauth_refresh_token", "format", "git");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbSecret) renewal = kb_secret_new_text ("again");
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  kb_request_hand (request, NULL, FALSE, renewal, NULL);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_true (kb_secret_equal (kb_credential_renewal (credential), renewal));
  g_clear_pointer (&credential, kb_credential_unref);
  source_host_refuse (request, "pw");
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
}

static void
assert_unsafe (const char *command)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (source_host_new ("exec", NULL, &error, "command", command, NULL));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

static void
test_unsafe_programs (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("KB_SCRATCH"), "open", NULL);

  g_assert_true (g_file_set_contents (path, "#!/bin/sh\n", -1, NULL));
  assert_unsafe ("sh");
  assert_unsafe ("./sh");
  assert_unsafe ("/nonexistent");
  assert_unsafe ("/etc");
  assert_unsafe ("/etc/passwd");
  g_assert_cmpint (chmod (path, 0777), ==, 0);
  assert_unsafe (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exec/answers", test_answers);
  g_test_add_func ("/exec/nothing", test_nothing);
  g_test_add_func ("/exec/failures", test_failures);
  g_test_add_func ("/exec/question", test_question);
  g_test_add_func ("/exec/environment", test_environment);
  g_test_add_func ("/exec/descriptors", test_descriptors);
  g_test_add_func ("/exec/timeout", test_timeout);
  g_test_add_func ("/exec/lingering", test_lingering);
  g_test_add_func ("/exec/renewal-and-refusal", test_renewal_and_refusal);
  g_test_add_func ("/exec/unsafe-programs", test_unsafe_programs);
  return g_test_run ();
}
