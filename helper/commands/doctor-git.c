/* SPDX-License-Identifier: MIT */
/* Which credential helpers git has for a URL, in git's own order.
   Knows none of them by name but ours. */
#include "commands/doctor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "harden.h"
#include "program.h"

/* git reads a few files; a home on a network that is away is another matter. */
#define GIT_MS 5000
#define SETTINGS_MAX (256 * 1024)
#define OURS "keybearer"
#define OUR_HELPER "git-credential-keybearer"
#define HELPERS "git helpers"
#define PATHS "git useHttpPath"

typedef struct
{
  char *value;
  char *file; /* where it stands */
} Helper;

typedef struct
{
  const KbUrl *url;
  GPtrArray *helpers; /* of Helper, in the order in which they are asked */
  GPtrArray *secrets; /* of Helper: the name in place of the value */
  gboolean http_path;
} Git;

static void
helper_free (gpointer data)
{
  Helper *helper = data;

  g_free (helper->value);
  g_free (helper->file);
  g_free (helper);
}

/* ---- what git says -------------------------------------------------------------- */

/* Whether a section [credential "PATTERN"] is for URL: the user's part does not count,
   and a pattern without a scheme is for each. */
static gboolean
is_for (const char *text, const KbUrl *url)
{
  const char *scheme = strstr (text, "://");
  const char *rest = scheme != NULL ? scheme + strlen ("://") : text;
  const char *at = strchr (rest, '@');
  g_autofree char *plain = NULL;
  g_autoptr (KbPattern) pattern = NULL;

  if (url == NULL || strpbrk (text, "{}") != NULL)
    return FALSE;
  if (at != NULL && at < rest + strcspn (rest, "/"))
    rest = at + 1;
  plain = scheme != NULL ? g_strdup_printf (
              "%.*s%s", (int) (scheme + strlen ("://") - text), text, rest)
                         : g_strdup_printf ("%s://%s", url->scheme, rest);
  pattern = kb_pattern_parse (plain, NULL);
  return pattern != NULL && kb_pattern_match (pattern, url, NULL) > 0;
}

/* The variable of KEY, "credential[.PATTERN].VARIABLE", where it counts for URL; else
   NULL. */
static const char *
variable_for (const char *key, const KbUrl *url)
{
  static const char begin[] = "credential.";
  const char *last = strrchr (key, '.');
  g_autofree char *pattern = NULL;

  if (!g_str_has_prefix (key, begin))
    return NULL;
  if (last == key + strlen (begin) - 1)
    return last + 1;
  pattern = g_strndup (key + strlen (begin), (gsize) (last - key) - strlen (begin));
  return is_for (pattern, url) ? last + 1 : NULL;
}

/* VALUE is NULL where there is no '=', which means true. */
static gboolean
is_true (const char *value)
{
  static const char *const words[] = { "true", "yes", "on" };
  gint64 number = 0;

  for (gsize i = 0; value != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (value, words[i]) == 0)
      return TRUE;
  return value == NULL || (kb_text_to_int64 (value, G_MAXINT32, &number) && number != 0);
}

static const char *
plain_file (const char *origin)
{
  return g_str_has_prefix (origin, "file:") ? origin + strlen ("file:") : origin;
}

static void
add (GPtrArray *list, const char *origin, const char *value)
{
  Helper *helper = g_new0 (Helper, 1);

  helper->value = g_strdup (value);
  helper->file = g_strdup (plain_file (origin));
  g_ptr_array_add (list, helper);
}

/* As other credential helpers call what they want to be told: git prints names in lower
   case. */
static gboolean
is_secret (const char *variable)
{
  return g_str_has_suffix (variable, "secret") || g_str_has_suffix (variable, "password");
}

/* An empty helper makes git forget those before it. */
static void
take (Git *git, const char *origin, const char *variable, const char *value)
{
  if (g_ascii_strcasecmp (variable, "usehttppath") == 0)
    git->http_path = is_true (value);
  if (value != NULL && *value != '\0' && is_secret (variable))
    add (git->secrets, origin, variable);
  if (g_ascii_strcasecmp (variable, "helper") != 0 || value == NULL)
    return;
  if (*value == '\0')
    {
      g_ptr_array_set_size (git->helpers, 0);
      return;
    }
  add (git->helpers, origin, value);
}

