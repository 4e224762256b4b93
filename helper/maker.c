/* SPDX-License-Identifier: MIT */
/* Takes what is kept while it is good, else lets one process make the next one.
   Knows nothing of the other entries of the stack nor of what the source does. */
#include "maker.h"

#include "base/clock.h"
#include "base/text.h"
#include "breaker.h"
#include "lock.h"
#include "log.h"
#include "request.h"
#include "session.h"

/* An ageing credential is still given out when no new one can be had, if it lives this
   much longer: less would end in the middle of the call that it was wanted for. */
#define LAST_RESORT_S 10
#define MARK_DIGITS 16

typedef enum
{
  AGE_FRESH,   /* good for the margin and longer */
  AGE_WELCOME, /* fresh, but the server would rather give a new one (refresh_in) */
  AGE_AGEING,  /* good, but for less than the margin */
  AGE_DEAD     /* expired, refused, or there is none */
} Age;

struct _KbMaker
{
  KbRequest *request;
  KbKeeper *keeper;
  const KbOpened *source; /* NULL when bound */
  char *instance;
  char *account;
  char *realm;
  char *fingerprint;
  char *item;
  char *renewal_item;
  char *refused_mark;
  gboolean fresh;
  KbRecord *kept;      /* what was found last, or NULL */
  GError *store_error; /* why the durable store could not say */
};

KbMaker *
kb_maker_new_bound (KbRequest *request, KbKeeper *keeper, const char *instance,
                    const KbIdentity *identity)
{
  KbMaker *maker = g_new0 (KbMaker, 1);

  maker->request = request;
  maker->keeper = keeper;
  maker->instance = g_strdup (instance);
  maker->account = g_strdup (identity->account);
  maker->realm = g_strdup (identity->realm);
  maker->item = kb_item_name ("credential", instance, maker->account, maker->realm, NULL);
  maker->renewal_item = kb_item_name ("renewal", instance, maker->account, NULL);
  return maker;
}

KbMaker *
kb_maker_new (KbRequest *request, KbKeeper *keeper, const KbOpened *source,
              const KbIdentity *identity, const char *fingerprint)
{
  KbMaker *maker = kb_maker_new_bound (request, keeper, source->name, identity);

  maker->source = source;
  maker->fingerprint = g_strdup (fingerprint);
  return maker;
}

void
kb_maker_free (KbMaker *maker)
{
  if (maker == NULL)
    return;
  g_free (maker->instance);
  g_free (maker->account);
  g_free (maker->realm);
  g_free (maker->fingerprint);
  g_free (maker->item);
  g_free (maker->renewal_item);
  g_free (maker->refused_mark);
  kb_record_free (maker->kept);
  g_clear_error (&maker->store_error);
  g_free (maker);
}

void
kb_maker_set_refused_mark (KbMaker *maker, const char *mark)
{
  g_free (maker->refused_mark);
  maker->refused_mark = g_strdup (mark);
}

void
kb_maker_set_fresh (KbMaker *maker, gboolean fresh)
{
  maker->fresh = fresh;
}

char *
kb_maker_key (const KbMaker *maker)
{
  return g_strdup_printf ("%s\n%s", maker->instance, maker->account);
}

const char *
kb_maker_item (const KbMaker *maker)
{
  return maker->item;
}

const char *
kb_maker_account (const KbMaker *maker)
{
  return maker->account;
}

const char *
kb_maker_realm (const KbMaker *maker)
{
  return maker->realm;
}

const char *
kb_maker_instance (const KbMaker *maker)
{
  return maker->instance;
}

char *
kb_mark (const KbSecret *secret)
{
  char *hash = kb_text_sha256 (kb_secret_peek (secret), kb_secret_length (secret));

  hash[MARK_DIGITS] = '\0';
  return hash;
}

/* ---- what is kept ----------------------------------------------------------------- */

static gint64
margin_of (const KbRecord *record)
{
  gint64 life = record->expires - record->made;

  return record->made > 0 && life < 2 * KB_MARGIN_S ? life / 2 : KB_MARGIN_S;
}

static gboolean
is_refused (const KbMaker *maker, const KbRecord *record)
{
  g_autofree char *mark = NULL;

  if (record->refused || maker->refused_mark == NULL)
    return record->refused;
  mark = kb_mark (record->secret);
  return g_str_equal (mark, maker->refused_mark);
}

