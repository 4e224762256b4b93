/* SPDX-License-Identifier: MIT */
/* Source: whatever another program prints.
   Knows nothing of how it is run (run.c) and what it says (answer.c). */
#include "exec/answer.h"

#include "base/clock.h"
#include "base/text.h"
#include "common/run.h"
#include "common/token.h"

#include <string.h>

static const KbOption options[] = {
  { "command", KB_OPTION_LIST, TRUE, NULL,
    "Program with its absolute path, and its arguments; no shell" },
  { "format", KB_OPTION_STRING, FALSE, "auto", "What it prints: git, token, or auto" },
  { "timeout", KB_OPTION_INTEGER, FALSE, "10", "Seconds that it may take" },
  { "environment", KB_OPTION_LIST, FALSE, NULL,
    "Further variables that it is given: NAME as it is, or NAME=value" },
  { "user", KB_OPTION_STRING, FALSE, "token", "User name where neither side gives one" },
  { "lifetime", KB_OPTION_INTEGER, FALSE, "0",
    "Seconds that an answer without expiry is kept, 0 for not at all" },
  { NULL, KB_OPTION_STRING, FALSE, NULL, NULL }
};

static const char *
option_fault (const KbInstance *instance)
{
  const char *const *command = kb_instance_list (instance, "command");
  const char *const *environment = kb_instance_list (instance, "environment");
  KbFormat format;

  if (command[0] == NULL)
    return "command: empty";
  if (!kb_format_parse (kb_instance_string (instance, "format"), &format))
    return "format: none of auto, git, token";
  if (kb_instance_integer (instance, "timeout") == 0)
    return "timeout: 0";
  for (gsize i = 0; environment[i] != NULL; i++)
    if (environment[i][0] == '=' || environment[i][0] == '\0')
      return "environment: neither NAME nor NAME=value";
  return NULL;
}

static KbAnswer
exec_open (const KbInstance *instance, gpointer *self, GError **error)
{
  const char *fault = option_fault (instance);

  if (fault != NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, fault);
      return KB_FAILED;
    }
  if (!kb_run_check (kb_instance_list (instance, "command")[0], error))
    {
      g_prefix_error (error, "command: ");
      return KB_FAILED;
    }
  *self = (gpointer) instance;
  return KB_OK;
}

static void
exec_close (gpointer self)
{
}

static KbAnswer
exec_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
               GError **error)
{
  identity->account = g_strdup (kb_instance_name (self));
  identity->realm = kb_token_realm (request);
  return KB_OK;
}

/* New, without the NULL at the end. */
static GPtrArray *
environment_new (const KbInstance *instance, const KbRequest *request)
{
  GPtrArray *environment = kb_run_environment_new ();
  const char *const *more = kb_instance_list (instance, "environment");

  for (gsize i = 0; more[i] != NULL; i++)
    if (strchr (more[i], '=') != NULL)
      g_ptr_array_add (environment, g_strdup (more[i]));
    else
      kb_run_environment_add (environment, more[i], kb_request_getenv (request, more[i]));
  return environment;
}

/* The array owns and wipes the strings; execve needs a NULL behind them. */
static KbSecret *
run (const KbInstance *instance, const KbRequest *request, const KbBuffer *question,
     GError **error)
{
  g_autoptr (GPtrArray) environment = environment_new (instance, request);
  g_autofree char **list = g_new0 (char *, environment->len + 1);
  gint64 timeout = kb_instance_integer (instance, "timeout") * 1000;
  KbRun what = { .command = kb_instance_list (instance, "command"),
                 .environment = list,
                 .input = question,
                 .timeout_ms = MIN (timeout, kb_request_remaining_ms (request)) };

  for (guint i = 0; i < environment->len; i++)
    list[i] = environment->pdata[i];
  if (!kb_run_check (what.command[0], error))
    return NULL;
  return kb_run (&what, request, error);
}

static KbAnswer
check (const KbInstance *instance, const KbRequest *request, KbCredential *made,
       GError **error)
{
  gint64 lifetime = kb_instance_integer (instance, "lifetime");

  if (kb_token_was_refused (request, kb_credential_secret (made)))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_DENIED,
                           "the program gives again what the server refuses");
      return KB_FAILED;
    }
  if (kb_credential_expires (made) != 0)
    return KB_OK;
  if (lifetime > 0)
    kb_credential_set_expires (made, kb_clock_now () + lifetime);
  else
    kb_credential_set_ephemeral (made, TRUE);
  return KB_OK;
}

static KbAnswer
get (const KbInstance *instance, const KbRequest *request, KbCredential **made,
     GError **error)
{
  const char *asked = kb_request_user (request);
  const char *user = asked != NULL ? asked : kb_instance_string (instance, "user");
  g_autoptr (KbBuffer) question = kb_answer_question (request, error);
  g_autoptr (KbSecret) output = NULL;
  KbFormat format = KB_FORMAT_AUTO;

  if (question == NULL)
    return KB_FAILED;
  output = run (instance, request, question, error);
  if (output == NULL)
    return KB_FAILED;
  (void) kb_format_parse (kb_instance_string (instance, "format"), &format);
  return kb_answer_read (output, format, user, made, error);
}

static KbAnswer
exec_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
              GError **error)
{
  const char *program = kb_instance_list (self, "command")[0];
  g_autoptr (KbCredential) made = NULL;
  KbAnswer answer = get (self, request, &made, error);

  if (answer == KB_OK)
    answer = check (self, request, made, error);
  if (answer == KB_FAILED)
    g_prefix_error (error, "%s: ", program);
  if (answer == KB_DECLINED)
    kb_request_note (request, "%s gave no credential", program);
  if (answer == KB_OK)
    *credential = g_steal_pointer (&made);
  return answer;
}

static const KbSource source = { .open = exec_open,
                                 .close = exec_close,
                                 .identify = exec_identify,
                                 .acquire = exec_acquire };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "exec",
  .summary = "What another program prints: git's credential lines or a token",
  .options = options,
  .source = &source,
};