/* SETTINGS: "ORIGIN\0KEY\nVALUE\0" and so on; a key alone has no value. */
static void
read_settings (Git *git, const char *settings, gsize length)
{
  const char *end = settings + length;
  const char *origin = settings;

  while (origin < end)
    {
      const char *key = origin + strlen (origin) + 1;
      const char *line;
      g_autofree char *name = NULL;
      const char *variable;

      if (key >= end)
        return;
      line = strchr (key, '\n');
      name = line != NULL ? g_strndup (key, (gsize) (line - key)) : g_strdup (key);
      variable = variable_for (name, git->url);
      if (variable != NULL)
        take (git, origin, variable, line != NULL ? line + 1 : NULL);
      origin = key + strlen (key) + 1;
    }
}

/* ---- what it means -------------------------------------------------------------- */

/* "keybearer", a path to it, or a command of the shell that begins with it. */
static gboolean
is_ours (const char *value)
{
  const char *begin = *value == '!' ? value + 1 : value;
  g_autofree char *first = g_strndup (begin, strcspn (begin, " \t"));
  g_autofree char *base = g_path_get_basename (first);

  return g_str_equal (base, OURS) || g_str_equal (base, OUR_HELPER);
}

/* New: what may be shown of it: a command of the shell may hold a password. */
static char *
name_of (const Helper *helper)
{
  return *helper->value == '!'
             ? g_strdup ("a shell command")
             : g_strndup (helper->value, strcspn (helper->value, " \t"));
}

/* The index of the first of ours, or the number of helpers. */
static guint
find_ours (const Git *git)
{
  guint i = 0;

  while (i < git->helpers->len
         && !is_ours (((const Helper *) g_ptr_array_index (git->helpers, i))->value))
    i++;
  return i;
}

/* New: makes git ask us alone for the place, and leaves other places as they are. */
static char *
mend (const Git *git)
{
  g_autofree char *origin = git->url != NULL ? kb_url_origin (git->url) : NULL;

  return origin != NULL ? g_strdup_printf ("keybearer connect git %s", origin)
                        : g_strdup ("keybearer connect git");
}

static void
judge_order (const Git *git, guint ours, KbDiagnosis *diagnosis)
{
  const Helper *own = g_ptr_array_index (git->helpers, ours);
  g_autofree char *command = mend (git);
  gboolean clean = TRUE;

  for (guint i = 0; i < git->helpers->len; i++)
    {
      const Helper *helper = g_ptr_array_index (git->helpers, i);
      g_autofree char *name = name_of (helper);
      g_autofree char *text = NULL;

      if (is_ours (helper->value))
        continue;
      clean = FALSE;
      text = g_strdup_printf (
          i < ours ? "git asks %s first (%s), and takes what that answers"
                   : "git also hands %s what is given here (%s), and that may keep it",
          name, helper->file);
      kb_diagnosis_add (diagnosis, KB_FINDING_BAD, HELPERS, text, command);
    }
  if (clean)
    {
      g_autofree char *text
          = g_strdup_printf ("git asks this program alone (%s)", own->file);

      kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, HELPERS, text, NULL);
    }
}

static void
judge_helpers (const Git *git, const char *helper, KbDiagnosis *diagnosis)
{
  guint ours = find_ours (git);
  g_autofree char *command = mend (git);

  if (ours == git->helpers->len)
    {
      kb_diagnosis_add (diagnosis, KB_FINDING_BAD, HELPERS,
                        git->helpers->len == 0 ? "git has no credential helper"
                                               : "git asks others and not this program",
                        command);
      return;
    }
  if (helper == NULL
      && strchr (((Helper *) git->helpers->pdata[ours])->value, '/') == NULL)
    kb_diagnosis_add (diagnosis, KB_FINDING_BAD, HELPERS,
                      OUR_HELPER " is not in PATH, so git cannot start it", NULL);
  judge_order (git, ours, diagnosis);
}

/* Only needed where the host alone does not say which organization it is. */
static gboolean
needs_path (const KbConfig *config, const KbUrl *url)
{
  g_autofree char *origin = kb_url_origin (url);
  g_autoptr (KbUrl) bare = kb_url_parse (origin, NULL);
  g_autofree char *organization = NULL;
  gboolean user = FALSE;

  if (bare == NULL || !kb_config_has_organizations (config, url))
    return FALSE;
  organization = kb_config_organization (config, bare, NULL, &user);
  return organization == NULL;
}

