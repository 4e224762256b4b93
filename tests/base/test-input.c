/* SPDX-License-Identifier: MIT */
/* Tests base/input: where a message ends, caps to the byte, tools that dawdle or break
   off. Knows nothing of what messages say. */
#include "base/input.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>
#include <unistd.h>

typedef KbSecret *(*ReadFunc) (int fd, gsize limit, gint64 timeout_ms, GError **error);

/* New: what comes back for TEXT and an end, or "!" and the error. */
static char *
read_text (ReadFunc func, const char *text, gsize limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbSecret) read_back = NULL;
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], text, strlen (text)), ==, (gssize) strlen (text));
  close (ends[1]);
  read_back = func (ends[0], limit, 5000, &error);
  close (ends[0]);
  if (read_back != NULL)
    return g_strdup (kb_secret_peek (read_back));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, "SECRET"));
  return g_strconcat ("!", error->message, NULL);
}

static void
assert_reads (ReadFunc func, const char *text, gsize limit, const char *expected)
{
  g_autofree char *got = read_text (func, text, limit);

  g_assert_cmpstr (got, ==, expected);
}

static void
test_line (void)
{
  assert_reads (kb_input_line, "SECRET\n", 64, "SECRET");
  assert_reads (kb_input_line, "SECRET\nmore\n", 64, "SECRET");
  assert_reads (kb_input_line, "\n", 64, "");
  assert_reads (kb_input_line, "", 64, "");
  assert_reads (kb_input_line, "SECRET\n", 6, "SECRET");
  assert_reads (kb_input_line, "SECRET\n", 5, "!standard input: too long");
  assert_reads (kb_input_line, "SECRET", 64, "!standard input: cut off");
}

static void
test_all (void)
{
  assert_reads (kb_input_all, "SECRET\nmore\n", 64, "SECRET\nmore\n");
  assert_reads (kb_input_all, "SECRET", 6, "SECRET");
  assert_reads (kb_input_all, "SECRET", 5, "!standard input: too long");
  assert_reads (kb_input_all, "", 1, "");
}

/* Over more than one piece of the pipe. */
static void
test_long (void)
{
  g_autofree char *text = g_strnfill (30000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  assert_reads (kb_input_line, line, 30000, text);
  assert_reads (kb_input_line, line, 29999, "!standard input: too long");
}

/* A tool that leaves the pipe open: a line is enough, the whole is not. */
static void
test_open (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbSecret) line = NULL;
  gint64 begin = kb_clock_boot_ms ();
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], "SECRET\n", 7), ==, 7);
  line = kb_input_line (ends[0], 64, 5000, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_secret_peek (line), ==, "SECRET");
  g_assert_null (kb_input_all (ends[0], 64, 100, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 60000);
  close (ends[0]);
  close (ends[1]);
}

static void
test_closed (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kb_input_all (-1, 64, 50, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/input/line", test_line);
  g_test_add_func ("/input/all", test_all);
  g_test_add_func ("/input/long", test_long);
  g_test_add_func ("/input/open", test_open);
  g_test_add_func ("/input/closed", test_closed);
  return g_test_run ();
}
