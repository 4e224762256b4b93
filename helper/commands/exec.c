/* SPDX-License-Identifier: MIT */
/* keybearer exec: a command that finds a token in its environment, and nowhere else.
   Knows nothing of what the command does. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/options.h"
#include "commands/place.h"
#include "harden.h"

/* As env(1), nohup(1) and the shells have it. */
#define EXIT_NOT_RUNNABLE 126
#define EXIT_NOT_FOUND 127

/* The variables that are set, and whether only where the caller asks; a tool more is a
   line more. */
static const struct
{
  const char *name;
  gboolean only_when_asked;
} variables[] = {
  { "AZURE_DEVOPS_EXT_PAT", FALSE }, /* Azure DevOps' command line and its kin */
  { "SYSTEM_ACCESSTOKEN", TRUE },    /* scripts that were written for a pipeline */
};

typedef struct
{
  const char *word;
  gboolean pipeline;
  char **command;
  const GArray *handed_down; /* descriptors that were open at the start */
} Call;

/* ---- the environment ------------------------------------------------------------ */

/* New: "NAME=token". */
static KbBuffer *
make_entry (const char *name, const KbSecret *secret)
{
  KbBuffer *entry = kb_buffer_new (0);

  kb_buffer_printf (entry, "%s=", name);
  kb_buffer_append_secret (entry, secret);
  return entry;
}

/* New, of KbBuffer: what this call sets. */
static GPtrArray *
make_entries (const Call *call, const KbSecret *secret)
{
  GPtrArray *made = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_buffer_free);

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (call->pipeline || !variables[i].only_when_asked)
      g_ptr_array_add (made, make_entry (variables[i].name, secret));
  return made;
}

static gboolean
is_replaced (const GPtrArray *made, const char *entry)
{
  for (guint i = 0; i < made->len; i++)
    {
      const char *text = kb_buffer_peek (g_ptr_array_index (made, i));

      if (strncmp (entry, text, strcspn (text, "=") + 1) == 0)
        return TRUE;
    }
  return FALSE;
}

/* New, NULL-terminated: FOUND with MADE in it; the strings are borrowed. */
static GPtrArray *
merge (char **found, const GPtrArray *made)
{
  GPtrArray *all = g_ptr_array_new ();

  for (; *found != NULL; found++)
    if (!is_replaced (made, *found))
      g_ptr_array_add (all, *found);
  for (guint i = 0; i < made->len; i++)
    g_ptr_array_add (all, (gpointer) kb_buffer_peek (g_ptr_array_index (made, i)));
  g_ptr_array_add (all, NULL);
  return all;
}

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
become (const KbStreams *streams, const Call *call, const GPtrArray *made)
{
  g_auto (GStrv) found = kb_environment_for_child ();
  g_autoptr (GPtrArray) all = merge (found, made);
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

static int
run (const KbStreams *streams, const Call *call, GError **error)
{
  g_auto (KbPlace) place = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GPtrArray) made = NULL;

  if (kb_place_open (&place, call->word, error) != KB_OK)
    return KB_EXIT_USAGE;
  if (kb_place_get (&place, &credential, error) != KB_OK)
    return KB_EXIT_NOTHING;
  made = make_entries (call, kb_credential_secret (credential));
  return become (streams, call, made);
}

int
kb_command_exec (const KbStreams *streams, char **arguments, GError **error)
{
  g_autoptr (GArray) handed_down = open_descriptors ();
  Call call = { .handed_down = handed_down };
  const KbArgument table[]
      = { { "--system-accesstoken", &call.pipeline, NULL }, { NULL, NULL, NULL } };

  if (!kb_arguments_read ("exec", arguments, table, 1, &call.word, &call.command))
    return KB_EXIT_USAGE;
  if (call.command == NULL || call.command[0] == NULL)
    {
      kb_complain ("exec: the command stands after --");
      return KB_EXIT_USAGE;
    }
  return run (streams, &call, error);
}
