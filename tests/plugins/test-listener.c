/* SPDX-License-Identifier: MIT */
/* The listener against forgers, slow ones and floods, and the one true answer.
   Knows nothing of what happens to the code. */
#include "common/listener-form.h"
#include "loopback.h"

#include "base/clock.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

typedef struct _Scene Scene;
struct _Scene
{
  guint port;
  void (*script) (Scene *); /* the clients, in a thread of their own */
  char *page;               /* what the true one got */
  gint64 mark;
  gsize size;
};

static void
answer_truly (Scene *scene)
{
  g_autofree char *request
      = loopback_post (scene->port, "Origin: https://login.example\r\n", TRUE_BODY);

  scene->mark = kb_clock_boot_ms ();
  scene->page = loopback_talk (scene->port, FALSE, request);
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
  g_autoptr (KbListener) listener = loopback_listener_new (allow_get);
  g_autoptr (KbRequest) request = loopback_request_new (20000);
  g_auto (KbSignIn) got = { .code = NULL };
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
  g_assert_cmpuint (loopback_status_of (scene->page), ==, 200);
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
      g_autofree char *answer = loopback_talk (scene->port, i % 2 == 1, text);

      g_test_message ("%s: %.60s", forgeries[i].name, answer);
      if (forgeries[i].status != 0)
        g_assert_cmpuint (loopback_status_of (answer), ==, forgeries[i].status);
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
  g_autofree char *request = loopback_post (scene->port, header, TRUE_BODY);
  g_autofree char *refused = loopback_talk (scene->port, FALSE, request);
  g_autofree char *most = g_strnfill (16384 - strlen (TRUE_BODY) - 3, 'a');
  g_autofree char *body = g_strconcat ("x=", most, "&", TRUE_BODY, NULL);
  g_autofree char *whole = NULL;

  g_assert_cmpuint (loopback_status_of (refused), ==, 431);
  filler[7000] = '\0';
  g_assert_cmpuint (strlen (body), ==, 16384);
  g_free (header);
  header = g_strdup_printf ("Cookie: %s\r\n", filler);
  whole = loopback_post (scene->port, header, body);
  scene->page = loopback_talk (scene->port, TRUE, whole);
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
  g_autofree char *refused = loopback_talk (scene->port, FALSE, forged);

  g_assert_cmpuint (loopback_status_of (refused), ==, 400);
  scene->page = loopback_talk (scene->port, FALSE, real);
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
  g_autofree char *request = loopback_post (scene->port, "Origin: null\r\n", TRUE_BODY);
  int fd = loopback_dial (scene->port, TRUE);

  for (gsize at = 0; at < strlen (request); at += 20)
    {
      loopback_say (fd, request + at, MIN (20, strlen (request + at)));
      g_usleep (2000);
    }
  scene->page = loopback_hear (fd);
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
      fds[i] = loopback_dial (scene->port, i % 2 == 1);
      if (fds[i] >= 0 && i % 3 != 0)
        loopback_say (fds[i], some, i % sizeof some);
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
  g_assert_cmpint (scene.mark, <, KB_LISTENER_REQUEST_MS - 500);
}

/* A byte now and then is no way to stay. */
static void
drip (Scene *scene)
{
  gint64 begin = kb_clock_boot_ms ();
  int fd = loopback_dial (scene->port, FALSE);
  struct pollfd ready = { .fd = fd, .events = POLLIN };
  gint64 lasted;

  loopback_say (fd, "GET / HTTP/1.1\r\nX: ", 19);
  while (poll (&ready, 1, 200) == 0)
    loopback_say (fd, "a", 1);
  lasted = kb_clock_boot_ms () - begin;
  (void) close (fd);
  g_test_message ("it lasted %" G_GINT64_FORMAT " ms", lasted);
  g_assert_cmpint (lasted, >=, 4500);
  g_assert_cmpint (lasted, <, 60000);
  answer_truly (scene);
}

static void
test_drip (void)
{
  Scene scene = { 0 };

  play (&scene, drip, FALSE);
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
      g_auto (KbSignIn) got = { .code = NULL };

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
  g_auto (KbSignIn) got = { .code = NULL };

  g_assert_cmpstr (kb_listener_form (text, strlen (text), state, &got), ==, NULL);
  g_assert_null (got.code);
  g_assert_cmpstr (got.error, ==, "access_denied");
  g_assert_cmpstr (got.error_description, ==, "AADSTS65004: User  %1B[declined");
  g_assert_cmpstr (got.iss, ==, "https://login.example/v2.0");
}

/* By either address, where the computer has both. */
static void
test_visitor (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (KbListener) listener = loopback_listener_new (FALSE);
      int fd;

      g_assert_false (kb_listener_has_visitor (listener));
      fd = loopback_dial (kb_listener_port (listener), i == 1);
      g_assert_true (fd < 0 || kb_listener_has_visitor (listener));
      g_assert_true (fd >= 0 || i == 1);
      (void) close (fd);
    }
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
  g_test_add_func ("/listener/a visitor is seen before it is let in", test_visitor);
  g_test_add_func ("/listener/wrong forms", test_wrong_forms);
  g_test_add_func ("/listener/an error with the state", test_error_form);
  return g_test_run ();
}
