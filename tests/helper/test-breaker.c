/* SPDX-License-Identifier: MIT */
/* Tests breaker: counting, silence, sharing, restarts, damaged files.
   Knows nothing of what fails. */
#include "breaker.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "state.h"

static void
fail (const char *key, int code, gint64 silence)
{
  g_autoptr (GError) error = g_error_new (KB_ERROR, code, "server is tired");

  kb_breaker_failed (key, error, silence);
}

static void
assert_open (const char *key, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (kb_breaker_check (key, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, code);
  g_assert_true (
      g_str_has_prefix (error->message, "server is tired (not asked again for "));
}

static void
assert_closed (const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (kb_breaker_check (key, &error), ==, KB_OK);
  g_assert_no_error (error);
}

static gint64
seconds (const char *key)
{
  KbBreakerState state = { 0 };

  kb_breaker_state (key, &state);
  g_free (state.message);
  return state.seconds;
}

static gint64
failures (const char *key)
{
  KbBreakerState state = { 0 };

  kb_breaker_state (key, &state);
  g_free (state.message);
  return state.failures;
}

/* Writes the file of KEY as if it was written on boot BOOT (NULL: this one). */
static void
write_file (const char *key, const char *boot, gint64 count, gint64 until)
{
  g_autofree char *path = kb_state_path ("breakers", key);
  g_autofree char *now = kb_clock_boot_id ();
  g_autofree char *text
      = g_strdup_printf ("failures=%" G_GINT64_FORMAT "\nuntil=%" G_GINT64_FORMAT
                         "\ncode=2\nboot=%s\nmessage=server is tired\n",
                         count, until, boot != NULL ? boot : now);

  g_assert_true (kb_state_make ("breakers", NULL));
  g_assert_true (kb_file_write_quick (path, text, strlen (text), NULL));
}

static void
test_closed (void)
{
  KbBreakerState state = { 0 };

  assert_closed ("never seen");
  kb_breaker_state ("never seen", &state);
  g_assert_cmpint (state.failures, ==, 0);
  g_assert_cmpint (state.seconds, ==, 0);
  g_assert_null (state.message);
}

/* Every error is shared for some seconds, and only the network's count. */
static void
test_shared (void)
{
  for (int code = KB_ERROR_CONFIG; code <= KB_ERROR_MODULE; code++)
    {
      g_autofree char *key = g_strdup_printf ("shared %d", code);

      fail (key, code, 0);
      assert_open (key, code);
      g_assert_cmpint (seconds (key), <=, KB_BREAKER_SHARED_S);
      g_assert_cmpint (failures (key), ==, code == KB_ERROR_NETWORK ? 1 : 0);
    }
}

static void
test_three_failures (void)
{
  for (guint i = 1; i <= 3; i++)
    {
      fail ("three", KB_ERROR_NETWORK, 0);
      g_assert_cmpint (failures ("three"), ==, i);
    }
  assert_open ("three", KB_ERROR_NETWORK);
  g_assert_cmpint (seconds ("three"), >=, KB_BREAKER_SHARED_S);
}

/* However long it goes on, the silence of its own making stays within the limit. */
static void
test_longest (void)
{
  write_file ("long", NULL, 1000000, 0);
  for (guint i = 0; i < 50; i++)
    {
      fail ("long", KB_ERROR_NETWORK, 0);
      g_assert_cmpint (seconds ("long"), <=, KB_BREAKER_LONGEST_S);
      g_assert_cmpint (seconds ("long"), >=, KB_BREAKER_SHARED_S);
    }
}

static void
test_retry_after (void)
{
  fail ("asked", KB_ERROR_NETWORK, 60);
  assert_open ("asked", KB_ERROR_NETWORK);
  g_assert_cmpint (seconds ("asked"), >=, 58);
  g_assert_cmpint (seconds ("asked"), <=, 60);
}

static void
test_success_closes (void)
{
  fail ("mended", KB_ERROR_NETWORK, 60);
  kb_breaker_succeeded ("mended");
  assert_closed ("mended");
  g_assert_cmpint (failures ("mended"), ==, 0);
}

/* Half open: the count stays, so that one failed probe opens it at once. */
static void
test_half_open (void)
{
  write_file ("half", NULL, 3, 1);
  assert_closed ("half");
  g_assert_cmpint (failures ("half"), ==, 3);
  fail ("half", KB_ERROR_NETWORK, 0);
  g_assert_cmpint (failures ("half"), ==, 4);
  assert_open ("half", KB_ERROR_NETWORK);
}

/* CLOCK_BOOTTIME begins anew with each start of the machine. */
static void
test_restart (void)
{
  write_file ("boot", NULL, 3, kb_clock_boot_ms () + 60000);
  assert_open ("boot", KB_ERROR_NETWORK);
  write_file ("boot", "another-boot", 3, kb_clock_boot_ms () + 60000);
  assert_closed ("boot");
}

/* No file may silence an account for longer than a server may ask. */
static void
test_beyond_reason (void)
{
  write_file ("reason", NULL, 3, kb_clock_boot_ms () + 3600 * 1000);
  assert_open ("reason", KB_ERROR_NETWORK);
  write_file ("reason", NULL, 3, kb_clock_boot_ms () + 4000 * 1000);
  assert_closed ("reason");
  write_file ("reason", NULL, 3, G_MAXINT64);
  assert_closed ("reason");
}

static void
test_garbage (void)
{
  static const char *const garbage[] = { "",
                                         "x",
                                         "failures=many\n",
                                         "until=99999999999999999999999\n",
                                         "failures=3\nuntil=-1\n",
                                         "code=77\n",
                                         "a=b\n\xff\n" };
  g_autofree char *path = kb_state_path ("breakers", "garbage");

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_assert_true (kb_file_write_quick (path, garbage[i], strlen (garbage[i]), NULL));
      assert_closed ("garbage");
      fail ("garbage", KB_ERROR_NETWORK, 0);
      assert_open ("garbage", KB_ERROR_NETWORK);
    }
}

/* What a server wrote is in the message: it is escaped before it is kept. */
static void
test_message (void)
{
  g_autoptr (GError) error
      = g_error_new_literal (KB_ERROR, KB_ERROR_DENIED, "bad\r\ncode=6\n\033[31m");
  g_autoptr (GError) shown = NULL;

  kb_breaker_failed ("message", error, 0);
  g_assert_cmpint (kb_breaker_check ("message", &shown), ==, KB_FAILED);
  g_assert_error (shown, KB_ERROR, KB_ERROR_DENIED);
  g_assert_true (g_str_has_prefix (shown->message, "bad%0D%0Acode=6%0A%1B[31m (not"));
}

static void
test_foreign_domain (void)
{
  g_autoptr (GError) error
      = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_IO, "server is tired");

  kb_breaker_failed ("foreign", error, 0);
  assert_open ("foreign", KB_ERROR_MODULE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/breaker/closed", test_closed);
  g_test_add_func ("/breaker/shared", test_shared);
  g_test_add_func ("/breaker/three-failures", test_three_failures);
  g_test_add_func ("/breaker/longest", test_longest);
  g_test_add_func ("/breaker/retry-after", test_retry_after);
  g_test_add_func ("/breaker/success-closes", test_success_closes);
  g_test_add_func ("/breaker/half-open", test_half_open);
  g_test_add_func ("/breaker/restart", test_restart);
  g_test_add_func ("/breaker/beyond-reason", test_beyond_reason);
  g_test_add_func ("/breaker/garbage", test_garbage);
  g_test_add_func ("/breaker/message", test_message);
  g_test_add_func ("/breaker/foreign-domain", test_foreign_domain);
  return g_test_run ();
}
