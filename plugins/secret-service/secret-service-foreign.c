/* SPDX-License-Identifier: MIT */
/* Items of other programs in the keyring: all of them found, one of them deleted.
   Knows nothing of what their attributes and contents mean. */
#include "secret-service/secret-service-items.h"
#include "secret-service/secret-service-neighbour.h"

static GVariant *
attributes_of (Bus *bus, const char *item, GError **error)
{
  return bus_property (bus, item, BUS_ITEM_INTERFACE, "Attributes", "a{ss}", error);
}

/* New: the paths of a property of type ao. */
static char **
paths_of (Bus *bus, const char *object, const char *interface, const char *property,
          GError **error)
{
  g_autoptr (GVariant) value
      = bus_property (bus, object, interface, property, "ao", error);

  return value != NULL ? g_variant_dup_objv (value, NULL) : NULL;
}

static char **
items_of (Bus *bus, const char *collection, GError **error)
{
  return paths_of (bus, collection, BUS_COLLECTION_INTERFACE, "Items", error);
}

/* A collection that is locked is opened only for items that may be meant: a person is not
   to be asked for the password of any other keyring. */
static KbAnswer
may_be_meant (Bus *bus, const char *collection, gboolean *meant, GError **error)
{
  g_auto (GStrv) items = items_of (bus, collection, error);

  if (items == NULL)
    return KB_FAILED;
  *meant = FALSE;
  for (char **item = items; *item != NULL && !*meant; item++)
    {
      g_autoptr (GVariant) attributes = attributes_of (bus, *item, error);

      if (attributes == NULL)
        return KB_FAILED;
      *meant = neighbour_is_possible (attributes);
    }
  return KB_OK;
}

/* Some services (KeePassXC) hide what is locked: so the default collection is opened in
   any case. */
static KbAnswer
open_collection (Bus *bus, const char *collection, const char *standard, GError **error)
{
  const char *const paths[] = { collection, NULL };
  g_autoptr (GVariant) locked
      = bus_property (bus, collection, BUS_COLLECTION_INTERFACE, "Locked", "b", error);
  gboolean meant = g_strcmp0 (collection, standard) == 0;

  if (locked == NULL)
    return KB_FAILED;
  if (!g_variant_get_boolean (locked))
    return KB_OK;
  if (!meant && may_be_meant (bus, collection, &meant, error) != KB_OK)
    return KB_FAILED;
  if (!meant)
    return KB_DECLINED;
  return bus_unlock (bus, paths, error) ? KB_OK : KB_FAILED;
}

/* A constant, or NULL. */
static const char *
origin_of (Bus *bus, const char *item, GVariant *attributes)
{
  const char *origin = neighbour_origin (attributes, NULL);
  g_autoptr (GVariant) label = NULL;

  if (origin == NULL && neighbour_is_possible (attributes))
    label = bus_property (bus, item, BUS_ITEM_INTERFACE, "Label", "s", NULL);
  if (label != NULL)
    origin = neighbour_origin (attributes, g_variant_get_string (label, NULL));
  return origin;
}

/* Appends the item to FOUND when it is of another program that is known. */
static gboolean
take_item (Bus *bus, const char *item, GPtrArray *found, GError **error)
{
  g_autoptr (GVariant) attributes = attributes_of (bus, item, error);
  const char *origin = attributes != NULL ? origin_of (bus, item, attributes) : NULL;
  g_autoptr (GVariant) modified = NULL;
  g_autoptr (KbSecret) content = NULL;
  Neighbour *neighbour;

  if (origin == NULL)
    return attributes != NULL;
  content = bus_get_secret (bus, item, error);
  if (content == NULL)
    return FALSE;
  modified = bus_property (bus, item, BUS_ITEM_INTERFACE, "Modified", "t", NULL);
  neighbour = neighbour_read (origin, attributes, content);
  neighbour->handle = g_strdup (item);
  if (modified != NULL)
    neighbour->modified = (gint64) MIN (g_variant_get_uint64 (modified), G_MAXINT64);
  g_ptr_array_add (found, neighbour);
  return TRUE;
}

static KbAnswer
take_collection (Bus *bus, const char *collection, const char *standard, GPtrArray *found,
                 GError **error)
{
  KbAnswer answer = open_collection (bus, collection, standard, error);
  g_auto (GStrv) items = NULL;

  if (answer != KB_OK)
    return answer;
  items = items_of (bus, collection, error);
  if (items == NULL)
    return KB_FAILED;
  for (char **item = items; *item != NULL; item++)
    if (!take_item (bus, *item, found, error))
      return KB_FAILED;
  return KB_OK;
}

static char **
collections_of (Bus *bus, GError **error)
{
  return paths_of (bus, BUS_SERVICE_PATH, BUS_SERVICE_INTERFACE, "Collections", error);
}

KbAnswer
items_foreign (Bus *bus, Call *call, GError **error)
{
  g_auto (GStrv) collections = collections_of (bus, error);
  g_autofree char *standard = NULL;

  if (collections == NULL
      || items_default_collection (bus, &standard, error) == KB_FAILED)
    return KB_FAILED;
  g_ptr_array_set_size (call->names, 0);
  for (char **collection = collections; *collection != NULL; collection++)
    if (take_collection (bus, *collection, standard, call->names, error) == KB_FAILED)
      return KB_FAILED;
  return KB_OK;
}

/* ---- deleting ------------------------------------------------------------------- */

static KbAnswer
is_there (Bus *bus, const char *item, GError **error)
{
  g_auto (GStrv) collections = collections_of (bus, error);

  for (char **collection = collections; collection != NULL && *collection != NULL;
       collection++)
    {
      g_auto (GStrv) items = items_of (bus, *collection, error);

      if (items == NULL)
        return KB_FAILED;
      if (g_strv_contains ((const char *const *) items, item))
        return KB_OK;
    }
  return collections == NULL ? KB_FAILED : KB_DECLINED;
}

KbAnswer
items_forget (Bus *bus, Call *call, GError **error)
{
  g_autoptr (GPtrArray) found
      = g_ptr_array_new_with_free_func ((GDestroyNotify) neighbour_free);
  KbAnswer answer = is_there (bus, call->name, error);

  if (answer != KB_OK)
    return answer;
  if (!take_item (bus, call->name, found, error))
    return KB_FAILED;
  if (found->len == 0 || !neighbour_is (g_ptr_array_index (found, 0), call->foreign))
    return KB_DECLINED;
  return items_delete (bus, call->name, error) ? KB_OK : KB_FAILED;
}
