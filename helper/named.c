/* SPDX-License-Identifier: MIT */
/* Keeps secrets under names that people choose, as items of the kind "named".
   Knows nothing of what they are for. */
#include "named.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "item.h"

#define KIND "named/"

void
kb_named_free (KbNamed *named)
{
  if (named == NULL)
    return;
  kb_secret_unref (named->secret);
  g_free (named->user);
  g_free (named->note);
  g_free (named);
}

gboolean
kb_named_is_name (const char *name)
{
  gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789/._@:+%-");

  return length > 0 && length <= KB_NAMED_MAX && name[length] == '\0';
}

/* New, or NULL with an error. */
static char *
item_name (const char *name, GError **error)
{
  g_autofree char *shown = NULL;

  if (kb_named_is_name (name))
    return g_strconcat (KIND, name, NULL);
  shown = kb_text_escape (name, strlen (name), 64);
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
               "%s: a secret's name is made of a-z, 0-9 and /._@:+%%-", shown);
  return NULL;
}

static KbRecord *
to_record (const KbNamed *named)
{
  KbRecord *record = kb_record_new ();

  record->secret = kb_secret_ref (named->secret);
  record->user = g_strdup (named->user);
  record->path = g_strdup (named->note);
  record->made = kb_clock_now ();
  record->expires = named->expires;
  return record;
}

static KbNamed *
from_record (const KbRecord *record)
{
  KbNamed *named = g_new0 (KbNamed, 1);

  named->secret = kb_secret_ref (record->secret);
  named->user = g_strdup (record->user);
  named->note = g_strdup (record->path);
  named->made = record->made;
  named->expires = record->expires;
  return named;
}

KbAnswer
kb_named_put (KbKeeper *keeper, const char *name, const char *label, const KbNamed *named,
              GError **error)
{
  g_autofree char *item = item_name (name, error);
  g_autoptr (GPtrArray) records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
  const KbOpened *durable = NULL;
  g_autoptr (KbSecret) value = NULL;
  KbAnswer answer;

  if (item == NULL)
    return KB_FAILED;
  g_ptr_array_add (records, to_record (named));
  value = kb_item_seal (item, records, error);
  if (value == NULL)
    return KB_FAILED;
  answer = kb_keeper_durable (keeper, &durable, error);
  if (answer == KB_OK)
    answer = kb_keeper_put (keeper, item, label, value, 0, error);
  if (answer != KB_DECLINED)
    return answer;
  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED,
               "%s: there is no store here that lasts; run: keybearer doctor", name);
  return KB_FAILED;
}

KbAnswer
kb_named_get (KbKeeper *keeper, const char *name, KbNamed **named, GError **error)
{
  g_autofree char *item = item_name (name, error);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (KbSecret) value = NULL;
  const KbRecord *record;
  KbAnswer answer;

  if (item == NULL)
    return KB_FAILED;
  answer = kb_keeper_get (keeper, item, &value, error);
  if (answer != KB_OK)
    return answer;
  records = kb_item_open (item, value, error);
  if (records == NULL)
    return KB_FAILED;
  record = g_ptr_array_index (records, 0);
  if (record->secret == NULL)
    return KB_DECLINED;
  *named = from_record (record);
  return KB_OK;
}

KbAnswer
kb_named_erase (KbKeeper *keeper, const char *name, GError **error)
{
  g_autofree char *item = item_name (name, error);

  return item != NULL ? kb_keeper_erase (keeper, item, error) : KB_FAILED;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

KbAnswer
kb_named_list (KbKeeper *keeper, const char *prefix, GPtrArray *names, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *start = g_strconcat (KIND, prefix, NULL);
  KbAnswer answer = kb_keeper_list (keeper, items, error);

  if (answer != KB_OK)
    return answer;
  g_ptr_array_sort (items, compare_names);
  for (guint i = 0; i < items->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (items, i), start))
      g_ptr_array_add (
          names, g_strdup ((const char *) g_ptr_array_index (items, i) + strlen (KIND)));
  return KB_OK;
}

KbAnswer
kb_named_follow (gpointer data, const char *name, KbSecret **secret, GError **error)
{
  g_autoptr (KbNamed) named = NULL;
  KbAnswer answer = kb_named_get (data, name, &named, error);

  if (answer == KB_OK)
    *secret = kb_secret_ref (named->secret);
  if (answer != KB_DECLINED)
    return answer;
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
               "store:%s: nothing is kept under this name; run: keybearer store put %s",
               name, name);
  return KB_FAILED;
}
