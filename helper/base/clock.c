/* SPDX-License-Identifier: MIT */
/* Reads the wall clock and the clock that counts through suspend.
   Knows nothing of what is waited for. */
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* A call that may ask nobody then ends after a quarter of an hour. */
#define PATIENCE_MOST 60

gint64
kb_clock_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

gint64
kb_clock_now_us (void)
{
  return g_get_real_time ();
}

gint64
kb_clock_boot_ms (void)
{
  struct timespec now;

  if (clock_gettime (CLOCK_BOOTTIME, &now) != 0)
    return g_get_monotonic_time () / 1000;
  return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

char *
kb_clock_boot_id (void)
{
  char id[64] = "";
  int fd = open ("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  gssize length;

  if (fd < 0)
    return g_strdup ("");
  length = read (fd, id, sizeof id - 1);
  close (fd);
  id[MAX (length, 0)] = '\0';
  return g_strdup (g_strchomp (id));
}

gint64
kb_clock_left_ms (gint64 deadline)
{
  return MAX (deadline - kb_clock_boot_ms (), 0);
}

gint64
kb_clock_patient_ms (gint64 milliseconds)
{
  const char *text = g_getenv ("KEYBEARER_PATIENCE");
  guint64 times = 1;

  if (text == NULL
      || !g_ascii_string_to_unsigned (text, 10, 1, PATIENCE_MOST, &times, NULL))
    return milliseconds;
  return milliseconds * (gint64) times;
}

void
kb_clock_sleep_ms (gint64 milliseconds)
{
  struct timespec wait = { milliseconds / 1000, (milliseconds % 1000) * 1000000 };

  while (clock_nanosleep (CLOCK_BOOTTIME, 0, &wait, &wait) == EINTR)
    continue;
}
