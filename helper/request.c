/* SPDX-License-Identifier: MIT */
/* One call of one tool: what it asks for, what a source may use, what a source says back.
   Knows nothing of the tool's protocol nor of what will answer. */
#include "request.h"

#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* What a module tells the core while it only borrows the request. */
typedef struct
{
  GHashTable *seen; /* variable -> GINT (1: value, 2: presence alone) */
  gint64 silence;
  gboolean asked;
  char *note;
} Report;

struct _KbRequest
{
  KbUrl *url;
  char *program;
  char *user;
  char *account;
  char *scope;
  gboolean fresh;
  char *organization;
  gboolean organization_missing;
  char *place;
  GPtrArray *challenges; /* NULL-terminated */
  const KbTalk *talk;
  gboolean quiet;
  gint64 deadline;
  KbCredential *prior;
  gboolean prior_refused;
  KbSecret *renewal;
  KbCredential *input;
  Report *report;
};

enum
{
  SEEN_VALUE = 1,
  SEEN_PRESENCE = 2
};

static volatile sig_atomic_t cancelled = 0;

/* What a person knows the place by; the host alone where there is no organization. */
static void
name_place (KbRequest *request)
{
  const KbUrl *url = request->url;
  g_autofree char *shown = kb_text_escape (url->host, strlen (url->host), 0);
  g_autofree char *host = url->port == 0 ? g_steal_pointer (&shown)
                                         : g_strdup_printf ("%s:%u", shown, url->port);

  g_free (request->place);
  if (request->organization == NULL)
    request->place = g_steal_pointer (&host);
  else
    request->place = g_strdup_printf ("%s (%s)", request->organization, host);
}

KbRequest *
kb_request_new (KbUrl *url)
{
  KbRequest *request = g_new0 (KbRequest, 1);

  request->url = url;
  request->report = g_new0 (Report, 1);
  request->report->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  request->challenges = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (request->challenges, NULL);
  kb_request_set_deadline_ms (request, KB_DEADLINE_MS);
  name_place (request);
  return request;
}

void
kb_request_free (KbRequest *request)
{
  if (request == NULL)
    return;
  kb_request_hand (request, NULL, FALSE, NULL, NULL);
  kb_url_free (request->url);
  g_ptr_array_unref (request->challenges);
  g_hash_table_unref (request->report->seen);
  g_free (request->report->note);
  g_free (request->report);
  g_free (request->program);
  g_free (request->user);
  g_free (request->account);
  g_free (request->scope);
  g_free (request->organization);
  g_free (request->place);
  g_free (request);
}

const KbUrl *
kb_request_url (const KbRequest *request)
{
  return request->url;
}

const char *
kb_request_scheme (const KbRequest *request)
{
  return request->url->scheme;
}

const char *
kb_request_host (const KbRequest *request)
{
  return request->url->host;
}

guint
kb_request_port (const KbRequest *request)
{
  return request->url->port;
}

const char *
kb_request_path (const KbRequest *request)
{
  return request->url->path;
}

const char *
kb_request_user (const KbRequest *request)
{
  return request->user;
}

void
kb_request_set_user (KbRequest *request, const char *user)
{
  g_free (request->user);
  request->user = g_strdup (user);
}

const char *
kb_request_account (const KbRequest *request)
{
  return request->account;
}

void
kb_request_set_account (KbRequest *request, const char *account)
{
  g_free (request->account);
  request->account = g_strdup (account);
}

const char *
kb_request_scope (const KbRequest *request)
{
  return request->scope;
}

static gboolean
is_scope (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\'
        || (*c == ' ' && (c == text || c[1] == ' ' || c[1] == '\0')))
      return FALSE;
  return *text != '\0';
}

gboolean
kb_request_set_scope (KbRequest *request, const char *scope)
{
  if (scope != NULL && !is_scope (scope))
    return FALSE;
  g_free (request->scope);
  request->scope = g_strdup (scope);
  return TRUE;
}

gboolean
kb_request_fresh (const KbRequest *request)
{
  return request->fresh;
}

void
kb_request_set_fresh (KbRequest *request, gboolean fresh)
{
  request->fresh = fresh;
}

const char *
kb_request_program (const KbRequest *request)
{
  return request->program != NULL ? request->program : "a program";
}

void
kb_request_set_program (KbRequest *request, const char *program)
{
  g_free (request->program);
  request->program = g_strdup (program);
}

const char *
kb_request_organization (const KbRequest *request)
{
  return request->organization;
}

void
kb_request_set_organization (KbRequest *request, const char *organization,
                             gboolean expected)
{
  request->organization_missing = expected && organization == NULL;
  g_free (request->organization);
  request->organization = g_strdup (organization);
  name_place (request);
}

gboolean
kb_request_organization_missing (const KbRequest *request)
{
  return request->organization_missing;
}

const char *
kb_request_place (const KbRequest *request)
{
  return request->place;
}

const char *const *
kb_request_challenges (const KbRequest *request)
{
  return (const char *const *) request->challenges->pdata;
}

void
kb_request_add_challenge (KbRequest *request, const char *line)
{
  g_ptr_array_insert (request->challenges, (gint) request->challenges->len - 1,
                      g_strdup (line));
}

KbCredential *
kb_request_prior (const KbRequest *request)
{
  return request->prior;
}

gboolean
kb_request_prior_refused (const KbRequest *request)
{
  return request->prior_refused;
}

KbSecret *
kb_request_renewal (const KbRequest *request)
{
  return request->renewal;
}

