/* SPDX-License-Identifier: MIT */
/* Reads one request of Cargo's credential provider protocol, version 1.
   Knows nothing of what is answered. */
#include "frontends/cargo-message.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

/* A server that names more is up to something. */
#define CHALLENGES_MAX 32

void
kb_cargo_message_clear (KbCargoMessage *message)
{
  g_free (message->index);
  g_free (message->account);
  g_strfreev (message->challenges);
}

const char *
kb_cargo_index (const char *index)
{
  static const char *const kinds[] = { "sparse+", "registry+" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (index, kinds[i]))
      return index + strlen (kinds[i]);
  return index;
}

static gboolean
refuse (KbErrorCode code, const char *why, GError **error)
{
  g_set_error (error, KB_ERROR, code, "%s", why);
  return FALSE;
}

static KbCargoKind
kind_of (const char *word)
{
  return g_str_equal (word, "get")      ? KB_CARGO_GET
         : g_str_equal (word, "login")  ? KB_CARGO_LOGIN
         : g_str_equal (word, "logout") ? KB_CARGO_LOGOUT
                                        : KB_CARGO_OTHER;
}

/* New, NULL-terminated. */
static char **
read_challenges (const KbJson *json, KbJsonNode headers)
{
  static const char name[] = "www-authenticate:";
  GPtrArray *values = g_ptr_array_new ();
  guint count
      = kb_json_type (json, headers) == KB_JSON_ARRAY ? kb_json_size (json, headers) : 0;

  for (guint i = 0; i < count && values->len < CHALLENGES_MAX; i++)
    {
      g_autofree char *line = kb_json_string (json, kb_json_at (json, headers, i));

      if (line != NULL && g_ascii_strncasecmp (line, name, strlen (name)) == 0
          && kb_text_is_clean (line, strlen (line)))
        g_ptr_array_add (values, g_strdup (g_strstrip (line + strlen (name))));
    }
  g_ptr_array_add (values, NULL);
  return (char **) g_ptr_array_free (values, FALSE);
}

/* What the user wrote behind the program in Cargo's configuration. */
static gboolean
read_arguments (const KbJson *json, KbJsonNode array, KbCargoMessage *message,
                GError **error)
{
  guint count
      = kb_json_type (json, array) == KB_JSON_ARRAY ? kb_json_size (json, array) : 0;
  g_autofree char *option = NULL;

  if (count == 0)
    return TRUE;
  option = kb_json_string (json, kb_json_at (json, array, 0));
  if (count != 2 || g_strcmp0 (option, "--account") != 0)
    return refuse (KB_ERROR_CONFIG, "the only argument there is is --account LOGIN",
                   error);
  message->account = kb_json_string (json, kb_json_at (json, array, 1));
  return message->account != NULL
         || refuse (KB_ERROR_PROTOCOL, "an argument is no text", error);
}

static gboolean
read_registry (const KbJson *json, KbCargoMessage *message, GError **error)
{
  KbJsonNode registry = kb_json_member (json, 0, "registry");
  g_autofree char *index = NULL;

  if (kb_json_type (json, registry) != KB_JSON_OBJECT)
    return refuse (KB_ERROR_PROTOCOL, "the request names no registry", error);
  index = kb_json_string (json, kb_json_member (json, registry, "index-url"));
  if (index == NULL)
    return refuse (KB_ERROR_PROTOCOL, "the registry has no index-url", error);
  message->index = g_strdup (kb_cargo_index (index));
  message->challenges
      = read_challenges (json, kb_json_member (json, registry, "headers"));
  return TRUE;
}

gboolean
kb_cargo_message_read (KbSecret *text, KbCargoMessage *message, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (text, error);
  g_autofree char *kind = NULL;
  gint64 version = 0;

  if (json == NULL)
    return FALSE;
  if (!kb_json_int64 (json, kb_json_member (json, 0, "v"), FALSE, &version)
      || version != 1)
    return refuse (KB_ERROR_PROTOCOL, "not version 1 of the protocol", error);
  kind = kb_json_string (json, kb_json_member (json, 0, "kind"));
  if (kind == NULL)
    return refuse (KB_ERROR_PROTOCOL, "the request has no kind", error);
  message->kind = kind_of (kind);
  message->token
      = kb_json_type (json, kb_json_member (json, 0, "token")) == KB_JSON_STRING;
  return read_registry (json, message, error)
         && read_arguments (json, kb_json_member (json, 0, "args"), message, error);
}
