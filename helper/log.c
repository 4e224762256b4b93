/* SPDX-License-Identifier: MIT */
/* Writes life-cycle events to the journal and details to standard error, on demand.
   Knows nothing of what makes or keeps credentials, and of no secret. */
#include "log.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define JOURNAL "/run/systemd/journal/socket"
#define PREFIX "keybearer: "
#define SHOWN_MAX 1024
/* Tells our events from the messages of libraries in the one log that GLib has. */
#define EVENT_KEY "KEYBEARER_EVENT"

static gboolean verbose;
static gboolean started;
static GLogLevelFlags fatal;
static const char *journal_path = JOURNAL;

static void
print_line (const char *text)
{
  g_autofree char *shown = kb_text_escape (text, strlen (text), SHOWN_MAX);
  g_autofree char *line = g_strconcat (PREFIX, shown, "\n", NULL);

  (void) !write (STDERR_FILENO, line, strlen (line));
}

/* The journal's own protocol: KEY=VALUE lines in one datagram.  Not GLib's writer for it,
   which waits for ever when the journal is stopped; here such an event is lost. */
static void
send_to_journal (const char *datagram, gsize length)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd;

  if (strlen (journal_path) >= sizeof address.sun_path
      || access (journal_path, F_OK) != 0)
    return;
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return;
  g_strlcpy (address.sun_path, journal_path, sizeof address.sun_path);
  (void) sendto (fd, datagram, length, MSG_NOSIGNAL | MSG_DONTWAIT,
                 (const struct sockaddr *) &address, sizeof address);
  (void) close (fd);
}

static const char *
field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  return NULL;
}

static GLogWriterOutput
write_event (const GLogField *fields, gsize n_fields)
{
  GString *datagram = g_string_new (NULL);

  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0)
      g_string_append_printf (datagram, "%s=%s\n", fields[i].key,
                              (const char *) fields[i].value);
  send_to_journal (datagram->str, datagram->len);
  g_string_free (datagram, TRUE);
  if (verbose)
    print_line (field (fields, n_fields, "MESSAGE"));
  return G_LOG_WRITER_HANDLED;
}

/* A critical message is a fault in a program: it is shown, and what tests made fatal is
   fatal.  Everything else is a library talking to itself. */
static GLogWriterOutput
write_any (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  GLogLevelFlags grave = G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL;
  const char *message;

  if (field (fields, n_fields, EVENT_KEY) != NULL)
    return write_event (fields, n_fields);
  if ((level & (grave | fatal)) != 0)
    return g_log_writer_default (level, fields, n_fields, data);
  message = field (fields, n_fields, "MESSAGE");
  if (verbose && message != NULL)
    print_line (message);
  return G_LOG_WRITER_HANDLED;
}

void
kb_log_start (void)
{
  if (started)
    return;
  started = TRUE;
  fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_always_fatal (fatal);
  g_log_set_writer_func (write_any, NULL, NULL);
}

void
kb_log_set_verbose (gboolean on)
{
  kb_log_start ();
  verbose = on;
}

gboolean
kb_log_is_verbose (void)
{
  return verbose;
}

void
kb_log_set_journal (const char *path)
{
  journal_path = path != NULL ? path : JOURNAL;
}

/* New. */
static char *
escape (const char *text)
{
  return text != NULL ? kb_text_escape (text, strlen (text), 0) : g_strdup ("");
}

/* New: "made: ACCOUNT for REALM until 2026-08-31T12:00:00Z". */
static char *
message_of (const char *event, const char *account, const char *realm, gint64 expires)
{
  g_autoptr (GDateTime) end
      = expires > 0 ? g_date_time_new_from_unix_utc (expires) : NULL;
  g_autofree char *until
      = end != NULL ? g_date_time_format (end, " until %Y-%m-%dT%H:%M:%SZ") : NULL;

  return g_strconcat (event, ": ", *account != '\0' ? account : "somebody",
                      *realm != '\0' ? " for " : "", realm, until, NULL);
}

void
kb_log_event (const char *event, const char *account, const char *realm, gint64 expires)
{
  g_autofree char *what = escape (event);
  g_autofree char *who = escape (account);
  g_autofree char *where = escape (realm);
  g_autofree char *message = message_of (what, who, where, expires);
  char when[24];
  const GLogField fields[] = { { "MESSAGE", message, -1 },
                               { "PRIORITY", "6", -1 },
                               { "SYSLOG_IDENTIFIER", "keybearer", -1 },
                               { EVENT_KEY, what, -1 },
                               { "KEYBEARER_ACCOUNT", who, -1 },
                               { "KEYBEARER_REALM", where, -1 },
                               { "KEYBEARER_EXPIRES", when, -1 } };

  g_snprintf (when, sizeof when, "%" G_GINT64_FORMAT, expires);
  kb_log_start ();
  g_log_structured_array (G_LOG_LEVEL_INFO, fields, G_N_ELEMENTS (fields));
}

void
kb_log_detail (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (!verbose)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  print_line (text);
}
