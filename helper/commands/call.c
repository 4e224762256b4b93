/* SPDX-License-Identifier: MIT */
/* Runs the verbs that modules bring and lends them sessions, stores and time.
   Knows nothing of what they do. */
#include "commands/call.h"

#include <string.h>

#include "base/complain.h"
#include "base/lines.h"
#include "commands/place.h"
#include "harden.h"
#include "kept.h"
#include "named.h"

/* A night's work is a timer's, not one process's. */
#define ALLOWED_MS_MAX ((gint64) 3600 * 1000)

struct _KbCall
{
  const KbStreams *streams;
  KbRuntime *runtime;
  const KbModule *module;
  KbInstance *instance;
  GPtrArray *tasks; /* of KbInstance; NULL until asked for */
};

struct _KbTarget
{
  KbPlace place;
  KbTalk *talk;
  char *refused;     /* the mark of what the server did not take, or NULL */
  GPtrArray *unkept; /* of char *: notices that wait */
};

/* ---- the call ------------------------------------------------------------------- */

static const KbCommand *
find_command (const KbModule *module, const char *name)
{
  for (const KbCommand *command = module->commands;
       command != NULL && command->name != NULL; command++)
    if (g_str_equal (command->name, name))
      return command;
  return NULL;
}

static void
call_clear (KbCall *call)
{
  g_clear_pointer (&call->tasks, g_ptr_array_unref);
  kb_instance_free (call->instance);
  kb_runtime_free (call->runtime);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbCall, call_clear)

static int
show_help (const KbStreams *streams, const KbModule *module, const KbCommand *command)
{
  g_autofree char *manual = g_strdup_printf ("keybearer-%s(8)", module->name);

  return kb_help_verb (streams->out, command->name, command->usage, command->summary,
                       manual)
             ? 0
             : KB_EXIT_ERROR + KB_ERROR_PROTOCOL;
}

static int
complain_usage (const KbCommand *command)
{
  g_autofree char *text
      = g_strdup_printf ("usage: keybearer %s %s", command->name, command->usage);

  kb_complain (text);
  return KB_EXIT_USAGE;
}

static int
run_command (KbCall *call, const KbCommand *command, char **arguments, GError **error)
{
  int status;

  if (kb_wants_help (arguments))
    return show_help (call->streams, call->module, command);
  call->instance = kb_config_instance (kb_runtime_config (call->runtime), "command",
                                       command->name, call->module, error);
  if (call->instance == NULL)
    return KB_EXIT_ERROR;
  status = command->run (call, arguments, error);
  return *error == NULL && status == KB_CALL_USAGE ? complain_usage (command) : status;
}

KbAnswer
kb_call_run (const KbStreams *streams, const char *name, char **arguments, int *status,
             GError **error)
{
  g_auto (KbCall) call = { .streams = streams };
  const KbCommand *command;
  const char *module;
  GError *problem = NULL;

  call.runtime = kb_runtime_new_default (error);
  if (call.runtime == NULL)
    return KB_FAILED;
  module = kb_config_command (kb_runtime_config (call.runtime), name);
  if (module == NULL)
    return KB_DECLINED;
  call.module = kb_loader_load (kb_runtime_loader (call.runtime), module, error);
  if (call.module == NULL)
    return KB_FAILED;
  command = find_command (call.module, name);
  if (command == NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "[command %s]: the module %s has no such command", name, module);
      return KB_FAILED;
    }
  *status = run_command (&call, command, arguments, &problem);
  if (problem == NULL)
    return KB_OK;
  g_propagate_error (error, problem);
  return KB_FAILED;
}

/* ---- --help --------------------------------------------------------------------- */

typedef struct
{
  KbLoader *loader;
  KbPage *page;
} Help;

static void
append_command (const char *kind, const char *name, const char *module_name,
                const char *place, gpointer data)
{
  Help *help = data;
  const KbModule *module = g_str_equal (kind, "command")
                               ? kb_loader_load (help->loader, module_name, NULL)
                               : NULL;
  const KbCommand *command = module != NULL ? find_command (module, name) : NULL;

  if (command != NULL)
    kb_help_entry (help->page, command->name, command->usage, command->summary);
}

void
kb_call_add_help (KbPage *page)
{
  g_autoptr (KbRuntime) runtime = kb_runtime_new_default (NULL);
  Help help = { .page = page };

  if (runtime == NULL)
    return;
  help.loader = kb_runtime_loader (runtime);
  kb_config_each_instance (kb_runtime_config (runtime), append_command, &help);
}

/* ---- what a command asks of its call -------------------------------------------- */

const KbInstance *
kb_call_instance (const KbCall *call)
{
  return call->instance;
}

int
kb_call_output (const KbCall *call)
{
  return call->streams->out;
}

typedef struct
{
  KbCall *call;
  GError *error;
} Tasks;

static void
add_task (const char *kind, const char *name, const char *module, const char *place,
          gpointer data)
{
  Tasks *tasks = data;
  KbCall *call = tasks->call;
  KbInstance *instance;

  if (tasks->error != NULL || !g_str_equal (kind, "task")
      || !g_str_equal (module, call->module->name))
    return;
  instance = kb_config_instance (kb_runtime_config (call->runtime), kind, name,
                                 call->module, &tasks->error);
  if (instance != NULL)
    g_ptr_array_add (call->tasks, instance);
}

