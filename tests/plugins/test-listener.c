/* SPDX-License-Identifier: MIT */
/* The listener against forgers, slow ones and floods, and the one true answer.
   Knows nothing of what happens to the code. */
#include "common/listener-form.h"
#include "common/listener.h"
#include "request.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STATE "q5nYxkzq0Yb1F4pV9uJt3g"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define TRUE_BODY "code=0.AX%2Babc&state=" STATE "&session_state=77"

typedef struct _Scene Scene;
struct _Scene
{
  KbListener *listener;
  guint port;
  void (*script) (Scene *); /* the clients, in a thread of their own */
  char *page;               /* what the true one got */
  gint64 mark;
  gsize size;
};

/* ---- a client --------------------------------------------------------------------- */

static int
dial (guint port, gboolean v6)
{
  union
  {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } to;
  int fd = socket (v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  memset (&to, 0, sizeof to);
  to.v4.sin_family = AF_INET;
  to.v4.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (v6)
    {
      to.v6.sin6_family = AF_INET6;
      to.v6.sin6_addr = in6addr_loopback;
    }
  to.v4.sin_port = htons ((guint16) port);
  if (connect (fd, &to.any, v6 ? sizeof to.v6 : sizeof to.v4) == 0)
    return fd;
  (void) close (fd);
  return -1;
}

static void
say (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gssize sent = send (fd, bytes, length, MSG_NOSIGNAL);

      if (sent <= 0)
        return;
      bytes += sent;
      length -= (gsize) sent;
    }
}

/* New: all up to the end of the connection. */
static char *
hear (int fd)
{
  GString *heard = g_string_new (NULL);
  char block[4096];
  gssize count;

  while ((count = recv (fd, block, sizeof block, 0)) > 0)
    g_string_append_len (heard, block, count);
  (void) close (fd);
  return g_string_free (heard, FALSE);
}

static char *
talk (guint port, gboolean v6, const char *bytes)
{
  int fd = dial (port, v6);

  g_assert_cmpint (fd, >=, 0);
  say (fd, bytes, strlen (bytes));
  return hear (fd);
}

static guint
status_of (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.") ? (guint) strtoul (answer + 9, NULL, 10)
                                              : 0;
}

/* New. */
static char *
post (guint port, const char *more, const char *body)
{
  return g_strdup_printf ("POST / HTTP/1.1\r\nHost: localhost:%u\r\n" FORM
                          "%sContent-Length: %zu\r\n\r\n%s",
                          port, more, strlen (body), body);
}

static void
answer_truly (Scene *scene)
{
  g_autofree char *request
      = post (scene->port, "Origin: https://login.example\r\n", TRUE_BODY);

  scene->mark = kb_clock_boot_ms ();
  scene->page = talk (scene->port, FALSE, request);
}

/* ---- the stage -------------------------------------------------------------------- */

static KbRequest *
request_new (gint64 deadline)
{
  KbRequest *request = kb_request_new (kb_url_new ("https", "git.example", "x", NULL));

  kb_request_set_deadline_ms (request, deadline);
  return request;
}

static KbListener *
listener_new (gboolean allow_get)
{
  static const char *const origins[] = { "https://login.example", NULL };
  g_autoptr (GError) error = NULL;
  KbListener *listener = kb_listener_new (0, &error);

  g_assert_no_error (error);
  kb_listener_expect (listener, STATE, allow_get, origins);
  return listener;
}

static gpointer
run_script (gpointer data)
{
  Scene *scene = data;

  scene->script (scene);
  return NULL;
}

/* Waits while SCRIPT plays; what came is the true answer and the page comes after it. */
static void
play (Scene *scene, void (*script) (Scene *), gboolean allow_get)
{
  static const KbPage page = { .program = "git", .account = "ana@contoso.example" };
  g_autoptr (KbListener) listener = listener_new (allow_get);
  g_autoptr (KbRequest) request = request_new (20000);
  g_auto (KbSignIn) got = { NULL };
  g_autoptr (GError) error = NULL;
  GThread *thread;

  scene->port = kb_listener_port (listener);
  scene->script = script;
  thread = g_thread_new ("clients", run_script, scene);
  g_assert_cmpint (kb_listener_wait (listener, request, &got, &error), ==, KB_OK);
  g_assert_no_error (error);
  scene->mark = kb_clock_boot_ms () - scene->mark;
  g_assert_nonnull (got.code);
  g_assert_cmpstr (kb_secret_peek (got.code), ==, "0.AX+abc");
  kb_listener_finish (listener, &page);
  (void) g_thread_join (thread);
  g_assert_cmpuint (status_of (scene->page), ==, 200);
  g_assert_nonnull (strstr (scene->page, "ana@contoso.example"));
  g_free (scene->page);
}

