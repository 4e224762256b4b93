/* SPDX-License-Identifier: MIT */
/* Finds, judges, keeps and marks the credential of one account and realm.
   Knows nothing of how the next one is made. */
#include "kept.h"

#include "base/clock.h"
#include "base/text.h"
#include "lock.h"
#include "log.h"
#include "renewal.h"
#include "request.h"

#define MARK_DIGITS 16
/* A maker on a bad day; longer, and what the durable store has may be good meanwhile. */
#define MAKER_MS 5000

struct _KbKept
{
  KbRequest *request;
  KbKeeper *keeper;
  char *instance;
  char *account;
  char *realm;
  char *item;
  char *renewal_item;
  char *refused_mark;
  KbRecord *record; /* NULL: nothing was found */
  KbRecord *last;   /* renewal that was found, or NULL */
  KbLock *lock;     /* or NULL */
  GError *problem;
};

KbKept *
kb_kept_new (KbRequest *request, KbKeeper *keeper, const char *instance,
             const KbIdentity *identity)
{
  KbKept *kept = g_new0 (KbKept, 1);

  kept->request = request;
  kept->keeper = keeper;
  kept->instance = g_strdup (instance);
  kb_kept_set_identity (kept, identity->account, identity->realm);
  return kept;
}

static void
replace (char **field, char *value)
{
  g_free (*field);
  *field = value;
}

gboolean
kb_kept_set_identity (KbKept *kept, const char *account, const char *realm)
{
  if (account != NULL)
    {
      if (g_strcmp0 (kept->account, account) != 0)
        g_clear_pointer (&kept->last, kb_record_free);
      replace (&kept->account, g_strdup (account));
      replace (&kept->renewal_item,
               kb_item_name ("renewal", kept->instance, account, NULL));
    }
  if (realm != NULL)
    replace (&kept->realm, g_strdup (realm));
  if (kept->account == NULL || kept->realm == NULL)
    return FALSE;
  replace (&kept->item,
           kb_item_name ("credential", kept->instance, kept->account, kept->realm, NULL));
  return TRUE;
}

void
kb_kept_free (KbKept *kept)
{
  if (kept == NULL)
    return;
  g_free (kept->instance);
  g_free (kept->account);
  g_free (kept->realm);
  g_free (kept->item);
  g_free (kept->renewal_item);
  g_free (kept->refused_mark);
  kb_record_free (kept->record);
  kb_record_free (kept->last);
  kb_lock_release (kept->lock);
  g_clear_error (&kept->problem);
  g_free (kept);
}

const char *
kb_kept_instance (const KbKept *kept)
{
  return kept->instance;
}

const char *
kb_kept_account (const KbKept *kept)
{
  return kept->account;
}

const char *
kb_kept_realm (const KbKept *kept)
{
  return kept->realm;
}

const char *
kb_kept_item (const KbKept *kept)
{
  return kept->item;
}

const char *
kb_kept_renewal_item (const KbKept *kept)
{
  return kept->renewal_item;
}

gboolean
kb_kept_is_about (const KbKept *kept, const char *instance, const KbIdentity *identity)
{
  return g_str_equal (kept->instance, instance)
         && g_strcmp0 (kept->account, identity->account) == 0
         && g_strcmp0 (kept->realm, identity->realm) == 0;
}

char *
kb_kept_key (const KbKept *kept)
{
  return g_strdup_printf ("%s\n%s", kept->instance,
                          kept->account != NULL ? kept->account : "");
}

void
kb_kept_set_refused_mark (KbKept *kept, const char *mark)
{
  g_free (kept->refused_mark);
  kept->refused_mark = g_strdup (mark);
}

char *
kb_mark (const KbSecret *secret)
{
  char *hash = kb_text_sha256 (kb_secret_peek (secret), kb_secret_length (secret));

  hash[MARK_DIGITS] = '\0';
  return hash;
}

/* ---- judging -------------------------------------------------------------------- */

static gint64
margin_of (const KbRecord *record)
{
  gint64 life = record->expires - record->made;

  return record->made > 0 && life < 2 * KB_MARGIN_S ? life / 2 : KB_MARGIN_S;
}

static gboolean
is_refused (const KbKept *kept, const KbRecord *record)
{
  g_autofree char *mark = NULL;

  if (record == NULL || record->secret == NULL)
    return FALSE;
  if (record->refused || kept->refused_mark == NULL)
    return record->refused;
  mark = kb_mark (record->secret);
  return g_str_equal (mark, kept->refused_mark);
}

gboolean
kb_kept_refused (const KbKept *kept)
{
  return is_refused (kept, kept->record);
}

