/* SPDX-License-Identifier: MIT */
/* Looks at the session bus and the keyring from outside.
   Knows nothing of items. */
#include "secret-service/secret-service-diagnose.h"

#include "common/session-bus.h"
#include "secret-service/secret-service-bus.h"

#include <string.h>

#define SERVICE_NAME "org.freedesktop.secrets"
#define BUS_FINDING "session bus"
#define KEYRING_FINDING "keyring"

typedef struct
{
  GMainContext *context;
  GDBusConnection *connection;
  const KbRequest *request;
  KbDiagnosis *diagnosis;
} Look;

/* New, or NULL: the service must be running, as a call would start it. */
static GVariant *
ask (const Look *look, const char *path, const char *interface, const char *method,
     GVariant *arguments, const char *reply_type)
{
  g_autoptr (KbWait) wait = kb_wait_new (look->request, KB_WAIT_CALL_MS);

  g_dbus_connection_call (look->connection, SERVICE_NAME, path, interface, method,
                          arguments, G_VARIANT_TYPE (reply_type),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT,
                          kb_wait_cancellable (wait), kb_wait_ready, kb_wait_ref (wait));
  if (!kb_wait_run (wait, look->context))
    return NULL;
  return g_dbus_connection_call_finish (look->connection, kb_wait_result (wait), NULL);
}

static GVariant *
read_alias (const Look *look, const char *alias)
{
  return ask (look, BUS_SERVICE_PATH, BUS_SERVICE_INTERFACE, "ReadAlias",
              g_variant_new ("(s)", alias), "(o)");
}

/* -1: it does not say. */
static int
is_locked (const Look *look, const char *collection)
{
  g_autoptr (GVariant) reply
      = ask (look, collection, "org.freedesktop.DBus.Properties", "Get",
             g_variant_new ("(ss)", BUS_COLLECTION_INTERFACE, "Locked"), "(v)");
  g_autoptr (GVariant) value = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return -1;
  return g_variant_get_boolean (value);
}

static void
say (const Look *look, KbFindingState state, const char *program, const char *text,
     const char *command)
{
  g_autofree char *line = g_strconcat (program, " ", text, NULL);

  kb_diagnosis_add (look->diagnosis, state, KEYRING_FINDING, line, command);
}

static void
look_at_running (const Look *look)
{
  g_autofree char *found = kb_session_bus_owner (look->connection, look->context,
                                                 look->request, SERVICE_NAME);
  const char *program = found != NULL ? found : "the keyring";
  g_autoptr (GVariant) greeting = read_alias (look, BUS_NOBODYS_ALIAS);
  g_autoptr (GVariant) alias = greeting != NULL ? read_alias (look, "default") : NULL;
  const char *collection = NULL;
  int locked;

  if (alias == NULL)
    {
      say (look, KB_FINDING_BAD, program,
           "does not answer: restart it, or log in to the desktop again", NULL);
      return;
    }
  g_variant_get (alias, "(&o)", &collection);
  locked = g_str_equal (collection, "/") ? 0 : is_locked (look, collection);
  if (g_str_equal (collection, "/"))
    say (look, KB_FINDING_UNKNOWN, program,
         "has no default keyring yet: it makes one when something is kept", NULL);
  else if (locked < 0)
    say (look, KB_FINDING_UNKNOWN, program, "does not say whether it is locked", NULL);
  else if (locked)
    say (
        look, KB_FINDING_BAD, program,
        "is locked: nothing that is kept in it can be read before somebody unlocks it in "
        "the desktop",
        "keybearer login");
  else
    say (look, KB_FINDING_GOOD, program, "is unlocked", NULL);
}

static void
look_at_name (const Look *look)
{
  switch (
      kb_session_bus_name (look->connection, look->context, look->request, SERVICE_NAME))
    {
    case KB_BUS_NAME_OWNED:
      look_at_running (look);
      return;
    case KB_BUS_NAME_ASLEEP:
      kb_diagnosis_add (look->diagnosis, KB_FINDING_GOOD, KEYRING_FINDING,
                        "is started when it is needed", NULL);
      return;
    case KB_BUS_NAME_NOBODY:
      kb_diagnosis_add (look->diagnosis, KB_FINDING_UNKNOWN, KEYRING_FINDING,
                        "there is none in this session (gnome-keyring, KWallet, "
                        "KeePassXC)",
                        NULL);
      return;
    default:
      kb_diagnosis_add (look->diagnosis, KB_FINDING_BAD, BUS_FINDING,
                        "does not answer: log in to the desktop again", NULL);
    }
}

static void
look_at_bus (Look *look)
{
  g_autoptr (GError) problem = NULL;

  look->connection = kb_session_bus_open (look->context, look->request, &problem);
  if (look->connection != NULL)
    {
      kb_diagnosis_add (look->diagnosis, KB_FINDING_GOOD, BUS_FINDING, "answers", NULL);
      look_at_name (look);
    }
  else if (problem->domain == KB_ERROR)
    kb_diagnosis_add (look->diagnosis, KB_FINDING_BAD, BUS_FINDING, problem->message,
                      NULL);
  else
    kb_diagnosis_add (look->diagnosis, KB_FINDING_UNKNOWN, BUS_FINDING,
                      "there is none, so the desktop's keyring cannot be reached", NULL);
}

void
secret_service_diagnose (const KbRequest *request, KbDiagnosis *diagnosis)
{
  Look look
      = { .context = g_main_context_new (), .request = request, .diagnosis = diagnosis };

  g_main_context_push_thread_default (look.context);
  look_at_bus (&look);
  if (look.connection != NULL)
    g_dbus_connection_close (look.connection, NULL, NULL, NULL);
  g_clear_object (&look.connection);
  while (g_main_context_iteration (look.context, FALSE))
    continue;
  g_main_context_pop_thread_default (look.context);
  g_main_context_unref (look.context);
}