KbCredential *
kb_request_input (const KbRequest *request)
{
  return request->input;
}

void
kb_request_hand (KbRequest *request, KbCredential *prior, gboolean refused,
                 KbSecret *renewal, KbCredential *input)
{
  KbCredential *old_prior = request->prior;
  KbCredential *old_input = request->input;
  KbSecret *old_renewal = request->renewal;

  request->prior = prior != NULL ? kb_credential_ref (prior) : NULL;
  request->input = input != NULL ? kb_credential_ref (input) : NULL;
  request->renewal = renewal != NULL ? kb_secret_ref (renewal) : NULL;
  request->prior_refused = refused;
  request->report->silence = 0;
  request->report->asked = FALSE;
  kb_credential_unref (old_prior);
  kb_credential_unref (old_input);
  kb_secret_unref (old_renewal);
}

gint64
kb_request_remaining_ms (const KbRequest *request)
{
  return kb_clock_left_ms (request->deadline);
}

void
kb_request_set_deadline_ms (KbRequest *request, gint64 from_now)
{
  request->deadline = kb_clock_boot_ms () + from_now;
}

gboolean
kb_request_cancelled (const KbRequest *request)
{
  return cancelled != 0;
}

void
kb_request_cancel_all (void)
{
  cancelled = 1;
}

void
kb_request_set_talk (KbRequest *request, const KbTalk *talk)
{
  request->talk = talk;
  kb_request_set_deadline_ms (request,
                              talk != NULL ? KB_DEADLINE_PROMPT_MS : KB_DEADLINE_MS);
}

void
kb_request_set_quiet (KbRequest *request, gboolean quiet)
{
  request->quiet = quiet;
}

gboolean
kb_request_interactive (const KbRequest *request)
{
  return request->talk != NULL && !request->quiet;
}

KbAnswer
kb_request_ask (const KbRequest *request, const char *question, gboolean hidden,
                KbSecret **answer, GError **error)
{
  if (!kb_request_interactive (request))
    return KB_DECLINED;
  request->report->asked = TRUE;
  return kb_talk_ask (request->talk, question, hidden, request->deadline, answer, error);
}

gboolean
kb_request_tell (const KbRequest *request, const char *text)
{
  return kb_request_interactive (request) && kb_talk_tell (request->talk, text);
}

static void
remember_seen (const KbRequest *request, const char *variable, int how)
{
  GHashTable *seen = request->report->seen;

  if (!g_hash_table_contains (seen, variable))
    g_hash_table_insert (seen, g_strdup (variable), GINT_TO_POINTER (how));
}

const char *
kb_request_getenv (const KbRequest *request, const char *variable)
{
  const char *value = g_getenv (variable);

  remember_seen (request, variable, SEEN_VALUE);
  return value != NULL && *value != '\0' ? value : NULL;
}

KbSecret *
kb_request_getenv_secret (const KbRequest *request, const char *variable)
{
  const char *value = g_getenv (variable);

  remember_seen (request, variable, SEEN_PRESENCE);
  return value != NULL && *value != '\0' ? kb_secret_new_text (value) : NULL;
}

/* "NAME=" for an unset variable, "NAME=*" for a present secret, else the value's hash. */
static char *
describe_variable (const char *variable, int how)
{
  const char *value = g_getenv (variable);
  g_autofree char *hash = NULL;

  if (value == NULL || *value == '\0')
    return g_strdup_printf ("%s%s=", how == SEEN_PRESENCE ? "*" : "", variable);
  if (how == SEEN_PRESENCE)
    return g_strdup_printf ("*%s=set", variable);
  hash = kb_text_sha256 (value, strlen (value));
  return g_strdup_printf ("%s=%s", variable, hash);
}

char *
kb_request_environment_seen (const KbRequest *request)
{
  g_autoptr (GList) names = g_hash_table_get_keys (request->report->seen);
  g_autoptr (GString) lines = g_string_new (NULL);

  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (GList *name = names; name != NULL; name = name->next)
    {
      int how = GPOINTER_TO_INT (g_hash_table_lookup (request->report->seen, name->data));
      g_autofree char *line = describe_variable (name->data, how);

      g_string_append_printf (lines, "%s%s", lines->len > 0 ? ";" : "", line);
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

char *
kb_environment_now (const char *seen)
{
  g_auto (GStrv) lines = g_strsplit (seen, ";", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      gboolean secret = **line == '*';
      g_autofree char *name = g_strndup (*line + secret, strcspn (*line + secret, "="));
      char *now = *name == '\0'
                      ? g_strdup ("")
                      : describe_variable (name, secret ? SEEN_PRESENCE : SEEN_VALUE);

      g_free (*line);
      *line = now;
    }
  return g_strjoinv (";", lines);
}

void
kb_request_note (const KbRequest *request, const char *format, ...)
{
  va_list arguments;

  g_free (request->report->note);
  va_start (arguments, format);
  request->report->note = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

const char *
kb_request_last_note (const KbRequest *request)
{
  return request->report->note;
}

void
kb_request_clear_note (KbRequest *request)
{
  g_clear_pointer (&request->report->note, g_free);
}

void
kb_request_retry_after (const KbRequest *request, gint64 seconds)
{
  request->report->silence = CLAMP (seconds, 1, 3600);
}

gint64
kb_request_asked_silence (const KbRequest *request)
{
  return request->report->silence;
}

gboolean
kb_request_asked (const KbRequest *request)
{
  return request->report->asked;
}
