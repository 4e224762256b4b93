/* SPDX-License-Identifier: MIT */
/* Tests what is heard of programs that answer, hang, say too much or keep others waiting.
   Knows nothing of who asks them. */
#include "program.h"

#include <string.h>

#define SOON_MS 100
#define EVER_MS 600000
#define LIMIT 100000

/* What a script says to its end, or until the DEADLINE. */
static int
run (const char *script, gint64 deadline, KbBuffer *text)
{
  const char *const words[] = { "/bin/sh", "-c", script, NULL };

  return kb_program_read (words, "/", NULL, deadline, text);
}

static void
test_answers (void)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (LIMIT);
  g_autoptr (KbBuffer) nothing = kb_buffer_new (LIMIT);

  g_assert_cmpint (run ("printf 'a\\0b'; exit 3", EVER_MS, text), ==, 3);
  g_assert_cmpmem (kb_buffer_peek (text), (int) kb_buffer_length (text), "a\0b", 3);
  g_assert_cmpint (run ("cat; pwd >&2", EVER_MS, nothing), ==, 0);
  g_assert_cmpuint (kb_buffer_length (nothing), ==, 0);
}

static void
test_hangs (void)
{
  static const char *const scripts[] = {
    "echo a; exec sleep 600",
    "echo a; exec >&-; exec sleep 600",
    "echo a; trap '' TERM INT; exec sleep 600",
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (KbBuffer) text = kb_buffer_new (LIMIT);
      int status = run (scripts[i], SOON_MS, text);

      g_assert_cmpint (status, ==, -1);
      g_assert_true (g_str_has_prefix ("a\n", kb_buffer_peek (text)));
    }
}

static void
test_too_much (void)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (LIMIT);

  g_assert_cmpint (run ("while :; do echo 0123456789; done", EVER_MS, text), ==, -1);
  g_assert_cmpuint (kb_buffer_length (text), <=, LIMIT);
}

static void
test_no_program (void)
{
  const char *const words[] = { "/nonexistent/program", NULL };
  g_autoptr (KbBuffer) text = kb_buffer_new (LIMIT);

  g_assert_cmpint (kb_program_read (words, NULL, NULL, EVER_MS, text), ==, -1);
  g_assert_cmpint (run ("kill -9 $$", EVER_MS, text), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("KEYBEARER_PATIENCE", "1", TRUE);
  g_test_add_func ("/program/answers", test_answers);
  g_test_add_func ("/program/hangs", test_hangs);
  g_test_add_func ("/program/too-much", test_too_much);
  g_test_add_func ("/program/no-program", test_no_program);
  return g_test_run ();
}
