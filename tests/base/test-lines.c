/* SPDX-License-Identifier: MIT */
/* Tests base/lines: what smuggles a line is refused, caps hold to the byte, readers that
   dawdle are left.  Knows nothing of what the keys mean. */
#include "base/lines.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Collects "key|value|number;". */
static gboolean
collect (const char *key, const char *value, gsize length, guint number, gpointer data,
         GError **error)
{
  g_assert_cmpuint (strlen (value), ==, length);
  g_string_append_printf (data, "%s|%s|%u;", key, value, number);
  return TRUE;
}

static gboolean
count (const char *key, const char *value, gsize length, guint number, gpointer data,
       GError **error)
{
  *(gsize *) data = length;
  return TRUE;
}

static void
assert_accepted (const char *text, const char *expected)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean read = kb_lines_parse (text, strlen (text), collect, seen, &error);

  g_assert_no_error (error);
  g_assert_true (read);
  g_assert_cmpstr (seen->str, ==, expected);
}

/* The message is "line NUMBER: ..." and quotes nothing of "SECRET". */
static void
assert_refused (const char *text, gsize length, guint number)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *prefix = g_strdup_printf ("line %u: ", number);

  g_assert_false (kb_lines_parse (text, length, collect, seen, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  g_assert_null (strstr (error->message, "SECRET"));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_accepts (void)
{
  assert_accepted ("", "");
  assert_accepted ("\n", "");
  assert_accepted ("\nhost=dropped\n", "");
  assert_accepted ("a=1\nb=2\n\nc=3\n", "a|1|1;b|2|2;");
  assert_accepted ("a=1\nb=2", "a|1|1;b|2|2;");
  assert_accepted ("password=\n", "password||1;");
  assert_accepted ("password=a=b==\n", "password|a=b==|1;");
  assert_accepted ("wwwauth[]=Basic realm=\"x\"\nstate[]=\n",
                   "wwwauth[]|Basic realm=\"x\"|1;state[]||2;");
  assert_accepted ("username=zo\xc3\xab \xe2\x82\xac\n",
                   "username|zo\xc3\xab \xe2\x82\xac|1;");
  assert_accepted ("x-vendor_key2=1\n", "x-vendor_key2|1|1;");
}

static void
test_refuses_smuggling (void)
{
  static const char *const enders[]
      = { "\r",       "\x0b",     "\x0c",         "\x1b",         "\x7f",
          "\xc2\x85", "\xc2\x9b", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xae",
          "\x85",     "\xff",     "\xc0\x8a",     "\xed\xa0\x80" };

  for (guint i = 0; i < G_N_ELEMENTS (enders); i++)
    for (guint place = 0; place < 3; place++)
      {
        static const char *const forms[] = { "protocol=https\nhost=SECRET%shost=x\n",
                                             "protocol=https\npassword=SECRET%s\n",
                                             "protocol=https\nSECRET%shost=x\n" };
        g_auto (GStrv) halves = g_strsplit (forms[place], "%s", 2);
        g_autofree char *text = g_strconcat (halves[0], enders[i], halves[1], NULL);

        assert_refused (text, strlen (text), 2);
      }
  assert_refused ("host=SECRET\0.evil.example\n", 26, 1);
  assert_refused ("\0\n", 2, 1);
  assert_refused ("a=1\r\n\r\n", 7, 1);
  assert_refused ("a=1\n\r\n", 6, 2);
}

static void
test_refuses_keys (void)
{
  g_autofree char *longest = g_strnfill (KB_LINE_KEY_MAX, 'k');
  g_autofree char *fits = g_strconcat (longest, "=v", NULL);
  g_autofree char *too_long = g_strconcat ("k", fits, NULL);

  assert_refused ("SECRET\n", 7, 1);
  assert_refused ("a=1\nSECRET", 10, 2);
  assert_refused ("=SECRET\n", 8, 1);
  assert_refused ("[]=SECRET\n", 10, 1);
  assert_refused ("HOST=SECRET\n", 12, 1);
  assert_refused (" host=SECRET\n", 13, 1);
  assert_refused ("host =SECRET\n", 13, 1);
  assert_refused ("host[=SECRET\n", 13, 1);
  assert_refused ("host[]x=SECRET\n", 15, 1);
  assert_refused ("host[][]=SECRET\n", 16, 1);
  assert_refused ("\xef\xbb\xbfhost=SECRET\n", 15, 1);
  assert_refused (too_long, strlen (too_long), 1);
  g_assert_true (kb_lines_parse (fits, strlen (fits), count, &(gsize){ 0 }, NULL));
}

/* New: a line of SIZE bytes, its LF included. */
static char *
line_of (gsize size)
{
  char *line = g_strnfill (size, 'a');

  memcpy (line, "key=", 4);
  line[size - 1] = '\n';
  return line;
}

static void
test_line_limit (void)
{
  for (gsize size = 65534; size <= 65537; size++)
    {
      g_autofree char *line = line_of (size);
      gsize seen = 0;

      if (size <= KB_LINE_MAX)
        {
          g_assert_true (kb_lines_parse (line, size, count, &seen, NULL));
          g_assert_cmpuint (seen, ==, size - 5);
        }
      else
        assert_refused (line, size, 1);
    }
}

/* "not confused by long header": the end of a long line never becomes a line. */
static void
test_long_line_is_one (void)
{
  static const gsize splits[] = { 126,  254,  255,  256,  1022, 1023, 1024,
                                  2047, 4094, 4095, 4096, 8191, 8192, 65000 };

  for (guint i = 0; i < G_N_ELEMENTS (splits); i++)
    {
      g_autofree char *fill = g_strnfill (splits[i] - strlen ("wwwauth[]="), 'a');
      g_autofree char *text = g_strconcat ("wwwauth[]=", fill,
                                           "host=victim.example\nprotocol=https\n", NULL);
      g_autofree char *expected = g_strconcat (
          "wwwauth[]|", fill, "host=victim.example|1;protocol|https|2;", NULL);

      assert_accepted (text, expected);
    }
}

static void
test_many_lines (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize seen;

  for (guint i = 0; i < KB_LINES_MAX; i++)
    g_string_append (text, "a=1\n");
  g_assert_true (kb_lines_parse (text->str, text->len, count, &seen, NULL));
  g_string_append (text, "a=1\n");
  assert_refused (text->str, text->len, KB_LINES_MAX + 1);

  g_string_truncate (text, 0);
  for (guint i = 0; i < 17; i++)
    {
      g_autofree char *line = line_of (KB_LINE_MAX);

      g_string_append_len (text, line, KB_LINE_MAX);
    }
  assert_refused (text->str, text->len, 17);
}

static gboolean
stop (const char *key, const char *value, gsize length, guint number, gpointer data,
      GError **error)
{
  g_set_error_literal (error, KB_ERROR, KB_ERROR_DENIED, "enough");
  ++*(guint *) data;
  return FALSE;
}

static void
test_func_stops (void)
{
  guint calls = 0;
  g_autoptr (GError) error = NULL;

  g_assert_false (kb_lines_parse ("a=1\nb=2\n", 8, stop, &calls, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
  g_assert_cmpuint (calls, ==, 1);
}

/* Writes TEXT TIMES times, at most EACH bytes a write(2). */
static gboolean
write_pieces (int fd, const char *text, guint times, gsize each)
{
  gsize length = strlen (text);

  while (times-- > 0)
    for (gsize at = 0; at < length; at += each)
      if (!kb_write_all (fd, text + at, MIN (each, length - at)))
        return FALSE;
  return TRUE;
}

/* A child that does so and then waits HOLD_MS with the pipe open.  Returns our end. */
static int
writer (const char *text, guint times, gsize each, gint64 hold_ms, pid_t *child)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  *child = fork ();
  g_assert_cmpint (*child, >=, 0);
  if (*child == 0)
    {
      close (ends[0]);
      signal (SIGPIPE, SIG_IGN);
      if (!write_pieces (ends[1], text, times, each))
        _exit (1);
      kb_clock_sleep_ms (hold_ms);
      _exit (0);
    }
  close (ends[1]);
  return ends[0];
}

static int
reap (int fd, pid_t child)
{
  int status;

  close (fd);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WEXITSTATUS (status);
}

static void
test_reads_byte_by_byte (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  pid_t child;
  int fd = writer ("protocol=https\nhost=h\nusername=u", 1, 1, 0, &child);

  g_assert_true (kb_lines_read (fd, 10000, collect, seen, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (seen->str, ==, "protocol|https|1;host|h|2;username|u|3;");
  reap (fd, child);
}

/* A caller that keeps its end open after the blank line is not waited for. */
static void
test_reads_to_blank_line (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  pid_t child;
  int fd = writer ("a=1\n\n", 1, 100, 60000, &child);

  g_assert_true (kb_lines_read (fd, 10000, collect, seen, NULL));
  g_assert_cmpstr (seen->str, ==, "a|1|1;");
  kill (child, SIGKILL);
  reap (fd, child);
}

static void
test_deadline (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gint64 begun = kb_clock_boot_ms ();
  pid_t child;
  int fd = writer ("a=1\nb=", 1, 1, 60000, &child);

  g_assert_false (kb_lines_read (fd, 200, collect, seen, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "in time"));
  g_assert_cmpint (kb_clock_boot_ms () - begun, >=, 200);
  g_assert_cmpint (kb_clock_boot_ms () - begun, <, 50000);
  kill (child, SIGKILL);
  reap (fd, child);
}

/* 10 MB without an end: refused at the cap, so that the writer gets EPIPE. */
static void
test_endless_line (void)
{
  g_autofree char *block = g_strnfill (100000, 'a');
  g_autoptr (GError) error = NULL;
  struct rusage before, after;
  gsize seen;
  pid_t child;
  int fd = writer (block, 100, 65536, 0, &child);

  memset (&before, 0, sizeof before);
  getrusage (RUSAGE_SELF, &before);
  g_assert_false (kb_lines_read (fd, 10000, count, &seen, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 4096);
  g_assert_cmpint (reap (fd, child), ==, 1);
}

static void
test_bad_descriptor (void)
{
  g_autoptr (GError) error = NULL;
  gsize seen;

  g_assert_false (kb_lines_read (9999, 1000, count, &seen, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
}

static void
test_append (void)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (0);
  g_autoptr (KbSecret) good = kb_secret_new_text ("t=k");
  g_autoptr (KbSecret) bad = kb_secret_new ("t\0k", 3);

  g_assert_true (kb_lines_append (buffer, "username", ""));
  g_assert_true (kb_lines_append_secret (buffer, "password", good));
  g_assert_true (kb_lines_append_int (buffer, "password_expiry_utc", G_MAXINT64));
  g_assert_true (kb_lines_append (buffer, "state[]", "kb:1"));
  g_assert_false (kb_lines_append_secret (buffer, "password", bad));
  g_assert_false (kb_lines_append (buffer, "password", "a\nhost=evil"));
  g_assert_false (kb_lines_append (buffer, "password", "a\r"));
  g_assert_false (kb_lines_append (buffer, "Password", "a"));
  g_assert_false (kb_lines_append (buffer, "", "a"));
  g_assert_cmpstr (kb_buffer_peek (buffer), ==,
                   "username=\npassword=t=k\npassword_expiry_utc=9223372036854775807\n"
                   "state[]=kb:1\n");
}

static void
test_append_limits (void)
{
  g_autofree char *longest = g_strnfill (KB_LINE_MAX - strlen ("key=\n"), 'a');
  g_autofree char *too_long = g_strconcat (longest, "a", NULL);
  g_autoptr (KbBuffer) buffer = kb_buffer_new (0);
  g_autoptr (KbBuffer) small = kb_buffer_new (8);

  g_assert_true (kb_lines_append (buffer, "key", longest));
  g_assert_cmpuint (kb_buffer_length (buffer), ==, KB_LINE_MAX);
  g_assert_false (kb_lines_append (buffer, "key", too_long));
  g_assert_cmpuint (kb_buffer_length (buffer), ==, KB_LINE_MAX);
  g_assert_false (kb_lines_append (small, "key", "12345"));
  g_assert_cmpuint (kb_buffer_length (small), ==, 0);
  g_assert_true (kb_lines_append (small, "key", "123"));
}

static void
test_write_all (void)
{
  static char block[300000];
  static char got[sizeof block];
  gsize length = 0;
  int ends[2];
  pid_t child;

  memset (block, 'b', sizeof block);
  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      close (ends[0]);
      g_assert_cmpint (fcntl (ends[1], F_SETFL, O_NONBLOCK), ==, 0);
      _exit (kb_write_all (ends[1], block, sizeof block) ? 0 : 1);
    }
  close (ends[1]);
  while (length < sizeof got)
    {
      gssize n = read (ends[0], got + length, sizeof got - length);

      g_assert_cmpint (n, >, 0);
      length += (gsize) n;
    }
  g_assert_cmpint (memcmp (got, block, sizeof got), ==, 0);
  g_assert_cmpint (reap (ends[0], child), ==, 0);
  errno = 0;
  g_assert_false (kb_write_all (9999, "x", 1));
  g_assert_cmpint (errno, ==, EBADF);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lines/accepts", test_accepts);
  g_test_add_func ("/lines/refuses-smuggling", test_refuses_smuggling);
  g_test_add_func ("/lines/refuses-keys", test_refuses_keys);
  g_test_add_func ("/lines/line-limit", test_line_limit);
  g_test_add_func ("/lines/long-line-is-one", test_long_line_is_one);
  g_test_add_func ("/lines/many-lines", test_many_lines);
  g_test_add_func ("/lines/func-stops", test_func_stops);
  g_test_add_func ("/lines/reads-byte-by-byte", test_reads_byte_by_byte);
  g_test_add_func ("/lines/reads-to-blank-line", test_reads_to_blank_line);
  g_test_add_func ("/lines/deadline", test_deadline);
  g_test_add_func ("/lines/endless-line", test_endless_line);
  g_test_add_func ("/lines/bad-descriptor", test_bad_descriptor);
  g_test_add_func ("/lines/append", test_append);
  g_test_add_func ("/lines/append-limits", test_append_limits);
  g_test_add_func ("/lines/write-all", test_write_all);
  return g_test_run ();
}
