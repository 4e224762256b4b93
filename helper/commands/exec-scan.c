/* SPDX-License-Identifier: MIT */
/* Looks through the files of package tools for the names that they give their sources.
   Knows nothing of what they are asked with, and trusts none of them: what it finds is
   only ever compared with the places that a person has named. */
#include "commands/exec-scan.h"

#include <string.h>

#include "base/file.h"
#include "state.h"

/* Deeper is no project; a file of sources is a few kB. */
#define FOLDERS_MAX 64
#define FILE_MAX (1024 * 1024)

typedef struct
{
  KbScanFunc func;
  gpointer data;
  GHashTable *seen; /* names, as the nearest file counts */
} Scan;

typedef void (*Reader) (Scan *scan, const char *text);

static void
report (Scan *scan, const char *name, const char *url)
{
  if (*name != '\0' && g_hash_table_add (scan->seen, g_ascii_strdown (name, -1)))
    scan->func (name, url, scan->data);
}

/* New, or NULL: the text of PATH, whoever owns it, without a byte order mark. */
static char *
read_text (const char *path)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)
      || !g_file_get_contents (path, &text, &length, NULL) || length > FILE_MAX
      || !g_utf8_validate (text, (gssize) length, NULL))
    return NULL;
  return g_strdup (g_str_has_prefix (text, "\xef\xbb\xbf") ? text + 3 : text);
}

static void
read_file (Scan *scan, const char *path, Reader reader)
{
  g_autofree char *text = read_text (path);

  if (text != NULL)
    reader (scan, text);
}

/* READER over FILES of each folder upwards, then over OTHERS; both end with NULL. */
static void
look (KbScanFunc func, gpointer data, const char *const *files, const char *const *others,
      Reader reader)
{
  Scan scan = { func, data, NULL };
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *folder = g_get_current_dir ();

  scan.seen = seen;
  for (guint i = 0; i < FOLDERS_MAX; i++)
    {
      char *parent = g_path_get_dirname (folder);
      gboolean top = g_str_equal (parent, folder);

      for (const char *const *file = files; *file != NULL; file++)
        {
          g_autofree char *path = g_build_filename (folder, *file, NULL);

          read_file (&scan, path, reader);
        }
      g_free (folder);
      folder = parent;
      if (top)
        break;
    }
  for (; others != NULL && *others != NULL; others++)
    read_file (&scan, *others, reader);
}

/* New, or NULL: the nearest FILE from the working folder upwards. */
static char *
find_upwards (const char *file)
{
  g_autofree char *folder = g_get_current_dir ();

  for (guint i = 0; i < FOLDERS_MAX; i++)
    {
      char *parent = g_path_get_dirname (folder);
      g_autofree char *path = g_build_filename (folder, file, NULL);
      gboolean top = g_str_equal (parent, folder);

      g_free (folder);
      folder = parent;
      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
      if (top)
        break;
    }
  return NULL;
}

/* ---- nuget.config --------------------------------------------------------------- */

static void
on_element (GMarkupParseContext *context, const char *element, const char **names,
            const char **values, gpointer data, GError **error)
{
  const GSList *stack = g_markup_parse_context_get_element_stack (context);
  const char *parent = stack->next != NULL ? stack->next->data : "";
  const char *key = NULL;
  const char *url = NULL;

  if (strcmp (element, "add") != 0 || strcmp (parent, "packageSources") != 0)
    return;
  for (; *names != NULL; names++, values++)
    if (g_ascii_strcasecmp (*names, "key") == 0)
      key = *values;
    else if (g_ascii_strcasecmp (*names, "value") == 0)
      url = *values;
  if (key != NULL && url != NULL)
    report (data, key, url);
}

static void
read_nuget (Scan *scan, const char *text)
{
  const GMarkupParser parser = { .start_element = on_element };
  g_autoptr (GMarkupParseContext) context
      = g_markup_parse_context_new (&parser, 0, scan, NULL);

  (void) g_markup_parse_context_parse (context, text, -1, NULL);
}

void
kb_scan_nuget (KbScanFunc func, gpointer data)
{
  static const char *const files[]
      = { "nuget.config", "NuGet.config", "NuGet.Config", NULL };
  g_autofree char *config = kb_state_base ("XDG_CONFIG_HOME", ".config");
  g_autofree char *first
      = g_build_filename (g_get_home_dir (), ".nuget/NuGet/NuGet.Config", NULL);
  g_autofree char *second = g_build_filename (config, "NuGet/NuGet.Config", NULL);
  const char *const others[] = { first, second, NULL };

  look (func, data, files, others, read_nuget);
}

/* ---- lines ---------------------------------------------------------------------- */

/* New: the value after KEY and SIGN on LINE, without blanks and quotes, or NULL. */
static char *
value_of (const char *line, const char *key, char sign)
{
  gsize length = strlen (key);
  const char *at;
  gsize size;

  if (strncmp (line, key, length) != 0)
    return NULL;
  at = line + length + strspn (line + length, " \t");
  if (*at != sign)
    return NULL;
  at += 1 + strspn (at + 1, " \t");
  if (*at == '"' || *at == '\'')
    {
      size = strcspn (at + 1, "\"'\\");
      return g_strndup (at + 1, size);
    }
  return g_strndup (at, strcspn (at, " \t\r#;"));
}

/* ---- TOML ----------------------------------------------------------------------- */

/* Reads tables called HEADER for a name and a URL, line by line: enough for what these
   files are, and what it misreads names no place that a person has named. */
typedef struct
{
  const char *header; /* "[[tool.uv.index]]"; "[registries." takes the name from it */
  const char *key;    /* of the URL */
} Table;