static KbAge
age_of (const KbKept *kept, const KbRecord *record)
{
  gint64 now = kb_clock_now ();

  if (record == NULL || record->secret == NULL || is_refused (kept, record))
    return KB_AGE_DEAD;
  if (record->expires == 0)
    return KB_AGE_FRESH;
  if (record->expires <= now)
    return KB_AGE_DEAD;
  if (record->expires - now < margin_of (record))
    return KB_AGE_AGEING;
  if (record->refresh_after != 0 && record->refresh_after <= now)
    return KB_AGE_WELCOME;
  return KB_AGE_FRESH;
}

KbAge
kb_kept_age (const KbKept *kept)
{
  return age_of (kept, kept->record);
}

gint64
kb_kept_expires (const KbKept *kept)
{
  return kept->record != NULL ? kept->record->expires : 0;
}

gint64
kb_kept_made (const KbKept *kept)
{
  return kept->record != NULL ? kept->record->made : 0;
}

const GError *
kb_kept_problem (const KbKept *kept)
{
  return kept->problem;
}

KbCredential *
kb_kept_credential (const KbKept *kept)
{
  if (kept->record == NULL || kept->record->secret == NULL)
    return NULL;
  return kb_record_to_credential (kept->record);
}

/* ---- what renews it ------------------------------------------------------------- */

/* New. */
static char *
label_of (const KbKept *kept)
{
  return g_strdup_printf ("Keybearer: %s for %s",
                          kept->account != NULL ? kept->account : "somebody",
                          kb_request_place (kept->request));
}

/* The last one that was made: one that is used a second time may end them all. */
KbAnswer
kb_kept_renewal (KbKept *kept, KbSecret **renewal, GPtrArray *notices, GError **error)
{
  g_autofree char *label = label_of (kept);
  KbRenewal found = { kept->keeper, kept->renewal_item, label, kept->account };
  KbRecord *record = NULL;
  KbAnswer answer;

  if (kept->renewal_item == NULL)
    return KB_DECLINED;
  answer = kb_renewal_find (&found, &record, notices, error);
  if (answer != KB_OK)
    return answer;
  kb_record_free (kept->last);
  kept->last = record;
  if (record->secret == NULL)
    return KB_DECLINED;
  *renewal = kb_secret_ref (record->secret);
  return KB_OK;
}

static KbAnswer
put_renewal (KbKept *kept, KbSecret *secret, GError **error)
{
  g_autofree char *label = label_of (kept);
  KbRenewal renewal = { kept->keeper, kept->renewal_item, label, kept->account };

  return kb_renewal_put (&renewal, secret, kept->last, error);
}

static void
settle (KbKept *kept)
{
  g_autofree char *label = label_of (kept);
  g_autofree char *key = kb_kept_key (kept);
  KbRenewal renewal = { kept->keeper, kept->renewal_item, label, kept->account };

  if (kept->renewal_item != NULL)
    kb_renewal_settle (&renewal, key);
}

/* ---- finding -------------------------------------------------------------------- */

/* New, or NULL: an item that makes no sense is as good as none, and stays until the next
   one takes its place. */
static KbRecord *
open_item (const char *item, const KbSecret *value)
{
  g_autoptr (GPtrArray) records = value != NULL ? kb_item_open (item, value, NULL) : NULL;

  return records != NULL ? g_ptr_array_steal_index (records, 0) : NULL;
}

static KbRecord *
read_cached (const KbKept *kept, const char *item)
{
  g_autoptr (KbSecret) value = NULL;

  if (item != NULL)
    (void) kb_keeper_get_cached (kept->keeper, item, &value);
  return open_item (item, value);
}

static void
take_record (KbKept *kept, KbRecord *record)
{
  kb_record_free (kept->record);
  kept->record = record;
}

gboolean
kb_kept_adopt_cached (KbKept *kept)
{
  KbRecord *cached = read_cached (kept, kept->item);

  if (age_of (kept, cached) < KB_AGE_AGEING)
    {
      take_record (kept, cached);
      return TRUE;
    }
  kb_record_free (cached);
  return FALSE;
}

/* A cache may hold yesterday's copy, as each session may have its own; and it may hold
   what the durable store would not take.  So the newer of the two is what is kept. */
static gboolean
is_newer (const KbRecord *durable, const KbRecord *cached)
{
  return durable != NULL && (cached == NULL || !kb_record_is_newer (cached, durable));
}

void
kb_kept_look_behind (KbKept *kept)
{
  g_autoptr (KbSecret) value = NULL;
  KbAnswer answer = KB_FAILED;
  KbRecord *durable;

  g_clear_error (&kept->problem);
  if (kept->item != NULL)
    answer = kb_keeper_get_durable (kept->keeper, kept->item, &value, &kept->problem);
  durable = open_item (kept->item, value);
  if (!is_newer (durable, kept->record))
    kb_record_free (durable);
  else
    {
      take_record (kept, durable);
      if (kb_kept_age (kept) < KB_AGE_AGEING)
        (void) kb_keeper_cache (kept->keeper, kept->item, value, durable->expires);
    }
  if (answer != KB_FAILED)
    settle (kept);
}

