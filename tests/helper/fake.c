/* SPDX-License-Identifier: MIT */
/* Reads behaviours from small files and counts calls, for the fake modules.
   Knows nothing of sources and stores. */
#include "fake.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const KbOption fake_options[]
    = { { "folder", KB_OPTION_STRING, TRUE, NULL, "Where its behaviour is" },
        { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

char *
fake_path (const KbInstance *instance, const char *key)
{
  return g_strdup_printf ("%s/%s.%s", kb_instance_string (instance, "folder"),
                          kb_instance_name (instance), key);
}

char *
fake_text (const KbInstance *instance, const char *key, const char *fallback)
{
  g_autofree char *path = fake_path (instance, key);
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_strdup (fallback);
  return g_strchomp (text);
}

gint64
fake_number (const KbInstance *instance, const char *key, gint64 fallback)
{
  g_autofree char *text = fake_text (instance, key, NULL);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : fallback;
}

void
fake_write (const KbInstance *instance, const char *key, const char *value)
{
  g_autofree char *path = fake_path (instance, key);

  if (!g_file_set_contents (path, value, -1, NULL))
    abort ();
}

guint
fake_note (const KbInstance *instance, const char *what)
{
  g_autofree char *path
      = g_build_filename (kb_instance_string (instance, "folder"), "calls", NULL);
  g_autofree char *line = g_strdup_printf ("%s %s\n", kb_instance_name (instance), what);
  g_autofree char *text = NULL;
  int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  guint count = 0;

  if (fd < 0 || write (fd, line, strlen (line)) < 0)
    abort ();
  close (fd);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    abort ();
  for (const char *at = strstr (text, line); at != NULL; at = strstr (at + 1, line))
    count++;
  return count;
}

KbAnswer
fake_answer (const KbInstance *instance, const char *key, gboolean *gives, GError **error)
{
  g_autofree char *says = fake_text (instance, key, "ok");

  *gives = g_str_equal (says, "ok");
  if (*gives || g_str_equal (says, "nothing"))
    return KB_OK;
  if (g_str_equal (says, "declined"))
    return KB_DECLINED;
  if (g_str_equal (says, "without"))
    return KB_FAILED;
  if (!g_str_has_prefix (says, "failed "))
    return (KbAnswer) 7;
  g_set_error (error, KB_ERROR, (gint) g_ascii_strtoll (says + 7, NULL, 10),
               "%s was told to fail", key);
  return KB_FAILED;
}
