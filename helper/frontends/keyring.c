/* SPDX-License-Identifier: MIT */
/* Answers in the place of the command keyring for places of ours, and lets the real one
   answer for all others.  Knows nothing of who makes credentials. */
#include "frontends/keyring.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "frontends/ask.h"
#include "harden.h"
#include "program.h"

/* Set for the real keyring: one that comes back to us is asked no second time. */
#define PASSED_ON "KEYBEARER_KEYRING"

/* ---- arguments ------------------------------------------------------------------ */

/* TRUE when *AT is OPTION; its value, in the same word or the next one, becomes *VALUE.
 */
static gboolean
takes (char ***at, const char *option, const char **value)
{
  gsize length = strlen (option);
  const char *word = **at;

  if (strncmp (word, option, length) != 0)
    return FALSE;
  if (word[length] == '=')
    *value = word + length + 1;
  else if (word[length] == '\0' && (*at)[1] != NULL)
    *value = *++*at;
  else
    return FALSE;
  return TRUE;
}

static gboolean
is_one_of (const char *word, const char *one, const char *other)
{
  return word == NULL || g_str_equal (word, one) || g_str_equal (word, other);
}

gboolean
kb_keyring_read (char **arguments, KbKeyringGet *get)
{
  const char *words[3] = { NULL, NULL, NULL };
  const char *mode = NULL;
  const char *output = NULL;
  guint count = 0;

  for (char **at = arguments; *at != NULL; at++)
    {
      if (takes (&at, "--mode", &mode) || takes (&at, "--output", &output))
        continue;
      if (**at == '-' || count == G_N_ELEMENTS (words))
        return FALSE;
      words[count++] = *at;
    }
  if (count < 2 || !g_str_equal (words[0], "get")
      || !is_one_of (mode, "password", "creds") || !is_one_of (output, "plain", "json"))
    return FALSE;
  *get = (KbKeyringGet){ words[1], words[2], g_strcmp0 (mode, "creds") == 0,
                         g_strcmp0 (output, "json") == 0 };
  return TRUE;
}

/* ---- our answer ----------------------------------------------------------------- */

static gboolean
append_json (KbBuffer *text, const KbKeyringGet *get, const char *user,
             const char *password)
{
  kb_json_open (text, NULL, '{');
  if (get->creds)
    kb_json_text (text, "username", user);
  kb_json_text (text, "password", password);
  kb_json_close (text, '}');
  return kb_buffer_append_text (text, "\n");
}

/* One line each: a line feed inside would be read as the end. */
static gboolean
append_plain (KbBuffer *text, const KbKeyringGet *get, const char *user,
              const char *password)
{
  return kb_text_is_clean (user, strlen (user))
         && kb_text_is_clean (password, strlen (password))
         && (!get->creds || kb_buffer_printf (text, "%s\n", user))
         && kb_buffer_append_text (text, password) && kb_buffer_append_text (text, "\n");
}

static int
give (const KbStreams *streams, const KbKeyringGet *get, const KbAsk *ask,
      const KbCredential *credential, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  const char *user = get->user != NULL ? get->user : kb_ask_user (ask, credential);
  const char *password
      = kb_secret_peek (kb_credential_secret ((KbCredential *) credential));

  if (get->json ? append_json (text, get, user, password)
                : append_plain (text, get, user, password))
    return kb_ask_answer (streams, text);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE,
                       "the password does not go into one line");
  return KB_EXIT_ERROR;
}

/* Tools look for the URL first and then for the bare host, which names no organization.
   KB_DECLINED: none of ours. */
static KbAnswer
open_service (KbAsk *ask, const KbKeyringGet *get, GError **error)
{
  const KbWish wish = { .program = "keyring", .login = get->user };
  KbAnswer answer;

  if (strstr (get->service, "://") == NULL)
    return KB_DECLINED;
  answer = kb_ask_open (ask, get->service, &wish, error);
  return answer == KB_OK && kb_ask_is_storage (ask) ? KB_DECLINED : answer;
}

/* The status of keyring itself: 1 is "there is none", and pip and uv know no other. */
static int
answer (const KbStreams *streams, const KbKeyringGet *get, KbAsk *ask)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) problem = NULL;
  int status = KB_EXIT_NOTHING;

  if (kb_ask_get (ask, &credential, &problem) == KB_OK)
    status = give (streams, get, ask, credential, &problem);
  if (problem == NULL)
    return status;
  kb_complain (problem->message);
  return KB_EXIT_NOTHING;
}

/* ---- the real keyring ----------------------------------------------------------- */

static gboolean
is_us (const char *path)
{
  struct stat that;
  struct stat self;

  return stat (path, &that) == 0 && stat ("/proc/self/exe", &self) == 0
         && that.st_dev == self.st_dev && that.st_ino == self.st_ino;
}

/* New, or NULL: the first program of that name in PATH that is another than this one. */
static char *
find_real (void)
{
  const char *path = g_getenv ("PATH");
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "/usr/bin:/bin", ":", -1);

  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *file = g_build_filename (*folder, "keyring", NULL);
      g_autofree char *program = **folder == '/' ? kb_program_find (file) : NULL;

      if (program != NULL && !is_us (program))
        return g_steal_pointer (&program);
    }
  return NULL;
}

/* Comes back only when it cannot be run. */
static void
become (const KbStreams *streams, char *program, char **arguments)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  char **environment = kb_environment_for_child ();
  g_autofree char *text = NULL;

  g_ptr_array_add (words, program);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (words, *arguments);
  g_ptr_array_add (words, NULL);
  environment = g_environ_setenv (environment, PASSED_ON, "1", TRUE);
  if (dup2 (streams->out, STDOUT_FILENO) >= 0)
    {
      kb_soften ();
      (void) execve (program, (char **) words->pdata, environment);
    }
  text = g_strdup_printf ("keyring: %s: %s", program, g_strerror (errno));
  kb_complain (text);
  g_strfreev (environment);
}

/* Without a real one a get finds nothing, which is no error to anybody. */
static int
pass_on (const KbStreams *streams, char **arguments, gboolean is_get)
{
  g_autofree char *program = g_getenv (PASSED_ON) == NULL ? find_real () : NULL;

  if (program != NULL)
    become (streams, program, arguments);
  else if (!is_get)
    kb_complain ("keyring: this answers only \"get\" for places of ours, and there is no "
                 "other keyring in PATH");
  return is_get || program != NULL ? KB_EXIT_NOTHING : KB_EXIT_USAGE;
}

int
kb_frontend_keyring (const KbStreams *streams, char **arguments, GError **error)
{
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (GError) problem = NULL;
  KbKeyringGet get;
  KbAnswer opened;

  if (!kb_keyring_read (arguments, &get))
    return pass_on (streams, arguments, FALSE);
  opened = open_service (&ask, &get, &problem);
  if (opened == KB_OK)
    return answer (streams, &get, &ask);
  if (problem != NULL)
    kb_complain (problem->message);
  kb_ask_clear (&ask);
  return pass_on (streams, arguments, TRUE);
}
