/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over files: each argument is a file or a folder of files, none
   stands for the target's own corpus.  Prints TAP.  Knows nothing of what the target
   checks. */
#include <glib.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The name goes out first, so that a crash tells which file it was. */
static gboolean
replay_file (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;

  printf ("# %s\n", path);
  fflush (stdout);
  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return FALSE;
  LLVMFuzzerTestOneInput ((const uint8_t *) bytes, length);
  return TRUE;
}

/* How many files were replayed; 0 when one could not be read. */
static guint
replay (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  guint count = 0;

  if (folder == NULL)
    return replay_file (path) ? 1 : 0;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (!replay_file (file))
        return 0;
      count++;
    }
  return count;
}

/* New. */
static char *
own_corpus (const char *program)
{
  g_autofree char *name = g_path_get_basename (program);
  const char *top = g_getenv ("top_srcdir");

  return g_build_filename (
      top != NULL ? top : ".", "tests", "corpus",
      name + (g_str_has_prefix (name, "fuzz-") ? strlen ("fuzz-") : 0), NULL);
}

int
main (int argc, char **argv)
{
  g_autofree char *corpus = own_corpus (argv[0]);
  char *own[] = { corpus, NULL };
  char **paths = argc > 1 ? argv + 1 : own;
  guint number = 0;
  guint failed = 0;

  printf ("1..%u\n", g_strv_length (paths));
  for (; *paths != NULL; paths++)
    {
      guint count = replay (*paths);

      failed += count == 0;
      printf ("%sok %u - %s: %u inputs\n", count > 0 ? "" : "not ", ++number, *paths,
              count);
    }
  return failed > 0 ? 1 : 0;
}
