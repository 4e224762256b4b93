/* SPDX-License-Identifier: MIT */
/* Reads, changes and writes the item of one origin under its lock.
   Knows nothing of the tool's protocol nor of any source. */
#include "logins.h"

#include "base/clock.h"
#include "lock.h"
#include "request.h"

/* An item has room for 65,536 bytes; the oldest logins go before it is full. */
#define RECORDS_MAX 64

static char *
item_name (const KbRequest *request)
{
  g_autofree char *origin = kb_url_origin (kb_request_url (request));

  return kb_item_name ("login", origin, NULL);
}

/* New; empty when VALUE is NULL or makes no sense. */
static GPtrArray *
open_records (const char *name, const KbSecret *value)
{
  GPtrArray *records = value != NULL ? kb_item_open (name, value, NULL) : NULL;

  if (records == NULL)
    records = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
  return records;
}

/* RECORDS is new and empty when nothing is kept. */
static KbAnswer
read_records (KbKeeper *keeper, const char *name, GPtrArray **records, GError **error)
{
  g_autoptr (KbSecret) value = NULL;

  if (kb_keeper_get (keeper, name, &value, error) == KB_FAILED)
    return KB_FAILED;
  *records = open_records (name, value);
  return KB_OK;
}

/* The caches follow the durable store, also where that has nothing any more. */
static void
renew_caches (KbKeeper *keeper, const char *name, const KbSecret *value,
              const GPtrArray *records)
{
  g_autoptr (KbSecret) stale = NULL;

  if (value != NULL)
    kb_keeper_cache (keeper, name, value, kb_item_expires (records));
  else if (kb_keeper_get_cached (keeper, name, &stale) == KB_OK)
    (void) kb_keeper_erase (keeper, name, NULL);
}

/* Under the lock, to change them: what a cache has may be older than what another session
   wrote since, so it counts only where nothing is behind it. */
static KbAnswer
read_to_change (KbKeeper *keeper, const char *name, GPtrArray **records, GError **error)
{
  g_autoptr (KbSecret) value = NULL;
  const KbOpened *durable = NULL;
  KbAnswer answer = kb_keeper_durable (keeper, &durable, error);

  if (answer == KB_OK)
    answer = kb_keeper_get_durable (keeper, name, &value, error);
  else if (answer == KB_DECLINED)
    answer = kb_keeper_get_cached (keeper, name, &value);
  if (answer == KB_FAILED)
    return KB_FAILED;
  *records = open_records (name, value);
  if (durable != NULL)
    renew_caches (keeper, name, value, *records);
  return KB_OK;
}

/* KB_DECLINED when it is in a cache at least. */
static KbAnswer
check_cached (KbKeeper *keeper, const char *name, const KbSecret *sealed, GError **error)
{
  g_autoptr (KbSecret) cached = NULL;

  if (kb_keeper_get_cached (keeper, name, &cached) == KB_OK
      && kb_secret_equal (cached, sealed))
    return KB_DECLINED;
  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "there is no store here that keeps it");
  return KB_FAILED;
}

static KbAnswer
write_records (KbKeeper *keeper, const KbRequest *request, const char *name,
               const GPtrArray *records, GError **error)
{
  g_autofree char *label = NULL;
  g_autoptr (KbSecret) sealed = NULL;
  KbAnswer answer;

  if (records->len == 0)
    return kb_keeper_erase (keeper, name, error);
  label = g_strdup_printf ("Keybearer: logins for %s", kb_request_place (request));
  sealed = kb_item_seal (name, records, error);
  if (sealed == NULL)
    return KB_FAILED;
  answer = kb_keeper_put (keeper, name, label, sealed, kb_item_expires (records), error);
  return answer == KB_DECLINED ? check_cached (keeper, name, sealed, error) : answer;
}

static KbAnswer
lock_item (const KbRequest *request, const char *name, KbLock **lock, GError **error)
{
  gint64 patience = MAX (kb_request_remaining_ms (request), 1);

  return kb_lock_take (name, patience, NULL, NULL, lock, error);
}

static gboolean
matches (const KbRecord *record, const KbLoginPattern *pattern)
{
  if (pattern->path == NULL && record->path != NULL
      && g_str_has_prefix (record->path, KB_LOGIN_TOOL_PREFIX))
    return FALSE;
  if (pattern->path != NULL && g_strcmp0 (record->path, pattern->path) != 0)
    return FALSE;
  if (pattern->user != NULL && g_strcmp0 (record->user, pattern->user) != 0)
    return FALSE;
  return record->authtype == NULL || pattern->with_authtype;
}

static gboolean
has_expired (const KbRecord *record)
{
  return record->expires != 0 && record->expires <= kb_clock_now ();
}

/* What is good before what is only renewable, the newer before the older. */
static gboolean
is_better (const KbRecord *candidate, const KbRecord *best)
{
  if (has_expired (candidate) && candidate->renewal == NULL)
    return FALSE;
  if (best == NULL)
    return TRUE;
  if (has_expired (candidate) != has_expired (best))
    return has_expired (best);
  return !kb_record_is_newer (best, candidate);
}

static KbRecord *
copy_for_caller (const KbRecord *found)
{
  KbRecord *record = kb_record_new ();

  record->path = g_strdup (found->path);
  record->user = g_strdup (found->user);
  record->authtype = g_strdup (found->authtype);
  record->expires = found->expires;
  record->renewal = found->renewal != NULL ? kb_secret_ref (found->renewal) : NULL;
  if (!has_expired (found))
    record->secret = kb_secret_ref (found->secret);
  return record;
}

