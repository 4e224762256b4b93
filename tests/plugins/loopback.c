/* SPDX-License-Identifier: MIT */
/* A client of the listener that says what it is told, byte for byte.
   Knows nothing of what is right. */
#include "loopback.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
loopback_dial (guint port, gboolean v6)
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

void
loopback_say (int fd, const char *bytes, gsize length)
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
char *
loopback_hear (int fd)
{
  GString *heard = g_string_new (NULL);
  char block[4096];
  gssize count;

  while ((count = recv (fd, block, sizeof block, 0)) > 0)
    g_string_append_len (heard, block, count);
  (void) close (fd);
  return g_string_free (heard, FALSE);
}

char *
loopback_talk (guint port, gboolean v6, const char *bytes)
{
  int fd = loopback_dial (port, v6);

  g_assert_cmpint (fd, >=, 0);
  loopback_say (fd, bytes, strlen (bytes));
  return loopback_hear (fd);
}

guint
loopback_status_of (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.") ? (guint) strtoul (answer + 9, NULL, 10)
                                              : 0;
}

/* New. */
char *
loopback_post (guint port, const char *more, const char *body)
{
  return g_strdup_printf ("POST / HTTP/1.1\r\nHost: localhost:%u\r\n" FORM
                          "%sContent-Length: %zu\r\n\r\n%s",
                          port, more, strlen (body), body);
}

KbRequest *
loopback_request_new (gint64 deadline)
{
  KbRequest *request = kb_request_new (kb_url_new ("https", "git.example", "x", NULL));

  kb_request_set_deadline_ms (request, deadline);
  return request;
}

KbListener *
loopback_listener_new (gboolean allow_get)
{
  static const char *const origins[] = { "https://login.example", NULL };
  g_autoptr (GError) error = NULL;
  KbListener *listener = kb_listener_new (0, &error);

  g_assert_no_error (error);
  kb_listener_expect (listener, STATE, allow_get, origins);
  return listener;
}

/* Sends the answer and does not read: TRUE_BODY goes out from this very thread. */
int
loopback_answer_and_leave_open (guint port, const char *body)
{
  g_autofree char *request = loopback_post (port, "", body);
  int fd = loopback_dial (port, FALSE);

  loopback_say (fd, request, strlen (request));
  return fd;
}
