/* SPDX-License-Identifier: MIT */
/* keybearer logout: erases what is kept of an account in every store, and the binding;
   with --revoke once its server has made it void.
   Knows nothing of how a credential is revoked. */
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/page.h"
#include "commands/place.h"
#include "commands/revoke.h"
#include "commands/shelf.h"

#include <string.h>

#include "log.h"

typedef struct
{
  KbPlace *place;
  GPtrArray *shelves;
  KbPage *page;
  guint gone;
  GError *problem;    /* the first */
  GHashTable *asked;  /* with --revoke: "INSTANCE\nACCOUNT" -> whether it may be erased */
  gboolean unrevoked; /* a server has no way to do so */
  gboolean still;     /* a server did not do so: the place stays as it was */
  const KbTalk *talk;
} Work;

/* ---- one item ------------------------------------------------------------------- */

/* PARTS are those of its name: kind, instance, account, realm. */
static char *
words_of (char **parts)
{
  guint n = g_strv_length (parts);
  const char *what
      = g_str_equal (parts[0], "renewal") ? "what renews it" : "the credential";

  return g_strdup_printf ("%s of %s (%s)", what, n > 2 ? parts[2] : "an account",
                          n > 1 ? parts[1] : "unknown");
}

static void
erase_item (Work *work, const char *item)
{
  g_auto (GStrv) parts = kb_item_parts (item);
  g_autofree char *what = words_of (parts);
  g_autoptr (GPtrArray) from = g_ptr_array_new ();
  g_autofree char *stores = NULL;
  g_autofree char *line = NULL;

  for (guint i = 0; i < work->shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (work->shelves, i);
      GError **problem = work->problem == NULL ? &work->problem : NULL;

      if (kb_shelf_erase (shelf, work->place->request, item, problem) == KB_OK)
        g_ptr_array_add (from, (gpointer) shelf->name);
    }
  if (from->len == 0)
    return;
  work->gone++;
  kb_log_event ("erased", g_strv_length (parts) > 2 ? parts[2] : NULL, NULL, 0);
  stores = kb_words_list (from, "and");
  line = g_strdup_printf ("Erased %s from %s.", what, stores);
  kb_page_entry (work->page, 0, 0, NULL, KB_STYLE_PLAIN, line);
}

/* ---- revocation ----------------------------------------------------------------- */

static void
tell_revoked (Work *work, const char *instance, const char *account, const char *why)
{
  g_autofree char *line
      = why == NULL
            ? g_strdup_printf ("Revoked the sign-in of %s (%s).", account, instance)
            : g_strdup_printf ("Not revoked for %s (%s): %s.", account, instance, why);

  kb_page_entry (work->page, 0, 0, NULL, why == NULL ? KB_STYLE_GOOD : KB_STYLE_PLAIN,
                 line);
}

/* FALSE: it may still be good, so it stays kept to be revoked later. */
static gboolean
revoke_account (Work *work, const char *instance, const char *account, const char *realm)
{
  g_autofree char *why = NULL;
  GError **problem = work->problem == NULL ? &work->problem : NULL;
  KbAnswer answer = kb_revoke (work->place, instance, account, realm, &why, problem);

  if (answer == KB_OK || why != NULL)
    tell_revoked (work, instance, account, why);
  work->unrevoked |= why != NULL;
  work->still |= answer == KB_FAILED;
  return answer != KB_FAILED;
}

/* Each credential of an account is one to revoke; its renewal goes with the first. */
static gboolean
may_erase (Work *work, const char *instance, const char *account, const char *realm)
{
  g_autofree char *key = g_strdup_printf ("%s\n%s", instance, account);
  gpointer before = NULL;
  gboolean may;

  if (work->asked == NULL)
    return TRUE;
  if (g_hash_table_lookup_extended (work->asked, key, NULL, &before)
      && (*realm == '\0' || !GPOINTER_TO_INT (before)))
    return GPOINTER_TO_INT (before);
  may = revoke_account (work, instance, account, realm);
  g_hash_table_insert (work->asked, g_steal_pointer (&key), GINT_TO_POINTER (may));
  return may;
}

/* ---- one account ---------------------------------------------------------------- */

static void
erase_account (Work *work, const char *instance, const char *account, const char *realm)
{
  g_autofree char *credential
      = kb_item_name ("credential", instance, account, realm, NULL);
  g_autofree char *renewal = kb_item_name ("renewal", instance, account, NULL);

  if (!may_erase (work, instance, account, realm))
    return;
  erase_item (work, credential);
  erase_item (work, renewal);
}

/* ---- others --------------------------------------------------------------------- */

typedef struct
{
  const KbBinding *mine;
  const char *organization; /* of MINE, or NULL */
  GPtrArray *names;
} Others;

