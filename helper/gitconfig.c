/* SPDX-License-Identifier: MIT */
/* Asks git for its configuration, once a process, and finds variables in the answer.
   Knows nothing of what they mean. */
#include "gitconfig.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "program.h"

static char *output;
static gsize output_length;

/* New: the value of the record, or NULL when it is not of NAME.  A variable without '='
   has none, and counts as true. */
static char *
value_of (const char *record, gsize length, const char *name)
{
  gsize key = strlen (name);

  if (length < key || g_ascii_strncasecmp (record, name, key) != 0)
    return NULL;
  if (length == key)
    return g_strdup ("true");
  return record[key] == '\n' ? g_strndup (record + key + 1, length - key - 1) : NULL;
}

char *
kb_gitconfig_find (const char *text, gsize length, const char *name)
{
  const char *end = text + length;
  g_autofree char *found = NULL;

  while (text < end)
    {
      const char *stop = memchr (text, '\0', (gsize) (end - text));
      gsize record = (gsize) ((stop != NULL ? stop : end) - text);
      char *value = value_of (text, record, name);

      if (value != NULL)
        {
          g_free (found);
          found = value;
        }
      text += record + 1;
    }
  if (found != NULL && !kb_text_is_clean (found, strlen (found)))
    return NULL;
  return g_steal_pointer (&found);
}

/* g_spawn_sync would end the text at its first NUL: git writes to a pipe of ours. */
static void
read_all (const char *git)
{
  const char *arguments[]
      = { git, "config", "-z", "--get-regexp", "^credential\\.", NULL };
  g_autoptr (GIOChannel) channel = NULL;
  GPid pid = 0;
  int out = -1;

  if (!g_spawn_async_with_pipes (NULL, (char **) arguments, NULL,
                                 G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_DO_NOT_REAP_CHILD,
                                 NULL, NULL, &pid, NULL, &out, NULL, NULL))
    return;
  channel = g_io_channel_unix_new (out);
  g_io_channel_set_close_on_unref (channel, TRUE);
  g_io_channel_set_encoding (channel, NULL, NULL);
  (void) g_io_channel_read_to_end (channel, &output, &output_length, NULL);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
}

char *
kb_gitconfig_get (const char *name)
{
  if (output == NULL)
    {
      g_autofree char *git = kb_program_find ("git");

      if (git != NULL)
        read_all (git);
      if (output == NULL)
        output = g_strdup ("");
    }
  return kb_gitconfig_find (output, output_length, name);
}

void
kb_gitconfig_forget (void)
{
  g_clear_pointer (&output, g_free);
  output_length = 0;
}
