/* SPDX-License-Identifier: MIT */
/* Reads the body of an API call, or makes it of fields.
   Knows nothing of where it is sent. */
#include "api-body.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"

static gboolean
fail (GError **error, const char *what, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "%s: %s", what, why);
  return FALSE;
}

static gboolean
read_all (int fd, const char *name, KbBuffer *body, GError **error)
{
  char block[8192];
  ssize_t got = 1;

  while (got > 0 || (got < 0 && errno == EINTR))
    {
      got = read (fd, block, sizeof block);
      if (got > 0 && !kb_buffer_append (body, block, (gsize) got))
        return fail (error, name, "is longer than 16 MiB");
    }
  return got == 0 || fail (error, name, g_strerror (errno));
}

KbBuffer *
kb_api_body_read (const char *text, GError **error)
{
  g_autoptr (KbBuffer) body = kb_buffer_new (KB_API_BODY_MAX);
  const char *name = text + 1;
  gboolean done;
  int fd;

  if (text[0] != '@')
    {
      if (!kb_buffer_append_text (body, text))
        return NULL;
      return g_steal_pointer (&body);
    }
  if (g_str_equal (name, "-"))
    return read_all (STDIN_FILENO, "standard input", body, error)
               ? g_steal_pointer (&body)
               : NULL;
  fd = open (name, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    {
      (void) fail (error, name, g_strerror (errno));
      return NULL;
    }
  done = read_all (fd, name, body, error);
  (void) close (fd);
  return done ? g_steal_pointer (&body) : NULL;
}

/* VALUE inside an array, as the reader takes no bare one. */
static gboolean
is_json (const char *value)
{
  g_autofree char *wrapped = g_strdup_printf ("[%s]", value);
  g_autoptr (KbSecret) text = kb_secret_new_text (wrapped);
  g_autoptr (KbJson) json = kb_json_parse (text, NULL);

  return json != NULL && kb_json_size (json, 0) == 1;
}

static gboolean
append_field (KbBuffer *body, const char *field, GError **error)
{
  const char *equals = strchr (field, '=');
  gboolean raw = equals != NULL && equals > field && equals[-1] == ':';
  g_autofree char *key = NULL;

  if (equals == NULL || equals == field)
    return fail (error, field, "a field is KEY=VALUE or KEY:=JSON");
  key = g_strndup (field, (gsize) (equals - field) - (raw ? 1 : 0));
  if (!raw)
    {
      kb_json_text (body, key, equals + 1);
      return TRUE;
    }
  if (!is_json (equals + 1))
    return fail (error, field, "what follows := is no JSON");
  return kb_json_append_name (body, key) && kb_buffer_append_text (body, equals + 1);
}

KbBuffer *
kb_api_body_of_fields (const GPtrArray *fields, GError **error)
{
  g_autoptr (KbBuffer) body = kb_buffer_new (KB_API_BODY_MAX);

  kb_json_open (body, NULL, '{');
  for (guint i = 0; i < fields->len; i++)
    if (!append_field (body, g_ptr_array_index (fields, i), error))
      return NULL;
  kb_json_close (body, '}');
  return g_steal_pointer (&body);
}
