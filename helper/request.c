/* SPDX-License-Identifier: MIT */
/* One call of one tool: what it asks for, what a source may use, what a source says back.
   Knows nothing of the tool's protocol nor of what will answer. */
#include "request-own.h"

#include <string.h>

#include "base/text.h"
#include "gitconfig.h"

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
  request->report = g_new0 (KbReport, 1);
  request->report->seen = kb_seen_new ();
  request->report->by_git = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                   (GDestroyNotify) kb_secret_unref);
  request->hints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
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
  kb_request_end_sign_in (request);
  kb_request_hand (request, NULL, FALSE, NULL, NULL);
  kb_url_free (request->url);
  g_ptr_array_unref (request->challenges);
  kb_seen_free (request->report->seen);
  g_hash_table_unref (request->report->by_git);
  g_hash_table_unref (request->hints);
  g_free (request->report->note);
  g_free (request->report->account_variable);
  g_free (request->report->account_otherwise);
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

/* Git is asked only when a source wants to know: most sources have no accounts. */
static const char *
account_by_git (KbReport *report)
{
  g_autofree char *variable = g_steal_pointer (&report->account_variable);
  g_autofree char *account = variable != NULL ? kb_gitconfig_get (variable) : NULL;

  if (account != NULL && *account != '\0')
    {
      g_free (report->account_otherwise);
      report->account_otherwise = g_steal_pointer (&account);
    }
  return report->account_otherwise;
}

const char *
kb_request_account (const KbRequest *request)
{
  return request->account != NULL ? request->account : account_by_git (request->report);
}

void
kb_request_set_account (KbRequest *request, const char *account)
{
  g_free (request->account);
  request->account = g_strdup (account);
  kb_request_set_account_later (request, NULL, NULL);
}

void
kb_request_set_account_later (KbRequest *request, const char *variable,
                              const char *otherwise)
{
  KbReport *report = request->report;

  g_free (report->account_variable);
  g_free (report->account_otherwise);
  report->account_variable = g_strdup (variable);
  report->account_otherwise = g_strdup (otherwise);
}

const char *
kb_request_scope (const KbRequest *request)
{
  return request->scope;
}

gboolean
kb_request_set_scope (KbRequest *request, const char *scope)
{
  if (scope != NULL && !kb_text_is_scope (scope))
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
kb_request_hint (const KbRequest *request, const char *name)
{
  return g_hash_table_lookup (request->hints, name);
}

void
kb_request_set_hint (KbRequest *request, const char *name, const char *value)
{
  if (value != NULL)
    g_hash_table_insert (request->hints, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (request->hints, name);
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

void
kb_request_clear_challenges (KbRequest *request)
{
  g_ptr_array_remove_range (request->challenges, 0, request->challenges->len - 1);
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
  request->report->signing_in = FALSE;
  kb_credential_unref (old_prior);
  kb_credential_unref (old_input);
  kb_secret_unref (old_renewal);
}

void
kb_request_set_git_variables (KbRequest *request, const char *const *variables)
{
  request->report->git_variables = variables;
}

/* Borrowed, or NULL: the name that git has for VARIABLE. */
static const char *
name_by_git (const KbReport *report, const char *variable)
{
  const char *const *each = report->git_variables;
  gsize length = strlen (variable);

  for (; each != NULL && *each != NULL; each++)
    if (strncmp (*each, variable, length) == 0 && (*each)[length] == '=')
      return *each + length + 1;
  return NULL;
}

/* Borrowed, or NULL, also for an empty one. */
static KbSecret *
value_by_git (const KbRequest *request, const char *variable)
{
  KbReport *report = request->report;
  const char *name = name_by_git (report, variable);
  KbSecret *value = name != NULL ? g_hash_table_lookup (report->by_git, variable) : NULL;

  if (name == NULL || value != NULL)
    return value;
  value = kb_gitconfig_get_own (name, request->url);
  if (value != NULL && kb_secret_length (value) > 0)
    {
      g_hash_table_insert (report->by_git, g_strdup (variable), value);
      return value;
    }
  kb_secret_unref (value);
  return NULL;
}

const char *
kb_request_getenv (const KbRequest *request, const char *variable)
{
  const char *value = kb_seen_value (request->report->seen, variable);
  const KbSecret *other = value == NULL ? value_by_git (request, variable) : NULL;

  return other != NULL ? kb_secret_peek (other) : value;
}

KbSecret *
kb_request_getenv_secret (const KbRequest *request, const char *variable)
{
  KbSecret *value = kb_seen_secret (request->report->seen, variable);
  KbSecret *other = value == NULL ? value_by_git (request, variable) : NULL;

  return other != NULL ? kb_secret_ref (other) : value;
}

char *
kb_request_environment_seen (const KbRequest *request)
{
  return kb_seen_describe (request->report->seen);
}

void
kb_request_note (const KbRequest *request, const char *format, ...)
{
  va_list arguments;

  g_free (request->report->note);
  request->report->notes++;
  va_start (arguments, format);
  request->report->note = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

const char *
kb_request_last_note (const KbRequest *request)
{
  return request->report->note;
}

guint
kb_request_notes (const KbRequest *request)
{
  return request->report->notes;
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
