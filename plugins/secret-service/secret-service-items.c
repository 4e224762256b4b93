/* SPDX-License-Identifier: MIT */
/* Items of the Secret Service that are ours: found, read, written, deleted by name.
   Knows nothing of connections and retries. */
#include "secret-service/secret-service-items.h"

#include <string.h>

/* Attributes are how an item is found again; the schema's name is only for those who look
   at the keyring with another program, for a search for it misses locked items. */
#define ATTRIBUTE_APPLICATION "application"
#define ATTRIBUTE_NAME "name"
#define ATTRIBUTE_SCHEMA "xdg:schema"
#define APPLICATION "keybearer"
#define SCHEMA "org.keybearer.Item"

typedef struct
{
  char **open;
  char **locked;
} Found;

static void
found_clear (Found *found)
{
  g_clear_pointer (&found->open, g_strfreev);
  g_clear_pointer (&found->locked, g_strfreev);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

static gboolean
has_any (char **paths)
{
  return paths != NULL && paths[0] != NULL;
}

/* NAME may be NULL: all items of ours. */
static gboolean
search (Bus *bus, const char *name, Found *found, GError **error)
{
  GVariantBuilder attributes;
  g_autoptr (GVariant) reply = NULL;

  g_variant_builder_init (&attributes, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&attributes, "{ss}", ATTRIBUTE_APPLICATION, APPLICATION);
  if (name != NULL)
    g_variant_builder_add (&attributes, "{ss}", ATTRIBUTE_NAME, name);
  reply = bus_call (bus, BUS_SERVICE_PATH, BUS_SERVICE_INTERFACE, "SearchItems",
                    g_variant_new ("(a{ss})", &attributes), "(aoao)", "searching", error);
  if (reply == NULL)
    return FALSE;
  found_clear (found);
  g_variant_get (reply, "(^ao^ao)", &found->open, &found->locked);
  return TRUE;
}

KbAnswer
items_default_collection (Bus *bus, char **path, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  const char *found;

  reply = bus_call (bus, BUS_SERVICE_PATH, BUS_SERVICE_INTERFACE, "ReadAlias",
                    g_variant_new ("(s)", "default"), "(o)", "looking for the keyring",
                    error);
  if (reply == NULL)
    return KB_FAILED;
  g_variant_get (reply, "(&o)", &found);
  if (strcmp (found, "/") == 0)
    return KB_DECLINED;
  *path = g_strdup (found);
  return KB_OK;
}

static KbAnswer
is_locked (Bus *bus, const char *collection, gboolean *locked, GError **error)
{
  g_autoptr (GVariant) value
      = bus_property (bus, collection, BUS_COLLECTION_INTERFACE, "Locked", "b", error);

  if (value == NULL)
    return KB_FAILED;
  *locked = g_variant_get_boolean (value);
  return KB_OK;
}

static gboolean
unlock_one (Bus *bus, const char *path, GError **error)
{
  const char *const paths[] = { path, NULL };

  return bus_unlock (bus, paths, error);
}

/* *WAS_LOCKED tells that the collection had to be opened first. */
static KbAnswer
open_default (Bus *bus, char **path, gboolean *was_locked, GError **error)
{
  g_autofree char *collection = NULL;
  gboolean locked = FALSE;
  KbAnswer answer = items_default_collection (bus, &collection, error);

  if (answer != KB_OK)
    return answer;
  if (is_locked (bus, collection, &locked, error) != KB_OK)
    return KB_FAILED;
  if (locked && !unlock_one (bus, collection, error))
    return KB_FAILED;
  *was_locked = locked;
  *path = g_steal_pointer (&collection);
  return KB_OK;
}

static guint64
modified (Bus *bus, const char *item)
{
  g_autoptr (GVariant) value
      = bus_property (bus, item, BUS_ITEM_INTERFACE, "Modified", "t", NULL);

  return value != NULL ? g_variant_get_uint64 (value) : 0;
}

/* Borrowed from PATHS.  Several programs leave several items of the same attributes
   behind, and their order means nothing. */
static const char *
newest (Bus *bus, char **paths)
{
  const char *best = paths[0];
  guint64 best_time = 0;

  if (paths[1] == NULL)
    return best;
  for (gsize i = 0; paths[i] != NULL; i++)
    {
      guint64 when = modified (bus, paths[i]);

      if (when > best_time)
        best = paths[i];
      best_time = MAX (when, best_time);
    }
  kb_request_note (bus_request (bus),
                   "the keyring has %u items of one name: took the newest",
                   g_strv_length (paths));
  return best;
}

/* Opens what is locked and searches again; a keyring without a password opens so without
   anybody seeing it. */
static gboolean
unlock_found (Bus *bus, const char *name, Found *found, GError **error)
{
  if (!has_any (found->locked))
    return TRUE;
  return bus_unlock (bus, (const char *const *) found->locked, error)
         && search (bus, name, found, error);
}

static KbAnswer
still_locked (GError **error)
{
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                       "the keyring is locked: unlock it in the desktop session");
  return KB_FAILED;
}

