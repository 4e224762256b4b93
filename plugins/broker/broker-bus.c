/* SPDX-License-Identifier: MIT */
/* Speaks com.microsoft.identity.broker1: three strings in, one out, each JSON or a
   number. Knows nothing of what stands in the JSON. */
#include "broker/broker-bus.h"

#include "base/text.h"

#include <string.h>

#define BROKER_NAME "com.microsoft.identity.broker1"
#define BROKER_PATH "/com/microsoft/identity/broker1"
#define BROKER_INTERFACE "com.microsoft.identity.Broker1" /* with a capital B */
/* The only version of the protocol that has been seen. */
#define BROKER_PROTOCOL "0.0"

#define START_MS 10000
/* What a call that nobody waits for any more is given to leave the process. */
#define FLUSH_MS 200
#define SHOWN_MAX 200

typedef struct
{
  const char *name;
  gint64 limit_ms;
  const char *step;
} Method;

/* A silent token may cost the broker a request of its own to Entra. */
static const Method methods[] = {
  [KB_BROKER_ACCOUNTS] = { "getAccounts", KB_WAIT_CALL_MS, "listing accounts" },
  [KB_BROKER_SILENTLY] = { "acquireTokenSilently", 30000, "getting a token" },
  [KB_BROKER_INTERACTIVELY]
  = { "acquireTokenInteractively", KB_WAIT_PROMPT_MS, "a person signed in" },
  [KB_BROKER_VERSION]
  = { "getLinuxBrokerVersion", KB_WAIT_CALL_MS, "telling its version" },
};

struct _KbBroker
{
  const KbRequest *request;
  GMainContext *context;
  GDBusConnection *connection; /* or NULL */
  char *correlation;           /* one id for all calls of one sign-in */
};

KbBroker *
kb_broker_new (const KbRequest *request)
{
  KbBroker *broker = g_new0 (KbBroker, 1);

  broker->request = request;
  broker->context = g_main_context_new ();
  broker->correlation = kb_text_random_id (TRUE);
  g_main_context_push_thread_default (broker->context);
  return broker;
}

void
kb_broker_free (KbBroker *broker)
{
  if (broker == NULL)
    return;
  if (broker->connection != NULL)
    g_dbus_connection_close (broker->connection, NULL, NULL, NULL);
  g_clear_object (&broker->connection);
  while (g_main_context_iteration (broker->context, FALSE))
    continue;
  g_main_context_pop_thread_default (broker->context);
  g_main_context_unref (broker->context);
  g_free (broker->correlation);
  g_free (broker);
}

/* ---- is it there? --------------------------------------------------------------- */

/* No bus is no fault: there is none in a container or a cron job. */
static KbAnswer
connect_to_bus (KbBroker *broker, const char **why, GError **error)
{
  g_autoptr (GError) problem = NULL;

  broker->connection = kb_session_bus_open (broker->context, broker->request, &problem);
  if (broker->connection != NULL)
    return KB_OK;
  if (problem->domain == KB_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return KB_FAILED;
    }
  *why = "there is no session bus, so no identity broker";
  return KB_DECLINED;
}

KbAnswer
kb_broker_find (KbBroker *broker, KbBusName *place, const char **why, GError **error)
{
  KbAnswer answer = connect_to_bus (broker, why, error);
  KbBusName found;

  if (answer != KB_OK)
    return answer;
  found = kb_session_bus_name (broker->connection, broker->context, broker->request,
                               BROKER_NAME);
  if (found == KB_BUS_NAME_NOBODY)
    {
      *why = "there is no identity broker in this session";
      return KB_DECLINED;
    }
  if (found == KB_BUS_NAME_UNKNOWN)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                           "the session bus did not answer in time");
      return KB_FAILED;
    }
  *place = found;
  return KB_OK;
}

char *
kb_broker_program (KbBroker *broker)
{
  return kb_session_bus_owner (broker->connection, broker->context, broker->request,
                               BROKER_NAME);
}

/* ---- what went wrong ------------------------------------------------------------ */

typedef struct
{
  const char *name; /* of the D-Bus error; one that ends in '.' is a prefix */
  KbErrorCode code;
  const char *text;
} Meaning;

#define GONE_TEXT "went away: try again, and look at its journal if it does so again"

static const Meaning meanings[] = {
  { "org.freedesktop.DBus.Error.NoReply", KB_ERROR_NETWORK, GONE_TEXT },
  { "org.freedesktop.DBus.Error.Disconnected", KB_ERROR_NETWORK, GONE_TEXT },
  { "org.freedesktop.DBus.Error.ServiceUnknown", KB_ERROR_NETWORK, GONE_TEXT },
  { "org.freedesktop.DBus.Error.NameHasNoOwner", KB_ERROR_NETWORK, GONE_TEXT },
  { "org.freedesktop.DBus.Error.Spawn.", KB_ERROR_NETWORK,
    "cannot be started: look at its journal" },
  { "org.freedesktop.DBus.Error.TimedOut", KB_ERROR_NETWORK,
    "cannot be started in time: look at its journal" },
  { "org.freedesktop.DBus.Error.UnknownMethod", KB_ERROR_PROTOCOL,
    "is of a kind that is not known here" },
  { "org.freedesktop.DBus.Error.UnknownInterface", KB_ERROR_PROTOCOL,
    "is of a kind that is not known here" },
  { "org.freedesktop.DBus.Error.UnknownObject", KB_ERROR_PROTOCOL,
    "is of a kind that is not known here" },
  { "org.freedesktop.DBus.Error.NotSupported", KB_ERROR_PROTOCOL, "cannot do that" },
  { "org.freedesktop.DBus.Error.AccessDenied", KB_ERROR_DENIED,
    "does not talk to this program" },
};

