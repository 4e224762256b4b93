/* SPDX-License-Identifier: MIT */
/* The plugin's one loop: greets, listens to NuGet, to its life and to the children.
   Knows nothing of who makes or keeps credentials. */
#include "frontends/nuget-plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "frontends/nuget-jobs.h"
#include "frontends/nuget-message.h"
#include "harden.h"

#define VERSION "2.0.0"
#define OLDEST "1.0.0"
#define MAJOR 2
/* NuGet waits 30 s for a handshake unless told otherwise; twice that and nobody comes. */
#define GREETING_MS 60000
/* Where the kernel (before 5.3) has no descriptor for a process. */
#define LOOK_MS 2000

typedef struct
{
  int in;
  int out;
  KbNugetJobs *jobs;
  KbNugetReader *reader;
  gboolean greeted;
  gboolean over; /* NuGet said Close, or we cannot agree */
  gint64 greeting_deadline;
  int nuget_fd; /* of its process, or -1 */
  pid_t nuget;  /* without that: its number, or 0 */
} Plugin;

static void
plugin_clear (Plugin *plugin)
{
  kb_nuget_jobs_free (plugin->jobs);
  kb_nuget_reader_free (plugin->reader);
  if (plugin->nuget_fd >= 0)
    (void) close (plugin->nuget_fd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plugin, plugin_clear)

/* ---- the handshake -------------------------------------------------------------- */

/* Both sides ask at once and both answer. */
static gboolean
greet (const Plugin *plugin)
{
  g_autoptr (KbBuffer) payload = kb_buffer_new (0);

  return kb_buffer_append_text (payload, "{")
         && kb_nuget_append (payload, "ProtocolVersion", VERSION)
         && kb_nuget_append (payload, "MinimumProtocolVersion", OLDEST)
         && kb_buffer_append_text (payload, "}")
         && kb_nuget_send_request (plugin->out, "Handshake", payload);
}

/* The first number of a version, or -1. */
static gint64
major_of (const char *version)
{
  g_autofree char *number
      = version != NULL ? g_strndup (version, strcspn (version, ".")) : g_strdup ("");
  gint64 value = -1;

  (void) kb_text_to_int64 (number, G_MAXINT32, &value);
  return value;
}

static gboolean
can_agree (const KbNugetMessage *message)
{
  g_autofree char *version = kb_nuget_text (message, "ProtocolVersion");
  g_autofree char *oldest = kb_nuget_text (message, "MinimumProtocolVersion");
  gint64 from = major_of (oldest);

  return major_of (version) >= MAJOR
         && (from < MAJOR || g_strcmp0 (oldest, VERSION) == 0);
}

/* A version is there when we agree, and only then. */
static gboolean
on_handshake (Plugin *plugin, const KbNugetMessage *message)
{
  g_autoptr (KbBuffer) payload = kb_buffer_new (0);

  if (!can_agree (message))
    return kb_nuget_respond (plugin->out, message, "Error");
  plugin->greeted = TRUE;
  return kb_buffer_append_text (payload, "{")
         && kb_nuget_append (payload, "ResponseCode", "Success")
         && kb_nuget_append (payload, "ProtocolVersion", VERSION)
         && kb_buffer_append_text (payload, "}")
         && kb_nuget_send (plugin->out, message->id, "Response", message->method,
                           payload);
}

/* ---- the other methods ---------------------------------------------------------- */

/* What it says is nothing to us.  SetCredentials brings the login of a proxy that it does
   not name (its one address is the path of a source), and NuGet has its proxy from its
   own settings: given to the proxy of ours it might be shown to somebody else. */
static gboolean
on_told (Plugin *plugin, const KbNugetMessage *message)
{
  return kb_nuget_respond (plugin->out, message, message->whole ? "Success" : "Error");
}

static gboolean
on_monitor (Plugin *plugin, const KbNugetMessage *message)
{
  gint64 number = 0;
  int fd;

  if (message->whole)
    (void) kb_json_int64 (message->json,
                          kb_json_member (message->json, message->payload, "ProcessId"),
                          FALSE, &number);
  if (number <= 0 || number > G_MAXINT32)
    return kb_nuget_respond (plugin->out, message, "Error");
  fd = (int) syscall (SYS_pidfd_open, (pid_t) number, 0);
  if (fd < 0 && errno == ESRCH)
    return kb_nuget_respond (plugin->out, message, "NotFound");
  if (plugin->nuget_fd >= 0)
    (void) close (plugin->nuget_fd);
  plugin->nuget_fd = fd;
  plugin->nuget = fd < 0 ? (pid_t) number : 0;
  return kb_nuget_respond (plugin->out, message, "Success");
}

/* With a source named it asks for a plugin that downloads packages, which we are not.
   The answer to the other question is remembered for 30 days: it is always the same. */
static gboolean
on_claims (Plugin *plugin, const KbNugetMessage *message)
{
  static const char *const names[] = { "PackageSourceRepository", "ServiceIndex" };
  g_autoptr (KbBuffer) payload = kb_buffer_new (0);
  gboolean sourced = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (names) && message->whole; i++)
    sourced |= kb_json_type (message->json,
                             kb_json_member (message->json, message->payload, names[i]))
               > KB_JSON_NULL;
  return kb_buffer_append_text (payload, sourced ? "{\"Claims\":[]}"
                                                 : "{\"Claims\":[\"Authentication\"]}")
         && kb_nuget_send (plugin->out, message->id, "Response", message->method,
                           payload);
}

