/* SPDX-License-Identifier: MIT */
/* npm, pnpm and Yarn: keys in the user's own files, each below one organization.
   Knows nothing of how the files are edited. */
#include "commands/connect-tools.h"

#include <string.h>

#include "base/error.h"
#include "commands/exec-scan.h"
#include "frontend.h"
#include "harden.h"
#include "program.h"

/* Both are programs of Node.js, which takes a second to start where much else runs. */
#define VERSION_MS 10000

/* New: the user's npmrc. */
static char *
npmrc_path (void)
{
  const char *named = g_getenv ("NPM_CONFIG_USERCONFIG");

  return named != NULL && g_path_is_absolute (named) ? g_strdup (named)
                                                     : kb_connect_home (".npmrc");
}

/* Adds a pattern of all keys below FEED for each of KEYS, which have commas between. */
static void
add_patterns (GPtrArray *patterns, const char *feed, const char *keys)
{
  g_auto (GStrv) all = g_strsplit (keys, ",", -1);

  for (char **key = all; *key != NULL; key++)
    g_ptr_array_add (patterns, g_strdup_printf ("%s*:%s", feed, *key));
}

/* New, "in 58 min": when the first of the credentials ends; NULL: no end is known. */
static char *
first_end (const KbConnect *connect)
{
  gint64 first = 0;

  for (guint i = 0; i < connect->places->len; i++)
    {
      const KbExecPlace *place = g_ptr_array_index (connect->places, i);
      gint64 end = kb_credential_expires (place->credential);

      if (end != 0 && (first == 0 || end < first))
        first = end;
    }
  return first != 0 ? kb_words_when (first) : NULL;
}

static void
tell_end (KbConnect *connect, const char *tool)
{
  g_autofree char *end = connect->places != NULL ? first_end (connect) : NULL;

  if (end != NULL)
    kb_changes_tell (connect->changes,
                     "%s has no hook, so its file holds a credential that ends %s. "
                     "Run this again then, or: keybearer exec -- %s ...",
                     tool, end, tool);
}

/* FALSE. */
static gboolean
complain_registry (const char *file)
{
  g_autofree char *text = g_strdup_printf (
      "yarn: name the URL of a registry, https://.../npm/registry/, or "
      "run this in a project whose %s has one",
      file);

  kb_complain (text);
  return FALSE;
}

/* The version of the TOOL of PATH, {0, 0} where there is none, also none but Corepack's
   stand-in for one that it would have to fetch. */
static void
read_version (const char *tool, gint64 version[2])
{
  g_autofree char *found = kb_program_find (tool);
  const char *words[] = { found, "--version", NULL };
  g_auto (GStrv) environment = g_environ_setenv (kb_environment_for_child (),
                                                 "COREPACK_ENABLE_NETWORK", "0", TRUE);
  g_autoptr (KbBuffer) said = kb_buffer_new (0);
  g_auto (GStrv) parts = NULL;

  version[0] = version[1] = 0;
  if (found == NULL || kb_program_read (words, "/", environment, VERSION_MS, said) != 0)
    return;
  parts = g_strsplit (kb_buffer_peek (said), ".", 3);
  if (g_strv_length (parts) < 2)
    return;
  version[0] = g_ascii_strtoll (parts[0], NULL, 10);
  version[1] = g_ascii_strtoll (parts[1], NULL, 10);
}

/* ---- npm ------------------------------------------------------------------------ */

/* YARN: Yarn 1 is to understand the lines, for which it needs the registry's URL. */
static gboolean
connect_npmrc (KbConnect *connect, gboolean yarn, GError **error)
{
  g_autofree char *path = npmrc_path ();
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  g_autoptr (GPtrArray) patterns = g_ptr_array_new_with_free_func (g_free);
  KbExecJob job = { .places = connect->places };
  KbEdit edit = { .tool = "npm", .syntax = KB_SYNTAX_NPMRC, .body = body };
  g_autofree char *project = NULL;
  guint registries = 0;

  for (guint i = 0; connect->places != NULL && i < connect->places->len; i++)
    {
      g_auto (GStrv) feeds = kb_exec_place_feeds (g_ptr_array_index (connect->places, i));

      for (char **feed = feeds; *feed != NULL; feed++)
        add_patterns (patterns, *feed + strcspn (*feed, "/"),
                      "_authToken,_auth,username,_password");
    }
  g_ptr_array_add (patterns, NULL);
  edit.replaced = (const char *const *) patterns->pdata;
  if (connect->places != NULL)
    registries = kb_exec_npm_append (&job, connect->words, yarn, body);
  if (yarn && connect->places != NULL && registries == 0)
    return complain_registry (".npmrc");
  project = connect->places != NULL ? kb_exec_npm_project (&job) : NULL;
  if (project != NULL)
    kb_changes_tell (connect->changes,
                     "%s has a credential of its own, which is taken before this one: "
                     "remove its lines.",
                     project);
  return kb_changes_edit (connect->changes, path, &edit, error);
}

gboolean
kb_connect_npm (KbConnect *connect, GError **error)
{
  if (!connect_npmrc (connect, FALSE, error))
    return FALSE;
  tell_end (connect, "npm");
  kb_changes_tell (connect->changes, "To see it: npm config list");
  return TRUE;
}

/* ---- pnpm ----------------------------------------------------------------------- */

/* Whether the pnpm of PATH reads auth.ini: from 11.13 on; TRUE where there is none. */
static gboolean
reads_auth_ini (void)
{
  gint64 version[2];

  read_version ("pnpm", version);
  return version[0] == 0 || version[0] > 11 || (version[0] == 11 && version[1] >= 13);
}