/* ---- forgeries -------------------------------------------------------------------- */

#define HEAD(method, target, host) method " " target " HTTP/1.1\r\nHost: " host "\r\n"
#define LONG(length) "Content-Length: " length "\r\n\r\n"
#define ENDS "Content-Length: 40\r\n\r\ncode=x&state=" STATE "&x=12"

static const struct
{
  const char *name;
  guint status;
  const char *text; /* @ stands for the port */
} forgeries[] = {
  { "rebound name", 421, HEAD ("POST", "/", "attacker.example:@") FORM ENDS },
  { "host without port", 421, HEAD ("POST", "/", "localhost") FORM ENDS },
  { "host of another port", 421, HEAD ("POST", "/", "localhost:1@") FORM ENDS },
  { "host that begins well", 421,
    HEAD ("POST", "/", "localhost:@.evil.example") FORM ENDS },
  { "two hosts", 400,
    HEAD ("POST", "/", "localhost:@") "Host: localhost:@\r\n" FORM ENDS },
  { "no host", 421, "POST / HTTP/1.0\r\n" FORM ENDS },
  { "page of another site", 403,
    HEAD ("POST", "/", "localhost:@") "Origin: https://evil.example\r\n" FORM ENDS },
  { "http instead of https", 403,
    HEAD ("POST", "/", "localhost:@") "Origin: http://login.example\r\n" FORM ENDS },
  { "another port of the origin", 403,
    HEAD ("POST", "/", "localhost:@") "Origin: https://login.example:444\r\n" FORM ENDS },
  { "our own origin", 403,
    HEAD ("POST", "/", "localhost:@") "Origin: http://localhost:@\r\n" FORM ENDS },
  { "GET with the code", 405, HEAD ("GET", "/?" TRUE_BODY, "localhost:@") "\r\n" },
  { "GET without anything", 400, HEAD ("GET", "/", "localhost:@") "\r\n" },
  { "icon", 404, HEAD ("GET", "/favicon.ico", "localhost:@") "\r\n" },
  { "another path", 404, HEAD ("POST", "/x", "localhost:@") FORM ENDS },
  { "whole URL as target", 404,
    HEAD ("POST", "http://localhost:@/", "localhost:@") FORM ENDS },
  { "query beside the form", 400, HEAD ("POST", "/?a", "localhost:@") FORM ENDS },
  { "PUT", 405, HEAD ("PUT", "/", "localhost:@") FORM ENDS },
  { "preflight", 405,
    HEAD ("OPTIONS", "/", "localhost:@") "Origin: https://login.example\r\n"
                                         "Access-Control-Request-Method: POST\r\n\r\n" },
  { "JSON", 415,
    HEAD ("POST", "/", "localhost:@") "Content-Type: application/json\r\n" ENDS },
  { "plain text", 415,
    HEAD ("POST", "/", "localhost:@") "Content-Type: text/plain\r\n" ENDS },
  { "no type", 415, HEAD ("POST", "/", "localhost:@") ENDS },
  { "type that begins well", 415,
    HEAD ("POST", "/",
          "localhost:@") "Content-Type: application/x-www-form-urlencodedX\r\n" ENDS },
  { "chunks", 411,
    HEAD ("POST", "/", "localhost:@") FORM
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
  { "too long", 413, HEAD ("POST", "/", "localhost:@") FORM LONG ("16385") },
  { "no state", 400, HEAD ("POST", "/", "localhost:@") FORM LONG ("6") "code=x" },
  { "another state", 400,
    HEAD ("POST", "/", "localhost:@") FORM LONG ("14") "code=x&state=y" },
  { "error without state", 400,
    HEAD ("POST", "/", "localhost:@") FORM LONG ("19") "error=access_denied" },
  { "error of another state", 400,
    HEAD ("POST", "/", "localhost:@") FORM LONG ("27") "error=access_denied&state=x" },
  { "state alone", 400,
    HEAD ("POST", "/", "localhost:@") FORM LONG ("28") "state=" STATE },
  { "no HTTP", 0, "\x16\x03\x01\x02 what is this\r\n\r\n" },
};

static char *
with_port (const char *text, guint port)
{
  g_auto (GStrv) parts = g_strsplit (text, "@", -1);
  g_autofree char *number = g_strdup_printf ("%u", port);

  return g_strjoinv (number, parts);
}

static void
forge (Scene *scene)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forgeries); i++)
    {
      g_autofree char *text = with_port (forgeries[i].text, scene->port);
      g_autofree char *answer = talk (scene->port, i % 2 == 1, text);

      g_test_message ("%s: %.60s", forgeries[i].name, answer);
      if (forgeries[i].status != 0)
        g_assert_cmpuint (status_of (answer), ==, forgeries[i].status);
      g_assert_null (strstr (answer, "HTTP/1.1 200"));
      g_assert_null (strstr (answer, STATE));
      g_assert_null (strstr (answer, "Access-Control"));
    }
  answer_truly (scene);
}