/* Some services (KeePassXC) hide what is locked, so "nothing" counts only when it comes
   from an open keyring. */
static KbAnswer
find_nothing (Bus *bus, const char *name, Found *found, GError **error)
{
  g_autofree char *collection = NULL;
  gboolean was_locked = FALSE;
  KbAnswer answer = open_default (bus, &collection, &was_locked, error);

  if (answer != KB_OK || !was_locked)
    return answer == KB_FAILED ? KB_FAILED : KB_DECLINED;
  if (!search (bus, name, found, error))
    return KB_FAILED;
  return has_any (found->open) ? KB_OK : KB_DECLINED;
}

/* KB_OK: FOUND->open has at least one item that can be read. */
static KbAnswer
find (Bus *bus, const char *name, Found *found, GError **error)
{
  if (!search (bus, name, found, error))
    return KB_FAILED;
  if (has_any (found->open))
    return KB_OK;
  if (!has_any (found->locked))
    return find_nothing (bus, name, found, error);
  if (!unlock_found (bus, name, found, error))
    return KB_FAILED;
  return has_any (found->open)     ? KB_OK
         : has_any (found->locked) ? still_locked (error)
                                   : KB_DECLINED;
}

KbAnswer
items_get (Bus *bus, Call *call, GError **error)
{
  g_auto (Found) found = { NULL, NULL };
  KbAnswer answer;

  bus_want_session (bus);
  answer = find (bus, call->name, &found, error);
  if (answer != KB_OK)
    return answer;
  call->got = bus_get_secret (bus, newest (bus, found.open), error);
  return call->got != NULL ? KB_OK : KB_FAILED;
}

/* A session without a keyring: making one means choosing a password. */
static KbAnswer
create_collection (Bus *bus, char **path, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  GVariantBuilder properties;
  const char *prompt;
  KbAnswer answer;

  if (!kb_request_interactive (bus_request (bus)))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                           "there is no default keyring yet: make one in the desktop "
                           "session (Passwords and Keys, KWallet, KeePassXC)");
      return KB_FAILED;
    }
  g_variant_builder_init (&properties, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&properties, "{sv}", BUS_COLLECTION_INTERFACE ".Label",
                         g_variant_new_string ("Login"));
  reply = bus_call (bus, BUS_SERVICE_PATH, BUS_SERVICE_INTERFACE, "CreateCollection",
                    g_variant_new ("(a{sv}s)", &properties, "default"), "(oo)",
                    "making a keyring", error);
  if (reply == NULL)
    return KB_FAILED;
  g_variant_get_child (reply, 1, "&o", &prompt);
  if (!bus_prompt (bus, prompt, error))
    return KB_FAILED;
  answer = items_default_collection (bus, path, error);
  return answer == KB_DECLINED ? still_locked (error) : answer;
}

static GHashTable *
item_properties (const Call *call)
{
  GHashTable *properties = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                  (GDestroyNotify) g_variant_unref);
  GVariantBuilder attributes;

  g_variant_builder_init (&attributes, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&attributes, "{ss}", ATTRIBUTE_APPLICATION, APPLICATION);
  g_variant_builder_add (&attributes, "{ss}", ATTRIBUTE_NAME, call->name);
  g_variant_builder_add (&attributes, "{ss}", ATTRIBUTE_SCHEMA, SCHEMA);
  g_hash_table_insert (properties, BUS_ITEM_INTERFACE ".Label",
                       g_variant_ref_sink (g_variant_new_string (call->label)));
  g_hash_table_insert (properties, BUS_ITEM_INTERFACE ".Attributes",
                       g_variant_ref_sink (g_variant_builder_end (&attributes)));
  return properties;
}