KbAnswer
kb_call_task (KbCall *call, guint index, const KbInstance **task, GError **error)
{
  Tasks tasks = { .call = call };

  if (call->tasks == NULL)
    {
      call->tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_instance_free);
      kb_config_each_instance (kb_runtime_config (call->runtime), add_task, &tasks);
    }
  if (tasks.error != NULL)
    {
      g_clear_pointer (&call->tasks, g_ptr_array_unref);
      g_propagate_error (error, tasks.error);
      return KB_FAILED;
    }
  *task = index < call->tasks->len ? g_ptr_array_index (call->tasks, index) : NULL;
  return KB_OK;
}

/* ---- a target ------------------------------------------------------------------- */

/* What could not be kept beside is told when the call goes on or ends; not where the same
   store then refuses what the call is about: one fault is one line. */
static void
tell_unkept (KbTarget *target, gboolean refused)
{
  for (guint i = 0; !refused && i < target->unkept->len; i++)
    kb_complain (g_ptr_array_index (target->unkept, i));
  g_ptr_array_set_size (target->unkept, 0);
}

static void
take_notices (KbTarget *target)
{
  const char *const *notice = kb_session_notices (target->place.session);

  for (; *notice != NULL; notice++)
    if (g_str_has_prefix (*notice, KB_KEPT_NOT))
      g_ptr_array_add (target->unkept, g_strdup (*notice));
    else
      kb_complain (*notice);
}

void
kb_target_free (KbTarget *target)
{
  if (target == NULL)
    return;
  tell_unkept (target, FALSE);
  g_ptr_array_unref (target->unkept);
  kb_place_clear (&target->place);
  kb_talk_free (target->talk);
  g_free (target->refused);
  g_free (target);
}

KbAnswer
kb_call_target (KbCall *call, const char *word, KbTarget **target, GError **error)
{
  g_autoptr (KbTarget) made = g_new0 (KbTarget, 1);
  KbAnswer answer;

  made->unkept = g_ptr_array_new_with_free_func (g_free);
  made->place.hold = TRUE;
  answer = kb_place_open (&made->place, word, error);
  if (answer != KB_OK)
    return answer;
  made->talk = kb_permitted_talk ();
  kb_let_ask (made->place.request, made->talk);
  *target = g_steal_pointer (&made);
  return KB_OK;
}

const KbRequest *
kb_target_request (const KbTarget *target)
{
  return target->place.request;
}

void
kb_target_allow_ms (KbTarget *target, gint64 milliseconds)
{
  gint64 allowed = CLAMP (milliseconds, 0, ALLOWED_MS_MAX);

  kb_request_set_deadline_ms (target->place.request, allowed);
  kb_watchdog (allowed);
}

/* A session of its own for each: what the last one found is not asked again. */
KbAnswer
kb_target_credential (KbTarget *target, KbCredential **credential, GError **error)
{
  KbPlace *place = &target->place;
  KbAnswer answer;

  kb_session_free (place->session);
  place->session = kb_session_new (place->runtime, place->request);
  kb_session_set_refused (place->session, target->refused);
  answer = kb_place_get (place, credential, error);
  take_notices (target);
  return answer;
}

void
kb_target_refuse (KbTarget *target, const KbCredential *credential,
                  const char *const *challenges)
{
  kb_request_clear_challenges (target->place.request);
  for (gsize i = 0; challenges[i] != NULL; i++)
    kb_request_add_challenge (target->place.request, challenges[i]);
  g_free (target->refused);
  target->refused = kb_session_mark (credential);
}

/* ---- named secrets -------------------------------------------------------------- */

/* NULL with an error: the configuration has no stack for this place. */
static KbKeeper *
keeper_of (KbTarget *target, GError **error)
{
  KbKeeper *keeper = kb_session_keeper (target->place.session);

  if (keeper == NULL)
    g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                 "%s: no stack is for this place, so nothing can be kept",
                 kb_request_place (target->place.request));
  return keeper;
}

KbAnswer
kb_target_keep (KbTarget *target, const char *name, const char *label,
                const KbNamed *named, GError **error)
{
  KbKeeper *keeper = keeper_of (target, error);
  KbAnswer answer = KB_FAILED;

  if (keeper != NULL)
    answer = kb_named_put (keeper, name, label, named, error);
  tell_unkept (target, answer == KB_FAILED);
  return answer;
}

KbAnswer
kb_target_kept (KbTarget *target, const char *name, KbNamed **named, GError **error)
{
  KbKeeper *keeper = keeper_of (target, error);

  return keeper != NULL ? kb_named_get (keeper, name, named, error) : KB_FAILED;
}

KbAnswer
kb_target_forget (KbTarget *target, const char *name, GError **error)
{
  KbKeeper *keeper = keeper_of (target, error);

  return keeper != NULL ? kb_named_erase (keeper, name, error) : KB_FAILED;
}

KbAnswer
kb_target_names (KbTarget *target, const char *prefix, GPtrArray *names, GError **error)
{
  KbKeeper *keeper = keeper_of (target, error);

  return keeper != NULL ? kb_named_list (keeper, prefix, names, error) : KB_FAILED;
}
