/* SPDX-License-Identifier: MIT */
/* Opens locked items and collections, silently where the keyring has no password.
   Knows nothing of what is in them. */
#include "secret-service/secret-service-bus.h"

#include <string.h>

/* gnome-keyring locks a keyring without a password like any other, and opens it silently
   only from within a prompt, which a call that may ask nobody must not start: it could be
   a dialog.  This interface of its own, by which PAM and Seahorse open keyrings, takes
   the password, here an empty one; other services do not have it and say so. */
#define GNOME_INTERFACE "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
#define COLLECTION_PREFIX BUS_SERVICE_PATH "/collection/"

/* New: the collection that PATH is or is in; NULL for a path of another form. */
static char *
collection_of (const char *path)
{
  const char *end;

  if (!g_str_has_prefix (path, COLLECTION_PREFIX))
    return NULL;
  end = strchr (path + strlen (COLLECTION_PREFIX), '/');
  return end != NULL ? g_strndup (path, (gsize) (end - path)) : g_strdup (path);
}

/* New: a session whose secrets are as they are; there is none in an empty password. */
static char *
plain_session (Bus *bus)
{
  g_autoptr (GVariant) reply = NULL;
  char *session = NULL;

  reply = bus_call (bus, BUS_SERVICE_PATH, BUS_SERVICE_INTERFACE, "OpenSession",
                    g_variant_new ("(sv)", "plain", g_variant_new_string ("")), "(vo)",
                    "opening", NULL);
  if (reply != NULL)
    g_variant_get_child (reply, 1, "o", &session);
  return session;
}

static gboolean
open_without_password (Bus *bus, const char *session, const char *collection)
{
  g_autoptr (GVariant) reply = NULL;
  GVariant *nothing = g_variant_new_array (G_VARIANT_TYPE_BYTE, NULL, 0);
  GVariant *password
      = g_variant_new ("(o@ay@ays)", session, nothing,
                       g_variant_new_array (G_VARIANT_TYPE_BYTE, NULL, 0), "text/plain");

  reply = bus_call (bus, BUS_SERVICE_PATH, GNOME_INTERFACE, "UnlockWithMasterPassword",
                    g_variant_new ("(o@(oayays))", collection, password), "()",
                    "unlocking", NULL);
  return reply != NULL;
}

static gboolean
open_all_without_password (Bus *bus, const char *const *paths)
{
  g_autofree char *session = plain_session (bus);
  g_autofree char *last = NULL;

  for (; session != NULL && *paths != NULL; paths++)
    {
      g_autofree char *collection = collection_of (*paths);

      if (collection == NULL)
        return FALSE;
      if (g_strcmp0 (collection, last) == 0)
        continue;
      if (!open_without_password (bus, session, collection))
        return FALSE;
      g_free (last);
      last = g_steal_pointer (&collection);
    }
  return session != NULL;
}

gboolean
bus_unlock (Bus *bus, const char *const *paths, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  const char *prompt;

  reply = bus_call (bus, BUS_SERVICE_PATH, BUS_SERVICE_INTERFACE, "Unlock",
                    g_variant_new ("(^ao)", paths), "(aoo)", "unlocking", error);
  if (reply == NULL)
    return FALSE;
  g_variant_get_child (reply, 1, "&o", &prompt);
  if (strcmp (prompt, "/") != 0 && !kb_request_interactive (bus_request (bus))
      && open_all_without_password (bus, paths))
    {
      bus_dismiss (bus, prompt);
      return TRUE;
    }
  return bus_prompt (bus, prompt, error);
}
