/* SPDX-License-Identifier: MIT */
/* Asks on /dev/tty with the echo off, and gives the echo back whatever happens.
   Knows nothing of what is asked and of other ways to a person. */
#include "terminal.h"

#include "base/clock.h"
#include "base/lines.h"
#include "harden.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TERMINAL "/dev/tty"
/* The kernel's line buffer (N_TTY_BUF_SIZE) less the line end: what is longer is cut. */
#define LINE_BYTES_MAX 4095

/* Signals that end or stop a process: the echo has to be back before they do. */
static const int signals[]
    = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGALRM };

/* What a signal handler may look at. */
static struct termios saved_mode;
static volatile sig_atomic_t saved_fd = -1;
static volatile sig_atomic_t caught;

typedef struct
{
  struct sigaction handlers[G_N_ELEMENTS (signals)];
  sigset_t mask; /* as it was, to wait with */
} Guard;

static int
open_terminal (void)
{
  return open (TERMINAL, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

gboolean
kb_terminal_usable (void)
{
  int fd = open_terminal ();
  gboolean usable = fd >= 0 && tcgetpgrp (fd) == getpgrp ();

  if (fd >= 0)
    (void) close (fd);
  return usable;
}

static void
catch_signal (int number)
{
  caught = number;
}

/* The signals stay blocked but while we wait, so that none is missed in between. */
static void
guard_begin (Guard *guard)
{
  struct sigaction action = { .sa_handler = catch_signal };
  sigset_t block;

  caught = 0;
  (void) sigemptyset (&block);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    (void) sigaddset (&block, signals[i]);
  (void) sigprocmask (SIG_BLOCK, &block, &guard->mask);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      (void) sigaction (signals[i], NULL, &guard->handlers[i]);
      if (guard->handlers[i].sa_handler != SIG_IGN)
        (void) sigaction (signals[i], &action, NULL);
    }
}

/* What was caught happens now, as if we had never been there. */
static void
guard_end (const Guard *guard)
{
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    (void) sigaction (signals[i], &guard->handlers[i], NULL);
  if (caught != 0)
    (void) raise (caught);
  (void) sigprocmask (SIG_SETMASK, &guard->mask, NULL);
}

/* Async-signal-safe. */
static void
give_echo_back (void)
{
  int fd = saved_fd;

  if (fd >= 0)
    (void) tcsetattr (fd, TCSAFLUSH, &saved_mode);
}

static gboolean
take_echo (int fd)
{
  struct termios mode;

  if (tcgetattr (fd, &saved_mode) != 0)
    return FALSE;
  mode = saved_mode;
  mode.c_lflag &= ~(tcflag_t) (ECHO | ECHOE | ECHOK | ECHONL);
  saved_fd = fd;
  kb_watchdog_undo (give_echo_back);
  return tcsetattr (fd, TCSAFLUSH, &mode) == 0;
}

static void
end_hiding (int fd)
{
  give_echo_back ();
  saved_fd = -1;
  kb_watchdog_undo (NULL);
  (void) kb_write_all (fd, "\n", 1);
}

/* What went wrong, or NULL: then there is something to read. */
static const char *
wait_for_input (int fd, gint64 deadline, const sigset_t *mask)
{
  gint64 left = kb_clock_left_ms (deadline);
  const struct timespec limit
      = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  int ready = ppoll (&wait, 1, &limit, mask);

  if (ready == 0)
    return "nobody answered in time";
  if (ready < 0)
    return caught != 0 || errno != EINTR ? "the question was interrupted" : NULL;
  return (wait.revents & POLLIN) != 0 ? NULL : "the terminal is gone";
}

/* Reads up to a line end into BUFFER; what went wrong, or NULL. */
static const char *
read_line (int fd, gint64 deadline, const sigset_t *mask, KbBuffer *buffer)
{
  char chunk[LINE_BYTES_MAX + 1];
  const char *fault = NULL;
  ssize_t got = 1;

  while (fault == NULL && got > 0)
    {
      fault = wait_for_input (fd, deadline, mask);
      if (fault != NULL)
        break;
      got = read (fd, chunk, sizeof chunk);
      if (got < 0 && errno == EINTR)
        got = 1;
      else if (got < 0)
        fault = "the terminal cannot be read";
      else if (!kb_buffer_append (buffer, chunk, (gsize) got))
        fault = "the answer is too long for a terminal";
      else if (got > 0 && chunk[got - 1] == '\n')
        got = 0;
    }
  kb_wipe (chunk, sizeof chunk);
  return fault;
}

/* The terminal has cut what is as long as its buffer. */
static const char *
take_line (KbBuffer *buffer, KbSecret **answer)
{
  gsize length = kb_buffer_length (buffer);
  const char *bytes = kb_buffer_peek (buffer);

  while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
    length--;
  if (length >= LINE_BYTES_MAX)
    return "the answer is too long for a terminal";
  *answer = kb_secret_new (bytes, length);
  return NULL;
}

static const char *
ask (int fd, const char *prompt, gboolean hidden, gint64 deadline, KbSecret **answer)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (2 * LINE_BYTES_MAX);
  const char *fault = NULL;
  Guard guard;

  guard_begin (&guard);
  if (hidden && !take_echo (fd))
    fault = "the terminal's echo cannot be turned off";
  if (fault == NULL && !kb_write_all (fd, prompt, strlen (prompt)))
    fault = "the terminal cannot be written to";
  if (fault == NULL)
    fault = read_line (fd, deadline, &guard.mask, buffer);
  if (hidden)
    end_hiding (fd);
  guard_end (&guard);
  return fault != NULL ? fault : take_line (buffer, answer);
}

KbAnswer
kb_terminal_ask (const char *prompt, gboolean hidden, gint64 deadline, KbSecret **answer,
                 GError **error)
{
  g_autoptr (KbSecret) line = NULL;
  int fd = open_terminal ();
  const char *fault = fd >= 0 ? NULL : "there is no terminal";

  /* A stop (Ctrl-Z) ends the wait, too: ask once more when the person is back. */
  do
    fault = fd >= 0 ? ask (fd, prompt, hidden, deadline, &line) : fault;
  while (fault != NULL && (caught == SIGTSTP || caught == SIGTTIN || caught == SIGTTOU)
         && kb_clock_left_ms (deadline) > 0);
  if (fd >= 0)
    (void) close (fd);
  if (fault != NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION, fault);
      return KB_FAILED;
    }
  if (kb_secret_length (line) == 0)
    return KB_DECLINED;
  *answer = g_steal_pointer (&line);
  return KB_OK;
}

void
kb_terminal_tell (const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  int fd = open_terminal ();

  if (fd < 0)
    return;
  (void) kb_write_all (fd, line, strlen (line));
  (void) close (fd);
}
