/* SPDX-License-Identifier: MIT */
/* Keeps the URLs that the go command asked for again in one small file.
   Knows nothing of credentials or of GOAUTH. */
#include "frontends/go-memory.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "state.h"

#define KIND "go"
#define KEY "urls"
#define URL_MAX 2048
#define FILE_MAX ((gsize) KB_GO_MEMORY_MAX * (URL_MAX + 32))
/* What proc(5) calls starttime, counted from behind the name in brackets. */
#define START_FIELD 19

static void
url_free (gpointer data)
{
  KbGoUrl *entry = data;

  g_free (entry->url);
  g_free (entry);
}

/* A user name may have a password behind it. */
static gboolean
may_be_kept (const char *url)
{
  gsize length = strlen (url);

  return g_str_has_prefix (url, "https://") && length <= URL_MAX
         && kb_text_is_clean (url, length) && strpbrk (url, " @") == NULL;
}

static void
add (GPtrArray *memory, gint64 since, const char *url)
{
  KbGoUrl *entry;

  if (since <= 0 || !may_be_kept (url) || memory->len >= KB_GO_MEMORY_MAX)
    return;
  entry = g_new (KbGoUrl, 1);
  *entry = (KbGoUrl){ g_strdup (url), since };
  g_ptr_array_add (memory, entry);
}

GPtrArray *
kb_go_memory_parse (const char *text, gsize length)
{
  GPtrArray *memory = g_ptr_array_new_with_free_func (url_free);
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", KB_GO_MEMORY_MAX + 1);

  for (char **line = lines; *line != NULL; line++)
    {
      char *url = NULL;
      gint64 since = g_ascii_strtoll (*line, &url, 10);

      if (*url == ' ')
        add (memory, since, url + 1);
    }
  return memory;
}

GPtrArray *
kb_go_memory_read (void)
{
  g_autofree char *path = kb_state_path (KIND, KEY);
  gboolean missing = FALSE;
  g_autoptr (KbSecret) text
      = kb_file_read_safe (path, KB_FILE_PRIVATE, FILE_MAX, &missing, NULL);

  return text != NULL
             ? kb_go_memory_parse (kb_secret_peek (text), kb_secret_length (text))
             : kb_go_memory_parse ("", 0);
}

gint64
kb_go_memory_since (const GPtrArray *memory, const char *url)
{
  for (guint i = 0; i < memory->len; i++)
    {
      const KbGoUrl *entry = g_ptr_array_index (memory, i);

      if (g_str_equal (entry->url, url))
        return entry->since;
    }
  return 0;
}

void
kb_go_memory_add (const GPtrArray *memory, const char *url)
{
  g_autofree char *path = kb_state_path (KIND, KEY);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!may_be_kept (url) || kb_go_memory_since (memory, url) != 0
      || !kb_state_make (KIND, NULL))
    return;
  g_string_printf (text, "%" G_GINT64_FORMAT " %s\n", kb_clock_now (), url);
  for (guint i = 0; i < memory->len && i < KB_GO_MEMORY_MAX - 1; i++)
    {
      const KbGoUrl *entry = g_ptr_array_index (memory, i);

      g_string_append_printf (text, "%" G_GINT64_FORMAT " %s\n", entry->since,
                              entry->url);
    }
  (void) kb_file_write_quick (path, text->str, text->len, NULL);
}

gint64
kb_go_parent_started (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) getppid ());
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *end;
  gint64 age_ms;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  end = strrchr (text, ')');
  fields = g_strsplit (end != NULL ? end + 1 : "", " ", START_FIELD + 3);
  if (g_strv_length (fields) <= START_FIELD + 1)
    return 0;
  age_ms = kb_clock_boot_ms ()
           - g_ascii_strtoll (fields[START_FIELD + 1], NULL, 10) * 1000
                 / sysconf (_SC_CLK_TCK);
  return (kb_clock_now_us () / 1000 - age_ms) / 1000;
}