static gboolean
on_log_level (Plugin *plugin, const KbNugetMessage *message)
{
  static const char *const words[]
      = { "Debug", "Verbose", "Information", "Minimal", "Warning", "Error" };
  g_autofree char *word = kb_nuget_text (message, "LogLevel");

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (word, words[i]) == 0)
      {
        kb_nuget_jobs_set_level (plugin->jobs, (KbNugetLevel) i);
        return kb_nuget_respond (plugin->out, message, "Success");
      }
  return kb_nuget_respond (plugin->out, message, "Error");
}

static gboolean
on_question (Plugin *plugin, const KbNugetMessage *message)
{
  return kb_nuget_jobs_add (plugin->jobs, message);
}

static gboolean
on_close (Plugin *plugin, const KbNugetMessage *message)
{
  (void) message;
  plugin->over = TRUE;
  return FALSE;
}

static const struct
{
  const char *method;
  gboolean (*handle) (Plugin *plugin, const KbNugetMessage *message);
} methods[] = {
  { "GetAuthenticationCredentials", on_question },
  { "Handshake", on_handshake },
  { "MonitorNuGetProcessExit", on_monitor },
  { "Initialize", on_told },
  { "GetOperationClaims", on_claims },
  { "SetLogLevel", on_log_level },
  { "SetCredentials", on_told },
  { "Close", on_close },
};

/* A fault would make NuGet drop us, so none is ever sent. */
static gboolean
on_request (Plugin *plugin, const KbNugetMessage *message)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (message->method, methods[i].method))
      return methods[i].handle (plugin, message);
  return kb_nuget_respond (plugin->out, message, "Error");
}

/* Answers to our log lines, faults and progress need none. */
static gboolean
on_message (const KbNugetMessage *message, gpointer data)
{
  Plugin *plugin = data;

  if (g_str_equal (message->type, "Request"))
    return on_request (plugin, message);
  if (g_str_equal (message->type, "Cancel"))
    return kb_nuget_jobs_cancel (plugin->jobs, message);
  return TRUE;
}

/* ---- the loop ------------------------------------------------------------------- */

/* A NuGet that stops reading must not stop us.  A terminal's descriptor is the shell's
   too, and is left as it is. */
static void
never_wait_for (int fd)
{
  struct stat status;
  int flags = fcntl (fd, F_GETFL);

  if (fstat (fd, &status) == 0 && flags >= 0
      && (S_ISFIFO (status.st_mode) || S_ISSOCK (status.st_mode)))
    (void) fcntl (fd, F_SETFL, flags | O_NONBLOCK);
}

static int
shorter (int a, int b)
{
  if (a < 0 || b < 0)
    return MAX (a, b);
  return MIN (a, b);
}

static int
patience (const Plugin *plugin)
{
  int wait = kb_nuget_jobs_patience (plugin->jobs);

  if (!plugin->greeted)
    wait = shorter (wait, (int) kb_clock_left_ms (plugin->greeting_deadline) + 1);
  return plugin->nuget > 0 ? shorter (wait, LOOK_MS) : wait;
}

static gboolean
nuget_is_gone (const Plugin *plugin, const struct pollfd *process)
{
  return process->revents != 0
         || (plugin->nuget > 0 && kill (plugin->nuget, 0) != 0 && errno == ESRCH);
}

/* FALSE: it is over, one way or another. */
static gboolean
turn (Plugin *plugin)
{
  g_autoptr (GArray) watched = g_array_new (FALSE, TRUE, sizeof (struct pollfd));
  struct pollfd entry = { .fd = plugin->in, .events = POLLIN };
  const struct pollfd *seen;

  g_array_append_val (watched, entry);
  entry.fd = plugin->nuget_fd;
  g_array_append_val (watched, entry);
  kb_nuget_jobs_watch (plugin->jobs, watched);
  if (poll ((struct pollfd *) watched->data, watched->len, patience (plugin)) < 0
      && errno != EINTR)
    return FALSE;
  seen = (const struct pollfd *) watched->data;
  if (nuget_is_gone (plugin, &seen[1]))
    return FALSE;
  if (seen[0].revents != 0 && !kb_nuget_reader_fill (plugin->reader, plugin->in))
    return FALSE;
  return kb_nuget_jobs_step (plugin->jobs);
}

static gboolean
waits_in_vain (const Plugin *plugin)
{
  return !plugin->greeted && kb_clock_left_ms (plugin->greeting_deadline) == 0;
}

/* The first frame goes before anything else is looked at: NuGet counts from the start. */
int
kb_nuget_plugin (const KbStreams *streams, GError **error)
{
  g_auto (Plugin) plugin = { .in = streams->in, .out = streams->out, .nuget_fd = -1 };

  never_wait_for (streams->out);
  if (!greet (&plugin))
    return 0;
  kb_watchdog (0);
  plugin.jobs = kb_nuget_jobs_new (streams->out);
  plugin.reader = kb_nuget_reader_new (on_message, &plugin);
  plugin.greeting_deadline = kb_clock_boot_ms () + GREETING_MS;
  while (!waits_in_vain (&plugin) && turn (&plugin))
    ;
  if (waits_in_vain (&plugin) && !plugin.over)
    g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL,
                 "nuget: nobody answered the greeting");
  return 0;
}
