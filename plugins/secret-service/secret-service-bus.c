/* SPDX-License-Identifier: MIT */
/* The session bus and the Secret Service on it: connecting, calling and prompting.
   Knows nothing of items and their names. */
#include "secret-service/secret-service-bus.h"

#include "secret-service/secret-service-gate.h"
#include "common/session-bus.h"

#include <string.h>

#define SERVICE_NAME "org.freedesktop.secrets"
#define PROMPT_INTERFACE "org.freedesktop.Secret.Prompt"

struct _Bus
{
  GMainContext *context;
  GDBusConnection *connection;
  SecretService *service;
  KbWait *session; /* on its way, or NULL */
  gboolean session_wanted;
  const KbRequest *request;
  gboolean said_no; /* a person dismissed the dialog: none follows in this process */
};

Bus *
bus_new (void)
{
  Bus *bus = g_new0 (Bus, 1);

  bus->context = g_main_context_new ();
  return bus;
}

void
bus_drop (Bus *bus)
{
  g_clear_pointer (&bus->session, kb_wait_unref);
  g_clear_object (&bus->service);
  if (bus->connection != NULL)
    g_dbus_connection_close (bus->connection, NULL, NULL, NULL);
  g_clear_object (&bus->connection);
}

void
bus_free (Bus *bus)
{
  if (bus == NULL)
    return;
  bus_drop (bus);
  while (g_main_context_iteration (bus->context, FALSE))
    continue;
  g_main_context_unref (bus->context);
  g_free (bus);
}

const KbRequest *
bus_request (const Bus *bus)
{
  return bus->request;
}

/* FALSE with KB_ERROR_LOCKED, naming STEP ("searching"), when the time was over. */
static gboolean
wait_for (Bus *bus, KbWait *wait, const char *step, GError **error)
{
  if (kb_wait_run (wait, bus->context))
    return TRUE;
  if (kb_request_cancelled (bus->request))
    g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "interrupted while %s", step);
  else
    g_set_error (
        error, KB_ERROR, KB_ERROR_LOCKED,
        "the Secret Service did not answer in time while %s: restart the keyring "
        "daemon, or log in to the desktop again",
        step);
  return FALSE;
}

static gboolean
open_connection (Bus *bus, GError **error)
{
  bus->connection = kb_session_bus_open (bus->context, bus->request, error);
  return bus->connection != NULL;
}

/* On its way: the call that every connection sends first, see BUS_NOBODYS_ALIAS. */
static KbWait *
greet (Bus *bus)
{
  KbWait *wait = kb_wait_new (bus->request, KB_WAIT_CALL_MS);

  g_dbus_connection_call (bus->connection, SERVICE_NAME, BUS_SERVICE_PATH,
                          BUS_SERVICE_INTERFACE, "ReadAlias",
                          g_variant_new ("(s)", BUS_NOBODYS_ALIAS),
                          G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
                          kb_wait_cancellable (wait), kb_wait_ready, kb_wait_ref (wait));
  return wait;
}

static gboolean
greeted (Bus *bus, KbWait *wait, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  if (wait_for (bus, wait, "looking for the Secret Service", error))
    reply = g_dbus_connection_call_finish (bus->connection, kb_wait_result (wait), error);
  return reply != NULL;
}

static gboolean
open_service (Bus *bus, GError **error)
{
  g_autoptr (KbWait) greeting = greet (bus);
  g_autoptr (KbWait) wait = kb_wait_new (bus->request, KB_WAIT_CALL_MS);

  gate_new (bus->connection, kb_wait_cancellable (wait), kb_wait_ready,
            kb_wait_ref (wait));
  if (!greeted (bus, greeting, error)
      || !wait_for (bus, wait, "looking for the Secret Service", error))
    return FALSE;
  bus->service = gate_new_finish (kb_wait_result (wait), error);
  return bus->service != NULL;
}

gboolean
bus_begin (Bus *bus, const KbRequest *request, GError **error)
{
  bus->request = request;
  g_main_context_push_thread_default (bus->context);
  if (bus->connection != NULL && g_dbus_connection_is_closed (bus->connection))
    bus_drop (bus);
  if (bus->connection == NULL && !open_connection (bus, error))
    return FALSE;
  return bus->service != NULL || open_service (bus, error);
}

void
bus_end (Bus *bus)
{
  g_clear_pointer (&bus->session, kb_wait_unref);
  bus->session_wanted = FALSE;
  g_main_context_pop_thread_default (bus->context);
  bus->request = NULL;
}

static void
start_session (Bus *bus)
{
  bus->session_wanted = FALSE;
  if (bus->session != NULL)
    return;
  bus->session = kb_wait_new (bus->request, KB_WAIT_CALL_MS);
  secret_service_ensure_session (bus->service, kb_wait_cancellable (bus->session),
                                 kb_wait_ready, kb_wait_ref (bus->session));
}

void
bus_want_session (Bus *bus)
{
  bus->session_wanted = TRUE;
}

GVariant *
bus_call (Bus *bus, const char *path, const char *interface, const char *method,
          GVariant *arguments, const char *reply_type, const char *step, GError **error)
{
  g_autoptr (KbWait) wait = kb_wait_new (bus->request, KB_WAIT_CALL_MS);

  g_dbus_connection_call (bus->connection, SERVICE_NAME, path, interface, method,
                          arguments, G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, kb_wait_cancellable (wait), kb_wait_ready,
                          kb_wait_ref (wait));
  if (bus->session_wanted)
    start_session (bus);
  if (!wait_for (bus, wait, step, error))
    return NULL;
  return g_dbus_connection_call_finish (bus->connection, kb_wait_result (wait), error);
}