static void
note_other (const KbBound *bound, gpointer data)
{
  Others *others = data;

  if (bound->organization != NULL
      && g_strcmp0 (bound->organization, others->organization) != 0
      && g_str_equal (bound->binding->instance, others->mine->instance)
      && g_str_equal (bound->binding->account, others->mine->account)
      && g_str_equal (bound->binding->realm, others->mine->realm))
    g_ptr_array_add (others->names, g_strdup (bound->organization));
}

/* One credential may serve many organizations, and it is gone for all of them. */
static void
tell_others (Work *work, const KbBinding *binding)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  Others others = { binding, kb_request_organization (work->place->request), names };
  g_autofree char *list = NULL;

  kb_binding_each (kb_config_stacks (kb_runtime_config (work->place->runtime)),
                   note_other, &others);
  if (names->len == 0)
    return;
  list = kb_words_list (names, "and");
  kb_page_add (work->page, "The same credential served ");
  kb_page_show (work->page, KB_STYLE_PLAIN, list);
  kb_page_add (work->page, ".\n");
}

/* ---- one place ------------------------------------------------------------------ */

typedef struct
{
  Work *work;
  GPtrArray *scopes;
} Scoped;

/* Tokens for something else that were made by the sign-in to this place. */
static void
erase_scoped (const KbBound *bound, gpointer data)
{
  const Scoped *scoped = data;
  const KbRequest *request = scoped->work->place->request;
  g_autofree char *origin = kb_url_origin (kb_request_url (request));
  const char *organization = kb_request_organization (request);

  if (bound->scope == NULL || g_strcmp0 (bound->user, kb_request_user (request)) != 0
      || g_strcmp0 (bound->organization, organization) != 0
      || (organization == NULL && g_strcmp0 (bound->origin, origin) != 0))
    return;
  erase_account (scoped->work, bound->binding->instance, bound->binding->account,
                 bound->binding->realm);
  g_ptr_array_add (scoped->scopes, g_strdup (bound->scope));
}

static void
erase_scopes (Work *work)
{
  KbRequest *request = work->place->request;
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *own = g_strdup (kb_request_scope (request));
  Scoped scoped = { work, scopes };

  kb_binding_each (kb_config_stacks (kb_runtime_config (work->place->runtime)),
                   erase_scoped, &scoped);
  for (guint i = 0; i < scopes->len; i++)
    {
      (void) kb_request_set_scope (request, g_ptr_array_index (scopes, i));
      kb_binding_forget (kb_session_stack (work->place->session), request);
    }
  (void) kb_request_set_scope (request, own);
}

/* Who answered last, and whoever would answer now: an item may be older than the binding
   or have outlived it. */
static void
erase_place (Work *work)
{
  KbPlace *place = work->place;
  const KbStack *stack = kb_session_stack (place->session);
  g_auto (KbBinding) binding = { 0 };

  if (kb_binding_read (stack, place->request, &binding))
    {
      erase_account (work, binding.instance, binding.account, binding.realm);
      tell_others (work, &binding);
    }
  for (guint i = 0; i < stack->sources->len; i++)
    {
      const KbEntry *entry = &g_array_index (stack->sources, KbEntry, i);
      const KbOpened *source = NULL;
      g_auto (KbIdentity) identity = { 0 };

      if (kb_place_identify (place, entry, &source, &identity, NULL) == KB_OK
          && kb_identity_is_whole (&identity))
        erase_account (work, entry->instance, identity.account, identity.realm);
    }
  if (work->still)
    return;
  kb_binding_forget (stack, place->request);
  erase_scopes (work);
}

static void
erase_elsewhere (Work *work, const char *url)
{
  KbPlace *first = work->place;
  GPtrArray *firsts = work->shelves;
  g_auto (KbPlace) other = { 0 };
  g_autoptr (GPtrArray) shelves = NULL;

  if (kb_place_open (&other, url, NULL) != KB_OK)
    return;
  kb_let_ask (other.request, work->talk);
  shelves
      = kb_shelves_new (other.runtime, kb_session_stack (other.session), other.request);
  work->place = &other;
  work->shelves = shelves;
  erase_place (work);
  work->place = first;
  work->shelves = firsts;
}

/* An organization's places may have several stacks, as its package feeds do: who names
   the organization means them all. */
