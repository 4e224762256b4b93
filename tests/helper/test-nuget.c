/* SPDX-License-Identifier: MIT */
/* Tests NuGet's messages and the command line of Microsoft's provider: caps to the byte,
   heads of damaged lines, one write a frame.  Knows nothing of sessions. */
#include "frontends/nuget-command.h"
#include "frontends/nuget-message.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLOSE "{\"RequestId\":\"1\",\"Type\":\"Request\",\"Method\":\"Close\"}\n"

static gboolean
note (const KbNugetMessage *message, gpointer data)
{
  g_string_append_printf (data, "%s %s %s %s;", message->id, message->type,
                          message->method, message->whole ? "whole" : "damaged");
  return TRUE;
}

static void
assert_read (const char *text, const char *expected)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (KbNugetReader) reader = kb_nuget_reader_new (note, seen);

  g_assert_true (kb_nuget_reader_take (reader, text, strlen (text)));
  g_assert_cmpstr (seen->str, ==, expected);
}

static void
test_lines (void)
{
  assert_read (CLOSE, "1 Request Close whole;");
  assert_read ("\n \r\n" CLOSE "\n" CLOSE,
               "1 Request Close whole;1 Request Close whole;");
  assert_read ("{\"RequestId\":\"1\",\"Type\":\"Request\",\"Method\":\"Close\"}", "");
  assert_read (
      "{\"Method\":\"Close\",\"Payload\":null,\"Type\":\"Request\",\"RequestId\":"
      "\"1\"}\n",
      "1 Request Close whole;");
}

static void
test_heads (void)
{
  static const char head[]
      = "{\"RequestId\":\"1\",\"Type\":\"Request\",\"Method\":\"M\",\"Payload\":";
  static const char *const bad[]
      = { "", "{", "{\"a\"", "[1]}", "1}", "{\"a\":1,\"a\":2}}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *line = g_strconcat (head, bad[i], "\n", NULL);

      assert_read (line, "1 Request M damaged;");
    }
  assert_read ("{\"RequestId\":\"1\",\"RequestId\":\"2\",\"Type\":\"Request\",\"Method\":"
               "\"M\",\"Payload\":{\n",
               "");
}

/* The longest line that is read whole, and the next byte. */
static void
test_cap (void)
{
  static const char begin[] = "{\"RequestId\":\"1\",\"Type\":\"Request\",\"Method\":"
                              "\"M\",\"Payload\":{\"a\":\"";
  static const char end[] = "\"}}";
  gsize most = KB_JSON_BYTES_MAX - strlen (begin) - strlen (end);

  for (gsize over = 0; over < 2; over++)
    {
      g_autofree char *filling = g_strnfill (most + over, 'x');
      g_autofree char *text = g_strconcat (begin, filling, end, "\n" CLOSE, NULL);

      assert_read (text, over ? "1 Request M damaged;1 Request Close whole;"
                              : "1 Request M whole;1 Request Close whole;");
    }
}

/* A frame with a token of 40 kB is one datagram: one write(2). */
static void
test_one_write (void)
{
  g_autofree char *token = g_strnfill (40000, 't');
  g_autoptr (KbBuffer) payload = kb_buffer_new (0);
  g_autofree char *got = g_malloc0 (65536);
  const int size = 1 << 20;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET, 0, pair), ==, 0);
  (void) setsockopt (pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  kb_buffer_append_text (payload, "{");
  g_assert_true (kb_nuget_append (payload, "Password", token));
  kb_buffer_append_text (payload, "}");
  g_assert_true (kb_nuget_send (pair[0], "id", "Response", "M", payload));
  g_assert_cmpint (recv (pair[1], got, 65535, 0), >, 40000);
  g_assert_true (g_str_has_suffix (got, "\"}}\n"));
  g_assert_cmpint (recv (pair[1], got, 65535, MSG_DONTWAIT), ==, -1);
  (void) close (pair[0]);
  (void) close (pair[1]);
}

static void
assert_command (const char *line, const char *expected)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  KbNugetCommand command = { 0 };
  g_autofree char *told = NULL;

  if (!kb_nuget_command_read (*line != '\0' ? words : words + 1, &command))
    {
      g_assert_null (expected);
      return;
    }
  told = g_strdup_printf (
      "%s%s%s%s%s%s %s", command.plugin ? "p" : "", command.retry ? "i" : "",
      command.alone ? "n" : "", command.may_show ? "c" : "", command.redact ? "r" : "",
      command.json ? "j" : "", command.uri != NULL ? command.uri : "");
  g_assert_cmpstr (told, ==, expected);
}

static void
test_command (void)
{
  assert_command ("-Plugin", "pc ");
  assert_command ("-P", "pc ");
  assert_command ("-U https://x -N true -I false -F Json", "ncj https://x");
  assert_command ("-Uri https://x -IsRetry -NonInteractive -C false", "in https://x");
  assert_command ("-uri https://x -isretry True --CANSHOWDIALOG FALSE -r",
                  "ir https://x");
  assert_command ("-I -U https://x -V Debug -OutputFormat json", "icj https://x");
}

static void
test_wrong_command (void)
{
  if (g_test_subprocess ())
    {
      assert_command ("-U", NULL);
      assert_command ("-F xml", NULL);
      assert_command ("https://x", NULL);
      assert_command ("-U https://x -I maybe", NULL);
      assert_command ("-Z", NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*-U wants a value*Json or HumanReadable*what is "
                             "https://x?*what is maybe?*what is -Z?*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nuget/lines", test_lines);
  g_test_add_func ("/nuget/heads-of-damaged-lines", test_heads);
  g_test_add_func ("/nuget/longest-line", test_cap);
  g_test_add_func ("/nuget/one-write-a-frame", test_one_write);
  g_test_add_func ("/nuget/command-line", test_command);
  g_test_add_func ("/nuget/wrong-command-line", test_wrong_command);
  return g_test_run ();
}