static void
judge_path (const Git *git, KbDiagnosis *diagnosis)
{
  g_autofree char *origin = kb_url_origin (git->url);
  g_autofree char *command
      = g_strdup_printf ("git config --global credential.%s.useHttpPath true", origin);
  g_autofree char *text = g_strdup_printf (
      git->http_path
          ? "git says which repository of %s it wants"
          : "git does not say which repository of %s it wants, so the organization is "
            "unknown here",
      git->url->host);

  kb_diagnosis_add (diagnosis, git->http_path ? KB_FINDING_GOOD : KB_FINDING_BAD, PATHS,
                    text, git->http_path ? NULL : command);
}

/* What it is for may be right, and still it lies open. */
static void
judge_secrets (const Git *git, KbDiagnosis *diagnosis)
{
  for (guint i = 0; i < git->secrets->len; i++)
    {
      const Helper *secret = g_ptr_array_index (git->secrets, i);
      g_autofree char *text = g_strdup_printf (
          "credential.%s is a secret in plain text, readable to whoever reads %s",
          secret->value, secret->file);

      kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, "git secrets", text, NULL);
    }
}

void
kb_doctor_judge_git (const KbConfig *config, const KbUrl *url, const char *settings,
                     gsize length, const char *helper, KbDiagnosis *diagnosis)
{
  g_autoptr (GPtrArray) helpers = g_ptr_array_new_with_free_func (helper_free);
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func (helper_free);
  Git git = { .url = url, .helpers = helpers, .secrets = secrets };

  read_settings (&git, settings, length);
  judge_helpers (&git, helper, diagnosis);
  judge_secrets (&git, diagnosis);
  if (config != NULL && url != NULL && needs_path (config, url))
    judge_path (&git, diagnosis);
}

/* ---- running git ---------------------------------------------------------------- */

/* FALSE when it was too late or too much. */
static gboolean
read_all (int fd, KbBuffer *buffer)
{
  gint64 deadline = kb_clock_boot_ms () + kb_clock_patient_ms (GIT_MS);
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  char chunk[4096];
  ssize_t got = 1;

  while (got != 0)
    {
      if (poll (&wait, 1, (int) kb_clock_left_ms (deadline)) == 0)
        return FALSE;
      got = read (fd, chunk, sizeof chunk);
      if (got < 0 && errno != EINTR && errno != EAGAIN)
        return FALSE;
      if (got > 0 && !kb_buffer_append (buffer, chunk, (gsize) got))
        return FALSE;
    }
  return TRUE;
}

/* git looks at the configuration of the folder that it is run in, too. */
static gboolean
ask_git (const char *program, KbBuffer *settings)
{
  char *arguments[] = { (char *) program, "config",         "--null", "--show-origin",
                        "--get-regexp",   "^credential\\.", NULL };
  g_auto (GStrv) environment = kb_environment_for_child ();
  GPid child = 0;
  int output = -1;
  gboolean whole;

  if (!g_spawn_async_with_pipes (NULL, arguments, environment,
                                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                 NULL, NULL, &child, NULL, &output, NULL, NULL))
    return FALSE;
  whole = read_all (output, settings);
  (void) close (output);
  if (!whole)
    (void) kill (child, SIGKILL);
  (void) waitpid (child, NULL, 0);
  return whole;
}

void
kb_doctor_git (const KbConfig *config, const KbUrl *url, KbDiagnosis *diagnosis)
{
  g_autofree char *program = kb_program_find ("git");
  g_autofree char *helper = kb_program_find (OUR_HELPER);
  g_autoptr (KbBuffer) settings = kb_buffer_new (SETTINGS_MAX);

  if (program == NULL)
    kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, HELPERS, "git is not installed",
                      NULL);
  else if (!ask_git (program, settings))
    kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, HELPERS,
                      "git config did not answer as it should", NULL);
  else
    kb_doctor_judge_git (config, url, kb_buffer_peek (settings),
                         kb_buffer_length (settings), helper, diagnosis);
}
