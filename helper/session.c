/* SPDX-License-Identifier: MIT */
/* Walks a stack for one request and remembers who answered.
   Knows nothing of the calling tool's protocol nor of any module. */
#include "session.h"

#include "binding.h"
#include "decisions.h"
#include "identity.h"
#include "lock.h"
#include "maker.h"
#include "named.h"
#include "request.h"
#include "wish.h"

struct _KbSession
{
  KbRuntime *runtime;
  KbRequest *request;
  const KbStack *stack;
  KbKeeper *keeper;
  KbKept *answered; /* of who gave the credential */
  KbKept *stale;    /* of who gave the last one, perhaps with the account's lock */
  char *refused_mark;
  char *only; /* the one entry that is asked, or NULL */
  gboolean fresh;
  gboolean renewable;
  KbLock *sign_in;    /* while it is found out who answers, or NULL */
  GPtrArray *notices; /* NULL-terminated when handed out */
};

/* What one entry of the walk leaves for the next. */
typedef struct
{
  KbCredential *input;
  gboolean answers; /* INPUT is what the whole stack gives, unless a later entry does */
  KbKept *kept;
  GError *first_error;
} Walk;

static void
walk_clear (Walk *walk)
{
  kb_credential_unref (walk->input);
  kb_kept_free (walk->kept);
  g_clear_error (&walk->first_error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

/* Of the request's path, host or user; a user that only names it is none. */
static void
find_organization (KbSession *session)
{
  KbRequest *request = session->request;
  const KbConfig *config = kb_runtime_config (session->runtime);
  gboolean no_login = FALSE;
  g_autofree char *organization = kb_config_organization (
      config, kb_request_url (request), kb_request_user (request), &no_login);

  kb_request_set_organization (
      request, organization,
      kb_config_has_organizations (config, kb_request_url (request)));
  if (no_login)
    kb_request_set_user (request, NULL);
}

KbSession *
kb_session_new (KbRuntime *runtime, KbRequest *request)
{
  KbSession *session = g_new0 (KbSession, 1);
  const KbConfig *config = kb_runtime_config (runtime);

  session->runtime = runtime;
  session->request = request;
  session->stack = kb_config_match (config, kb_request_url (request));
  session->notices = g_ptr_array_new_with_free_func (g_free);
  find_organization (session);
  if (session->stack == NULL)
    return session;
  session->keeper = kb_keeper_new (runtime, session->stack, request);
  kb_decisions_stack (request, session->stack);
  if (kb_request_scope (request) == NULL)
    (void) kb_request_set_scope (request, session->stack->scope);
  return session;
}

void
kb_session_free (KbSession *session)
{
  if (session == NULL)
    return;
  kb_kept_free (session->answered);
  kb_kept_free (session->stale);
  kb_lock_release (session->sign_in);
  kb_keeper_free (session->keeper);
  g_ptr_array_unref (session->notices);
  g_free (session->refused_mark);
  g_free (session->only);
  g_free (session);
}

const KbStack *
kb_session_stack (const KbSession *session)
{
  return session->stack;
}

KbKeeper *
kb_session_keeper (const KbSession *session)
{
  return session->keeper;
}

void
kb_session_set_refused (KbSession *session, const char *mark)
{
  g_free (session->refused_mark);
  session->refused_mark = g_strdup (mark);
}

void
kb_session_set_fresh (KbSession *session, gboolean fresh)
{
  session->fresh = fresh;
}

static gboolean
is_meant (const KbSession *session, const KbEntry *entry)
{
  return session->only == NULL || g_str_equal (entry->instance, session->only);
}

gboolean
kb_session_set_only (KbSession *session, const char *instance)
{
  const GArray *sources = session->stack != NULL ? session->stack->sources : NULL;
  gboolean there = instance == NULL;

  g_free (session->only);
  session->only = g_strdup (instance);
  for (guint i = 0; !there && sources != NULL && i < sources->len; i++)
    there = is_meant (session, &g_array_index (sources, KbEntry, i));
  return there;
}

gboolean
kb_session_renewable (const KbSession *session)
{
  return session->renewable;
}

const char *
kb_session_instance (const KbSession *session)
{
  return session->answered != NULL ? kb_kept_instance (session->answered) : NULL;
}

const char *
kb_session_account (const KbSession *session)
{
  return session->answered != NULL ? kb_kept_account (session->answered) : NULL;
}

gint64
kb_session_made (const KbSession *session)
{
  return session->answered != NULL ? kb_kept_made (session->answered) : 0;
}

char *
kb_session_mark (const KbCredential *credential)
{
  return kb_mark (kb_credential_secret (credential));
}

const char *const *
kb_session_notices (const KbSession *session)
{
  GPtrArray *notices = session->notices;

  if (notices->len == 0 || g_ptr_array_index (notices, notices->len - 1) != NULL)
    g_ptr_array_add (notices, NULL);
  return (const char *const *) notices->pdata;
}

static void
set_answered (KbSession *session, KbKept *kept)
{
  kb_kept_free (session->answered);
  session->answered = kept;
}

/* ---- the short way: who answered last time -------------------------------------- */

static KbKept *
bound (KbSession *session)
{
  g_auto (KbBinding) binding = { 0 };
  KbIdentity identity = { 0 };
  KbKept *kept;

  if (!kb_binding_read (session->stack, session->request, &binding))
    return NULL;
  identity.account = binding.account;
  identity.realm = binding.realm;
  kept = kb_kept_new (session->request, session->keeper, binding.instance, &identity);
  kb_kept_set_refused_mark (kept, session->refused_mark);
  return kept;
}

/* As the LAST resort what is still good for a moment will do: an entry before the one
   that gave it cannot say anything just now. */
static KbAnswer
get_bound (KbSession *session, gboolean last, KbCredential **credential)
{
  g_autoptr (KbKept) kept = session->fresh ? NULL : bound (session);

  if (kept == NULL)
    return KB_DECLINED;
  if (last)
    kb_kept_find (kept);
  else
    kb_kept_find_or_wait (kept);
  if (last ? !kb_maker_may_give_kept (kept) : kb_kept_age (kept) != KB_AGE_FRESH)
    {
      if (!last)
        session->stale = g_steal_pointer (&kept);
      return KB_DECLINED;
    }
  session->renewable = TRUE;
  *credential = kb_kept_credential (kept);
  kb_decisions_kept (kept);
  set_answered (session, g_steal_pointer (&kept));
  return KB_OK;
}

/* ---- the long way: ask the sources in order ------------------------------------- */

/* New.  Another account's lock is let go first, so that nobody has two. */
static KbKept *
kept_of (KbSession *session, const char *instance, const KbIdentity *identity)
{
  KbKept *kept;

  if (session->stale != NULL && kb_kept_is_about (session->stale, instance, identity))
    return g_steal_pointer (&session->stale);
  g_clear_pointer (&session->stale, kb_kept_free);
  kept = kb_kept_new (session->request, session->keeper, instance, identity);
  kb_kept_set_refused_mark (kept, session->refused_mark);
  return kept;
}

static KbAnswer
identify (KbSession *session, const KbOpened *source, KbIdentity *identity,
          GError **error)
{
  return kb_identity_ask (kb_runtime_config (session->runtime), session->stack,
                          session->request, source, session->fresh, identity, error);
}

/* Nobody has signed in yet, or only the network can tell for what: one process at a time
   finds out, and those that waited ask once more who it was.  The lock is held until the
   answer is remembered. */
static KbAnswer
find_out (KbSession *session, const KbOpened *source, KbIdentity *identity,
          GError **error)
{
  const char *account = identity->account != NULL ? identity->account : "";
  g_autofree char *key = g_strdup_printf ("%s\n%s", source->name, account);
  KbRequest *request = session->request;
  KbAnswer answer;

  g_clear_pointer (&session->stale, kb_kept_free);
  g_clear_pointer (&session->sign_in, kb_lock_release);
  kb_request_wait_begins (request);
  answer = kb_lock_take (key, kb_request_patience_ms (request), NULL, NULL,
                         &session->sign_in, error);
  kb_request_wait_ends (request);
  if (answer != KB_OK)
    return answer;
  kb_identity_clear (identity);
  answer = identify (session, source, identity, error);
  if (answer == KB_OK && identity->account == NULL && !session->fresh)
    answer = kb_identity_choose (kb_runtime_config (session->runtime), request,
                                 source->name, identity, error);
  if (answer != KB_OK || kb_identity_is_whole (identity))
    g_clear_pointer (&session->sign_in, kb_lock_release);
  return answer;
}

static KbAnswer
ask_entry (KbSession *session, const KbEntry *entry, KbCredential *input, KbKept **kept,
           KbCredential **credential, GError **error)
{
  const KbOpened *source = NULL;
  g_auto (KbIdentity) identity = { 0 };
  g_autoptr (KbKept) asked = NULL;
  KbMaker maker;
  KbAnswer answer = kb_runtime_source (session->runtime, entry, &source, error);

  kb_request_hand (session->request, NULL, FALSE, NULL, input);
  if (answer == KB_OK)
    answer = kb_wish_heeded (session->request, source, input);
  if (answer == KB_OK)
    answer = identify (session, source, &identity, error);
  if (answer == KB_OK && !kb_identity_is_whole (&identity))
    answer = find_out (session, source, &identity, error);
  if (answer != KB_OK)
    return answer;
  asked = kept_of (session, source->name, &identity);
  kb_request_set_lock (session->request, session->sign_in);
  maker
      = (KbMaker){ session->request, source, asked,           session->stack->fingerprint,
                   session->fresh,   input,  session->notices };
  answer = kb_identity_is_whole (&identity) ? kb_maker_get (&maker, credential, error)
                                            : kb_maker_make (&maker, credential, error);
  kb_request_set_lock (session->request, NULL);
  if (answer == KB_OK)
    *kept = g_steal_pointer (&asked);
  return answer;
}

/* TRUE: the walk is over and its answer stands. */
static gboolean
after_failure (Walk *walk, const KbEntry *entry, KbAnswer answer, GError *problem)
{
  gboolean stop = entry->control == KB_CONTROL_REQUISITE;

  walk->answers &= entry->control == KB_CONTROL_OPTIONAL;
  if (answer == KB_DECLINED && stop && walk->first_error == NULL)
    g_set_error (&walk->first_error, KB_ERROR, KB_ERROR_INTERACTION,
                 "%s had nothing to give and is requisite", entry->instance);
  if (problem != NULL && entry->control != KB_CONTROL_OPTIONAL
      && (stop || walk->first_error == NULL))
    {
      g_clear_error (&walk->first_error);
      walk->first_error = problem;
    }
  else
    g_clear_error (&problem);
  return stop;
}

/* Who makes something else of it makes it for the same account. */
static void
after_success (Walk *walk, KbCredential *credential, KbKept *kept)
{
  kb_credential_set_identity (credential, kb_kept_account (kept), kb_kept_realm (kept));
  kb_credential_unref (walk->input);
  kb_kept_free (walk->kept);
  walk->input = credential;
  walk->kept = kept;
  walk->answers = TRUE;
}

/* Whoever was asked by one entry, here or for a process beside this one, is not asked for
   something else by the next: a window that was closed is no wish to type a token.  Nor
   is anybody where something is to be mended first: the network, the configuration, an
   identity that was refused. */
static gboolean
is_enough (const KbSession *session, KbAnswer answer, const GError *problem)
{
  return kb_request_hushed (session->request)
         || (answer == KB_FAILED
             && (kb_request_asked (session->request)
                 || !g_error_matches (problem, KB_ERROR, KB_ERROR_INTERACTION)));
}

/* A requisite or optional entry's credential goes on as input, and is the answer when no
   entry follows that was to make something else of it: the token that buys another one
   must not be given in its place. */
static void
walk_stack (KbSession *session, Walk *walk)
{
  const GArray *sources = session->stack->sources;

  for (guint i = 0; i < sources->len; i++)
    {
      const KbEntry *entry = &g_array_index (sources, KbEntry, i);
      KbCredential *credential = NULL;
      KbKept *kept = NULL;
      GError *problem = NULL;
      guint notes = kb_request_notes (session->request);
      KbAnswer answer;

      if (!is_meant (session, entry))
        continue;
      answer = ask_entry (session, entry, walk->input, &kept, &credential, &problem);
      kb_decisions_entry (session->request, notes, entry->instance, kept, problem);
      kb_request_hush (session->request, is_enough (session, answer, problem));
      if (answer == KB_OK)
        after_success (walk, credential, kept);
      else if (after_failure (walk, entry, answer, problem))
        return;
      if (answer == KB_OK && entry->control == KB_CONTROL_SUFFICIENT)
        return;
    }
}

/* What the environment gives is asked for each time, so it is bound to nothing. */
static void
remember (KbSession *session, const KbCredential *credential)
{
  KbBinding binding
      = { (char *) kb_session_instance (session), (char *) kb_session_account (session),
          (char *) kb_kept_realm (session->answered) };

  if (kb_credential_ephemeral (credential))
    kb_binding_forget (session->stack, session->request);
  else
    kb_binding_write (session->stack, session->request, &binding);
}

static KbAnswer
get_walking (KbSession *session, KbCredential **credential, GError **error)
{
  g_auto (Walk) walk = { 0 };

  kb_request_hush (session->request, FALSE);
  walk_stack (session, &walk);
  if (!walk.answers && walk.first_error == NULL)
    return KB_DECLINED;
  if (!walk.answers)
    {
      g_propagate_error (error, g_steal_pointer (&walk.first_error));
      return KB_FAILED;
    }
  set_answered (session, g_steal_pointer (&walk.kept));
  session->renewable = !kb_credential_ephemeral (walk.input);
  remember (session, walk.input);
  g_clear_pointer (&session->sign_in, kb_lock_release);
  *credential = g_steal_pointer (&walk.input);
  return KB_OK;
}

KbAnswer
kb_session_get (KbSession *session, KbCredential **credential, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gboolean spare;
  KbAnswer answer;

  if (session->stack == NULL || session->stack->sources->len == 0)
    return KB_DECLINED;
  if (get_bound (session, FALSE, credential) == KB_OK)
    return KB_OK;
  spare = session->stale != NULL && kb_maker_may_give_kept (session->stale);
  kb_runtime_set_store_reference (session->runtime, kb_named_follow, session->keeper);
  answer = get_walking (session, credential, &problem);
  kb_runtime_set_store_reference (session->runtime, NULL, NULL);
  g_clear_pointer (&session->stale, kb_kept_free);
  if (answer != KB_OK && spare && get_bound (session, TRUE, credential) == KB_OK)
    return KB_OK;
  if (answer == KB_FAILED)
    g_propagate_error (error, g_steal_pointer (&problem));
  return answer;
}

/* ---- what the server said ------------------------------------------------------- */

/* A tool that asked for no user in particular comes back with the user that it was given,
   who is then no part of the place.  The secret tells whether it is the same
   credential. */
static KbKept *
bound_to_mark (KbSession *session, const KbSecret *secret)
{
  KbKept *kept = session->stack != NULL ? bound (session) : NULL;

  if (kept != NULL || session->stack == NULL || secret == NULL)
    return kept;
  kb_request_set_user (session->request, NULL);
  find_organization (session);
  return bound (session);
}

static KbAnswer
mark (KbSession *session, const KbSecret *secret, gboolean refused, GError **error)
{
  g_autoptr (KbKept) kept = bound_to_mark (session, secret);

  return kept != NULL ? kb_kept_mark (kept, secret, refused, error) : KB_DECLINED;
}

KbAnswer
kb_session_accept (KbSession *session, const KbSecret *secret, GError **error)
{
  return mark (session, secret, FALSE, error);
}

KbAnswer
kb_session_refuse (KbSession *session, const KbSecret *secret, GError **error)
{
  return mark (session, secret, TRUE, error);
}
