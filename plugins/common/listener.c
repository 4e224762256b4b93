/* SPDX-License-Identifier: MIT */
/* libmicrohttpd in the caller's thread: accepts, limits, waits and answers last.
   Knows nothing of what makes a request the true one; that is listener-visit's. */
#include "common/listener.h"

#include "base/clock.h"
#include "base/text.h"
#include "common/listener-port.h"
#include "common/listener-visit.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How often cancellation and late requests are looked at. */
#define STEP_MS 50
/* Accepted from each socket before those that are there are heard. */
#define ACCEPT_AT_ONCE 16
/* Of one connection in libmicrohttpd: the headers with their records, and a piece of the
   body. */
#define CONNECTION_MEMORY ((size_t) 24 * 1024)

/* One connection, from accept to close. */
typedef struct
{
  GList link; /* in visitors, the oldest first */
  int fd;
  gint64 deadline; /* of kb_clock_boot_ms */
} Visitor;

struct _KbListener
{
  struct MHD_Daemon *daemon;
  int sockets[KB_LISTENER_SOCKETS];
  guint port;
  char *redirect_uri;
  KbExpected expected;
  GQueue visitors;
  const KbRequest *request; /* while waiting */
  guint refused;
  gboolean answered;
  KbSignIn answer;
  struct MHD_Connection *winner; /* suspended until the page is there, or NULL */
  char *page;
};

void
kb_sign_in_clear (KbSignIn *sign_in)
{
  g_clear_pointer (&sign_in->code, kb_secret_unref);
  g_clear_pointer (&sign_in->error, g_free);
  g_clear_pointer (&sign_in->error_description, g_free);
  g_clear_pointer (&sign_in->iss, g_free);
}

/* ---- what libmicrohttpd calls ----------------------------------------------------- */

static void *
on_target (void *data, const char *target, struct MHD_Connection *connection)
{
  return kb_visit_new (target);
}

static void
on_completed (void *data, struct MHD_Connection *connection, void **context,
              enum MHD_RequestTerminationCode code)
{
  g_clear_pointer ((KbVisit **) context, kb_visit_free);
}

static void
on_connection (void *data, struct MHD_Connection *connection, void **context,
               enum MHD_ConnectionNotificationCode code)
{
  KbListener *listener = data;
  Visitor *visitor = *context;

  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
      visitor = g_new0 (Visitor, 1);
      visitor->link.data = visitor;
      visitor->fd
          = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                ->connect_fd;
      visitor->deadline = kb_clock_boot_ms () + KB_LISTENER_REQUEST_MS;
      g_queue_push_tail_link (&listener->visitors, &visitor->link);
      *context = visitor;
      return;
    }
  if (listener->winner == connection)
    listener->winner = NULL;
  if (visitor != NULL)
    g_queue_unlink (&listener->visitors, &visitor->link);
  g_free (visitor);
  *context = NULL;
}

/* The note is counted, not one a request, and is the last one's: a flood must not fill a
   log. */
static enum MHD_Result
refuse (KbListener *listener, struct MHD_Connection *connection, const KbRefusal *refusal)
{
  listener->refused++;
  if (listener->request != NULL)
    kb_request_note (listener->request, "the sign-in refused %s (%u so far)",
                     refusal->reason, listener->refused);
  return kb_visit_refuse (connection, refusal);
}

static enum MHD_Result
on_end (KbListener *listener, struct MHD_Connection *connection, KbVisit *visit)
{
  KbRefusal late = { 410, "what came after the answer" };
  KbRefusal refusal = late;

  if (!listener->answered)
    refusal = kb_visit_end (visit, &listener->expected, &listener->answer);
  if (refusal.status != 0)
    return refuse (listener, connection, &refusal);
  listener->answered = TRUE;
  listener->winner = connection;
  MHD_suspend_connection (connection);
  return MHD_YES;
}