KbAnswer
kb_logins_get (KbKeeper *keeper, const KbRequest *request, const KbLoginPattern *pattern,
               KbRecord **record, GError **error)
{
  g_autofree char *name = item_name (request);
  g_autoptr (GPtrArray) records = NULL;
  const KbRecord *best = NULL;

  if (read_records (keeper, name, &records, error) != KB_OK)
    return KB_FAILED;
  for (guint i = 0; i < records->len; i++)
    {
      const KbRecord *candidate = g_ptr_array_index (records, i);

      if (candidate->secret != NULL && matches (candidate, pattern)
          && is_better (candidate, best))
        best = candidate;
    }
  if (best == NULL)
    return KB_DECLINED;
  *record = copy_for_caller (best);
  return KB_OK;
}

static gboolean
same_place (const KbRecord *a, const KbRecord *b)
{
  return g_strcmp0 (a->path, b->path) == 0 && g_strcmp0 (a->user, b->user) == 0;
}

static gboolean
same_content (const KbRecord *a, const KbRecord *b)
{
  return kb_secret_equal (a->secret, b->secret) && a->expires == b->expires
         && kb_secret_equal (a->renewal, b->renewal)
         && g_strcmp0 (a->authtype, b->authtype) == 0;
}

static KbRecord *
find_place (const GPtrArray *records, const KbRecord *wanted)
{
  for (guint i = 0; i < records->len; i++)
    if (same_place (g_ptr_array_index (records, i), wanted))
      return g_ptr_array_index (records, i);
  return NULL;
}

static void
replace (GPtrArray *records, KbRecord *old, const KbRecord *record)
{
  KbRecord *copy = copy_for_caller (record);

  kb_record_set_made (copy);
  if (copy->secret == NULL)
    copy->secret = kb_secret_ref (record->secret);
  if (old != NULL)
    g_ptr_array_remove (records, old);
  else if (records->len >= RECORDS_MAX)
    g_ptr_array_remove_index (records, 0);
  g_ptr_array_add (records, copy);
}

/* The oldest go until the item is no longer than a store takes. */
static void
make_room (const char *name, GPtrArray *records, KbRecord *newest)
{
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  g_autoptr (KbSecret) sealed = NULL;

  g_ptr_array_add (alone, newest);
  sealed = kb_item_seal (name, alone, NULL);
  while (sealed != NULL && records->len > 1)
    {
      g_autoptr (KbSecret) whole = kb_item_seal (name, records, NULL);

      if (whole != NULL)
        return;
      g_ptr_array_remove_index (records, 0);
    }
}

/* Git stores after every success: what is kept already costs no write and no lock. */
KbAnswer
kb_logins_put (KbKeeper *keeper, const KbRequest *request, KbRecord *record,
               GError **error)
{
  g_autofree char *name = item_name (request);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (KbLock) lock = NULL;
  KbRecord *old;

  if (read_records (keeper, name, &before, error) != KB_OK)
    return KB_FAILED;
  old = find_place (before, record);
  if (old != NULL && same_content (old, record))
    return KB_OK;
  if (lock_item (request, name, &lock, error) != KB_OK
      || read_to_change (keeper, name, &records, error) != KB_OK)
    return KB_FAILED;
  replace (records, find_place (records, record), record);
  make_room (name, records, g_ptr_array_index (records, records->len - 1));
  return write_records (keeper, request, name, records, error);
}

KbAnswer
kb_logins_erase (KbKeeper *keeper, const KbRequest *request,
                 const KbLoginPattern *pattern, const KbSecret *secret, GError **error)
{
  g_autofree char *name = item_name (request);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (KbLock) lock = NULL;
  KbAnswer answer;
  guint before;

  if (lock_item (request, name, &lock, error) != KB_OK
      || read_to_change (keeper, name, &records, error) != KB_OK)
    return KB_FAILED;
  before = records->len;
  for (guint i = records->len; i-- > 0;)
    {
      const KbRecord *record = g_ptr_array_index (records, i);

      if (matches (record, pattern)
          && (secret == NULL || kb_secret_equal (record->secret, secret)))
        g_ptr_array_remove_index (records, i);
    }
  if (records->len == before)
    return KB_DECLINED;
  answer = write_records (keeper, request, name, records, error);
  return answer == KB_DECLINED ? KB_OK : answer;
}

/* ---- all of one tool ------------------------------------------------------------ */

static void
tell (KbKeeper *keeper, const char *item, const KbLoginPattern *pattern, KbLoginFunc func,
      gpointer data)
{
  g_auto (GStrv) parts = kb_item_parts (item);
  g_autoptr (GPtrArray) records = NULL;

  if (g_strcmp0 (parts[0], "login") != 0 || parts[1] == NULL
      || read_records (keeper, item, &records, NULL) != KB_OK)
    return;
  for (guint i = 0; i < records->len; i++)
    if (matches (g_ptr_array_index (records, i), pattern))
      func (parts[1], g_ptr_array_index (records, i), data);
}

KbAnswer
kb_logins_each (KbKeeper *keeper, const KbLoginPattern *pattern, KbLoginFunc func,
                gpointer data, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  KbAnswer answer = kb_keeper_list (keeper, names, error);

  for (guint i = 0; answer == KB_OK && i < names->len; i++)
    tell (keeper, g_ptr_array_index (names, i), pattern, func, data);
  return answer;
}
