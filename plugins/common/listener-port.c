/* SPDX-License-Identifier: MIT */
/* Opens one port on 127.0.0.1 and ::1, both or neither.
   Knows nothing of what is served there. */
#include "common/listener-port.h"

#include "base/error.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Random ports that are free in one family and taken in the other, in a row. */
#define ATTEMPTS 32

typedef union
{
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} Address;

static socklen_t
address_set (Address *address, int family, guint port)
{
  memset (address, 0, sizeof *address);
  if (family == AF_INET)
    {
      address->v4.sin_family = AF_INET;
      address->v4.sin_port = htons ((guint16) port);
      address->v4.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
      return sizeof address->v4;
    }
  address->v6.sin6_family = AF_INET6;
  address->v6.sin6_port = htons ((guint16) port);
  address->v6.sin6_addr = in6addr_loopback;
  return sizeof address->v6;
}

/* -1 with errno.  SO_REUSEADDR takes a fixed port from connections in TIME_WAIT, and on
   Linux from no socket that listens. */
static int
open_one (int family, guint port)
{
  Address address;
  socklen_t length = address_set (&address, family, port);
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int on = 1;
  int saved;

  if (fd < 0)
    return -1;
  if ((port == 0 || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0)
      && (family == AF_INET
          || setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0)
      && bind (fd, &address.any, length) == 0 && listen (fd, SOMAXCONN) == 0)
    return fd;
  saved = errno;
  (void) close (fd);
  errno = saved;
  return -1;
}

static guint
port_of (int fd)
{
  Address address;
  socklen_t length = sizeof address;

  if (getsockname (fd, &address.any, &length) != 0)
    return 0;
  return ntohs (address.v4.sin_port);
}

/* The computer has no ::1 at all: then no other program can have it either. */
static gboolean
no_ipv6 (int number)
{
  return number == EAFNOSUPPORT || number == EADDRNOTAVAIL || number == EPROTONOSUPPORT;
}

/* 0 or errno. */
static int
open_both (guint wanted, int sockets[KB_LISTENER_SOCKETS], guint *port)
{
  int v4 = open_one (AF_INET, wanted);
  guint number = v4 >= 0 ? port_of (v4) : 0;
  int v6 = -1;
  int saved = v4 >= 0 ? EIO : errno;

  if (number == 0)
    {
      if (v4 >= 0)
        (void) close (v4);
      return saved;
    }
  v6 = open_one (AF_INET6, number);
  saved = errno;
  if (v6 < 0 && !no_ipv6 (saved))
    {
      (void) close (v4);
      return saved;
    }
  sockets[0] = v4;
  sockets[1] = v6;
  *port = number;
  return 0;
}

gboolean
kb_listener_port_open (guint wanted, int sockets[KB_LISTENER_SOCKETS], guint *port,
                       GError **error)
{
  int fault = open_both (wanted, sockets, port);

  for (guint i = 1; fault == EADDRINUSE && wanted == 0 && i < ATTEMPTS; i++)
    fault = open_both (0, sockets, port);
  if (fault == 0)
    return TRUE;
  if (wanted == 0)
    g_set_error (error, KB_ERROR, KB_ERROR_MODULE,
                 "no port can be opened on the loopback interface: %s",
                 g_strerror (fault));
  else
    g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                 "port %u cannot be opened on 127.0.0.1 and [::1]: %s; choose another",
                 wanted, g_strerror (fault));
  return FALSE;
}
