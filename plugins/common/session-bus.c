/* SPDX-License-Identifier: MIT */
/* Finds the session bus, connects to it and asks it about names.
   Knows nothing of what any service there does. */
#include "common/session-bus.h"

#include <string.h>

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
/* The bus itself is asked, which has nothing to do but to answer. */
#define BUS_CALL_MS 2000

char *
kb_session_bus_address (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *path = NULL;
  g_autofree char *escaped = NULL;

  if (address != NULL && *address != '\0')
    return g_str_has_prefix (address, "unix:") && strchr (address, ';') == NULL
               ? g_strdup (address)
               : NULL;
  if (runtime == NULL || !g_path_is_absolute (runtime))
    return NULL;
  path = g_build_filename (runtime, "bus", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  escaped = g_dbus_address_escape_value (path);
  return g_strconcat ("unix:path=", escaped, NULL);
}

GDBusConnection *
kb_session_bus_open (GMainContext *context, const KbRequest *request, GError **error)
{
  g_autofree char *address = kb_session_bus_address ();
  g_autoptr (KbWait) wait = kb_wait_new (request, KB_WAIT_CONNECT_MS);

  if (address == NULL)
    {
      g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_SERVER,
                           "there is no session bus");
      return NULL;
    }
  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                         | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, kb_wait_cancellable (wait), kb_wait_ready,
                                     kb_wait_ref (wait));
  if (kb_wait_run (wait, context))
    return g_dbus_connection_new_for_address_finish (kb_wait_result (wait), error);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                       kb_request_cancelled (request)
                           ? "interrupted while connecting to the session bus"
                           : "the session bus did not answer in time: log in to the "
                             "desktop again");
  return NULL;
}

/* New, or NULL. */
static GVariant *
ask (GDBusConnection *connection, GMainContext *context, const KbRequest *request,
     const char *method, GVariant *arguments, const char *reply_type)
{
  g_autoptr (KbWait) wait = kb_wait_new (request, BUS_CALL_MS);

  g_dbus_connection_call (connection, BUS_NAME, BUS_PATH, BUS_NAME, method, arguments,
                          G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          G_MAXINT, kb_wait_cancellable (wait), kb_wait_ready,
                          kb_wait_ref (wait));
  if (!kb_wait_run (wait, context))
    return NULL;
  return g_dbus_connection_call_finish (connection, kb_wait_result (wait), NULL);
}

KbBusName
kb_session_bus_name (GDBusConnection *connection, GMainContext *context,
                     const KbRequest *request, const char *name)
{
  g_autoptr (GVariant) owned = ask (connection, context, request, "NameHasOwner",
                                    g_variant_new ("(s)", name), "(b)");
  g_autoptr (GVariant) startable = NULL;
  g_autofree const char **names = NULL;
  gboolean has_owner = FALSE;

  if (owned == NULL)
    return KB_BUS_NAME_UNKNOWN;
  g_variant_get (owned, "(b)", &has_owner);
  if (has_owner)
    return KB_BUS_NAME_OWNED;
  startable = ask (connection, context, request, "ListActivatableNames", NULL, "(as)");
  if (startable == NULL)
    return KB_BUS_NAME_UNKNOWN;
  g_variant_get (startable, "(^a&s)", &names);
  return g_strv_contains (names, name) ? KB_BUS_NAME_ASLEEP : KB_BUS_NAME_NOBODY;
}

char *
kb_session_bus_owner (GDBusConnection *connection, GMainContext *context,
                      const KbRequest *request, const char *name)
{
  g_autoptr (GVariant) reply
      = ask (connection, context, request, "GetConnectionUnixProcessID",
             g_variant_new ("(s)", name), "(u)");
  g_autofree char *path = NULL;
  g_autofree char *command = NULL;
  guint32 process = 0;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(u)", &process);
  path = g_strdup_printf ("/proc/%u/cmdline", process);
  if (process == 0 || !g_file_get_contents (path, &command, NULL, NULL)
      || *command == '\0')
    return NULL;
  /* Arguments are separated by NUL; some daemons put all of them into the first. */
  command[strcspn (command, " ")] = '\0';
  return g_path_get_basename (command);
}
