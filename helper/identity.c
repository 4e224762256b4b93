/* SPDX-License-Identifier: MIT */
/* Means an account, asks the source, and completes its answer by the bindings.
   Knows nothing of credentials. */
#include "identity.h"

#include "request.h"

/* The accounts of one instance in the bindings: the first, and whether there are more. */
typedef struct
{
  const char *instance;
  char *account;
  gboolean several;
} Search;

void
kb_identity_clear (KbIdentity *identity)
{
  g_clear_pointer (&identity->account, g_free);
  g_clear_pointer (&identity->realm, g_free);
}

gboolean
kb_identity_is_whole (const KbIdentity *identity)
{
  return identity->account != NULL && identity->realm != NULL;
}

static void
note_account (const KbBound *bound, gpointer data)
{
  Search *search = data;

  if (!g_str_equal (bound->binding->instance, search->instance))
    return;
  if (search->account == NULL)
    search->account = g_strdup (bound->binding->account);
  else if (!g_str_equal (search->account, bound->binding->account))
    search->several = TRUE;
}

/* New, or NULL: the one account that this instance has anywhere. */
static char *
only_account (const KbConfig *config, const char *instance)
{
  Search search = { instance, NULL, FALSE };

  kb_binding_each (kb_config_stacks (config), note_account, &search);
  if (search.several)
    g_clear_pointer (&search.account, g_free);
  return search.account;
}

/* Asked for, else who answered here before, else the only one there is. */
static void
mean_account (const KbConfig *config, const KbStack *stack, KbRequest *request,
              const char *instance, gboolean fresh)
{
  g_auto (KbBinding) binding = { 0 };
  g_autofree char *only = NULL;
  const char *account = kb_request_user (request);

  if (account == NULL && !fresh && kb_binding_read (stack, request, &binding)
      && g_str_equal (binding.instance, instance))
    account = binding.account;
  if (account == NULL && !fresh)
    account = only = only_account (config, instance);
  kb_request_set_account (request, account);
  kb_request_set_fresh (request, fresh);
}

static void
fill_in (const KbStack *stack, const KbRequest *request, const char *instance,
         KbIdentity *identity)
{
  g_auto (KbBinding) binding = { 0 };

  if (kb_identity_is_whole (identity) || !kb_binding_read (stack, request, &binding)
      || !g_str_equal (binding.instance, instance)
      || (identity->account != NULL && !g_str_equal (identity->account, binding.account)))
    return;
  if (identity->account == NULL)
    identity->account = g_steal_pointer (&binding.account);
  if (identity->realm == NULL)
    identity->realm = g_steal_pointer (&binding.realm);
}

KbAnswer
kb_identity_ask (const KbConfig *config, const KbStack *stack, KbRequest *request,
                 const KbOpened *source, gboolean fresh, KbIdentity *identity,
                 GError **error)
{
  GError *problem = NULL;
  KbAnswer answer;

  mean_account (config, stack, request, source->name, fresh);
  answer = source->module->source->identify (source->self, request, identity, &problem);
  answer = kb_answer_check (answer, source->name, identity, &problem);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", source->name);
  if (answer == KB_OK && !fresh)
    fill_in (stack, request, source->name, identity);
  return answer;
}