static void
test_forgeries (void)
{
  Scene scene = { 0 };

  play (&scene, forge, FALSE);
}

/* A request whose headers, or body, have SIZE bytes. */
static void
bulky (Scene *scene)
{
  g_autofree char *filler = g_strnfill (9000, 'a');
  g_autofree char *header = g_strdup_printf ("Cookie: %s\r\n", filler);
  g_autofree char *request = post (scene->port, header, TRUE_BODY);
  g_autofree char *refused = talk (scene->port, FALSE, request);
  g_autofree char *most = g_strnfill (16384 - strlen (TRUE_BODY) - 3, 'a');
  g_autofree char *body = g_strconcat ("x=", most, "&", TRUE_BODY, NULL);
  g_autofree char *whole = NULL;

  g_assert_cmpuint (status_of (refused), ==, 431);
  filler[7000] = '\0';
  g_assert_cmpuint (strlen (body), ==, 16384);
  g_free (header);
  header = g_strdup_printf ("Cookie: %s\r\n", filler);
  whole = post (scene->port, header, body);
  scene->page = talk (scene->port, TRUE, whole);
}

static void
test_sizes (void)
{
  Scene scene = { 0 };

  play (&scene, bulky, FALSE);
}

static void
get_code (Scene *scene)
{
  g_autofree char *forged
      = with_port (HEAD ("GET", "/?code=x&state=no", "localhost:@") "\r\n", scene->port);
  g_autofree char *real
      = with_port (HEAD ("GET", "/?" TRUE_BODY, "127.0.0.1:@") "\r\n", scene->port);
  g_autofree char *refused = talk (scene->port, FALSE, forged);

  g_assert_cmpuint (status_of (refused), ==, 400);
  scene->page = talk (scene->port, FALSE, real);
}

static void
test_get (void)
{
  Scene scene = { 0 };

  play (&scene, get_code, TRUE);
}

/* In pieces, as a slow but honest browser sends it. */
static void
answer_in_pieces (Scene *scene)
{
  g_autofree char *request = post (scene->port, "Origin: null\r\n", TRUE_BODY);
  int fd = dial (scene->port, TRUE);

  for (gsize at = 0; at < strlen (request); at += 20)
    {
      say (fd, request + at, MIN (20, strlen (request + at)));
      g_usleep (2000);
    }
  scene->page = hear (fd);
}

static void
test_pieces (void)
{
  Scene scene = { 0 };

  play (&scene, answer_in_pieces, FALSE);
}

/* ---- slow ones and floods --------------------------------------------------------- */

static void
hold_up (Scene *scene)
{
  static const char some[] = "POST / HTTP/1.1\r\nHost: loc";
  g_autofree int *fds = g_new0 (int, scene->size);

  for (gsize i = 0; i < scene->size; i++)
    {
      fds[i] = dial (scene->port, i % 2 == 1);
      if (fds[i] >= 0 && i % 3 != 0)
        say (fds[i], some, i % sizeof some);
    }
  answer_truly (scene);
  for (gsize i = 0; i < scene->size; i++)
    (void) close (fds[i]);
}

static void
test_slow_ones (gconstpointer data)
{
  Scene scene = { .size = GPOINTER_TO_SIZE (data) };

  play (&scene, hold_up, FALSE);
  g_test_message ("the true answer took %" G_GINT64_FORMAT " ms", scene.mark);
  g_assert_cmpint (scene.mark, <, 1000);
}