static Age
age_of (const KbMaker *maker, const KbRecord *record)
{
  gint64 now = kb_clock_now ();

  if (record == NULL || record->secret == NULL || is_refused (maker, record))
    return AGE_DEAD;
  if (record->expires == 0)
    return AGE_FRESH;
  if (record->expires <= now)
    return AGE_DEAD;
  if (record->expires - now < margin_of (record))
    return AGE_AGEING;
  if (record->refresh_after != 0 && record->refresh_after <= now)
    return AGE_WELCOME;
  return AGE_FRESH;
}

/* Replaces what was found before.  An item that makes no sense is as good as none, and
   stays until the next one takes its place. */
static void
take_item (KbMaker *maker, const KbSecret *value)
{
  g_autoptr (GPtrArray) records = kb_item_open (maker->item, value, NULL);

  g_clear_pointer (&maker->kept, kb_record_free);
  if (records != NULL)
    maker->kept = g_ptr_array_steal_index (records, 0);
}

/* A cache may hold yesterday's copy after another process wrote to the durable store, so
   what is stale there is looked for behind it. */
static void
find_kept (KbMaker *maker)
{
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (KbSecret) behind = NULL;

  g_clear_error (&maker->store_error);
  g_clear_pointer (&maker->kept, kb_record_free);
  if (kb_keeper_get_cached (maker->keeper, maker->item, &value) == KB_OK)
    take_item (maker, value);
  if (maker->kept != NULL && age_of (maker, maker->kept) < AGE_AGEING)
    return;
  if (kb_keeper_get_durable (maker->keeper, maker->item, &behind, &maker->store_error)
      != KB_OK)
    return;
  take_item (maker, behind);
  if (maker->kept != NULL && age_of (maker, maker->kept) < AGE_AGEING)
    kb_keeper_cache (maker->keeper, maker->item, behind, maker->kept->expires);
}

static gboolean
look_in_cache (gpointer data)
{
  KbMaker *maker = data;
  g_autoptr (KbSecret) value = NULL;

  if (maker->fresh || kb_keeper_get_cached (maker->keeper, maker->item, &value) != KB_OK)
    return FALSE;
  take_item (maker, value);
  return age_of (maker, maker->kept) < AGE_AGEING;
}

KbAnswer
kb_maker_look (KbMaker *maker, KbCredential **credential, GError **error)
{
  find_kept (maker);
  if (age_of (maker, maker->kept) == AGE_FRESH)
    {
      *credential = kb_record_to_credential (maker->kept);
      return KB_OK;
    }
  if (maker->store_error == NULL)
    return KB_DECLINED;
  g_propagate_error (error, g_error_copy (maker->store_error));
  return KB_FAILED;
}

/* ---- keeping ---------------------------------------------------------------------- */

static KbAnswer
put_record (KbMaker *maker, const char *item, KbRecord *record, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new ();
  g_autofree char *label = g_strdup_printf ("Keybearer: %s for %s", maker->account,
                                            kb_request_place (maker->request));
  g_autoptr (KbSecret) sealed = NULL;

  g_ptr_array_add (records, record);
  sealed = kb_item_seal (item, records, error);
  if (sealed == NULL)
    return KB_FAILED;
  return kb_keeper_put (maker->keeper, item, label, sealed, record->expires, error);
}

/* Where it will be looked for when the store takes nothing: the caches, which
   kb_keeper_put has filled by then.  The person is told in either case. */
static void
tell_unkept (KbMaker *maker, KbAnswer answer, const GError *problem, GPtrArray *notices)
{
  if (answer == KB_FAILED)
    g_ptr_array_add (notices, g_strdup_printf ("not kept: %s", problem->message));
  else if (answer == KB_DECLINED && kb_keeper_first_without_durable (maker->keeper))
    g_ptr_array_add (notices,
                     g_strdup ("there is no keyring here: credentials last until they "
                               "expire or this machine restarts (said once; see "
                               "keybearer(1), STORES)"));
}