static void
erase_organization (Work *work)
{
  const KbConfig *config = kb_runtime_config (work->place->runtime);
  const char *organization = kb_request_organization (work->place->request);
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();
  g_auto (GStrv) places
      = organization != NULL ? kb_config_places (config, organization) : NULL;

  erase_place (work);
  g_ptr_array_add (seen, (gpointer) kb_session_stack (work->place->session));
  for (char **at = places; at != NULL && *at != NULL; at++)
    {
      g_autoptr (KbUrl) url = kb_url_parse (*at, NULL);
      const KbStack *stack = url != NULL ? kb_config_match (config, url) : NULL;

      if (stack == NULL || stack->sources->len == 0
          || g_ptr_array_find (seen, stack, NULL))
        continue;
      g_ptr_array_add (seen, (gpointer) stack);
      erase_elsewhere (work, *at);
    }
}

/* ---- everything ----------------------------------------------------------------- */

static gboolean
is_account (const char *item)
{
  return g_str_has_prefix (item, "credential/") || g_str_has_prefix (item, "renewal/");
}

static void
erase_found (Work *work, const char *item)
{
  g_auto (GStrv) parts = kb_item_parts (item);
  guint n = g_strv_length (parts);

  if (n < 3 || may_erase (work, parts[1], parts[2], n > 3 ? parts[3] : ""))
    erase_item (work, item);
}

/* Logins that a tool has stored for other hosts are no accounts and stay. */
static void
erase_all (Work *work)
{
  for (guint i = 0; i < work->shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (work->shelves, i);
      g_autoptr (GPtrArray) names = kb_shelf_names (shelf, work->place->request);

      if (shelf->state == KB_FAILED && work->problem == NULL)
        (void) kb_shelf_erase (shelf, work->place->request, "", &work->problem);
      for (guint n = 0; names != NULL && n < names->len; n++)
        if (is_account (g_ptr_array_index (names, n)))
          erase_found (work, g_ptr_array_index (names, n));
    }
  if (!work->still)
    kb_binding_forget_all ();
}

/* ---- the verb ------------------------------------------------------------------- */

typedef struct
{
  const char *word;
  gboolean all;
  gboolean revokes;
} Call;

static int
finish (Work *work, gboolean all, GError **error)
{
  KbPage *page = work->page;

  if (work->gone == 0 && work->problem == NULL && all)
    kb_page_add (page, "Nothing was kept.\n");
  else if (work->gone == 0 && work->problem == NULL)
    kb_page_printf (page, "Nothing was kept for %s.\n",
                    kb_request_place (work->place->request));
  if (kb_page_end (page, error) != 0)
    return KB_EXIT_ERROR;
  if (work->problem == NULL)
    return work->unrevoked ? KB_EXIT_NOTHING : 0;
  kb_add_hint (work->problem, work->place->word);
  g_propagate_prefixed_error (error, g_steal_pointer (&work->problem), "%s",
                              work->still ? "not revoked, and so still kept: "
                                          : "not erased in ");
  return KB_EXIT_ERROR;
}

static int
log_out (const KbStreams *streams, KbPlace *place, const Call *call, const KbTalk *talk,
         GError **error)
{
  const KbStack *stack = kb_session_stack (place->session);
  g_auto (KbPage) page = { 0 };
  g_autoptr (GPtrArray) shelves
      = kb_shelves_new (place->runtime, call->all ? NULL : stack, place->request);
  g_autoptr (GHashTable) asked
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Work work = { .place = place,
                .shelves = shelves,
                .page = &page,
                .asked = call->revokes ? asked : NULL,
                .talk = talk };

  kb_page_begin (&page, streams);
  if (call->all)
    erase_all (&work);
  else if (call->word != NULL && strstr (call->word, "://") != NULL)
    erase_place (&work);
  else
    erase_organization (&work);
  return finish (&work, call->all, error);
}

int
kb_command_logout (const KbStreams *streams, char **arguments, GError **error)
{
  Call call = { 0 };
  const KbArgument table[] = { { "--all", &call.all, NULL },
                               { "--revoke", &call.revokes, NULL },
                               { NULL, NULL, NULL } };
  g_autoptr (KbTalk) talk = NULL;
  g_auto (KbPlace) place = { 0 };
  KbAnswer answer;

  if (!kb_arguments_read ("logout", arguments, table, 1, &call.word, NULL))
    return KB_EXIT_USAGE;
  if (call.all && call.word != NULL)
    {
      kb_complain ("logout: --all means every place: name none");
      return KB_EXIT_USAGE;
    }
  answer = call.all ? kb_place_open_any (&place, error)
                    : kb_place_open (&place, call.word, error);
  if (answer != KB_OK)
    return KB_EXIT_USAGE;
  talk = kb_permitted_talk ();
  kb_let_ask (place.request, talk); /* a locked store may ask */
  if (call.all || kb_session_stack (place.session) != NULL)
    return log_out (streams, &place, &call, talk, error);
  kb_complain ("logout: no stack is for this place");
  return KB_EXIT_NOTHING;
}
