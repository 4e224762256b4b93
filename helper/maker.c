/* SPDX-License-Identifier: MIT */
/* Takes what is kept while it is good, else lets one process make the next one.
   Knows nothing of the other entries of the stack nor of what the source does. */
#include "maker.h"

#include "base/clock.h"
#include "breaker.h"
#include "interrupt.h"
#include "lock.h"
#include "log.h"
#include "request.h"

/* An ageing credential is still given out when no new one can be had, if it lives this
   much longer: less would end in the middle of the call that it was wanted for. */
#define LAST_RESORT_S 10

char *
kb_maker_breaker (const KbMaker *maker, const char *scope)
{
  g_autofree char *key = kb_kept_key (maker->kept);

  return g_strdup_printf ("%s\n%s%s%s", key, maker->fingerprint,
                          scope != NULL ? "\n" : "", scope != NULL ? scope : "");
}

/* A source that can only repeat what the server refused has nothing to give. */
static KbAnswer
check_not_refused (const KbMaker *maker, KbCredential **credential, GError **error)
{
  g_autoptr (KbCredential) prior = kb_kept_credential (maker->kept);

  if (prior == NULL || !kb_kept_refused (maker->kept)
      || !kb_secret_equal (kb_credential_secret (prior),
                           kb_credential_secret (*credential)))
    return KB_OK;
  g_clear_pointer (credential, kb_credential_unref);
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
               "%s refused this credential, and there is no other",
               kb_request_place (maker->request));
  return KB_FAILED;
}

/* A source that renews begins anew only where it is certain that nothing is kept: the
   token that it would begin with has served its time, and using it again ends all that
   came from it. */
static gboolean
needs_renewal (const KbMaker *maker)
{
  return !maker->fresh && (maker->source->module->source->flags & KB_SOURCE_RENEWS) != 0;
}

/* While the store cannot say what it keeps, nobody is asked to type it again. */
static KbAnswer
hand_over (const KbMaker *maker, GError **error)
{
  g_autoptr (KbCredential) prior = kb_kept_credential (maker->kept);
  g_autoptr (KbSecret) renewal = NULL;
  g_autoptr (GError) problem = NULL;

  if (kb_kept_renewal (maker->kept, &renewal, maker->notices, &problem) == KB_FAILED
      && needs_renewal (maker))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return KB_FAILED;
    }
  kb_request_hand (maker->request, prior, kb_kept_refused (maker->kept), renewal,
                   maker->input);
  kb_request_set_quiet (maker->request, kb_kept_problem (maker->kept) != NULL);
  return KB_OK;
}

static KbAnswer
acquire (const KbMaker *maker, KbCredential **credential, GError **error)
{
  const KbSource *source = maker->source->module->source;
  GError *problem = NULL;
  KbAnswer answer
      = source->acquire (maker->source->self, maker->request, credential, &problem);

  kb_request_end_sign_in (maker->request);
  answer = kb_answer_check (answer, maker->source->name, *credential, &problem);
  if (answer == KB_OK)
    answer = check_not_refused (maker, credential, &problem);
  if (answer != KB_OK)
    g_clear_pointer (credential, kb_credential_unref);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", maker->source->name);
  return answer;
}

/* The breaker's word stands, but for an error that a person can end: where nobody could
   be asked a moment ago, somebody may be there now. */
static KbAnswer
check_breaker (const KbMaker *maker, const char *breaker, GError **error)
{
  GError *problem = NULL;

  if (maker->fresh || kb_breaker_check (breaker, &problem) == KB_OK)
    return KB_OK;
  if (kb_request_interactive (maker->request)
      && (g_error_matches (problem, KB_ERROR, KB_ERROR_INTERACTION)
          || g_error_matches (problem, KB_ERROR, KB_ERROR_LOCKED)))
    {
      g_clear_error (&problem);
      return KB_OK;
    }
  g_propagate_error (error, problem);
  return KB_FAILED;
}