void
kb_kept_find (KbKept *kept)
{
  g_clear_error (&kept->problem);
  take_record (kept, read_cached (kept, kept->item));
  if (kb_kept_age (kept) >= KB_AGE_AGEING)
    kb_kept_look_behind (kept);
}

static gboolean
adopt_cached (gpointer data)
{
  return kb_kept_adopt_cached (data);
}

/* What came meanwhile is in the caches, whether the lock was busy or just let go. */
static void
wait_for_maker (KbKept *kept)
{
  g_autofree char *key = kb_kept_key (kept);
  gint64 patience
      = MIN (kb_request_remaining_ms (kept->request), kb_clock_patient_ms (MAKER_MS));

  if (kb_lock_take (key, patience, adopt_cached, kept, &kept->lock, NULL) == KB_OK)
    (void) kb_kept_adopt_cached (kept);
}

void
kb_kept_find_or_wait (KbKept *kept)
{
  g_clear_error (&kept->problem);
  take_record (kept, read_cached (kept, kept->item));
  if (kept->record != NULL && kb_kept_age (kept) >= KB_AGE_AGEING)
    wait_for_maker (kept);
  if (kb_kept_age (kept) >= KB_AGE_AGEING)
    kb_kept_find (kept);
  if (kb_kept_age (kept) < KB_AGE_AGEING)
    g_clear_pointer (&kept->lock, kb_lock_release);
}

KbLock *
kb_kept_steal_lock (KbKept *kept)
{
  return g_steal_pointer (&kept->lock);
}

/* ---- keeping -------------------------------------------------------------------- */

static KbAnswer
put_record (KbKept *kept, const char *item, KbRecord *record, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new ();
  g_autofree char *label = label_of (kept);
  g_autoptr (KbSecret) sealed = NULL;

  g_ptr_array_add (records, record);
  sealed = kb_item_seal (item, records, error);
  if (sealed == NULL)
    return KB_FAILED;
  return kb_keeper_put (kept->keeper, item, label, sealed, record->expires, error);
}

/* It is in the caches by then, where it will be looked for. */
static void
tell_unkept (KbKept *kept, KbAnswer answer, const GError *problem, GPtrArray *notices)
{
  if (answer == KB_FAILED)
    g_ptr_array_add (notices, g_strconcat (KB_KEPT_NOT, problem->message, NULL));
  else if (answer == KB_DECLINED && kb_keeper_first_without_durable (kept->keeper))
    g_ptr_array_add (notices, g_strdup (KB_KEEPER_NO_DURABLE));
}

void
kb_kept_put (KbKept *kept, KbCredential *credential, GPtrArray *notices)
{
  KbSecret *renewal = kb_credential_renewal (credential);
  g_autoptr (GError) problem = NULL;
  KbAnswer kept_renewal = KB_OK;
  KbAnswer answer;

  if (renewal != NULL)
    {
      kept_renewal = put_renewal (kept, renewal, &problem);
      tell_unkept (kept, kept_renewal, problem, notices);
      g_clear_error (&problem);
    }
  take_record (kept, kb_record_from_credential (credential));
  kb_record_set_made (kept->record);
  answer = put_record (kept, kept->item, kept->record, &problem);
  if (kept_renewal == KB_OK)
    tell_unkept (kept, answer, problem, notices);
  if (answer == KB_OK)
    kb_log_event ("stored", kept->account, kept->realm, kept->record->expires);
}

/* ---- what the server said ------------------------------------------------------- */

void
kb_kept_put_refused (KbKept *kept)
{
  kept->record->refused = TRUE;
  (void) put_record (kept, kept->item, kept->record, NULL);
}

static gboolean
needs_mark (const KbKept *kept, const KbSecret *secret, gboolean refused)
{
  if (kept->record == NULL || kept->record->refused == refused)
    return FALSE;
  return secret == NULL || kb_secret_equal (kept->record->secret, secret);
}

/* Looks before it locks: git says "store" after every success. */
KbAnswer
kb_kept_mark (KbKept *kept, const KbSecret *secret, gboolean refused, GError **error)
{
  g_autofree char *key = kb_kept_key (kept);
  g_autoptr (KbLock) lock = NULL;
  KbAnswer answer;

  settle (kept);
  kb_kept_find (kept);
  if (!needs_mark (kept, secret, refused))
    return KB_DECLINED;
  answer = kb_lock_take (key, kb_request_remaining_ms (kept->request), NULL, NULL, &lock,
                         error);
  if (answer != KB_OK)
    return answer;
  kb_kept_find (kept);
  kb_kept_look_behind (kept);
  if (!needs_mark (kept, secret, refused))
    return KB_DECLINED;
  kept->record->refused = refused;
  if (refused)
    kb_log_event ("refused", kept->account, kept->realm, kept->record->expires);
  return put_record (kept, kept->item, kept->record, error);
}