static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *url,
            const char *method, const char *version, const char *upload, size_t *size,
            void **context)
{
  KbListener *listener = data;
  KbVisit *visit = *context;
  KbRefusal unread;

  if (connection == listener->winner)
    return listener->page != NULL ? kb_visit_answer (connection, 200, listener->page)
                                  : MHD_NO;
  if (!kb_visit_has_head (visit)
      && kb_visit_head (visit, &listener->expected, connection, method))
    return MHD_YES;
  unread = kb_visit_unread (visit);
  if (unread.status != 0)
    return refuse (listener, connection, &unread);
  if (*size == 0)
    return on_end (listener, connection, visit);
  /* It is libmicrohttpd's own buffer, which it would leave as it is. */
  kb_visit_body (visit, (char *) upload, *size);
  *size = 0;
  return MHD_YES;
}

/* ---- life ------------------------------------------------------------------------- */

static struct MHD_Daemon *
daemon_start (KbListener *listener)
{
  return MHD_start_daemon (
      MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
      on_request, listener, MHD_OPTION_URI_LOG_CALLBACK, on_target, listener,
      MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_NOTIFY_CONNECTION,
      on_connection, listener, MHD_OPTION_CONNECTION_LIMIT,
      (unsigned int) (2 * KB_LISTENER_CONNECTIONS), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
      (unsigned int) (KB_LISTENER_REQUEST_MS / 1000), MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_END);
}

KbListener *
kb_listener_new (guint port, GError **error)
{
  g_autoptr (KbListener) listener = g_new0 (KbListener, 1);

  for (guint i = 0; i < KB_LISTENER_SOCKETS; i++)
    listener->sockets[i] = -1;
  if (!kb_listener_port_open (port, listener->sockets, &listener->port, error))
    return NULL;
  listener->daemon = daemon_start (listener);
  if (listener->daemon == NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE,
                           "libmicrohttpd does not start");
      return NULL;
    }
  port = listener->port;
  listener->redirect_uri = g_strdup_printf ("http://localhost:%u", port);
  listener->expected.hosts[0] = g_strdup_printf ("localhost:%u", port);
  listener->expected.hosts[1] = g_strdup_printf ("127.0.0.1:%u", port);
  listener->expected.hosts[2] = g_strdup_printf ("[::1]:%u", port);
  return g_steal_pointer (&listener);
}

static void
close_port (KbListener *listener)
{
  for (guint i = 0; i < KB_LISTENER_SOCKETS; i++)
    {
      if (listener->sockets[i] >= 0)
        (void) close (listener->sockets[i]);
      listener->sockets[i] = -1;
    }
}

void
kb_listener_free (KbListener *listener)
{
  KbPage cut_off = { .reason = "Keybearer stopped before the sign-in was done.",
                     .remedy = "Start again from the program that asked." };

  if (listener == NULL)
    return;
  close_port (listener);
  kb_listener_finish (listener, &cut_off);
  if (listener->daemon != NULL)
    MHD_stop_daemon (listener->daemon);
  kb_expected_clear (&listener->expected);
  kb_sign_in_clear (&listener->answer);
  g_free (listener->redirect_uri);
  g_free (listener->page);
  g_free (listener);
}

guint
kb_listener_port (const KbListener *listener)
{
  return listener->port;
}

const char *
kb_listener_redirect_uri (const KbListener *listener)
{
  return listener->redirect_uri;
}

void
kb_listener_expect (KbListener *listener, const char *state, gboolean allow_get,
                    const char *const *origins)
{
  KbExpected *expected = &listener->expected;

  kb_secret_unref (expected->state);
  g_strfreev (expected->origins);
  expected->state = kb_secret_new_text (state);
  expected->origins = g_strdupv ((char **) origins);
  expected->allow_get = allow_get;
}

/* ---- connections ------------------------------------------------------------------ */

static void
accept_some (KbListener *listener, int from)
{
  for (guint i = 0; from >= 0 && i < ACCEPT_AT_ONCE; i++)
    {
      struct sockaddr_storage peer;
      socklen_t length = sizeof peer;
      int fd = accept4 (from, (struct sockaddr *) &peer, &length,
                        SOCK_CLOEXEC | SOCK_NONBLOCK);

      if (fd < 0)
        return;
      (void) MHD_add_connection (listener->daemon, fd, (struct sockaddr *) &peer, length);
    }
}

