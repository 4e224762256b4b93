/* SPDX-License-Identifier: MIT */
/* A file for npm, pnpm and Yarn 1 that ends with the command: a copy of the user's own
   and the credentials, renewed while the command runs.  Knows nothing of how the file
   goes. */
#include "commands/exec-tools.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "commands/exec-keeper.h"
#include "commands/exec-scan.h"
#include "frontend.h"
#include "harden.h"
#include "kept.h"

#define NPMRC "npmrc"
/* A renewal that brought nothing new is tried again after so long, at most. */
#define AGAIN_S 60

typedef struct
{
  const KbExecJob *job;
  KbBuffer *text;
  GHashTable *seen;
  gboolean yarn; /* Yarn 1 is to understand it */
  guint registries;
} Npm;

/* ---- the credentials ------------------------------------------------------------ */

/* Three readers, one form each: a token where the server takes it as Bearer, else name
   and password.  ABOVE is the URL without its scheme, with a '/' at the end. */
static void
add_lines (KbBuffer *text, const char *above, const KbExecPlace *place)
{
  const KbSecret *secret = kb_exec_place_secret (place);

  if (kb_exec_place_is_bearer (place))
    {
      kb_buffer_printf (text, "%s:_authToken=", above);
      kb_buffer_append_secret (text, secret);
    }
  else
    {
      kb_buffer_printf (text, "%s:username=%s\n%s:_password=", above,
                        kb_exec_place_user (place), above);
      kb_buffer_append_base64 (text, kb_secret_peek (secret), kb_secret_length (secret));
    }
  kb_buffer_append_text (text, "\n");
}

/* New: "//host/path/" of a URL, or NULL. */
static char *
without_scheme (const char *url)
{
  const char *rest = g_str_has_prefix (url, "https:") ? url + strlen ("https:") : NULL;

  return rest == NULL ? NULL
                      : g_strconcat (rest, g_str_has_suffix (rest, "/") ? "" : "/", NULL);
}

/* Yarn 1 looks for the key of the registry and of what is above it, no further, and sends
   nothing for packages without a scope unless it is told to. */
static void
add_registry (const char *key, const char *url, gpointer data)
{
  Npm *npm = data;
  const KbExecPlace *place = kb_exec_job_find (npm->job, url);
  g_autofree char *above = place != NULL ? without_scheme (url) : NULL;

  if (above == NULL || !g_hash_table_add (npm->seen, g_strdup (above)))
    return;
  add_lines (npm->text, above, place);
  npm->registries++;
  if (npm->yarn)
    kb_buffer_printf (npm->text, "%s:always-auth=true\n", above);
}

guint
kb_exec_npm_append (const KbExecJob *job, const char *const *urls, gboolean yarn,
                    KbBuffer *text)
{
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Npm npm = { job, text, seen, yarn || kb_scan_yarn_kind () == KB_YARN_CLASSIC, 0 };

  for (guint i = 0; i < job->places->len; i++)
    {
      const KbExecPlace *place = g_ptr_array_index (job->places, i);
      g_auto (GStrv) feeds = kb_exec_place_feeds (place);

      for (char **feed = feeds; *feed != NULL; feed++)
        {
          g_autofree char *above = without_scheme (*feed);

          if (above != NULL)
            add_lines (text, above, place);
        }
    }
  for (; urls != NULL && *urls != NULL; urls++)
    if (strstr (*urls, "/registry") != NULL)
      add_registry (*urls, *urls, &npm);
  kb_scan_npm (add_registry, &npm);
  return npm.registries;
}

/* A line of the user's that would win over ours, as a deeper key does. */
static gboolean
is_shadowing (const KbExecJob *job, const char *line)
{
  for (guint i = 0; i < job->places->len; i++)
    {
      g_auto (GStrv) feeds = kb_exec_place_feeds (g_ptr_array_index (job->places, i));

      for (char **feed = feeds; *feed != NULL; feed++)
        {
          g_autofree char *above = without_scheme (*feed);

          if (above != NULL && g_str_has_prefix (line, above))
            return TRUE;
        }
    }
  return FALSE;
}

/* "//host/path/:_authToken" and its like. */
static gboolean
is_credential (const char *line)
{
  static const char *const names[] = { ":_authToken", ":_auth", ":_password" };
  const char *end = line + strcspn (line, "= \t\r");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (end - line > (gssize) strlen (names[i])
        && strncmp (end - strlen (names[i]), names[i], strlen (names[i])) == 0)
      return TRUE;
  return FALSE;
}

char *
kb_exec_npm_project (const KbExecJob *job)
{
  g_autofree char *path = kb_scan_npm_project ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean found = FALSE;

  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  kb_wipe (text, strlen (text));
  for (char **line = lines; *line != NULL; line++)
    {
      const char *start = *line + strspn (*line, " \t");

      found = found || (is_credential (start) && is_shadowing (job, start));
      kb_wipe (*line, strlen (*line));
    }
  return found ? g_steal_pointer (&path) : NULL;
}

/* The file of the user that ours stands for. */
static void
copy_own (const KbExecJob *job, KbBuffer *text)
{
  const char *named = g_getenv ("NPM_CONFIG_USERCONFIG");
  const char *other = g_getenv ("npm_config_userconfig");
  g_autofree char *usual = g_build_filename (g_get_home_dir (), ".npmrc", NULL);
  g_autofree char *own = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (named != NULL   ? named
                            : other != NULL ? other
                                            : usual,
                            &own, NULL, NULL))
    return;
  lines = g_strsplit (own, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      if (!is_shadowing (job, *line + strspn (*line, " \t")))
        kb_buffer_printf (text, "%s\n", *line);
      kb_wipe (*line, strlen (*line));
    }
  kb_wipe (own, strlen (own));
}