/* One link an organization: pnpm 10 gives its helper no arguments. */
static gboolean
add_helper (KbConnect *connect, const char *organization, KbBuffer *body,
            GPtrArray *patterns, GError **error)
{
  g_autofree char *name = g_strconcat ("pnpm-", organization, NULL);
  g_autofree char *program = kb_connect_program (connect, name, error);
  g_auto (GStrv) feeds = kb_connect_feeds (connect, organization);

  if (program == NULL)
    return FALSE;
  if (strpbrk (program, " \t$%`\"'#;") != NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "%s: pnpm cannot name a program with such a path", program);
      return FALSE;
    }
  for (char **feed = feeds; *feed != NULL; feed++)
    {
      kb_buffer_printf (body, "%s:tokenHelper=%s\n", *feed, program);
      add_patterns (patterns, *feed, "tokenHelper");
    }
  return TRUE;
}

/* The links of earlier calls. */
static gboolean
unlink_helpers (KbConnect *connect, GError **error)
{
  g_autofree char *folder
      = kb_connect_base ("XDG_DATA_HOME", ".local/share", "keybearer/bin");
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_prefix (name, "pnpm-")
          && !kb_changes_link (connect->changes, path, "", error))
        return FALSE;
    }
  return TRUE;
}

gboolean
kb_connect_pnpm (KbConnect *connect, GError **error)
{
  g_autofree char *npmrc = npmrc_path ();
  g_autofree char *ini = kb_connect_base ("XDG_CONFIG_HOME", ".config", "pnpm/auth.ini");
  g_auto (GStrv) organizations = kb_connect_organizations (connect);
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  g_autoptr (GPtrArray) patterns = g_ptr_array_new_with_free_func (g_free);
  KbEdit edit = { .tool = "pnpm", .syntax = KB_SYNTAX_NPMRC, .body = body };

  if (kb_changes_undo (connect->changes))
    return kb_changes_edit (connect->changes, npmrc, &edit, error)
           && kb_changes_edit (connect->changes, ini, &edit, error)
           && unlink_helpers (connect, error);
  for (char **organization = organizations; *organization != NULL; organization++)
    if (!add_helper (connect, *organization, body, patterns, error))
      return FALSE;
  if (kb_buffer_length (body) == 0)
    {
      kb_complain ("pnpm: which organization?");
      return FALSE;
    }
  g_ptr_array_add (patterns, NULL);
  edit.replaced = (const char *const *) patterns->pdata;
  kb_changes_tell (connect->changes, "To see it: pnpm install in a project whose .npmrc "
                                     "names a registry of the organization.");
  return kb_changes_edit (connect->changes, reads_auth_ini () ? ini : npmrc, &edit,
                          error);
}

/* ---- Yarn 2 and later ----------------------------------------------------------- */

typedef struct
{
  KbExecJob job;
  KbBuffer *body;
  GHashTable *seen;
} Yarn;

static void
add_registry (const char *name, const char *url, gpointer data)
{
  Yarn *yarn = data;
  const KbExecPlace *place = kb_exec_job_find (&yarn->job, url);
  gsize length = strlen (url);

  while (length > 0 && url[length - 1] == '/')
    length--;
  if (place == NULL || !g_str_has_prefix (url, "https:")
      || !g_hash_table_add (yarn->seen, g_strndup (url, length)))
    return;
  kb_buffer_printf (yarn->body, "\"%.*s\":\n  npmAlwaysAuth: true\n",
                    (int) (length - strlen ("https:")), url + strlen ("https:"));
  if (kb_exec_place_is_bearer (place))
    kb_buffer_append_text (yarn->body, "  npmAuthToken: \"");
  else
    kb_buffer_printf (yarn->body, "  npmAuthIdent: \"%s:", kb_exec_place_user (place));
  kb_buffer_append_secret (yarn->body, kb_exec_place_secret (place));
  kb_buffer_append_text (yarn->body, "\"\n");
}

/* The project's, else the one of PATH: Yarn 1 reads npm's file. */
static gboolean
is_yarn_1 (void)
{
  KbYarn kind = kb_scan_yarn_kind ();
  gint64 version[2] = { 0, 0 };

  if (kind == KB_YARN_UNKNOWN)
    read_version ("yarn", version);
  return kind == KB_YARN_CLASSIC || version[0] == 1;
}

static gboolean
connect_yarnrc (KbConnect *connect, GError **error)
{
  g_autofree char *path = kb_connect_home (".yarnrc.yml");
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Yarn yarn = { { .places = connect->places }, body, seen };
  KbEdit edit = {
    .tool = "yarn", .syntax = KB_SYNTAX_YAML, .section = "npmRegistries", .body = body
  };

  for (const char *const *word = connect->words; connect->places != NULL && *word != NULL;
       word++)
    if (strstr (*word, "/registry") != NULL)
      add_registry (*word, *word, &yarn);
  if (connect->places != NULL)
    kb_scan_yarn_all (add_registry, &yarn);
  if (connect->places != NULL && kb_buffer_length (body) == 0)
    return complain_registry (".yarnrc.yml");
  return kb_changes_edit (connect->changes, path, &edit, error);
}

gboolean
kb_connect_yarn (KbConnect *connect, GError **error)
{
  gboolean first = is_yarn_1 ();

  if (first && !connect_npmrc (connect, TRUE, error))
    return FALSE;
  if ((!first || kb_changes_undo (connect->changes)) && !connect_yarnrc (connect, error))
    return FALSE;
  tell_end (connect, "yarn");
  kb_changes_tell (connect->changes,
                   first ? "To see it: yarn install. Yarn 1 reads npm's file."
                         : "To see it: yarn config get npmRegistries.");
  return TRUE;
}