/* A byte now and then is no way to stay. */
static void
drip (Scene *scene)
{
  gint64 begin = kb_clock_boot_ms ();
  int fd = dial (scene->port, FALSE);
  struct pollfd ready = { .fd = fd, .events = POLLIN };
  gint64 lasted;

  say (fd, "GET / HTTP/1.1\r\nX: ", 19);
  while (poll (&ready, 1, 200) == 0)
    say (fd, "a", 1);
  lasted = kb_clock_boot_ms () - begin;
  (void) close (fd);
  g_test_message ("it lasted %" G_GINT64_FORMAT " ms", lasted);
  g_assert_cmpint (lasted, >=, 4500);
  g_assert_cmpint (lasted, <, 7000);
  answer_truly (scene);
}

static void
test_drip (void)
{
  Scene scene = { 0 };

  play (&scene, drip, FALSE);
}

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

/* Sends the answer and does not read: TRUE_BODY goes out from this very thread. */
static int
answer_and_leave_open (guint port, const char *body)
{
  g_autofree char *request = post (port, "", body);
  int fd = dial (port, FALSE);

  say (fd, request, strlen (request));
  return fd;
}

static void
test_port (void)
{
  guint before = open_files ();
  KbListener *listener = listener_new (FALSE);
  guint port = kb_listener_port (listener);
  g_autofree char *wanted = g_strdup_printf (
      "0100007F:%04X 00000000000000000000000001000000:%04X ", port, port);
  g_autofree char *uri = g_strdup_printf ("http://localhost:%u", port);
  g_autofree char *open = listening (port);
  g_autofree char *shut = NULL;
  g_autoptr (KbRequest) request = request_new (5000);
  g_auto (KbSignIn) got = { NULL };
  int fd = answer_and_leave_open (port, TRUE_BODY);

  g_assert_cmpstr (kb_listener_redirect_uri (listener), ==, uri);
  g_assert_cmpstr (open, ==, wanted);
  g_assert_cmpint (kb_listener_wait (listener, request, &got, NULL), ==, KB_OK);
  shut = listening (port);
  g_assert_cmpstr (shut, ==, "");
  g_assert_cmpint (dial (port, FALSE), ==, -1);
  g_assert_cmpint (dial (port, TRUE), ==, -1);
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
      g_autoptr (KbRequest) request = request_new (5000);
      g_auto (KbSignIn) got = { NULL };
      int fd;

      g_assert_no_error (error);
      port = kb_listener_port (listener);
      kb_listener_expect (listener, STATE, FALSE, NULL);
      fd = answer_and_leave_open (port, TRUE_BODY);
      g_assert_cmpint (kb_listener_wait (listener, request, &got, NULL), ==, KB_OK);
      kb_listener_finish (listener, &(KbPage){ .account = "a" });
      (void) close (fd);
    }
}

static void
test_deadline (void)
{
  g_autoptr (KbListener) listener = listener_new (FALSE);
  g_autoptr (KbRequest) request = request_new (200);
  g_auto (KbSignIn) got = { NULL };
  g_autoptr (GError) error = NULL;
  gint64 begin = kb_clock_boot_ms ();
  int fd = answer_and_leave_open (kb_listener_port (listener), "code=x&state=forged");

  g_assert_cmpint (kb_listener_wait (listener, request, &got, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 400);
  g_assert_nonnull (strstr (kb_request_last_note (request), "another state"));
  g_assert_null (strstr (kb_request_last_note (request), "forged"));
  g_assert_null (got.code);
  (void) close (fd);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  kb_request_cancel_all ();
  return NULL;
}

/* Runs last: nothing takes it back. */
static void
test_cancel (void)
{
  g_autoptr (KbListener) listener = listener_new (FALSE);
  g_autoptr (KbRequest) request = request_new (10000);
  g_auto (KbSignIn) got = { NULL };
  g_autoptr (GError) error = NULL;
  gint64 begin = kb_clock_boot_ms ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, NULL);

  g_assert_cmpint (kb_listener_wait (listener, request, &got, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_NETWORK);
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 400);
  (void) g_thread_join (thread);
}

/* ---- the page --------------------------------------------------------------------- */

static gpointer
hear_all (gpointer data)
{
  return hear (GPOINTER_TO_INT (data));
}