static gboolean
write_npmrc (const KbExecJob *job, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, NPMRC, NULL);
  g_autoptr (KbBuffer) text = kb_buffer_new (0);

  copy_own (job, text);
  (void) kb_exec_npm_append (job, NULL, FALSE, text);
  return kb_file_write_quick (path, kb_buffer_peek (text), kb_buffer_length (text),
                              error);
}

/* ---- renewal, in the keeper ----------------------------------------------------- */

/* New, or NULL: what `keybearer token WORD` prints now.  A process of its own, since this
   one was forked from one whose libraries may have had threads. */
static KbSecret *
ask_again (const char *word)
{
  char *const words[]
      = { "keybearer", "token", "--output", "json", "--", (char *) word, NULL };
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  char chunk[4096];
  int ends[2];
  int status = 1;
  pid_t child;

  if (pipe (ends) != 0)
    return NULL;
  child = fork ();
  if (child == 0)
    {
      g_auto (GStrv) environment = kb_environment_for_child ();

      kb_soften ();
      if (dup2 (ends[1], STDOUT_FILENO) >= 0 && close (ends[0]) == 0)
        execve ("/proc/self/exe", words, environment);
      _exit (127);
    }
  (void) close (ends[1]);
  for (gssize length; child > 0 && (length = read (ends[0], chunk, sizeof chunk)) > 0;)
    kb_buffer_append (text, chunk, (gsize) length);
  kb_wipe (chunk, sizeof chunk);
  (void) close (ends[0]);
  if (child < 0 || waitpid (child, &status, 0) != child || status != 0)
    return NULL;
  return kb_buffer_steal (text);
}

/* New, or NULL: the credential that ANSWER tells. */
static KbCredential *
credential_of (KbSecret *answer)
{
  g_autoptr (KbJson) json = kb_json_parse (answer, NULL);
  g_autoptr (KbSecret) token
      = json != NULL ? kb_json_secret (json, kb_json_member (json, 0, "token")) : NULL;
  g_autofree char *scheme
      = json != NULL ? kb_json_string (json, kb_json_member (json, 0, "scheme")) : NULL;
  g_autofree char *user
      = json != NULL ? kb_json_string (json, kb_json_member (json, 0, "user")) : NULL;
  KbCredential *credential;
  gint64 expires = 0;

  if (token == NULL || scheme == NULL)
    return NULL;
  credential = kb_credential_new (g_str_equal (scheme, "Bearer") ? KB_SCHEME_BEARER
                                                                 : KB_SCHEME_BASIC,
                                  user != NULL ? user : "", token);
  if (kb_json_int64 (json, kb_json_member (json, 0, "expires"), FALSE, &expires))
    kb_credential_set_expires (credential, expires);
  return credential;
}

/* When PLACE's credential is to be renewed, 0 for never: as soon as it would be no more
   given to anybody who asks. */
static gint64
renewal_of (const KbExecPlace *place)
{
  gint64 end = kb_credential_expires (place->credential);

  return end == 0 ? 0 : end - KB_MARGIN_S + 1;
}

static gint64
first_renewal (const KbExecJob *job)
{
  gint64 first = 0;

  for (guint i = 0; i < job->places->len; i++)
    {
      gint64 when = renewal_of (g_ptr_array_index (job->places, i));

      if (when != 0 && (first == 0 || when < first))
        first = when;
    }
  return first;
}

/* How long to wait where a renewal is due and brought nothing: a credential with a short
   life is given out until half of it is over. */
static gint64
patience (const KbExecJob *job)
{
  gint64 left = first_renewal (job) + KB_MARGIN_S - kb_clock_now ();

  return left > 0 ? CLAMP (left / 2, 1, AGAIN_S) : AGAIN_S;
}

static gint64
renew (const char *folder, gpointer data)
{
  KbExecJob *job = data;

  for (guint i = 0; i < job->places->len; i++)
    {
      KbExecPlace *place = g_ptr_array_index (job->places, i);
      gint64 when = renewal_of (place);
      g_autofree char *url = kb_exec_place_url (place);
      g_autoptr (KbSecret) answer
          = when != 0 && when <= kb_clock_now () ? ask_again (url) : NULL;
      KbCredential *credential = answer != NULL ? credential_of (answer) : NULL;

      if (credential == NULL)
        continue;
      kb_credential_unref (place->credential);
      place->credential = credential;
    }
  (void) write_npmrc (job, folder, NULL);
  return MAX (first_renewal (job), kb_clock_now () + patience (job));
}

/* ---- */

static gboolean
has_feeds (const KbExecJob *job)
{
  for (guint i = 0; i < job->places->len; i++)
    {
      g_auto (GStrv) feeds = kb_exec_place_feeds (g_ptr_array_index (job->places, i));

      if (feeds[0] != NULL)
        return TRUE;
    }
  return FALSE;
}

void
kb_exec_set_npm (KbExecJob *job)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  if (!has_feeds (job))
    return;
  folder = kb_keeper_start (renew, first_renewal (job), job, &error);
  if (folder == NULL || !write_npmrc (job, folder, &error))
    {
      g_prefix_error (&error, "no credentials for npm, pnpm and Yarn: ");
      kb_complain (error->message);
      return;
    }
  path = g_build_filename (folder, NPMRC, NULL);
  kb_exec_set_text (job->set, "NPM_CONFIG_USERCONFIG", path);
  kb_exec_set_text (job->set, "npm_config_userconfig", path);
}
