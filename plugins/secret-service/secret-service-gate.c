/* SPDX-License-Identifier: MIT */
/* libsecret's service object on a connection of ours, with its prompts shut.
   Knows nothing of items. */
#include "secret-service/secret-service-gate.h"

typedef struct
{
  SecretService parent;
} Gate;

typedef struct
{
  SecretServiceClass parent;
} GateClass;

static GType gate_get_type (void);
G_DEFINE_TYPE (Gate, gate, SECRET_TYPE_SERVICE)

/* What is set here overrides what SecretService's own constructor has just set. */
static GObject *
gate_constructor (GType type, guint count, GObjectConstructParam *properties)
{
  GObject *object
      = G_OBJECT_CLASS (gate_parent_class)->constructor (type, count, properties);

  g_object_set (object, "g-bus-type", G_BUS_TYPE_NONE, "g-flags",
                G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES
                    | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS
                    | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION,
                NULL);
  return object;
}

static void
gate_prompt_async (SecretService *self, SecretPrompt *prompt,
                   const GVariantType *return_type, GCancellable *cancellable,
                   GAsyncReadyCallback ready, gpointer data)
{
  if (prompt != NULL)
    g_dbus_proxy_call (G_DBUS_PROXY (prompt), "Dismiss", NULL,
                       G_DBUS_CALL_FLAGS_NO_AUTO_START, 1000, NULL, NULL, NULL);
  g_task_report_new_error (
      self, ready, data, gate_prompt_async, KB_ERROR, KB_ERROR_LOCKED,
      "the keyring wants to be confirmed by a person: allow Keybearer "
      "in the keyring's settings");
}

static GVariant *
gate_prompt_finish (SecretService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
gate_class_init (GateClass *class)
{
  G_OBJECT_CLASS (class)->constructor = gate_constructor;
  class->parent.prompt_async = gate_prompt_async;
  class->parent.prompt_finish = gate_prompt_finish;
}

static void
gate_init (Gate *gate)
{
}

void
gate_new (GDBusConnection *connection, GCancellable *cancellable,
          GAsyncReadyCallback ready, gpointer data)
{
  g_async_initable_new_async (gate_get_type (), G_PRIORITY_DEFAULT, cancellable, ready,
                              data, "g-connection", connection, NULL);
}

SecretService *
gate_new_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GObject) source = g_async_result_get_source_object (result);
  GObject *object
      = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, error);

  return object != NULL ? SECRET_SERVICE (object) : NULL;
}
