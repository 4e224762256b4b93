/* SPDX-License-Identifier: MIT */
/* Writes a request as git's credential lines and reads lines or a token alone back.
   Knows nothing of processes. */
#include "exec/answer.h"

#include "base/lines.h"
#include "base/text.h"
#include "common/token.h"

#include <string.h>

/* Beyond any year that a person will see: git takes such a time as "never". */
#define LAST_TIME G_GINT64_CONSTANT (253402300799)

gboolean
kb_format_parse (const char *name, KbFormat *format)
{
  static const char *const names[] = { "auto", "git", "token" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      {
        *format = (KbFormat) i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
append_host (KbBuffer *buffer, const KbRequest *request)
{
  guint port = kb_request_port (request);
  g_autofree char *host
      = port == 0 ? g_strdup (kb_request_host (request))
                  : g_strdup_printf ("%s:%u", kb_request_host (request), port);

  return kb_lines_append (buffer, "host", host);
}

static gboolean
append_optional (KbBuffer *buffer, const char *key, const char *value)
{
  return value == NULL || kb_lines_append (buffer, key, value);
}

KbBuffer *
kb_answer_question (const KbRequest *request, GError **error)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (0);
  const char *const *challenges = kb_request_challenges (request);
  KbSecret *renewal = kb_request_renewal (request);
  gboolean good = kb_lines_append (buffer, "capability[]", "authtype")
                  && kb_lines_append (buffer, "protocol", kb_request_scheme (request))
                  && append_host (buffer, request)
                  && append_optional (buffer, "path", kb_request_path (request))
                  && append_optional (buffer, "username", kb_request_user (request));

  for (gsize i = 0; good && challenges[i] != NULL; i++)
    good = kb_lines_append (buffer, "wwwauth[]", challenges[i]);
  if (good && renewal != NULL)
    good = kb_lines_append_secret (buffer, "oauth_refresh_token", renewal);
  if (good && kb_buffer_append (buffer, "\n", 1))
    return g_steal_pointer (&buffer);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                       "the request cannot be written as credential lines");
  return NULL;
}

/* The keys that are looked at; the values are secrets or treated like ones. */
typedef struct
{
  KbSecret *username;
  KbSecret *password;
  KbSecret *authtype;
  KbSecret *credential;
  KbSecret *expiry;
  KbSecret *renewal;
  KbSecret *quit;
} Fields;

static void
fields_clear (Fields *fields)
{
  kb_secret_unref (fields->username);
  kb_secret_unref (fields->password);
  kb_secret_unref (fields->authtype);
  kb_secret_unref (fields->credential);
  kb_secret_unref (fields->expiry);
  kb_secret_unref (fields->renewal);
  kb_secret_unref (fields->quit);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fields, fields_clear)

static KbSecret **
field_of (Fields *fields, const char *key)
{
  const struct
  {
    const char *key;
    KbSecret **field;
  } known[] = {
    { "username", &fields->username },
    { "password", &fields->password },
    { "authtype", &fields->authtype },
    { "credential", &fields->credential },
    { "quit", &fields->quit },
    { "password_expiry_utc", &fields->expiry },
    { "oauth_refresh_token", &fields->renewal },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].key, key))
      return known[i].field;
  return NULL;
}

static gboolean
on_line (const char *key, const char *value, gsize length, guint number, gpointer data,
         GError **error)
{
  KbSecret **field = field_of (data, key);

  if (field == NULL)
    return TRUE;
  if (*field != NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "line %u: %s a second time",
                   number, key);
      return FALSE;
    }
  *field = kb_secret_new (value, length);
  return TRUE;
}

static gint64
time_of (const KbSecret *text)
{
  gint64 when = 0;

  if (text != NULL)
    (void) kb_text_to_int64 (kb_secret_peek (text), LAST_TIME, &when);
  return when;
}

static gboolean
is_true (const KbSecret *text)
{
  return text != NULL
         && (g_str_equal (kb_secret_peek (text), "1")
             || g_ascii_strcasecmp (kb_secret_peek (text), "true") == 0);
}

static KbAnswer
refuse (GError **error, const char *what)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "the program's answer %s", what);
  return KB_FAILED;
}

static void
finish (KbCredential *credential, const Fields *fields)
{
  gint64 expires = time_of (fields->expiry);

  if (expires != 0)
    kb_credential_set_expires (credential, expires);
  if (fields->renewal != NULL && kb_secret_length (fields->renewal) > 0)
    kb_credential_set_renewal (credential, fields->renewal);
}

static KbAnswer
make (const Fields *fields, const char *user, KbCredential **credential, GError **error)
{
  const char *named = fields->username != NULL ? kb_secret_peek (fields->username) : user;

  if (is_true (fields->quit))
    return KB_DECLINED;
  if (fields->authtype != NULL && fields->credential != NULL)
    {
      if (g_ascii_strcasecmp (kb_secret_peek (fields->authtype), "Bearer") != 0)
        return refuse (error, "has an authtype other than Bearer");
      if (kb_token_form (fields->credential) == KB_TOKEN_BROKEN)
        return refuse (error, "has an empty credential");
      *credential = kb_credential_new (KB_SCHEME_BEARER, named, fields->credential);
      kb_credential_set_expires (*credential, kb_token_jwt_expires (fields->credential));
    }
  else if (fields->password != NULL)
    *credential = kb_credential_new (KB_SCHEME_BASIC, named, fields->password);
  else
    return KB_DECLINED;
  finish (*credential, fields);
  return KB_OK;
}

static KbAnswer
read_git (const KbSecret *output, const char *user, KbCredential **credential,
          GError **error)
{
  g_auto (Fields) fields = { 0 };

  if (kb_lines_parse (kb_secret_peek (output), kb_secret_length (output), on_line,
                      &fields, error))
    return make (&fields, user, credential, error);
  g_prefix_error (error, "the program's answer: ");
  return KB_FAILED;
}

/* One line, with or without its line feed (or CR LF, as a program of .NET ends it). */
static KbAnswer
read_token (const KbSecret *output, const char *user, KbCredential **credential,
            GError **error)
{
  const char *text = kb_secret_peek (output);
  gsize length = kb_secret_length (output);
  g_autoptr (KbSecret) token = NULL;

  if (length > 0 && text[length - 1] == '\n')
    length--;
  if (length > 0 && text[length - 1] == '\r')
    length--;
  if (length == 0)
    return KB_DECLINED;
  token = kb_secret_new (text, length);
  if (kb_token_form (token) == KB_TOKEN_BROKEN)
    return refuse (error, "is no token of one line");
  *credential = kb_token_credential (user, token);
  return KB_OK;
}

/* Lines begin with a key that we know; a token may end in '=' but never begins so. */
static gboolean
looks_like_git (const KbSecret *output)
{
  static const char *const keys[] = {
    "capability[]=", "protocol=", "host=",      "path=",      "username=", "password=",
    "password_e",    "authtype=", "credential", "oauth_refr", "quit=",     "ephemeral="
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_has_prefix (kb_secret_peek (output), keys[i]))
      return TRUE;
  return FALSE;
}

KbAnswer
kb_answer_read (const KbSecret *output, KbFormat format, const char *user,
                KbCredential **credential, GError **error)
{
  if (format == KB_FORMAT_GIT || (format == KB_FORMAT_AUTO && looks_like_git (output)))
    return read_git (output, user, credential, error);
  return read_token (output, user, credential, error);
}