gboolean
items_delete (Bus *bus, const char *path, GError **error)
{
  g_autoptr (GVariant) reply = bus_call (bus, path, BUS_ITEM_INTERFACE, "Delete", NULL,
                                         "(o)", "deleting an item", error);
  const char *prompt;

  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(&o)", &prompt);
  return bus_prompt (bus, prompt, error);
}

/* Older items of the name, in other collections or of other programs' making.  The new
   one is newer than they are, so that they stay is no failure. */
static void
delete_others (Bus *bus, const char *name, const char *keep)
{
  g_auto (Found) found = { NULL, NULL };

  if (!search (bus, name, &found, NULL))
    return;
  for (gsize i = 0; found.open[i] != NULL; i++)
    if (strcmp (found.open[i], keep) != 0 && !items_delete (bus, found.open[i], NULL))
      kb_request_note (bus_request (bus), "an older item of the same name stays");
}

static KbAnswer
read_back (Bus *bus, const char *item, const KbSecret *value, GError **error)
{
  g_autoptr (KbSecret) got = bus_get_secret (bus, item, error);

  if (got == NULL)
    return KB_FAILED;
  if (kb_secret_equal (got, value))
    return KB_OK;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                       "the keyring did not keep what it was given: use another store, "
                       "and report it to the keyring's makers");
  return KB_FAILED;
}

KbAnswer
items_put (Bus *bus, Call *call, GError **error)
{
  g_autoptr (GHashTable) properties = item_properties (call);
  g_autofree char *collection = NULL;
  g_autofree char *item = NULL;
  gboolean was_locked = FALSE;
  KbAnswer answer = open_default (bus, &collection, &was_locked, error);

  if (answer == KB_DECLINED)
    answer = create_collection (bus, &collection, error);
  if (answer != KB_OK)
    return answer;
  item = bus_create_item (bus, collection, properties, call->value, error);
  if (item == NULL || read_back (bus, item, call->value, error) != KB_OK)
    return KB_FAILED;
  delete_others (bus, call->name, item);
  return KB_OK;
}

KbAnswer
items_erase (Bus *bus, Call *call, GError **error)
{
  g_auto (Found) found = { NULL, NULL };
  KbAnswer answer = find (bus, call->name, &found, error);

  if (answer != KB_OK)
    return answer;
  if (!unlock_found (bus, call->name, &found, error))
    return KB_FAILED;
  for (gsize i = 0; found.open[i] != NULL; i++)
    if (!items_delete (bus, found.open[i], error))
      return KB_FAILED;
  return KB_OK;
}

KbAnswer
items_list (Bus *bus, Call *call, GError **error)
{
  g_auto (Found) found = { NULL, NULL };

  if (!search (bus, NULL, &found, error) || !unlock_found (bus, NULL, &found, error))
    return KB_FAILED;
  g_ptr_array_set_size (call->names, 0);
  for (gsize i = 0; found.open[i] != NULL; i++)
    {
      g_autoptr (GVariant) attributes = bus_property (
          bus, found.open[i], BUS_ITEM_INTERFACE, "Attributes", "a{ss}", error);
      char *name;

      if (attributes == NULL)
        return KB_FAILED;
      if (g_variant_lookup (attributes, ATTRIBUTE_NAME, "s", &name))
        g_ptr_array_add (call->names, name);
    }
  return KB_OK;
}

/* The service answers; a locked keyring is fine where a person may open it later. */
KbAnswer
items_probe (Bus *bus, Call *call, GError **error)
{
  g_autofree char *collection = NULL;
  gboolean was_locked = FALSE;
  KbAnswer answer;

  if (kb_request_interactive (bus_request (bus)))
    return items_default_collection (bus, &collection, error) == KB_FAILED ? KB_FAILED
                                                                           : KB_OK;
  answer = open_default (bus, &collection, &was_locked, error);
  return answer == KB_DECLINED ? create_collection (bus, &collection, error) : answer;
}
