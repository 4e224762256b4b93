/* SPDX-License-Identifier: MIT */
/* Tests base/secret: limits, growth, wiping, comparison.
   Knows nothing of the rest of base. */
#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>

static void
test_secret_keeps_bytes (void)
{
  g_autoptr (KbSecret) secret = kb_secret_new ("a\0b", 3);

  g_assert_cmpuint (kb_secret_length (secret), ==, 3);
  g_assert_cmpmem (kb_secret_peek (secret), 4, "a\0b\0", 4);
}

static void
test_equal (void)
{
  g_autoptr (KbSecret) a = kb_secret_new_text ("token");
  g_autoptr (KbSecret) b = kb_secret_new_text ("token");
  g_autoptr (KbSecret) c = kb_secret_new_text ("tokem");
  g_autoptr (KbSecret) d = kb_secret_new_text ("toke");

  g_assert_true (kb_secret_equal (a, b));
  g_assert_false (kb_secret_equal (a, c));
  g_assert_false (kb_secret_equal (a, d));
  g_assert_false (kb_secret_equal (a, NULL));
  g_assert_true (kb_secret_equal (NULL, NULL));
}

static void
test_buffer_limit (void)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (1000);
  char block[600];

  memset (block, 'x', sizeof block);
  g_assert_true (kb_buffer_append (buffer, block, sizeof block));
  g_assert_false (kb_buffer_append (buffer, block, sizeof block));
  g_assert_cmpuint (kb_buffer_length (buffer), ==, 600);
  g_assert_true (kb_buffer_append (buffer, block, 400));
  g_assert_false (kb_buffer_append_text (buffer, "y"));
}

static void
test_buffer_steal (void)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (0);
  g_autoptr (KbSecret) secret = NULL;

  kb_buffer_printf (buffer, "%s=%d", "expires", 7);
  secret = kb_buffer_steal (buffer);
  g_assert_cmpstr (kb_secret_peek (secret), ==, "expires=7");
  g_assert_cmpuint (kb_buffer_length (buffer), ==, 0);
  g_assert_cmpstr (kb_buffer_peek (buffer), ==, "");
}

/* As many and as long as no memory that was locked beforehand has room for, let go in
   another order than they came: each keeps its bytes, and new ones start as zeros. */
static void
test_many (void)
{
  KbSecret *secrets[64];
  char block[2048];

  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
        {
          memset (block, 'a' + (int) (i % 26), sizeof block);
          secrets[i] = kb_secret_new (block, 1 + i * 31);
        }
      for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
        {
          guint at = i * 37 % G_N_ELEMENTS (secrets);

          memset (block, 'a' + (int) (at % 26), sizeof block);
          block[1 + at * 31] = '\0';
          g_assert_cmpstr (kb_secret_peek (secrets[at]), ==, block);
          kb_secret_unref (secrets[at]);
        }
    }
}

static void
test_buffer_reuse (void)
{
  g_autoptr (KbBuffer) first = kb_buffer_new (0);
  g_autoptr (KbBuffer) second = kb_buffer_new (0);

  g_assert_cmpstr (kb_buffer_peek (first), ==, "");
  g_assert_true (kb_buffer_reserve (first, 5000));
  for (guint i = 0; i < 500; i++)
    {
      g_assert_true (kb_buffer_append_text (first, "0123456789"));
      g_assert_true (kb_buffer_append_text (second, "9876543210"));
    }
  g_assert_cmpuint (strspn (kb_buffer_peek (first), "0123456789"), ==, 5000);
  kb_buffer_clear (first);
  kb_buffer_append_text (first, "x");
  g_assert_cmpstr (kb_buffer_peek (first), ==, "x");
  g_assert_cmpmem (kb_buffer_peek (second) + 4990, 11, "9876543210", 11);
}

/* What VmLck in /proc/self/status says, in KiB. */
static guint64
locked_kib (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmLck:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("VmLck:"), NULL, 10) : 0;
}

/* Not where this user may lock none, nor where a sanitizer makes mlock do nothing. */
static gboolean
can_lock (void)
{
  static char byte;
  gboolean locked = mlock (&byte, sizeof byte) == 0 && locked_kib () > 0;

  return munlock (&byte, sizeof byte) == 0 && locked;
}

static void
test_locked (void)
{
  g_autoptr (KbSecret) secret = NULL;

  if (!can_lock ())
    {
      g_test_skip ("no memory can be locked here");
      return;
    }
  secret = kb_secret_new_text ("token");
  g_assert_cmpuint (locked_kib (), >, 0);
}

/* As GLib's own, behind what is there; of what does not fit nothing is added. */
static void
test_buffer_base64 (void)
{
  guchar bytes[200];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guchar) (i * 37);
  for (gsize length = 0; length <= sizeof bytes; length++)
    {
      g_autofree char *expected = g_base64_encode (bytes, length);
      gsize wanted = strlen (expected);
      g_autoptr (KbBuffer) buffer = kb_buffer_new (2 + wanted);
      g_autoptr (KbBuffer) tight = kb_buffer_new (1 + wanted);

      g_assert_true (kb_buffer_append_text (buffer, "x "));
      g_assert_true (kb_buffer_append_base64 (buffer, (char *) bytes, length));
      g_assert_cmpstr (kb_buffer_peek (buffer) + 2, ==, expected);
      g_assert_cmpuint (kb_buffer_length (buffer), ==, 2 + wanted);
      g_assert_true (kb_buffer_append_text (tight, "xy") == (wanted > 0));
      if (wanted > 0)
        g_assert_false (kb_buffer_append_base64 (tight, (char *) bytes, length));
      g_assert_cmpuint (kb_buffer_length (tight), ==, wanted > 0 ? 2 : 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/keeps-bytes", test_secret_keeps_bytes);
  g_test_add_func ("/secret/equal", test_equal);
  g_test_add_func ("/secret/many", test_many);
  g_test_add_func ("/secret/locked", test_locked);
  g_test_add_func ("/buffer/reuse", test_buffer_reuse);
  g_test_add_func ("/buffer/limit", test_buffer_limit);
  g_test_add_func ("/buffer/base64", test_buffer_base64);
  g_test_add_func ("/buffer/steal", test_buffer_steal);
  return g_test_run ();
}
