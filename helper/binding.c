/* SPDX-License-Identifier: MIT */
/* Keeps one small file for each place: which instance and account answered last.
   Knows nothing of secrets. */
#include "binding.h"

#include <unistd.h>

#include "base/file.h"
#include "base/lines.h"
#include "request.h"
#include "seen.h"
#include "state.h"

#define FILE_MAX 16384

void
kb_binding_clear (KbBinding *binding)
{
  g_clear_pointer (&binding->instance, g_free);
  g_clear_pointer (&binding->account, g_free);
  g_clear_pointer (&binding->realm, g_free);
}

typedef struct
{
  KbBinding binding;
  char *fingerprint;
  char *environment;
  char *stack;
  char *organization;
  char *origin;
  char *user;
  char *scope;
} Reading;

static void
reading_clear (Reading *reading)
{
  kb_binding_clear (&reading->binding);
  g_free (reading->fingerprint);
  g_free (reading->environment);
  g_free (reading->stack);
  g_free (reading->organization);
  g_free (reading->origin);
  g_free (reading->user);
  g_free (reading->scope);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

/* A place is an organization or, without one, an origin; for one user or for any, and for
   what the source is set up for or for one scope. */
static char *
binding_path (const KbStack *stack, const KbRequest *request)
{
  const char *organization = kb_request_organization (request);
  const char *user = kb_request_user (request);
  g_autofree char *origin = kb_url_origin (kb_request_url (request));
  const char *scope = kb_request_scope (request);
  g_autofree char *key = g_strdup_printf (
      "%s\n%s\n%s\n%s%s%s", stack->name, organization != NULL ? "organization" : "origin",
      organization != NULL ? organization : origin, user != NULL ? user : "",
      scope != NULL ? "\n" : "", scope != NULL ? scope : "");

  return kb_state_path ("bindings", key);
}

static char **
field_of (Reading *reading, const char *key)
{
  const struct
  {
    const char *key;
    char **field;
  } fields[] = { { "instance", &reading->binding.instance },
                 { "account", &reading->binding.account },
                 { "realm", &reading->binding.realm },
                 { "fingerprint", &reading->fingerprint },
                 { "environment", &reading->environment },
                 { "stack", &reading->stack },
                 { "organization", &reading->organization },
                 { "origin", &reading->origin },
                 { "user", &reading->user },
                 { "scope", &reading->scope } };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_str_equal (key, fields[i].key))
      return fields[i].field;
  return NULL;
}

static gboolean
take_line (const char *key, const char *value, gsize length, guint number, gpointer data,
           GError **error)
{
  char **field = field_of (data, key);

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

  if (reading->binding.instance == NULL || reading->binding.account == NULL
      || reading->binding.realm == NULL || reading->environment == NULL)
    return FALSE;
  if (g_strcmp0 (reading->fingerprint, stack->fingerprint) != 0)
    return FALSE;
  now = kb_environment_now (reading->environment);
  return g_str_equal (now, reading->environment);
}

static gboolean
read_file (const char *path, Reading *reading)
{
  gboolean missing = FALSE;
  g_autoptr (KbSecret) text
      = kb_file_read_safe (path, KB_FILE_PUBLIC, FILE_MAX, &missing, NULL);

  return text != NULL
         && kb_lines_parse (kb_secret_peek (text), kb_secret_length (text), take_line,
                            reading, NULL);
}

gboolean
kb_binding_read (const KbStack *stack, const KbRequest *request, KbBinding *binding)
{
  g_autofree char *path = binding_path (stack, request);
  g_auto (Reading) reading = { 0 };

  if (!read_file (path, &reading) || !still_holds (stack, &reading))
    return FALSE;
  *binding = reading.binding;
  reading.binding = (KbBinding){ 0 };
  return TRUE;
}

static gboolean
append_place (KbBuffer *text, const KbStack *stack, const KbRequest *request)
{
  const char *organization = kb_request_organization (request);
  const char *user = kb_request_user (request);
  const char *scope = kb_request_scope (request);
  g_autofree char *origin = kb_url_origin (kb_request_url (request));

  return kb_lines_append (text, "stack", stack->name)
         && kb_lines_append (text, organization != NULL ? "organization" : "origin",
                             organization != NULL ? organization : origin)
         && (user == NULL || kb_lines_append (text, "user", user))
         && (scope == NULL || kb_lines_append (text, "scope", scope));
}

void
kb_binding_write (const KbStack *stack, const KbRequest *request,
                  const KbBinding *binding)
{
  g_autofree char *path = binding_path (stack, request);
  g_autofree char *environment = kb_request_environment_seen (request);
  g_autoptr (KbBuffer) text = kb_buffer_new (FILE_MAX);

  if (append_place (text, stack, request)
      && kb_lines_append (text, "instance", binding->instance)
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

/* ---- all of them ---------------------------------------------------------------- */

static const KbStack *
stack_named (const GPtrArray *stacks, const char *name)
{
  for (guint i = 0; i < stacks->len; i++)
    {
      const KbStack *stack = g_ptr_array_index (stacks, i);

      if (g_strcmp0 (stack->name, name) == 0)
        return stack;
    }
  return NULL;
}

static void
tell (const char *path, const GPtrArray *stacks, KbBoundFunc func, gpointer data)
{
  g_auto (Reading) reading = { 0 };
  const KbStack *stack
      = read_file (path, &reading) ? stack_named (stacks, reading.stack) : NULL;
  const KbBound bound = { &reading.binding, stack,        reading.organization,
                          reading.origin,   reading.user, reading.scope };

  if (stack != NULL && still_holds (stack, &reading)
      && (bound.organization != NULL || bound.origin != NULL))
    func (&bound, data);
}

void
kb_binding_each (const GPtrArray *stacks, KbBoundFunc func, gpointer data)
{
  g_autofree char *one = kb_state_path ("bindings", "");
  g_autofree char *folder = g_path_get_dirname (one);
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      tell (path, stacks, func, data);
    }
}

void
kb_binding_forget_all (void)
{
  g_autofree char *one = kb_state_path ("bindings", "");
  g_autofree char *folder = g_path_get_dirname (one);
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      unlink (path);
    }
}