/* libmicrohttpd closes what has come to its end. */
static void
end_of (const Visitor *visitor)
{
  (void) shutdown (visitor->fd, SHUT_RDWR);
}

/* Those that are late, and the oldest of too many. */
static void
send_away (KbListener *listener)
{
  guint length = g_queue_get_length (&listener->visitors);
  guint too_many
      = length > KB_LISTENER_CONNECTIONS ? length - KB_LISTENER_CONNECTIONS : 0;

  for (const GList *at = listener->visitors.head; at != NULL; at = at->next)
    {
      const Visitor *visitor = at->data;

      if (too_many == 0 && kb_clock_left_ms (visitor->deadline) > 0)
        return;
      end_of (visitor);
      too_many -= too_many > 0 ? 1 : 0;
    }
}

static void
turn (KbListener *listener, gint64 longest)
{
  const union MHD_DaemonInfo *info
      = MHD_get_daemon_info (listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  struct pollfd ready[KB_LISTENER_SOCKETS + 1];
  MHD_UNSIGNED_LONG_LONG wanted = 0;

  if (MHD_get_timeout (listener->daemon, &wanted) == MHD_YES)
    longest = MIN (longest, (gint64) MIN (wanted, STEP_MS));
  ready[0] = (struct pollfd){ .fd = info->epoll_fd, .events = POLLIN };
  for (guint i = 0; i < KB_LISTENER_SOCKETS; i++)
    ready[i + 1] = (struct pollfd){ .fd = listener->sockets[i], .events = POLLIN };
  (void) poll (ready, G_N_ELEMENTS (ready), (int) longest);
  for (guint i = 0; i < KB_LISTENER_SOCKETS; i++)
    accept_some (listener, listener->sockets[i]);
  (void) MHD_run (listener->daemon);
}

gboolean
kb_listener_has_visitor (const KbListener *listener)
{
  struct pollfd knocks[KB_LISTENER_SOCKETS];

  for (guint i = 0; i < KB_LISTENER_SOCKETS; i++)
    knocks[i] = (struct pollfd){ .fd = listener->sockets[i], .events = POLLIN };
  return poll (knocks, G_N_ELEMENTS (knocks), 0) > 0;
}

/* ---- waiting ---------------------------------------------------------------------- */

/* Nobody else is heard: the port is gone and so are they. */
static void
close_rest (KbListener *listener)
{
  int winner = -1;

  close_port (listener);
  if (listener->winner != NULL)
    winner = MHD_get_connection_info (listener->winner, MHD_CONNECTION_INFO_CONNECTION_FD)
                 ->connect_fd;
  for (const GList *at = listener->visitors.head; at != NULL; at = at->next)
    if (((const Visitor *) at->data)->fd != winner)
      end_of (at->data);
}

KbAnswer
kb_listener_wait (KbListener *listener, const KbRequest *request, KbSignIn *out,
                  GError **error)
{
  gint64 left = kb_request_remaining_ms (request);

  listener->request = request;
  while (!listener->answered && left > 0 && !kb_request_cancelled (request))
    {
      send_away (listener);
      turn (listener, MIN (left, STEP_MS));
      left = kb_request_remaining_ms (request);
    }
  listener->request = NULL;
  close_rest (listener);
  if (listener->answered)
    {
      *out = listener->answer;
      memset (&listener->answer, 0, sizeof listener->answer);
      return KB_OK;
    }
  if (left == 0)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                         "nobody signed in within the time");
  else
    g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                         "the sign-in was cancelled");
  return KB_FAILED;
}

void
kb_listener_finish (KbListener *listener, const KbPage *page)
{
  gint64 deadline = kb_clock_boot_ms () + KB_LISTENER_FINISH_MS;

  if (listener->winner == NULL || listener->page != NULL)
    return;
  listener->page = kb_listener_page (page);
  MHD_resume_connection (listener->winner);
  while (listener->winner != NULL && kb_clock_left_ms (deadline) > 0)
    turn (listener, MIN (kb_clock_left_ms (deadline), STEP_MS));
}