/* New, or NULL: "contoso" of "[registries.contoso]". */
static char *
name_in_header (const char *line, const char *header)
{
  const char *name = line + strlen (header);

  name += *name == '"';
  return g_strndup (name, strcspn (name, "\"]"));
}

static void
read_tables (Scan *scan, const char *text, const Table *table)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean named = !g_str_has_suffix (table->header, "]");
  g_autofree char *name = NULL;
  g_autofree char *url = NULL;
  gboolean inside = FALSE;

  for (char **at = lines; *at != NULL; at++)
    {
      const char *line = g_strstrip (*at);

      if (*line == '[')
        {
          g_clear_pointer (&name, g_free);
          g_clear_pointer (&url, g_free);
          inside = g_str_has_prefix (line, table->header);
          name = inside && named ? name_in_header (line, table->header) : NULL;
        }
      if (inside && !named && name == NULL)
        name = value_of (line, "name", '=');
      if (inside && url == NULL)
        url = value_of (line, table->key, '=');
      if (name != NULL && url != NULL)
        {
          report (scan, name, url);
          inside = FALSE;
          g_clear_pointer (&name, g_free);
        }
    }
}

static void
read_poetry (Scan *scan, const char *text)
{
  read_tables (scan, text, &(const Table){ "[[tool.poetry.source]]", "url" });
}

static void
read_uv (Scan *scan, const char *text)
{
  read_tables (scan, text, &(const Table){ "[[tool.uv.index]]", "url" });
  read_tables (scan, text, &(const Table){ "[[index]]", "url" });
}

static void
read_cargo (Scan *scan, const char *text)
{
  read_tables (scan, text, &(const Table){ "[registries.", "index" });
}

void
kb_scan_poetry (KbScanFunc func, gpointer data)
{
  static const char *const files[] = { "pyproject.toml", NULL };

  look (func, data, files, NULL, read_poetry);
}

void
kb_scan_uv (KbScanFunc func, gpointer data)
{
  static const char *const files[] = { "uv.toml", "pyproject.toml", NULL };
  g_autofree char *config = kb_state_base ("XDG_CONFIG_HOME", ".config");
  g_autofree char *user = g_build_filename (config, "uv/uv.toml", NULL);
  const char *const others[] = { user, NULL };

  look (func, data, files, others, read_uv);
}

void
kb_scan_cargo (KbScanFunc func, gpointer data)
{
  static const char *const files[] = { ".cargo/config.toml", ".cargo/config", NULL };
  g_autofree char *home = kb_state_base ("CARGO_HOME", ".cargo");
  g_autofree char *user = g_build_filename (home, "config.toml", NULL);
  const char *const others[] = { user, NULL };

  look (func, data, files, others, read_cargo);
}

/* ---- npm and Yarn --------------------------------------------------------------- */

static void
read_npmrc (Scan *scan, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **at = lines; *at != NULL; at++)
    {
      const char *line = g_strstrip (*at);
      gsize length = strcspn (line, "= \t");
      g_autofree char *key = g_strndup (line, length);
      g_autofree char *url = NULL;

      if (strcmp (key, "registry") != 0 && !g_str_has_suffix (key, ":registry"))
        continue;
      url = value_of (line, key, '=');
      if (url != NULL)
        report (scan, key, url);
    }
}

static void
read_yarnrc (Scan *scan, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **at = lines; *at != NULL; at++)
    {
      g_autofree char *url = value_of (*at, "npmRegistryServer", ':');

      if (url != NULL)
        report (scan, "npmRegistryServer", url);
    }
}

void
kb_scan_npm (KbScanFunc func, gpointer data)
{
  static const char *const files[] = { ".npmrc", NULL };
  g_autofree char *user = g_build_filename (g_get_home_dir (), ".npmrc", NULL);
  const char *const others[] = { user, NULL };

  look (func, data, files, others, read_npmrc);
}

static void
read_yarnrc_all (Scan *scan, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **at = lines; *at != NULL; at++)
    {
      g_autofree char *url = value_of (g_strchug (*at), "npmRegistryServer", ':');

      if (url != NULL)
        report (scan, url, url);
    }
}

static void
look_at_yarnrc (KbScanFunc func, gpointer data, Reader reader)
{
  static const char *const files[] = { ".yarnrc.yml", NULL };
  g_autofree char *user = g_build_filename (g_get_home_dir (), ".yarnrc.yml", NULL);
  const char *const others[] = { user, NULL };

  look (func, data, files, others, reader);
}

char *
kb_scan_npm_project (void)
{
  g_autofree char *own = g_build_filename (g_get_home_dir (), ".npmrc", NULL);
  g_autofree char *found = find_upwards (".npmrc");

  return found != NULL && !g_str_equal (found, own) ? g_steal_pointer (&found) : NULL;
}

KbYarn
kb_scan_yarn_kind (void)
{
  g_autofree char *own = g_build_filename (g_get_home_dir (), ".yarnrc.yml", NULL);
  g_autofree char *settings = find_upwards (".yarnrc.yml");
  g_autofree char *lock = find_upwards ("yarn.lock");
  g_autofree char *text = lock != NULL ? read_text (lock) : NULL;

  if (text != NULL && strstr (text, "# yarn lockfile v1") != NULL)
    return KB_YARN_CLASSIC;
  if (settings != NULL && !g_str_equal (settings, own))
    return KB_YARN_LATER;
  return text != NULL && *text != '\0' ? KB_YARN_LATER : KB_YARN_UNKNOWN;
}

void
kb_scan_yarn (KbScanFunc func, gpointer data)
{
  look_at_yarnrc (func, data, read_yarnrc);
}

void
kb_scan_yarn_all (KbScanFunc func, gpointer data)
{
  look_at_yarnrc (func, data, read_yarnrc_all);
}