static const Meaning *
meaning_of (const GError *problem)
{
  static const Meaning form
      = { NULL, KB_ERROR_PROTOCOL, "answered with something of another type" };
  static const Meaning closed = { NULL, KB_ERROR_NETWORK, GONE_TEXT };
  g_autofree char *remote = NULL;

  if (problem->domain == G_IO_ERROR && problem->code == G_IO_ERROR_INVALID_ARGUMENT)
    return &form;
  if (problem->domain == G_IO_ERROR
      && (problem->code == G_IO_ERROR_CLOSED || problem->code == G_IO_ERROR_BROKEN_PIPE))
    return &closed;
  if (problem->domain == G_DBUS_ERROR || g_dbus_error_is_remote_error (problem))
    remote = g_dbus_error_encode_gerror (problem);
  for (gsize i = 0; remote != NULL && i < G_N_ELEMENTS (meanings); i++)
    if (g_str_has_suffix (meanings[i].name, ".")
            ? g_str_has_prefix (remote, meanings[i].name)
            : g_str_equal (remote, meanings[i].name))
      return &meanings[i];
  return NULL;
}

static void
explain (GError *problem, const KbSecret *secret, GError **error)
{
  const Meaning *meaning = meaning_of (problem);
  g_autofree char *shown = NULL;

  if (meaning != NULL)
    {
      g_set_error (error, KB_ERROR, (int) meaning->code, "the identity broker %s",
                   meaning->text);
      return;
    }
  g_dbus_error_strip_remote_error (problem);
  shown = kb_text_escape (problem->message, strlen (problem->message), SHOWN_MAX);
  if (secret != NULL && strstr (problem->message, kb_secret_peek (secret)) != NULL)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_DENIED,
                         "the identity broker refuses: its reason is not shown, as it "
                         "holds a token");
  else
    g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "the identity broker refuses: %s",
                 shown);
}

static void
too_late (const KbBroker *broker, const char *step, GError **error)
{
  if (kb_request_cancelled (broker->request))
    g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION, "interrupted while %s", step);
  else
    g_set_error (error, KB_ERROR, KB_ERROR_NETWORK,
                 "the identity broker did not answer in time while %s", step);
}

/* ---- calls ---------------------------------------------------------------------- */

gboolean
kb_broker_start (KbBroker *broker, GError **error)
{
  g_autoptr (KbWait) wait = kb_wait_new (broker->request, START_MS);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) problem = NULL;

  g_dbus_connection_call (broker->connection, "org.freedesktop.DBus",
                          "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "StartServiceByName", g_variant_new ("(su)", BROKER_NAME, 0),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
                          kb_wait_cancellable (wait), kb_wait_ready, kb_wait_ref (wait));
  if (!kb_wait_run (wait, broker->context))
    {
      too_late (broker, "it was started", error);
      return FALSE;
    }
  reply = g_dbus_connection_call_finish (broker->connection, kb_wait_result (wait),
                                         &problem);
  if (reply != NULL)
    return TRUE;
  explain (problem, NULL, error);
  return FALSE;
}

/* The window of a sign-in that nobody waits for any more is taken away; nobody waits for
   the answer either. */
static void
take_back (KbBroker *broker)
{
  g_autoptr (KbWait) wait = kb_wait_new (broker->request, FLUSH_MS);

  g_dbus_connection_call (
      broker->connection, BROKER_NAME, BROKER_PATH, BROKER_INTERFACE,
      "cancelInteractiveFlow",
      g_variant_new ("(sss)", BROKER_PROTOCOL, broker->correlation, "{}"), NULL,
      G_DBUS_CALL_FLAGS_NO_AUTO_START, FLUSH_MS, NULL, NULL, NULL);
  (void) g_dbus_connection_flush_sync (broker->connection, kb_wait_cancellable (wait),
                                       NULL);
}

/* New: the one string of the reply.  GIO's own copy of what may be a token is wiped as
   far as it can be reached. */
static KbSecret *
take_text (GVariant *reply, GError **error)
{
  const char *text = NULL;
  gsize length;
  KbSecret *secret = NULL;

  g_variant_get (reply, "(&s)", &text);
  length = strlen (text);
  if (length <= KB_BROKER_ANSWER_MAX)
    secret = kb_secret_new (text, length);
  else
    g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                         "the identity broker's answer is too long");
  kb_wipe ((char *) text, length);
  return secret;
}

static KbJson *
parse (KbSecret *text, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (text, NULL);

  if (json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    return g_steal_pointer (&json);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                       "the identity broker's answer is no JSON object");
  return NULL;
}

KbJson *
kb_broker_call (KbBroker *broker, KbBrokerMethod method, const KbBuffer *form,
                const KbSecret *secret, GError **error)
{
  const Method *what = &methods[method];
  g_autoptr (KbWait) wait = kb_wait_new (broker->request, what->limit_ms);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbSecret) text = NULL;

  g_dbus_connection_call (
      broker->connection, BROKER_NAME, BROKER_PATH, BROKER_INTERFACE, what->name,
      g_variant_new ("(sss)", BROKER_PROTOCOL, broker->correlation,
                     kb_buffer_peek (form)),
      G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT,
      kb_wait_cancellable (wait), kb_wait_ready, kb_wait_ref (wait));
  if (!kb_wait_run (wait, broker->context))
    {
      if (method == KB_BROKER_INTERACTIVELY)
        take_back (broker);
      too_late (broker, what->step, error);
      return NULL;
    }
  reply = g_dbus_connection_call_finish (broker->connection, kb_wait_result (wait),
                                         &problem);
  if (reply == NULL)
    {
      explain (problem, secret, error);
      return NULL;
    }
  text = take_text (reply, error);
  return text != NULL ? parse (text, error) : NULL;
}
