/* SPDX-License-Identifier: MIT */
/* Finds the hooks of a token in the configuration and runs them, the secret on stdin.
   Knows nothing of servers, stores and journals. */
#include "hooks.h"

#include "common/run.h"

#include <string.h>

/* Beside the hook's own time: to start it and to note that it is done. */
#define BESIDE_MS 60000

static gboolean
matches (const char *const *globs, const char *text)
{
  if (globs[0] == NULL)
    return TRUE;
  for (gsize i = 0; globs[i] != NULL; i++)
    if (g_pattern_match_simple (globs[i], text))
      return TRUE;
  return FALSE;
}

static gboolean
is_for (const KbInstance *hook, const char *organization, const char *name)
{
  const char *only = kb_instance_string (hook, "organization");

  return kb_instance_list (hook, "on-rotate")[0] != NULL
         && (only == NULL || g_ascii_strcasecmp (only, organization) == 0)
         && matches (kb_instance_list (hook, "token"), name);
}

static gboolean
check (const KbInstance *hook, GError **error)
{
  if (kb_run_check (kb_instance_list (hook, "on-rotate")[0], error))
    return TRUE;
  g_prefix_error (error, "[%s] on-rotate: ", kb_instance_name (hook));
  return FALSE;
}

GPtrArray *
kb_hooks_for (KbCall *call, const char *organization, const char *name, GError **error)
{
  g_autoptr (GPtrArray) hooks = g_ptr_array_new ();
  const KbInstance *next = kb_call_instance (call);

  for (guint i = 0; next != NULL; i++)
    {
      if (is_for (next, organization, name))
        {
          if (!check (next, error))
            return NULL;
          g_ptr_array_add (hooks, (gpointer) next);
        }
      if (kb_call_task (call, i, &next, error) != KB_OK)
        return NULL;
    }
  return g_steal_pointer (&hooks);
}

/* New, without the NULL at the end. */
static GPtrArray *
environment_for (const KbInstance *hook, const KbRequest *request, const KbHandOn *what)
{
  GPtrArray *environment = kb_run_environment_new ();
  const char *const *more = kb_instance_list (hook, "environment");
  char expires[24];

  g_snprintf (expires, sizeof expires, "%" G_GINT64_FORMAT, what->expires);
  kb_run_environment_add (environment, "KEYBEARER_PAT_ORGANIZATION", what->organization);
  kb_run_environment_add (environment, "KEYBEARER_PAT_NAME", what->name);
  kb_run_environment_add (environment, "KEYBEARER_PAT_ID", what->id);
  kb_run_environment_add (environment, "KEYBEARER_PAT_EXPIRES", expires);
  for (gsize i = 0; more[i] != NULL; i++)
    if (strchr (more[i], '=') != NULL)
      g_ptr_array_add (environment, g_strdup (more[i]));
    else
      kb_run_environment_add (environment, more[i], kb_request_getenv (request, more[i]));
  return environment;
}

gboolean
kb_hook_run (const KbInstance *hook, KbTarget *target, const KbHandOn *what,
             GError **error)
{
  const KbRequest *request = kb_target_request (target);
  g_autoptr (GPtrArray) environment = environment_for (hook, request, what);
  g_autofree char **list = g_new0 (char *, environment->len + 1);
  g_autoptr (KbBuffer) input = kb_buffer_new (0);
  g_autoptr (KbSecret) printed = NULL;
  const KbRun run = { .command = kb_instance_list (hook, "on-rotate"),
                      .environment = list,
                      .input = input,
                      .timeout_ms = kb_instance_integer (hook, "timeout") * 1000 };

  for (guint i = 0; i < environment->len; i++)
    list[i] = environment->pdata[i];
  kb_buffer_append_secret (input, what->secret);
  kb_target_allow_ms (target, run.timeout_ms + BESIDE_MS);
  if (kb_run_check (run.command[0], error))
    printed = kb_run (&run, request, error);
  if (printed == NULL)
    g_prefix_error (error, "the hook %s: ", run.command[0]);
  return printed != NULL;
}
