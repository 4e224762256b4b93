/* SPDX-License-Identifier: MIT */
/* How the listener's wait ends, and what the browser sees then.
   Knows nothing of what comes before the answer. */
#include "loopback.h"

#include "base/clock.h"
#include "interrupt.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- the end of the wait ---------------------------------------------------------- */

/* Local addresses that listen on PORT, of /proc/net/tcp and tcp6. */
static char *
listening (guint port)
{
  static const char *const files[] = { "/proc/net/tcp", "/proc/net/tcp6" };
  g_autofree char *number = g_strdup_printf (":%04X", port);
  GString *found = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *text = NULL;
      g_auto (GStrv) lines = NULL;

      if (g_file_get_contents (files[i], &text, NULL, NULL))
        lines = g_strsplit (text, "\n", -1);
      for (char **line = lines; line != NULL && *line != NULL; line++)
        {
          g_auto (GStrv) words = g_strsplit (g_strchug (*line), " ", 5);

          if (g_strv_length (words) > 4 && g_str_has_suffix (words[1], number)
              && g_str_equal (words[3], "0A"))
            g_string_append_printf (found, "%s ", words[1]);
        }
    }
  return g_string_free (found, FALSE);
}

static guint
open_files (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

static void
test_port (void)
{
  guint before = open_files ();
  KbListener *listener = loopback_listener_new (FALSE);
  guint port = kb_listener_port (listener);
  g_autofree char *wanted = g_strdup_printf (
      "0100007F:%04X 00000000000000000000000001000000:%04X ", port, port);
  g_autofree char *uri = g_strdup_printf ("http://localhost:%u", port);
  g_autofree char *open = listening (port);
  g_autofree char *shut = NULL;
  g_autoptr (KbRequest) request = loopback_request_new (5000);
  g_auto (KbSignIn) got = { .code = NULL };
  int fd = loopback_answer_and_leave_open (port, TRUE_BODY);

  g_assert_cmpstr (kb_listener_redirect_uri (listener), ==, uri);
  g_assert_cmpstr (open, ==, wanted);
  g_assert_cmpint (kb_listener_wait (listener, request, &got, NULL), ==, KB_OK);
  shut = listening (port);
  g_assert_cmpstr (shut, ==, "");
  g_assert_cmpint (loopback_dial (port, FALSE), ==, -1);
  g_assert_cmpint (loopback_dial (port, TRUE), ==, -1);
  (void) close (fd);
  kb_listener_free (listener);
  g_assert_cmpuint (open_files (), ==, before);
}

/* Another program has the port on one of the two addresses: neither is taken. */
static void
test_port_taken (void)
{
  g_autoptr (GError) error = NULL;
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in6 address
      = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
  socklen_t length = sizeof address;
  guint before;

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  before = open_files ();
  g_assert_null (kb_listener_new (ntohs (address.sin6_port), &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_cmpuint (open_files (), ==, before);
  (void) close (fd);
}

/* The same fixed port at once again, although connections of it linger. */
static void
test_port_again (void)
{
  guint port = 0;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KbListener) listener = kb_listener_new (port, &error);
      g_autoptr (KbRequest) request = loopback_request_new (5000);
      g_auto (KbSignIn) got = { .code = NULL };
      int fd;

      g_assert_no_error (error);
      port = kb_listener_port (listener);
      kb_listener_expect (listener, STATE, FALSE, NULL);
      fd = loopback_answer_and_leave_open (port, TRUE_BODY);
      g_assert_cmpint (kb_listener_wait (listener, request, &got, NULL), ==, KB_OK);
      kb_listener_finish (listener, &(KbPage){ .account = "a" });
      (void) close (fd);
    }
}

static void
test_deadline (void)
{
  g_autoptr (KbListener) listener = loopback_listener_new (FALSE);
  g_autoptr (KbRequest) request = loopback_request_new (200);
  g_auto (KbSignIn) got = { .code = NULL };
  g_autoptr (GError) error = NULL;
  gint64 begin = kb_clock_boot_ms ();
  int fd = loopback_answer_and_leave_open (kb_listener_port (listener),
                                           "code=x&state=forged");

  g_assert_cmpint (kb_listener_wait (listener, request, &got, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 60000);
  g_assert_nonnull (strstr (kb_request_last_note (request), "another state"));
  g_assert_null (strstr (kb_request_last_note (request), "forged"));
  g_assert_null (got.code);
  (void) close (fd);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  kb_interrupt_now ();
  return NULL;
}

/* Runs last: nothing takes it back. */
static void
test_cancel (void)
{
  g_autoptr (KbListener) listener = loopback_listener_new (FALSE);
  g_autoptr (KbRequest) request = loopback_request_new (10000);
  g_auto (KbSignIn) got = { .code = NULL };
  g_autoptr (GError) error = NULL;
  gint64 begin = kb_clock_boot_ms ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, NULL);

  g_assert_cmpint (kb_listener_wait (listener, request, &got, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 9000);
  (void) g_thread_join (thread);
}

/* ---- the page --------------------------------------------------------------------- */

static gpointer
hear_all (gpointer data)
{
  return loopback_hear (GPOINTER_TO_INT (data));
}

/* New: what the browser gets when the caller does PAGE, or gives up (NULL), after MS. */
static char *
page_after (const KbPage *page, gint64 ms)
{
  KbListener *listener = loopback_listener_new (FALSE);
  g_autoptr (KbRequest) request = loopback_request_new (5000);
  g_auto (KbSignIn) got = { .code = NULL };
  int fd = loopback_answer_and_leave_open (kb_listener_port (listener), TRUE_BODY);
  struct pollfd ready = { .fd = fd, .events = POLLIN };
  GThread *thread;

  g_assert_cmpint (kb_listener_wait (listener, request, &got, NULL), ==, KB_OK);
  g_assert_cmpint (poll (&ready, 1, (int) ms), ==, 0);
  thread = g_thread_new ("browser", hear_all, GINT_TO_POINTER (fd));
  if (page != NULL)
    kb_listener_finish (listener, page);
  kb_listener_free (listener);
  return g_thread_join (thread);
}

static void
test_page (void)
{
  static const char *const headers[]
      = { "Content-Security-Policy: default-src 'none'; style-src 'sha256-",
          "Cache-Control: no-store\r\n", "Referrer-Policy: no-referrer\r\n",
          "X-Content-Type-Options: nosniff\r\n",
          "Content-Type: text/html; charset=utf-8\r\n" };
  KbPage page = { .program = "git",
                  .account = "ana@contoso.example",
                  .tenant = "Contoso",
                  .organization = "contoso (dev.azure.com)" };
  /* Longer than any deadline of a connection: a token endpoint may be slow. */
  g_autofree char *answer = page_after (&page, KB_LISTENER_REQUEST_MS + 1500);

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    g_assert_nonnull (strstr (answer, headers[i]));
  g_assert_nonnull (strstr (answer, "<h1>Signed in</h1>"));
  g_assert_nonnull (strstr (answer, "<dd>ana@contoso.example</dd>"));
  g_assert_nonnull (strstr (answer, "<dd>Contoso</dd>"));
  g_assert_nonnull (strstr (answer, "<dd>contoso (dev.azure.com)</dd>"));
  g_assert_nonnull (strstr (answer, "<dd>git</dd>"));
  g_assert_null (strstr (answer, "http://"));
  g_assert_null (strstr (answer, "<script"));
}

static void
test_error_page (void)
{
  KbPage page = { .account = "\x1b[1m<b>&\"'\xe2\x80\xae",
                  .reason = "<script>alert(1)</script><img src=x onerror=alert(2)>",
                  .remedy = "</main>Ask again" };
  g_autofree char *answer = page_after (&page, 50);

  g_assert_nonnull (strstr (answer, "<h1>Not signed in</h1>"));
  g_assert_nonnull (
      strstr (answer, "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x"));
  g_assert_nonnull (strstr (answer, "%1B[1m&lt;b&gt;&amp;&quot;&apos;%E2%80%AE"));
  g_assert_nonnull (strstr (answer, "&lt;/main&gt;Ask again"));
  g_assert_null (strstr (answer, "<script"));
  g_assert_null (strstr (answer, "<img"));
}

static void
test_cut_off (void)
{
  g_autofree char *answer = page_after (NULL, 50);

  g_assert_nonnull (strstr (answer, "<h1>Not signed in</h1>"));
  g_assert_nonnull (strstr (answer, "stopped before"));
}

static gint64
finish_for_nobody (void)
{
  g_autoptr (KbListener) listener = loopback_listener_new (FALSE);
  g_autoptr (KbRequest) request = loopback_request_new (5000);
  g_auto (KbSignIn) got = { .code = NULL };
  int fd = loopback_answer_and_leave_open (kb_listener_port (listener), TRUE_BODY);
  gint64 begin;

  g_assert_cmpint (kb_listener_wait (listener, request, &got, NULL), ==, KB_OK);
  (void) close (fd);
  begin = kb_clock_boot_ms ();
  kb_listener_finish (listener, &(KbPage){ .account = "ana" });
  return kb_clock_boot_ms () - begin;
}

/* The person closed the window before the page came: nobody waits for nobody.  The best
   of several, since a busy machine says nothing about the rest. */
static void
test_closed_window (void)
{
  gint64 fastest = G_MAXINT64;

  for (guint i = 0; i < 10 && fastest >= KB_LISTENER_FINISH_MS; i++)
    fastest = MIN (fastest, finish_for_nobody ());
  g_assert_cmpint (fastest, <, KB_LISTENER_FINISH_MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listener/loopback only, gone at once", test_port);
  g_test_add_func ("/listener/both addresses or none", test_port_taken);
  g_test_add_func ("/listener/a fixed port serves again at once", test_port_again);
  g_test_add_func ("/listener/the deadline ends the wait", test_deadline);
  g_test_add_func ("/listener/the page comes when it is true", test_page);
  g_test_add_func ("/listener/the error page is escaped", test_error_page);
  g_test_add_func ("/listener/a caller that gives up says so", test_cut_off);
  g_test_add_func ("/listener/a closed window is not waited for", test_closed_window);
  g_test_add_func ("/listener/cancelling ends the wait", test_cancel);
  return g_test_run ();
}
