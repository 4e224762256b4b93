/* SPDX-License-Identifier: MIT */
/* Finds the source of an instance and what is kept of its account, and has it revoked.
   Knows nothing of how that is done at a server. */
#include "commands/revoke.h"

#include "kept.h"
#include "lock.h"
#include "log.h"

typedef struct
{
  const KbStack *stack;
  const KbEntry *entry;
} Found;

/* The first stack that has such an entry: an instance is the same in all of them. */
static Found
find_entry (const KbConfig *config, const char *instance)
{
  const GPtrArray *stacks = kb_config_stacks (config);

  for (guint i = 0; i < stacks->len; i++)
    {
      const KbStack *stack = g_ptr_array_index (stacks, i);

      for (guint n = 0; n < stack->sources->len; n++)
        if (g_str_equal (g_array_index (stack->sources, KbEntry, n).instance, instance))
          return (Found){ stack, &g_array_index (stack->sources, KbEntry, n) };
    }
  return (Found){ NULL, NULL };
}

static KbAnswer
decline (char **why, const char *text)
{
  *why = g_strdup (text);
  return KB_DECLINED;
}

static KbAnswer
ask_source (const KbOpened *source, KbRequest *request, char **why, GError **error)
{
  GError *problem = NULL;
  KbAnswer answer = source->module->source->revoke (source->self, request, &problem);

  answer = kb_answer_check (answer, source->name, request, &problem);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", source->name);
  if (answer == KB_DECLINED)
    return decline (why, kb_request_last_note (request) != NULL
                             ? kb_request_last_note (request)
                             : "the server has no way to do so");
  return answer;
}

static KbAnswer
revoke_kept (KbKept *kept, const KbOpened *source, KbRequest *request, char **why,
             GError **error)
{
  g_autofree char *key = kb_kept_key (kept);
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbSecret) renewal = NULL;
  g_autoptr (KbLock) lock = NULL;
  KbAnswer answer
      = kb_lock_take (key, kb_request_patience_ms (request), NULL, NULL, &lock, error);

  if (answer != KB_OK)
    return answer;
  kb_kept_find (kept);
  credential = kb_kept_credential (kept);
  if (kb_kept_renewal (kept, &renewal, NULL, error) == KB_FAILED)
    return KB_FAILED;
  if (credential == NULL && renewal == NULL)
    return KB_DECLINED;
  if (source->module->source->revoke == NULL)
    return decline (why,
                    "what makes it has no way to do so: revoke it where it was made");
  kb_request_clear_note (request);
  kb_request_set_account (request, kb_kept_account (kept));
  kb_request_hand (request, credential, kb_kept_refused (kept), renewal, NULL);
  answer = ask_source (source, request, why, error);
  kb_request_hand (request, NULL, FALSE, NULL, NULL);
  if (answer == KB_OK)
    kb_log_event ("revoked", kb_kept_account (kept), kb_kept_realm (kept), 0);
  return answer;
}

KbAnswer
kb_revoke (KbPlace *place, const char *instance, const char *account, const char *realm,
           char **why, GError **error)
{
  Found found = find_entry (kb_runtime_config (place->runtime), instance);
  KbIdentity identity = { .account = (char *) account, .realm = (char *) realm };
  g_autoptr (KbKeeper) keeper = NULL;
  g_autoptr (KbKept) kept = NULL;
  const KbOpened *source = NULL;
  KbAnswer answer;

  *why = NULL;
  if (found.entry == NULL)
    return decline (why, "the configuration has no such source any more");
  answer = kb_runtime_source (place->runtime, found.entry, &source, error);
  if (answer != KB_OK)
    return answer;
  keeper = kb_keeper_new (place->runtime, found.stack, place->request);
  kept = kb_kept_new (place->request, keeper, instance, &identity);
  return revoke_kept (kept, source, place->request, why, error);
}