/* New: what the browser gets when the caller does PAGE, or gives up (NULL), after MS. */
static char *
page_after (const KbPage *page, gint64 ms)
{
  KbListener *listener = listener_new (FALSE);
  g_autoptr (KbRequest) request = request_new (5000);
  g_auto (KbSignIn) got = { NULL };
  int fd = answer_and_leave_open (kb_listener_port (listener), TRUE_BODY);
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

/* The person closed the window before the page came: nobody waits for nobody. */
static void
test_closed_window (void)
{
  g_autoptr (KbListener) listener = listener_new (FALSE);
  g_autoptr (KbRequest) request = request_new (5000);
  g_auto (KbSignIn) got = { NULL };
  int fd = answer_and_leave_open (kb_listener_port (listener), TRUE_BODY);
  gint64 begin;

  g_assert_cmpint (kb_listener_wait (listener, request, &got, NULL), ==, KB_OK);
  (void) close (fd);
  begin = kb_clock_boot_ms ();
  kb_listener_finish (listener, &(KbPage){ .account = "ana" });
  g_assert_cmpint (kb_clock_boot_ms () - begin, <, 500);
}

/* ---- the form --------------------------------------------------------------------- */

static void
test_wrong_forms (void)
{
  static const char *const wrong[] = {
    "",
    "code=x",
    "state=" STATE,
    "code=x&state=",
    "code=x&state=" STATE "x",
    "code=x&state=Q5nYxkzq0Yb1F4pV9uJt3g",
    "code=&state=" STATE,
    "code=x&code=y&state=" STATE,
    "code=x&state=" STATE "&state=" STATE,
    "code=x&error=y&state=" STATE,
    "error=&state=" STATE,
    "code=%&state=" STATE,
    "code=%4&state=" STATE,
    "code=%zz&state=" STATE,
    "code=a%00b&state=" STATE,
    "code=a%0Ab&state=" STATE,
    "code=%C3%A4&state=" STATE,
    "code=x;state=" STATE,
    "Code=x&state=" STATE,
    "code&state=" STATE,
    "code=x&state=" STATE "%",
  };
  g_autoptr (KbSecret) state = kb_secret_new_text (STATE);

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_auto (KbSignIn) got = { NULL };

      g_test_message ("%s", wrong[i]);
      g_assert_nonnull (kb_listener_form (wrong[i], strlen (wrong[i]), state, &got));
      g_assert_true (got.code == NULL && got.error == NULL);
    }
}

static void
test_error_form (void)
{
  static const char text[]
      = "error=access_denied&error_description=AADSTS65004%3A+User%0D%0A%1b%5Bdeclined"
        "&iss=https%3A%2F%2Flogin.example%2Fv2.0&&x&state=" STATE;
  g_autoptr (KbSecret) state = kb_secret_new_text (STATE);
  g_auto (KbSignIn) got = { NULL };

  g_assert_cmpstr (kb_listener_form (text, strlen (text), state, &got), ==, NULL);
  g_assert_null (got.code);
  g_assert_cmpstr (got.error, ==, "access_denied");
  g_assert_cmpstr (got.error_description, ==, "AADSTS65004: User  %1B[declined");
  g_assert_cmpstr (got.iss, ==, "https://login.example/v2.0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listener/forgeries do not end the wait", test_forgeries);
  g_test_add_func ("/listener/headers and body have a size", test_sizes);
  g_test_add_func ("/listener/a GET counts where it must", test_get);
  g_test_add_func ("/listener/an honest answer may come in pieces", test_pieces);
  g_test_add_data_func ("/listener/fifty slow ones hold up nobody",
                        GSIZE_TO_POINTER ((gsize) 50), test_slow_ones);
  g_test_add_data_func ("/listener/four hundred hold up nobody",
                        GSIZE_TO_POINTER ((gsize) 400), test_slow_ones);
  g_test_add_func ("/listener/drops of bytes are cut off", test_drip);
  g_test_add_func ("/listener/loopback only, gone at once", test_port);
  g_test_add_func ("/listener/both addresses or none", test_port_taken);
  g_test_add_func ("/listener/a fixed port serves again at once", test_port_again);
  g_test_add_func ("/listener/the deadline ends the wait", test_deadline);
  g_test_add_func ("/listener/the page comes when it is true", test_page);
  g_test_add_func ("/listener/the error page is escaped", test_error_page);
  g_test_add_func ("/listener/a caller that gives up says so", test_cut_off);
  g_test_add_func ("/listener/a closed window is not waited for", test_closed_window);
  g_test_add_func ("/listener/wrong forms", test_wrong_forms);
  g_test_add_func ("/listener/an error with the state", test_error_form);
  g_test_add_func ("/listener/cancelling ends the wait", test_cancel);
  return g_test_run ();
}
