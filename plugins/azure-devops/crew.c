/* SPDX-License-Identifier: MIT */
/* Forks children that take the next number from shared memory and send what they did.
   Knows nothing of what they do. */
#include "crew.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* While children work the parent's own deadline is put off so often. */
#define STEP_MS 10000
#define ALLOWED_MS 600000

typedef struct
{
  guint next;
  gint64 word;
} Shared;

struct _KbCrew
{
  Shared *shared;
  int out; /* a child's */
};

gint64 *
kb_crew_shared (KbCrew *crew)
{
  return &crew->shared->word;
}

gboolean
kb_crew_tell (KbCrew *crew, guint index, const KbBuffer *text)
{
  guint32 number = index;
  gsize length = kb_buffer_length (text);
  char packet[sizeof number + KB_CREW_TELL_MAX];
  ssize_t sent;

  if (length > KB_CREW_TELL_MAX)
    return FALSE;
  memcpy (packet, &number, sizeof number);
  memcpy (packet + sizeof number, kb_buffer_peek (text), length);
  do
    sent = send (crew->out, packet, sizeof number + length, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t) (sizeof number + length);
}

static void
child (KbCrew *crew, guint count, KbCrewWork work, gpointer data, pid_t parent)
{
  (void) prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent)
    _exit (1);
  for (guint index = __atomic_fetch_add (&crew->shared->next, 1, __ATOMIC_RELAXED);
       index < count;
       index = __atomic_fetch_add (&crew->shared->next, 1, __ATOMIC_RELAXED))
    work (crew, index, data);
  _exit (0);
}

/* TRUE when there may be more. */
static gboolean
hear_one (int fd, KbCrewHear hear, gpointer data)
{
  char packet[sizeof (guint32) + KB_CREW_TELL_MAX];
  ssize_t length = recv (fd, packet, sizeof packet, 0);
  g_autoptr (KbSecret) text = NULL;
  guint32 number;

  if (length <= 0)
    return length < 0 && (errno == EINTR || errno == EAGAIN);
  if ((gsize) length < sizeof number)
    return TRUE;
  memcpy (&number, packet, sizeof number);
  text = kb_secret_new (packet + sizeof number, (gsize) length - sizeof number);
  hear (number, text, data);
  return TRUE;
}

/* Until the last child has closed its end. */
static void
hear_all (int fd, KbTarget *target, KbCrewHear hear, gpointer data)
{
  struct pollfd ready = { .fd = fd, .events = POLLIN };
  gboolean more = TRUE;

  while (more)
    {
      kb_target_allow_ms (target, ALLOWED_MS);
      if (poll (&ready, 1, STEP_MS) > 0)
        more = hear_one (fd, hear, data);
    }
}

static guint
start (KbCrew *crew, guint count, guint most, KbCrewWork work, gpointer data, int unused)
{
  pid_t parent = getpid ();
  guint started = 0;

  for (guint i = 0; i < MIN (count, most); i++)
    {
      pid_t pid = fork ();

      if (pid == 0)
        {
          (void) close (unused);
          child (crew, count, work, data, parent);
        }
      started += pid > 0;
    }
  return started;
}

static void
bury (guint started)
{
  while (started > 0)
    if (waitpid (-1, NULL, 0) > 0)
      started--;
    else if (errno != EINTR)
      return;
}

gboolean
kb_crew_run (KbTarget *target, guint count, guint most, KbCrewWork work, KbCrewHear hear,
             gpointer data, GError **error)
{
  KbCrew crew = { .shared = mmap (NULL, sizeof (Shared), PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0) };
  int ends[2] = { -1, -1 };
  guint started = 0;

  if (crew.shared != MAP_FAILED
      && socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0)
    {
      crew.out = ends[1];
      started = start (&crew, count, most, work, data, ends[0]);
    }
  if (started == 0)
    g_set_error (error, KB_ERROR, KB_ERROR_MODULE, "no process can be started: %s",
                 g_strerror (errno));
  if (ends[1] >= 0)
    (void) close (ends[1]);
  if (started > 0)
    hear_all (ends[0], target, hear, data);
  if (ends[0] >= 0)
    (void) close (ends[0]);
  bury (started);
  if (crew.shared != MAP_FAILED)
    (void) munmap (crew.shared, sizeof (Shared));
  return started > 0;
}