/* A person who gave no answer, or did not sign in, is not asked again by the next process
   that waits: to it that is a refusal, and no reason to ask. */
static KbAnswer
check_answered (const KbMaker *maker, KbAnswer answer, GError **error)
{
  if (answer == KB_OK || !kb_request_asked (maker->request))
    return answer;
  if (answer == KB_FAILED && g_error_matches (*error, KB_ERROR, KB_ERROR_INTERACTION))
    (*error)->code = KB_ERROR_DENIED;
  if (answer == KB_FAILED)
    return KB_FAILED;
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "%s: the question was not answered",
               maker->source->name);
  return KB_FAILED;
}

/* Who it is for may be known only now. */
static KbAnswer
check_identity (const KbMaker *maker, KbAnswer answer, const KbCredential *made,
                GError **error)
{
  if (answer != KB_OK
      || kb_kept_set_identity (maker->kept, kb_credential_account (made),
                               kb_credential_realm (made)))
    return answer;
  g_set_error (error, KB_ERROR, KB_ERROR_MODULE,
               "%s: %s broke its promise: nobody knows whom it is for",
               maker->source->name, maker->source->name);
  return KB_FAILED;
}

/* Under LOCK, or with none where none can be made. */
static KbAnswer
make_under (const KbMaker *maker, KbLock *lock, KbCredential **credential, GError **error)
{
  KbAnswer answer;

  kb_request_set_lock (maker->request, lock);
  answer = kb_maker_make (maker, credential, error);
  kb_request_set_lock (maker->request, NULL);
  return answer;
}

/* Under the lock.  Tells the breaker what came of it. */
KbAnswer
kb_maker_make (const KbMaker *maker, KbCredential **credential, GError **error)
{
  g_autofree char *breaker = kb_maker_breaker (maker, kb_request_scope (maker->request));
  g_autoptr (KbCredential) made = NULL;
  GError *problem = NULL;
  KbAnswer answer = check_breaker (maker, breaker, error);

  if (answer != KB_OK)
    return answer;
  answer = hand_over (maker, &problem);
  if (answer == KB_OK)
    answer = check_answered (maker, acquire (maker, &made, &problem), &problem);
  answer = check_identity (maker, answer, made, &problem);
  kb_request_set_quiet (maker->request, FALSE);
  if (answer != KB_OK && kb_kept_refused (maker->kept))
    kb_kept_put_refused (maker->kept);
  if (answer == KB_FAILED)
    {
      if (!kb_interrupted ())
        kb_breaker_failed (breaker, problem, kb_request_asked_silence (maker->request));
      g_propagate_error (error, problem);
    }
  if (answer != KB_OK)
    return answer;
  kb_log_event ("made", kb_kept_account (maker->kept), kb_kept_realm (maker->kept),
                kb_credential_expires (made));
  if (!kb_credential_ephemeral (made))
    kb_kept_put (maker->kept, made, maker->notices);
  kb_breaker_succeeded (breaker);
  *credential = g_steal_pointer (&made);
  return KB_OK;
}

static KbAnswer
give_kept (const KbMaker *maker, KbCredential **credential)
{
  *credential = kb_kept_credential (maker->kept);
  return KB_OK;
}

gboolean
kb_maker_may_give_kept (const KbKept *kept)
{
  KbAge age = kb_kept_age (kept);

  return age < KB_AGE_AGEING
         || (age == KB_AGE_AGEING
             && kb_kept_expires (kept) > kb_clock_now () + LAST_RESORT_S);
}

static gboolean
look_in_caches (gpointer data)
{
  const KbMaker *maker = data;

  return !maker->fresh && kb_kept_adopt_cached (maker->kept);
}

/* Where no lock can be made at all (a home on a read-only disk), a credential that is
   made once too often is better than none. */
