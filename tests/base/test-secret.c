/* SPDX-License-Identifier: MIT */
/* Tests base/secret: limits, growth, wiping, comparison.
   Knows nothing of the rest of base. */
#include "base/secret.h"

#include <string.h>

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/keeps-bytes", test_secret_keeps_bytes);
  g_test_add_func ("/secret/equal", test_equal);
  g_test_add_func ("/buffer/limit", test_buffer_limit);
  g_test_add_func ("/buffer/steal", test_buffer_steal);
  return g_test_run ();
}