GVariant *
bus_property (Bus *bus, const char *path, const char *interface, const char *property,
              const char *type, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) value = NULL;

  reply = bus_call (bus, path, "org.freedesktop.DBus.Properties", "Get",
                    g_variant_new ("(ss)", interface, property), "(v)",
                    "reading a property", error);
  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE (type)))
    return g_steal_pointer (&value);
  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED,
               "the Secret Service gave a property %s of another type", property);
  return NULL;
}

typedef struct
{
  KbWait *wait;
  gboolean dismissed;
} Prompt;

static void
on_completed (GDBusConnection *connection, const char *sender, const char *path,
              const char *interface, const char *signal, GVariant *parameters,
              gpointer data)
{
  Prompt *prompt = data;

  prompt->dismissed = TRUE;
  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(bv)")))
    g_variant_get_child (parameters, 0, "b", &prompt->dismissed);
  kb_wait_done (prompt->wait);
}

/* Nobody waits for the answer: a prompt that is not carried out is harmless. */
void
bus_dismiss (Bus *bus, const char *path)
{
  g_dbus_connection_call (bus->connection, SERVICE_NAME, path, PROMPT_INTERFACE,
                          "Dismiss", NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          KB_WAIT_CALL_MS, NULL, NULL, NULL);
}

static gboolean
show_prompt (Bus *bus, const char *path, Prompt *prompt, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  reply = bus_call (bus, path, PROMPT_INTERFACE, "Prompt", g_variant_new ("(s)", ""),
                    "()", "showing the keyring's dialog", error);
  if (reply == NULL)
    return FALSE;
  if (wait_for (bus, prompt->wait, "the keyring's dialog was open", error))
    return TRUE;
  bus_dismiss (bus, path);
  return FALSE;
}

static gboolean
stays_locked (GError **error)
{
  g_set_error_literal (
      error, KB_ERROR, KB_ERROR_INTERACTION,
      "the keyring stays locked: its dialog was dismissed, or could not be shown here; "
      "unlock it in the desktop session and try again");
  return FALSE;
}

/* FALSE without a word to a person: nobody may be asked, or said no a moment ago. */
static gboolean
may_prompt (Bus *bus, GError **error)
{
  if (bus->said_no)
    return stays_locked (error);
  if (kb_request_interactive (bus->request))
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                       "the keyring is locked and nobody may be asked: unlock it in the "
                       "desktop session");
  return FALSE;
}

gboolean
bus_prompt (Bus *bus, const char *path, GError **error)
{
  g_autoptr (KbWait) wait = NULL;
  Prompt prompt = { NULL, FALSE };
  gboolean shown;
  guint signal;

  if (strcmp (path, "/") == 0)
    return TRUE;
  if (!may_prompt (bus, error))
    {
      bus_dismiss (bus, path);
      return FALSE;
    }
  wait = kb_wait_new (bus->request, KB_WAIT_PROMPT_MS);
  prompt.wait = wait;
  signal = g_dbus_connection_signal_subscribe (
      bus->connection, SERVICE_NAME, PROMPT_INTERFACE, "Completed", path, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_completed, &prompt, NULL);
  shown = show_prompt (bus, path, &prompt, error);
  g_dbus_connection_signal_unsubscribe (bus->connection, signal);
  bus->said_no = shown && prompt.dismissed;
  if (bus->said_no)
    return stays_locked (error);
  return shown;
}

static gboolean
finish_session (Bus *bus, GError **error)
{
  g_autoptr (KbWait) wait = NULL;

  start_session (bus);
  wait = g_steal_pointer (&bus->session);
  return wait_for (bus, wait, "opening a session", error)
         && secret_service_ensure_session_finish (bus->service, kb_wait_result (wait),
                                                  error);
}

KbSecret *
bus_get_secret (Bus *bus, const char *item, GError **error)
{
  g_autoptr (KbWait) wait = NULL;
  g_autoptr (SecretValue) value = NULL;
  const char *bytes;
  gsize length = 0;

  if (!finish_session (bus, error))
    return NULL;
  wait = kb_wait_new (bus->request, KB_WAIT_CALL_MS);
  secret_service_get_secret_for_dbus_path (bus->service, item, kb_wait_cancellable (wait),
                                           kb_wait_ready, kb_wait_ref (wait));
  if (!wait_for (bus, wait, "reading an item", error))
    return NULL;
  value = secret_service_get_secret_for_dbus_path_finish (bus->service,
                                                          kb_wait_result (wait), error);
  bytes = value != NULL ? secret_value_get (value, &length) : NULL;
  if (bytes != NULL)
    return kb_secret_new (bytes, length);
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, SECRET_ERROR, SECRET_ERROR_PROTOCOL, "no secret came");
  return NULL;
}

char *
bus_create_item (Bus *bus, const char *collection, GHashTable *properties,
                 const KbSecret *secret, GError **error)
{
  g_autoptr (KbWait) wait = NULL;
  g_autoptr (SecretValue) value = NULL;
  char *path;

  if (!finish_session (bus, error))
    return NULL;
  wait = kb_wait_new (bus->request, KB_WAIT_CALL_MS);
  value = secret_value_new (kb_secret_peek (secret), (gssize) kb_secret_length (secret),
                            "text/plain");
  secret_service_create_item_dbus_path (
      bus->service, collection, properties, value, SECRET_ITEM_CREATE_REPLACE,
      kb_wait_cancellable (wait), kb_wait_ready, kb_wait_ref (wait));
  if (!wait_for (bus, wait, "storing an item", error))
    return NULL;
  path = secret_service_create_item_dbus_path_finish (bus->service, kb_wait_result (wait),
                                                      error);
  if (path == NULL && error != NULL && *error == NULL)
    g_set_error_literal (error, SECRET_ERROR, SECRET_ERROR_PROTOCOL, "no item was made");
  return path;
}