static KbAnswer
keep_renewal (KbMaker *maker, KbSecret *renewal, GPtrArray *notices)
{
  g_autoptr (KbRecord) record = kb_record_new ();
  g_autoptr (GError) problem = NULL;
  KbAnswer answer;

  record->secret = kb_secret_ref (renewal);
  record->made = kb_clock_now ();
  answer = put_record (maker, maker->renewal_item, record, &problem);
  tell_unkept (maker, answer, problem, notices);
  return answer;
}

/* The renewal first: it is the one that cannot be had again. */
static void
keep (KbMaker *maker, KbCredential *credential, GPtrArray *notices)
{
  KbSecret *renewal = kb_credential_renewal (credential);
  g_autoptr (GError) problem = NULL;
  KbAnswer answer = KB_OK;

  if (kb_credential_ephemeral (credential))
    return;
  if (renewal != NULL)
    answer = keep_renewal (maker, renewal, notices);
  g_clear_pointer (&maker->kept, kb_record_free);
  maker->kept = kb_record_from_credential (credential);
  maker->kept->made = kb_clock_now ();
  if (answer != KB_OK)
    {
      (void) put_record (maker, maker->item, maker->kept, NULL);
      return;
    }
  answer = put_record (maker, maker->item, maker->kept, &problem);
  tell_unkept (maker, answer, problem, notices);
  if (answer == KB_OK)
    kb_log_event ("stored", maker->account, maker->realm, maker->kept->expires);
}

/* ---- making ----------------------------------------------------------------------- */

static KbSecret *
find_renewal (KbMaker *maker)
{
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GPtrArray) records = NULL;
  KbRecord *record;

  if (kb_keeper_get (maker->keeper, maker->renewal_item, &value, NULL) != KB_OK)
    return NULL;
  records = kb_item_open (maker->renewal_item, value, NULL);
  if (records == NULL)
    return NULL;
  record = g_ptr_array_index (records, 0);
  return record->secret != NULL ? kb_secret_ref (record->secret) : NULL;
}

static void
hand_over (KbMaker *maker, KbCredential *input)
{
  g_autoptr (KbCredential) prior = NULL;
  g_autoptr (KbSecret) renewal = find_renewal (maker);
  gboolean refused = FALSE;

  if (maker->kept != NULL && maker->kept->secret != NULL)
    {
      prior = kb_record_to_credential (maker->kept);
      refused = is_refused (maker, maker->kept);
    }
  kb_request_hand (maker->request, prior, refused, renewal, input);
}

/* A source that can only repeat what the server refused has nothing to give. */
static KbAnswer
check_not_refused (KbMaker *maker, KbCredential **credential, GError **error)
{
  if (maker->kept == NULL || !is_refused (maker, maker->kept)
      || !kb_secret_equal (maker->kept->secret, kb_credential_secret (*credential)))
    return KB_OK;
  g_clear_pointer (credential, kb_credential_unref);
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
               "%s refused this credential, and there is no other",
               kb_request_place (maker->request));
  return KB_FAILED;
}

/* While the store cannot say what it keeps, nobody is asked to type it again. */
static KbAnswer
acquire (KbMaker *maker, KbCredential *input, KbCredential **credential, GError **error)
{
  GError *problem = NULL;
  KbAnswer answer;

  hand_over (maker, input);
  kb_request_set_quiet (maker->request, maker->store_error != NULL);
  answer = maker->source->module->source->acquire (maker->source->self, maker->request,
                                                   credential, &problem);
  answer = kb_answer_check (answer, maker->instance, *credential, &problem);
  if (answer == KB_OK)
    answer = check_not_refused (maker, credential, &problem);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", maker->instance);
  return answer;
}

/* Under the lock.  Tells the breaker what came of it. */
static KbAnswer
make (KbMaker *maker, KbCredential *input, GPtrArray *notices, KbCredential **credential,
      GError **error)
{
  g_autofree char *key = kb_maker_key (maker);
  g_autofree char *breaker = g_strdup_printf ("%s\n%s", key, maker->fingerprint);
  g_autoptr (KbCredential) made = NULL;
  GError *problem = NULL;
  KbAnswer answer = KB_OK;

  if (!maker->fresh)
    answer = kb_breaker_check (breaker, error);
  if (answer != KB_OK)
    return answer;
  answer = acquire (maker, input, &made, &problem);
  if (answer == KB_FAILED)
    {
      kb_breaker_failed (breaker, problem, kb_request_asked_silence (maker->request));
      g_propagate_error (error, problem);
    }
  if (answer != KB_OK)
    return answer;
  kb_breaker_succeeded (breaker);
  kb_log_event ("made", maker->account, maker->realm, kb_credential_expires (made));
  keep (maker, made, notices);
  *credential = g_steal_pointer (&made);
  return KB_OK;
}

