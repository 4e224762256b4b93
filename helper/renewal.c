/* SPDX-License-Identifier: MIT */
/* Finds the newest renewal in three kinds of places and keeps the next one at once.
   Knows nothing of what it renews nor of how long anything lives. */
#include "renewal.h"

#include "emergency.h"
#include "lock.h"
#include "log.h"

/* An item as one place has it. */
typedef struct
{
  KbSecret *value;
  KbRecord *record; /* NULL: there is none that makes sense */
} Copy;

static void
copy_clear (Copy *copy)
{
  kb_secret_unref (copy->value);
  kb_record_free (copy->record);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Copy, copy_clear)

static void
open_copy (Copy *copy, const char *item)
{
  g_autoptr (GPtrArray) records
      = copy->value != NULL ? kb_item_open (item, copy->value, NULL) : NULL;

  if (records != NULL)
    copy->record = g_ptr_array_steal_index (records, 0);
}

static const Copy *
newer (const Copy *a, const Copy *b)
{
  if (b->record == NULL)
    return a;
  return kb_record_is_newer (b->record, a->record) ? b : a;
}

/* ---- finding -------------------------------------------------------------------- */

static void
look_in_emergency (const KbRenewal *renewal, Copy *copy, GPtrArray *notices)
{
  g_autoptr (GError) problem = NULL;

  if (kb_emergency_get (renewal->item, &copy->value, &problem) == KB_FAILED)
    {
      kb_log_event ("set aside", renewal->account, NULL, 0);
      if (notices != NULL)
        g_ptr_array_add (notices, g_strdup (problem->message));
    }
  open_copy (copy, renewal->item);
}

/* The durable store could be asked.  What it has not is put there, whoever was killed or
   refused when it was to happen before. */
static void
bring_home (const KbRenewal *renewal, const Copy *newest, const Copy *durable,
            const Copy *waiting)
{
  if (newest->record == NULL)
    return;
  if (kb_record_is_newer (newest->record, durable->record))
    {
      if (kb_keeper_put_durable (renewal->keeper, renewal->item, renewal->label,
                                 newest->value, 0, NULL)
          != KB_OK)
        return;
      kb_log_event ("stored", renewal->account, NULL, 0);
    }
  if (waiting->value != NULL)
    kb_emergency_remove (renewal->item, waiting->value);
}

KbAnswer
kb_renewal_find (const KbRenewal *renewal, KbRecord **record, GPtrArray *notices,
                 GError **error)
{
  g_auto (Copy) cached = { NULL, NULL };
  g_auto (Copy) durable = { NULL, NULL };
  g_auto (Copy) waiting = { NULL, NULL };
  GError *problem = NULL;
  const Copy *newest;
  KbAnswer answer
      = kb_keeper_get_durable (renewal->keeper, renewal->item, &durable.value, &problem);

  open_copy (&durable, renewal->item);
  (void) kb_keeper_get_cached (renewal->keeper, renewal->item, &cached.value);
  open_copy (&cached, renewal->item);
  look_in_emergency (renewal, &waiting, notices);
  newest = newer (newer (&durable, &cached), &waiting);
  if (newest->record == NULL && answer == KB_FAILED)
    {
      g_propagate_error (error, problem);
      return KB_FAILED;
    }
  g_clear_error (&problem);
  if (answer != KB_FAILED)
    bring_home (renewal, newest, &durable, &waiting);
  if (newest->record == NULL)
    return KB_DECLINED;
  *record = ((Copy *) newest)->record;
  ((Copy *) newest)->record = NULL;
  return KB_OK;
}

void
kb_renewal_settle (const KbRenewal *renewal, const char *lock_key)
{
  g_autoptr (KbLock) lock = NULL;
  g_autoptr (KbRecord) record = NULL;

  if (kb_emergency_due (renewal->item)
      && kb_lock_take (lock_key, 0, NULL, NULL, &lock, NULL) == KB_OK)
    (void) kb_renewal_find (renewal, &record, NULL, NULL);
}

/* ---- keeping -------------------------------------------------------------------- */

/* The clock may have been set back since. */
static void
set_made (KbRecord *record, const KbRecord *last)
{
  kb_record_set_made (record);
  if (last == NULL || kb_record_is_newer (record, last) || last->made == G_MAXINT64)
    return;
  record->made = last->made + (last->made_us + 1) / G_USEC_PER_SEC;
  record->made_us = (last->made_us + 1) % G_USEC_PER_SEC;
}

static KbSecret *
seal (const KbRenewal *renewal, KbSecret *secret, const KbRecord *last, GError **error)
{
  g_autoptr (GPtrArray) records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
  KbRecord *record = kb_record_new ();

  g_ptr_array_add (records, record);
  record->secret = kb_secret_ref (secret);
  set_made (record, last);
  return kb_item_seal (renewal->item, records, error);
}

/* PROBLEM says why it is not where it belongs, and gets what became of it. */
static void
keep_elsewhere (const KbRenewal *renewal, const KbSecret *sealed, GError **problem)
{
  g_autoptr (GError) another = NULL;

  if (!kb_emergency_put (renewal->item, sealed, KB_EMERGENCY_ANY, &another))
    {
      g_prefix_error (problem,
                      "not even the emergency place took it (%s): ", another->message);
      return;
    }
  kb_log_event ("kept in the emergency place", renewal->account, NULL, 0);
  g_prefix_error (problem,
                  "what renews %s waits in the emergency place (keybearer(1)) "
                  "until its store takes it: ",
                  renewal->account);
}

KbAnswer
kb_renewal_put (const KbRenewal *renewal, KbSecret *secret, const KbRecord *last,
                GError **error)
{
  g_autoptr (KbSecret) sealed = seal (renewal, secret, last, error);
  GError *problem = NULL;
  gboolean cached;
  KbAnswer answer;

  if (sealed == NULL)
    return KB_FAILED;
  cached = kb_keeper_cache (renewal->keeper, renewal->item, sealed, 0);
  if (!cached)
    (void) kb_emergency_put (renewal->item, sealed, KB_EMERGENCY_MEMORY, NULL);
  answer = kb_keeper_put_durable (renewal->keeper, renewal->item, renewal->label, sealed,
                                  0, &problem);
  if (answer == KB_OK || (answer == KB_DECLINED && cached))
    {
      (void) kb_emergency_erase (renewal->item);
      return answer;
    }
  if (answer == KB_DECLINED)
    g_set_error_literal (&problem, KB_ERROR, KB_ERROR_LOCKED,
                         "there is no store here that keeps it");
  keep_elsewhere (renewal, sealed, &problem);
  g_propagate_error (error, problem);
  return KB_FAILED;
}
