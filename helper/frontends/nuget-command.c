/* SPDX-License-Identifier: MIT */
/* Reads the options of Microsoft's credential provider and prints as it does.
   Knows nothing of the plugin protocol. */
#include "frontends/nuget-command.h"

#include <errno.h>
#include <string.h>

#include "base/complain.h"
#include "base/json.h"
#include "base/lines.h"
#include "frontends/nuget-ask.h"

typedef enum
{
  FLAG,
  TEXT
} Kind;

typedef struct
{
  const char *name; /* its first letter is its short form */
  Kind kind;
  gboolean *flag;
  const char **text;
} Option;

static gboolean
is_named (const char *argument, const char *name)
{
  char letter[] = { name[0], '\0' };

  if (*argument++ != '-')
    return FALSE;
  argument += *argument == '-';
  return g_ascii_strcasecmp (argument, name) == 0
         || g_ascii_strcasecmp (argument, letter) == 0;
}

/* How many arguments the option takes after its name; -1: its value is missing. */
static int
take (const Option *option, const char *next)
{
  if (option->kind == TEXT)
    {
      if (next == NULL)
        return -1;
      *option->text = next;
      return 1;
    }
  *option->flag = next == NULL || g_ascii_strcasecmp (next, "false") != 0;
  return next != NULL
         && (g_ascii_strcasecmp (next, "false") == 0
             || g_ascii_strcasecmp (next, "true") == 0);
}

static const Option *
find (const Option *options, guint count, const char *argument)
{
  for (guint i = 0; i < count; i++)
    if (is_named (argument, options[i].name))
      return &options[i];
  return NULL;
}

static gboolean
read_all (char **arguments, const Option *options, guint count)
{
  while (*arguments != NULL)
    {
      const Option *option = find (options, count, *arguments);
      int taken = option != NULL ? take (option, arguments[1]) : -1;

      if (taken < 0)
        {
          g_autofree char *text = g_strdup_printf (
              option != NULL ? "nuget: %s wants a value" : "nuget: what is %s?",
              *arguments);

          kb_complain (text);
          return FALSE;
        }
      arguments += 1 + taken;
    }
  return TRUE;
}

gboolean
kb_nuget_command_read (char **arguments, KbNugetCommand *command)
{
  const char *format = "HumanReadable";
  const char *verbosity = NULL; /* ours is -v of the program */
  KbNugetCommand told = { .may_show = TRUE };
  const Option options[] = {
    { "Plugin", FLAG, &told.plugin, NULL },
    { "Uri", TEXT, NULL, &told.uri },
    { "IsRetry", FLAG, &told.retry, NULL },
    { "NonInteractive", FLAG, &told.alone, NULL },
    { "Verbosity", TEXT, NULL, &verbosity },
    { "RedactPassword", FLAG, &told.redact, NULL },
    { "CanShowDialog", FLAG, &told.may_show, NULL },
    { "OutputFormat", TEXT, NULL, &format },
    { "Format", TEXT, NULL, &format },
    { "Help", FLAG, &told.help, NULL },
  };

  if (!read_all (arguments, options, G_N_ELEMENTS (options)))
    return FALSE;
  told.json = g_ascii_strcasecmp (format, "Json") == 0;
  if (!told.json && g_ascii_strcasecmp (format, "HumanReadable") != 0)
    {
      kb_complain ("nuget: -F is Json or HumanReadable");
      return FALSE;
    }
  *command = told;
  return TRUE;
}

/* ---- the answer ----------------------------------------------------------------- */

static gboolean
append_json (KbBuffer *text, const char *user, const char *password)
{
  return kb_buffer_append_text (text, "{") && kb_json_append_name (text, "Username")
         && kb_json_append_string (text, user) && kb_json_append_name (text, "Password")
         && kb_json_append_string (text, password) && kb_buffer_append_text (text, "}\n");
}

static gboolean
append_human (KbBuffer *text, const char *user, const char *password)
{
  return kb_buffer_append_text (text, "Username: ") && kb_buffer_append_text (text, user)
         && kb_buffer_append_text (text, "\nPassword: ")
         && kb_buffer_append_text (text, password) && kb_buffer_append_text (text, "\n");
}

static int
print (const KbStreams *streams, const KbNugetCommand *command,
       const KbNugetAnswer *answer, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  const char *password = command->redact ? "********" : kb_secret_peek (answer->secret);
  gboolean good = command->json ? append_json (text, answer->user, password)
                                : append_human (text, answer->user, password);

  if (good && kb_write_all (streams->out, kb_buffer_peek (text), kb_buffer_length (text)))
    return 0;
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "standard output: %s",
               good ? g_strerror (errno) : "the credential is too long");
  return 0;
}

int
kb_nuget_command_run (const KbStreams *streams, const KbNugetCommand *command,
                      GError **error)
{
  const KbNugetQuestion question = { .uri = command->uri,
                                     .retry = command->retry,
                                     .alone = TRUE,
                                     .may_ask = !command->alone,
                                     .may_show = command->may_show };
  g_auto (KbNugetAnswer) answer = { 0 };

  kb_nuget_ask (&question, &answer);
  for (guint i = 0; i < answer.log->len; i++)
    kb_complain (g_ptr_array_index (answer.log, i));
  if (answer.outcome == KB_NUGET_FOREIGN)
    kb_complain ("nuget: no credential of ours is for this URL");
  return answer.outcome == KB_NUGET_GIVEN ? print (streams, command, &answer, error)
                                          : KB_NUGET_EXIT_NOTHING;
}