static KbAnswer
give_kept (KbMaker *maker, KbCredential **credential)
{
  *credential = kb_record_to_credential (maker->kept);
  return KB_OK;
}

/* When no new one can be had: what is kept, if it lives long enough to be of use. */
static gboolean
may_give_kept (KbMaker *maker)
{
  const KbRecord *kept = maker->kept;
  Age age = maker->fresh ? AGE_DEAD : age_of (maker, kept);

  return age < AGE_AGEING
         || (age == AGE_AGEING && kept->expires > kb_clock_now () + LAST_RESORT_S);
}

static KbAnswer
wait_and_make (KbMaker *maker, KbCredential *input, GPtrArray *notices,
               KbCredential **credential, GError **error)
{
  g_autofree char *key = kb_maker_key (maker);
  g_autoptr (KbLock) lock = NULL;
  gboolean hurry = !maker->fresh && age_of (maker, maker->kept) == AGE_WELCOME;
  KbAnswer answer
      = kb_lock_take (key, hurry ? 0 : kb_request_remaining_ms (maker->request),
                      look_in_cache, maker, &lock, error);

  if (answer == KB_DECLINED)
    return give_kept (maker, credential);
  if (answer == KB_FAILED)
    return KB_FAILED;
  if (!maker->fresh && !hurry)
    {
      find_kept (maker);
      if (age_of (maker, maker->kept) < AGE_AGEING)
        return give_kept (maker, credential);
    }
  return make (maker, input, notices, credential, error);
}

static KbAnswer
give_unkept (KbMaker *maker, KbCredential *input, KbCredential **credential,
             GError **error)
{
  KbAnswer answer = acquire (maker, input, credential, error);

  if (answer == KB_OK)
    kb_credential_set_ephemeral (*credential, TRUE);
  return answer;
}

KbAnswer
kb_maker_get (KbMaker *maker, KbCredential *input, GPtrArray *notices,
              KbCredential **credential, GError **error)
{
  g_autoptr (GError) problem = NULL;
  KbAnswer answer;

  if ((maker->source->module->source->flags & KB_SOURCE_EPHEMERAL) != 0)
    return give_unkept (maker, input, credential, error);
  if (!maker->fresh)
    find_kept (maker);
  if (!maker->fresh && age_of (maker, maker->kept) == AGE_FRESH)
    return give_kept (maker, credential);
  answer = wait_and_make (maker, input, notices, credential, &problem);
  if (answer != KB_OK && may_give_kept (maker))
    return give_kept (maker, credential);
  if (answer == KB_DECLINED && maker->store_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&maker->store_error));
      return KB_FAILED;
    }
  if (answer == KB_FAILED)
    g_propagate_error (error, g_steal_pointer (&problem));
  return answer;
}

/* ---- what the server said --------------------------------------------------------- */

static gboolean
needs_mark (KbMaker *maker, const KbSecret *secret, gboolean refused)
{
  find_kept (maker);
  if (maker->kept == NULL || maker->kept->refused == refused)
    return FALSE;
  return secret == NULL || kb_secret_equal (maker->kept->secret, secret);
}

KbAnswer
kb_maker_mark (KbMaker *maker, const KbSecret *secret, gboolean refused, GError **error)
{
  g_autofree char *key = kb_maker_key (maker);
  g_autoptr (KbLock) lock = NULL;
  KbAnswer answer;

  if (!needs_mark (maker, secret, refused))
    return KB_DECLINED;
  answer = kb_lock_take (key, kb_request_remaining_ms (maker->request), NULL, NULL, &lock,
                         error);
  if (answer != KB_OK)
    return answer;
  if (!needs_mark (maker, secret, refused))
    return KB_DECLINED;
  maker->kept->refused = refused;
  if (refused)
    kb_log_event ("refused", maker->account, maker->realm, maker->kept->expires);
  return put_record (maker, maker->item, maker->kept, error);
}
