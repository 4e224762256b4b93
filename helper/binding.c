/* SPDX-License-Identifier: MIT */
/* Keeps one small file for each place: which instance and account answered last.
   Knows nothing of secrets. */
#include "binding.h"

#include <unistd.h>

#include "base/file.h"
#include "base/lines.h"
#include "request.h"
#include "state.h"

#define FILE_MAX 16384

typedef struct
{
  KbBinding *binding;
  char *fingerprint;
  char *environment;
} Reading;

void
kb_binding_clear (KbBinding *binding)
{
  g_clear_pointer (&binding->instance, g_free);
  g_clear_pointer (&binding->account, g_free);
  g_clear_pointer (&binding->realm, g_free);
}

/* A place is an organization or, without one, an origin; for one user or for any. */
static char *
binding_path (const KbStack *stack, const KbRequest *request)
{
  const char *organization = kb_request_organization (request);
  const char *user = kb_request_user (request);
  g_autofree char *origin = kb_url_origin (kb_request_url (request));
  g_autofree char *key = g_strdup_printf (
      "%s\n%s\n%s\n%s", stack->name, organization != NULL ? "organization" : "origin",
      organization != NULL ? organization : origin, user != NULL ? user : "");

  return kb_state_path ("bindings", key);
}

static gboolean
take_line (const char *key, const char *value, gsize length, guint number, gpointer data,
           GError **error)
{
  Reading *reading = data;
  char **field = g_str_equal (key, "instance")      ? &reading->binding->instance
                 : g_str_equal (key, "account")     ? &reading->binding->account
                 : g_str_equal (key, "realm")       ? &reading->binding->realm
                 : g_str_equal (key, "fingerprint") ? &reading->fingerprint
                 : g_str_equal (key, "environment") ? &reading->environment
                                                    : NULL;

  if (field == NULL)
    return TRUE;
  g_free (*field);
  *field = g_strndup (value, length);
  return TRUE;
}

static gboolean
still_holds (const KbStack *stack, const Reading *reading)
{
  g_autofree char *now = NULL;

  if (reading->binding->instance == NULL || reading->binding->account == NULL
      || reading->binding->realm == NULL || reading->environment == NULL)
    return FALSE;
  if (g_strcmp0 (reading->fingerprint, stack->fingerprint) != 0)
    return FALSE;
  now = kb_environment_now (reading->environment);
  return g_str_equal (now, reading->environment);
}

gboolean
kb_binding_read (const KbStack *stack, const KbRequest *request, KbBinding *binding)
{
  g_autofree char *path = binding_path (stack, request);
  g_auto (KbBinding) found = { 0 };
  Reading reading = { &found, NULL, NULL };
  gboolean missing = FALSE;
  g_autoptr (KbSecret) text
      = kb_file_read_safe (path, KB_FILE_PUBLIC, FILE_MAX, &missing, NULL);
  gboolean good = text != NULL
                  && kb_lines_parse (kb_secret_peek (text), kb_secret_length (text),
                                     take_line, &reading, NULL)
                  && still_holds (stack, &reading);

  g_free (reading.fingerprint);
  g_free (reading.environment);
  if (!good)
    return FALSE;
  *binding = found;
  found = (KbBinding){ 0 };
  return TRUE;
}

void
kb_binding_write (const KbStack *stack, const KbRequest *request,
                  const KbBinding *binding)
{
  g_autofree char *path = binding_path (stack, request);
  g_autofree char *environment = kb_request_environment_seen (request);
  g_autoptr (KbBuffer) text = kb_buffer_new (FILE_MAX);

  if (kb_lines_append (text, "instance", binding->instance)
      && kb_lines_append (text, "account", binding->account)
      && kb_lines_append (text, "realm", binding->realm)
      && kb_lines_append (text, "fingerprint", stack->fingerprint)
      && kb_lines_append (text, "environment", environment)
      && kb_state_make ("bindings", NULL))
    kb_file_write_quick (path, kb_buffer_peek (text), kb_buffer_length (text), NULL);
}

void
kb_binding_forget (const KbStack *stack, const KbRequest *request)
{
  g_autofree char *path = binding_path (stack, request);

  unlink (path);
}
