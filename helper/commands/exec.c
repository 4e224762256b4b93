/* SPDX-License-Identifier: MIT */
/* keybearer exec: becomes a command that finds tokens in its environment.
   Knows nothing of what the command does, nor of which variables its tools read. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/exec-tools.h"
#include "commands/options.h"
#include "harden.h"

/* As env(1), nohup(1) and the shells have it. */
#define EXIT_NOT_RUNNABLE 126
#define EXIT_NOT_FOUND 127

/* More places than anybody names in one line. */
#define PLACES_MAX 32

typedef struct
{
  const char *words[PLACES_MAX];
  const char *only;
  gboolean pipeline;
  char **command;
  const GArray *handed_down; /* descriptors that were open at the start */
} Call;

/* ---- descriptors ---------------------------------------------------------------- */

/* New: the descriptors that are open now. */
static GArray *
open_descriptors (void)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      int fd = (int) g_ascii_strtoll (name, NULL, 10);

      g_array_append_val (all, fd);
    }
  return all;
}

static gboolean
contains (const GArray *all, int fd)
{
  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, int, i) == fd)
      return TRUE;
  return FALSE;
}

/* What the caller handed down goes on to the command, what we and our libraries opened
   does not. */
static void
keep_only (const GArray *handed_down)
{
  g_autoptr (GArray) now = open_descriptors ();

  for (guint i = 0; i < now->len; i++)
    {
      int fd = g_array_index (now, int, i);

      if (fd > STDERR_FILENO && !contains (handed_down, fd))
        (void) fcntl (fd, F_SETFD, FD_CLOEXEC);
    }
}

/* ---- the command ---------------------------------------------------------------- */

/* Comes back only when there is nothing that can be run. */
static int
become (const KbStreams *streams, const Call *call, const KbExecSet *set)
{
  g_auto (GStrv) found = kb_environment_for_child ();
  g_autoptr (GPtrArray) all = kb_exec_set_merge (set, found);
  g_autofree char *text = NULL;
  int reason;

  keep_only (call->handed_down);
  if (dup2 (streams->out, STDOUT_FILENO) < 0)
    return EXIT_NOT_RUNNABLE;
  kb_soften ();
  execvpe (call->command[0], call->command, (char **) all->pdata);
  reason = errno;
  text = g_strdup_printf ("exec: %s: %s", call->command[0], g_strerror (reason));
  kb_complain (text);
  return reason == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
}

/* New: what was named, or the one place that is meant where nothing is; NULL leaves the
   exit status in *STATUS. */
static GPtrArray *
open_places (const Call *call, int *status, GError **error)
{
  g_autoptr (GPtrArray) places
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_exec_place_free);

  for (guint i = 0; i == 0 || (i < PLACES_MAX && call->words[i] != NULL); i++)
    {
      KbExecPlace *place = kb_exec_place_new (call->words[i], FALSE, status, error);

      if (place == NULL)
        return NULL;
      g_ptr_array_add (places, place);
    }
  return g_steal_pointer (&places);
}

static int
run (const KbStreams *streams, const Call *call, GError **error)
{
  int status = KB_EXIT_USAGE;
  g_autoptr (GPtrArray) places = open_places (call, &status, error);
  g_autoptr (KbExecSet) set = kb_exec_set_new ();
  KbExecJob job = { .places = places, .set = set };

  if (places == NULL)
    return status;
  kb_exec_tools_run (&job, call->only);
  if (call->pipeline)
    kb_exec_tools_run (&job, "pipeline");
  return become (streams, call, set);
}

int
kb_command_exec (const KbStreams *streams, char **arguments, GError **error)
{
  g_autoptr (GArray) handed_down = open_descriptors ();
  Call call = { .handed_down = handed_down };
  const KbArgument table[] = { { "--only", NULL, &call.only },
                               { "--system-accesstoken", &call.pipeline, NULL },
                               { NULL, NULL, NULL } };

  if (!kb_arguments_read ("exec", arguments, table, PLACES_MAX, call.words,
                          &call.command))
    return KB_EXIT_USAGE;
  if (call.command == NULL || call.command[0] == NULL)
    {
      kb_complain ("exec: the command stands after --");
      return KB_EXIT_USAGE;
    }
  if (!kb_exec_tools_known (call.only))
    return KB_EXIT_USAGE;
  return run (streams, &call, error);
}
