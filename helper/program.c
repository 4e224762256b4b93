/* SPDX-License-Identifier: MIT */
/* Looks for programs in the absolute folders of PATH alone.
   Knows nothing of what they are for. */
#include "program.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
is_program (const char *path)
{
  struct stat status;

  return stat (path, &status) == 0 && S_ISREG (status.st_mode)
         && access (path, X_OK) == 0;
}

static char *
find_in_path (const char *name)
{
  const char *path = g_getenv ("PATH");
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "/usr/bin:/bin", ":", -1);

  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *program = g_build_filename (*folder, name, NULL);

      if (**folder == '/' && is_program (program))
        return g_steal_pointer (&program);
    }
  return NULL;
}

char *
kb_program_find (const char *name)
{
  if (*name == '\0')
    return NULL;
  if (strchr (name, '/') == NULL)
    return find_in_path (name);
  return name[0] == '/' && is_program (name) ? g_strdup (name) : NULL;
}
