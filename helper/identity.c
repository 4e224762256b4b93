/* SPDX-License-Identifier: MIT */
/* Means an account, asks the source, and completes its answer by the bindings.
   Knows nothing of credentials. */
#include "identity.h"

#include "request.h"

#include <stdlib.h>
#include <string.h>

/* How often a person may mistype. */
#define ATTEMPTS 3

/* The accounts of one instance in the bindings. */
typedef struct
{
  const char *instance;
  GPtrArray *accounts;
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

  if (g_str_equal (bound->binding->instance, search->instance)
      && !g_ptr_array_find_with_equal_func (search->accounts, bound->binding->account,
                                            g_str_equal, NULL))
    g_ptr_array_add (search->accounts, g_strdup (bound->binding->account));
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* New, sorted: the accounts that this instance has anywhere. */
static GPtrArray *
accounts_of (const KbConfig *config, const char *instance)
{
  Search search = { instance, g_ptr_array_new_with_free_func (g_free) };

  kb_binding_each (kb_config_stacks (config), note_account, &search);
  g_ptr_array_sort (search.accounts, by_name);
  return search.accounts;
}

/* New, or NULL. */
static char *
only_account (const KbConfig *config, const char *instance)
{
  g_autoptr (GPtrArray) accounts = accounts_of (config, instance);

  return accounts->len == 1 ? g_strdup (accounts->pdata[0]) : NULL;
}

/* ---- a person's choice ---------------------------------------------------------- */

/* New: "ana@contoso.example, bob@contoso.example". */
static char *
listed (const GPtrArray *accounts)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < accounts->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            (const char *) accounts->pdata[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* New: the question; the list is shown before it, or is in it where only one line can be
   shown. */
static char *
question_of (const KbRequest *request, const GPtrArray *accounts)
{
  g_autofree char *head
      = g_strdup_printf ("Which account for %s?", kb_request_place (request));
  gboolean shown = kb_request_tell (request, head);
  g_autoptr (GString) text = g_string_new (shown ? "" : head);

  for (guint i = 0; i <= accounts->len; i++)
    {
      const char *name = i < accounts->len ? accounts->pdata[i] : "another one";
      g_autofree char *line = g_strdup_printf (" %u) %s", i + 1, name);

      if (!shown || !kb_request_tell (request, line))
        g_string_append (text, line);
    }
  g_string_append (text, shown ? "Number" : "  Number");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* 1 to MOST, or 0. */
static guint
number_of (const KbSecret *answer, guint most)
{
  const char *text = kb_secret_peek (answer);
  char *end = NULL;
  unsigned long number = strtoul (text, &end, 10);

  return g_ascii_isdigit (*text) && *end == '\0' && number <= most ? (guint) number : 0;
}

static KbAnswer
ask_choice (const KbRequest *request, const GPtrArray *accounts, char **account,
            GError **error)
{
  guint number = 0;

  for (guint i = 0; number == 0 && i < ATTEMPTS; i++)
    {
      g_autofree char *question = question_of (request, accounts);
      g_autoptr (KbSecret) answer = NULL;
      KbAnswer result = kb_request_ask (request, question, FALSE, &answer, error);

      if (result == KB_FAILED)
        return KB_FAILED;
      if (result == KB_DECLINED)
        break;
      number = number_of (answer, accounts->len + 1);
    }
  if (number == 0)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "no account was chosen for %s",
                   kb_request_place (request));
      return KB_FAILED;
    }
  if (number <= accounts->len)
    *account = g_strdup (accounts->pdata[number - 1]);
  return KB_OK;
}

KbAnswer
kb_identity_choose (const KbConfig *config, KbRequest *request, const char *instance,
                    KbIdentity *identity, GError **error)
{
  g_autoptr (GPtrArray) accounts = accounts_of (config, instance);
  g_autofree char *names = listed (accounts);
  KbAnswer answer;

  if (accounts->len < 2)
    return KB_OK;
  if (kb_request_can_ask (request))
    {
      answer = ask_choice (request, accounts, &identity->account, error);
      kb_request_set_account (request, identity->account);
      return answer;
    }
  if (kb_request_interactive (request))
    return KB_OK;
  g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION,
               "several accounts have signed in (%s): run: keybearer login %s --account "
               "NAME",
               names,
               kb_request_organization (request) != NULL
                   ? kb_request_organization (request)
                   : kb_request_host (request));
  return KB_FAILED;
}

/* ---- who is meant --------------------------------------------------------------- */

/* Whether INSTANCE is a requisite entry before BOUND in the stack: what BOUND gave was
   made of its credential, for the same account. */
static gboolean
bought_for (const KbStack *stack, const char *instance, const char *bound)
{
  gboolean before = FALSE;

  for (guint i = 0; i < stack->sources->len; i++)
    {
      const KbEntry *entry = &g_array_index (stack->sources, KbEntry, i);

      if (g_str_equal (entry->instance, bound))
        return before;
      before |= g_str_equal (entry->instance, instance)
                && entry->control == KB_CONTROL_REQUISITE;
    }
  return FALSE;
}

/* Asked for, else who answered here before, else whom git's configuration names for the
   organization, else the only one there is. */
static void
mean_account (const KbConfig *config, const KbStack *stack, KbRequest *request,
              const char *instance, gboolean fresh)
{
  g_auto (KbBinding) binding = { 0 };
  g_autofree char *only = NULL;
  g_autofree char *variable = NULL;
  const char *organization = kb_request_organization (request);
  const char *account = kb_request_user (request);

  if (account == NULL)
    account = kb_request_hint (request, "account");
  if (account == NULL && !fresh && kb_binding_read (stack, request, &binding)
      && (g_str_equal (binding.instance, instance)
          || bought_for (stack, instance, binding.instance)))
    account = binding.account;
  kb_request_set_account (request, account);
  kb_request_set_fresh (request, fresh);
  kb_request_set_git_variables (
      request, kb_config_git_variables (config, kb_request_url (request)));
  if (account != NULL || fresh)
    return;
  only = only_account (config, instance);
  if (organization != NULL)
    variable = kb_config_git_account (config, kb_request_url (request), organization);
  kb_request_set_account_later (request, variable, only);
}

/* Where the source says that the user is nobody's name: the only one there is; of several
   a person chooses. */
static void
mean_anyone (const KbConfig *config, KbRequest *request, const char *instance,
             KbIdentity *identity)
{
  if (!identity->anyone || identity->account != NULL)
    return;
  identity->account = only_account (config, instance);
  kb_request_set_account (request, identity->account);
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
  if (answer != KB_OK || fresh)
    return answer;
  mean_anyone (config, request, source->name, identity);
  fill_in (stack, request, source->name, identity);
  return KB_OK;
}