static gboolean
without_lock (GError **problem)
{
  if (!g_error_matches (*problem, KB_ERROR, KB_ERROR_LOCKED))
    return FALSE;
  kb_log_detail ("no lock: %s", (*problem)->message);
  g_clear_error (problem);
  return TRUE;
}

/* Nobody waits for a new one that is merely welcome; whoever has nothing waits at least a
   moment, as a patience of 0 means that there is something to give. */
static KbAnswer
take_lock (const KbMaker *maker, KbLock **lock, GError **error)
{
  gboolean welcome = !maker->fresh && kb_kept_age (maker->kept) == KB_AGE_WELCOME;
  gint64 patience = welcome ? 0 : kb_request_patience_ms (maker->request);
  g_autofree char *key = kb_kept_key (maker->kept);
  GError *problem = NULL;
  KbAnswer answer;

  kb_request_wait_begins (maker->request);
  answer = kb_lock_take (key, patience, look_in_caches, (gpointer) maker, lock, &problem);
  kb_request_wait_ends (maker->request);
  if (answer == KB_FAILED && without_lock (&problem))
    return KB_OK;
  if (answer == KB_FAILED)
    g_propagate_error (error, problem);
  return answer;
}

static KbAnswer
wait_and_make (const KbMaker *maker, KbCredential **credential, GError **error)
{
  gboolean welcome = !maker->fresh && kb_kept_age (maker->kept) == KB_AGE_WELCOME;
  g_autoptr (KbLock) lock = NULL;
  KbAnswer answer = take_lock (maker, &lock, error);

  if (answer == KB_DECLINED)
    return give_kept (maker, credential);
  if (answer == KB_FAILED)
    return KB_FAILED;
  if (!maker->fresh)
    kb_kept_find (maker->kept);
  if (!maker->fresh && kb_kept_age (maker->kept) == KB_AGE_WELCOME)
    kb_kept_look_behind (maker->kept);
  if (!maker->fresh
      && kb_kept_age (maker->kept) <= (welcome ? KB_AGE_FRESH : KB_AGE_WELCOME))
    return give_kept (maker, credential);
  return make_under (maker, lock, credential, error);
}

/* Whoever comes with the lock has looked under it, and found nothing good. */
static KbAnswer
get_kept_or_make (const KbMaker *maker, KbCredential **credential, GError **error)
{
  g_autoptr (KbLock) lock = kb_kept_steal_lock (maker->kept);

  if (lock != NULL)
    return make_under (maker, lock, credential, error);
  if (!maker->fresh)
    kb_kept_find (maker->kept);
  if (!maker->fresh && kb_kept_age (maker->kept) == KB_AGE_FRESH)
    return give_kept (maker, credential);
  return wait_and_make (maker, credential, error);
}

static KbAnswer
give_unkept (const KbMaker *maker, KbCredential **credential, GError **error)
{
  KbAnswer answer;

  kb_request_hand (maker->request, NULL, FALSE, NULL, maker->input);
  answer = acquire (maker, credential, error);
  if (answer == KB_OK)
    kb_credential_set_ephemeral (*credential, TRUE);
  return answer;
}

KbAnswer
kb_maker_get (const KbMaker *maker, KbCredential **credential, GError **error)
{
  g_autoptr (GError) problem = NULL;
  KbAnswer answer;

  if ((maker->source->module->source->flags & KB_SOURCE_EPHEMERAL) != 0)
    return give_unkept (maker, credential, error);
  answer = get_kept_or_make (maker, credential, &problem);
  if (answer != KB_OK && !maker->fresh && kb_maker_may_give_kept (maker->kept))
    return give_kept (maker, credential);
  if (answer == KB_DECLINED && kb_kept_problem (maker->kept) != NULL)
    {
      g_propagate_error (error, g_error_copy (kb_kept_problem (maker->kept)));
      return KB_FAILED;
    }
  if (answer == KB_FAILED)
    g_propagate_error (error, g_steal_pointer (&problem));
  return answer;
}
