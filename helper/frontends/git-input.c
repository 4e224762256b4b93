/* SPDX-License-Identifier: MIT */
/* Reads git's attributes strictly and writes kept records in the same form.
   Knows nothing of what is done with them. */
#include "frontends/git-input.h"

#include <string.h>

#include "base/clock.h"
#include "base/lines.h"
#include "base/text.h"

#define STATE_PREFIX "keybearer:"

void
kb_git_input_clear (KbGitInput *input)
{
  g_free (input->protocol);
  g_free (input->host);
  g_free (input->path);
  g_free (input->username);
  g_free (input->authtype);
  g_free (input->state);
  kb_secret_unref (input->password);
  kb_secret_unref (input->credential);
  kb_secret_unref (input->renewal);
  g_clear_pointer (&input->challenges, g_ptr_array_unref);
}

/* Git takes the last of two values; a smuggled line would make use of that, and git
   itself never sends two, so two that differ are an error. */
static gboolean
duplicate (const char *key, guint number, GError **error)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL,
               "line %u: a second, different value of %s", number, key);
  return FALSE;
}

static gboolean
take_text (char **field, const char *key, const char *value, guint number, GError **error)
{
  if (*field != NULL && !g_str_equal (*field, value))
    return duplicate (key, number, error);
  if (*field == NULL)
    *field = g_strdup (value);
  return TRUE;
}

static gboolean
take_secret (KbSecret **field, const char *key, const char *value, gsize length,
             guint number, GError **error)
{
  g_autoptr (KbSecret) secret = kb_secret_new (value, length);

  if (*field != NULL && !kb_secret_equal (*field, secret))
    return duplicate (key, number, error);
  if (*field == NULL)
    *field = g_steal_pointer (&secret);
  return TRUE;
}

/* As git reads it: what is no number or too large means "never". */
static gboolean
take_expiry (KbGitInput *input, const char *value, guint number, GError **error)
{
  gint64 expires = 0;

  if (!kb_text_to_int64 (value, G_MAXINT64, &expires))
    expires = 0;
  if (input->expires_given && input->expires != expires)
    return duplicate ("password_expiry_utc", number, error);
  input->expires_given = TRUE;
  input->expires = expires;
  return TRUE;
}

static gboolean
is_true (const char *value)
{
  return g_str_equal (value, "1") || g_ascii_strcasecmp (value, "true") == 0;
}

/* Lists: an empty value empties what came before. */
static void
take_list (KbGitInput *input, const char *key, const char *value)
{
  if (g_str_equal (key, "wwwauth[]") && *value == '\0')
    g_ptr_array_set_size (input->challenges, 0);
  else if (g_str_equal (key, "wwwauth[]"))
    g_ptr_array_add (input->challenges, g_strdup (value));
  else if (g_str_equal (key, "capability[]"))
    {
      input->takes_authtype |= g_str_equal (value, "authtype");
      input->takes_state |= g_str_equal (value, "state");
    }
  else if (g_str_equal (key, "state[]") && g_str_has_prefix (value, STATE_PREFIX))
    {
      g_free (input->state);
      input->state = g_strdup (value + strlen (STATE_PREFIX));
    }
}

static gboolean
take_line (const char *key, const char *value, gsize length, guint number, gpointer data,
           GError **error)
{
  KbGitInput *input = data;
  char **text = g_str_equal (key, "protocol")   ? &input->protocol
                : g_str_equal (key, "host")     ? &input->host
                : g_str_equal (key, "path")     ? &input->path
                : g_str_equal (key, "username") ? &input->username
                : g_str_equal (key, "authtype") ? &input->authtype
                                                : NULL;
  KbSecret **secret = g_str_equal (key, "password")              ? &input->password
                      : g_str_equal (key, "credential")          ? &input->credential
                      : g_str_equal (key, "oauth_refresh_token") ? &input->renewal
                                                                 : NULL;

  if (text != NULL)
    return take_text (text, key, value, number, error);
  if (secret != NULL)
    return take_secret (secret, key, value, length, number, error);
  if (g_str_equal (key, "password_expiry_utc"))
    return take_expiry (input, value, number, error);
  if (g_str_equal (key, "ephemeral"))
    input->ephemeral = is_true (value);
  take_list (input, key, value);
  return TRUE;
}

/* A missing field is never a wildcard (CVE-2020-11008), least of all for erase. */
static gboolean
check_whole (const KbGitInput *input, GError **error)
{
  const char *missing
      = input->protocol == NULL || *input->protocol == '\0' ? "protocol"
        : kb_git_input_is_http (input) && (input->host == NULL || *input->host == '\0')
            ? "host"
            : NULL;

  if (missing == NULL)
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "%s is missing", missing);
  return FALSE;
}

gboolean
kb_git_input_read (int fd, gint64 timeout_ms, KbGitInput *input, GError **error)
{
  input->challenges = g_ptr_array_new_with_free_func (g_free);
  return kb_lines_read (fd, timeout_ms, take_line, input, error)
         && check_whole (input, error);
}

gboolean
kb_git_input_is_http (const KbGitInput *input)
{
  return g_ascii_strcasecmp (input->protocol, "https") == 0
         || g_ascii_strcasecmp (input->protocol, "http") == 0;
}

const KbSecret *
kb_git_input_secret (const KbGitInput *input)
{
  return input->credential != NULL ? input->credential : input->password;
}

KbRecord *
kb_git_input_record (const KbGitInput *input)
{
  gboolean whole = input->credential != NULL
                       ? input->authtype != NULL
                       : input->username != NULL && input->password != NULL;
  gboolean gone = input->expires != 0 && input->expires <= kb_clock_now ();
  KbRecord *record;

  if (!whole || gone || input->ephemeral)
    return NULL;
  record = kb_record_new ();
  record->path = g_strdup (input->path);
  record->user = g_strdup (input->username);
  record->expires = input->expires;
  record->renewal = input->renewal != NULL ? kb_secret_ref (input->renewal) : NULL;
  if (input->credential != NULL)
    record->authtype = g_strdup (input->authtype);
  record->secret = kb_secret_ref ((KbSecret *) kb_git_input_secret (input));
  return record;
}

static gboolean
append_secret_part (KbBuffer *answer, const KbRecord *record)
{
  if (record->secret == NULL)
    return TRUE;
  if (record->authtype == NULL)
    return kb_lines_append_secret (answer, "password", record->secret);
  return kb_lines_append (answer, "authtype", record->authtype)
         && kb_lines_append_secret (answer, "credential", record->secret);
}

gboolean
kb_git_append_record (KbBuffer *answer, const KbRecord *record)
{
  return (record->authtype == NULL
          || kb_lines_append (answer, "capability[]", "authtype"))
         && (record->user == NULL || kb_lines_append (answer, "username", record->user))
         && append_secret_part (answer, record)
         && (record->expires == 0
             || kb_lines_append_int (answer, "password_expiry_utc", record->expires))
         && (record->renewal == NULL
             || kb_lines_append_secret (answer, "oauth_refresh_token", record->renewal));
}
