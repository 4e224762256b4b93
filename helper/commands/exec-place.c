/* SPDX-License-Identifier: MIT */
/* A place that exec was told, with its credential, and which URLs belong to it.
   Knows nothing of the tools that read it. */
#include "commands/exec-tools.h"

#include <string.h>

#include "frontend.h"
#include "harden.h"
#include "target.h"

KbExecPlace *
kb_exec_place_new (const char *word, gboolean feed, int *status, GError **error)
{
  g_autoptr (KbExecPlace) place = g_new0 (KbExecPlace, 1);

  place->place.feed = feed;
  kb_watchdog (KB_DEADLINE_MS);
  if (kb_place_open (&place->place, word, error) != KB_OK)
    {
      *status = KB_EXIT_USAGE;
      return NULL;
    }
  if (kb_place_get (&place->place, &place->credential, error) != KB_OK)
    {
      *status = KB_EXIT_NOTHING;
      return NULL;
    }
  return g_steal_pointer (&place);
}

void
kb_exec_place_free (KbExecPlace *place)
{
  if (place == NULL)
    return;
  g_clear_pointer (&place->credential, kb_credential_unref);
  kb_place_clear (&place->place);
  g_free (place);
}

gboolean
kb_exec_place_is_bearer (const KbExecPlace *place)
{
  return kb_credential_scheme (place->credential) == KB_SCHEME_BEARER;
}

const char *
kb_exec_place_user (const KbExecPlace *place)
{
  const char *user = kb_credential_user (place->credential);
  gboolean usable = *user != '\0' && strpbrk (user, ":;\"") == NULL;

  /* The name that feeds' own tools use, so that settings work with both. */
  return kb_request_organization (place->place.request) == NULL && usable
             ? user
             : "VssSessionToken";
}

const KbSecret *
kb_exec_place_secret (const KbExecPlace *place)
{
  return kb_credential_secret (place->credential);
}

void
kb_exec_place_header (const KbExecPlace *place, KbBuffer *text)
{
  const char *organization = kb_request_organization (place->place.request);
  const char *user = organization == NULL ? kb_credential_user (place->credential) : "";

  (void) kb_append_authorization (text, place->credential, user);
}

/* ---- which URLs ----------------------------------------------------------------- */

static gboolean
is_below (const KbUrl *base, const KbUrl *url)
{
  gsize length = base->path != NULL ? strlen (base->path) : 0;

  if (strcmp (base->scheme, url->scheme) != 0 || strcmp (base->host, url->host) != 0
      || base->port != url->port)
    return FALSE;
  while (length > 0 && base->path[length - 1] == '/')
    length--;
  return length == 0
         || (url->path != NULL && strncmp (base->path, url->path, length) == 0
             && (url->path[length] == '/' || url->path[length] == '\0'));
}

static gboolean
belongs (const KbExecPlace *place, const KbUrl *url)
{
  const KbConfig *config = kb_runtime_config (place->place.runtime);
  const char *organization = kb_request_organization (place->place.request);
  const KbStack *stack = kb_config_match (config, url);
  g_autofree char *found = NULL;
  gboolean is_user = FALSE;

  if (stack == NULL || stack != kb_session_stack (place->place.session))
    return FALSE;
  if (organization == NULL)
    return is_below (kb_request_url (place->place.request), url);
  found = kb_config_organization (config, url, url->user, &is_user);
  return g_strcmp0 (found, organization) == 0;
}

const KbExecPlace *
kb_exec_job_find (const KbExecJob *job, const char *url)
{
  g_autoptr (KbUrl) parsed = kb_url_parse (url, NULL);

  for (guint i = 0; parsed != NULL && i < job->places->len; i++)
    if (belongs (g_ptr_array_index (job->places, i), parsed))
      return g_ptr_array_index (job->places, i);
  return NULL;
}

const KbExecPlace *
kb_exec_job_first (const KbExecJob *job)
{
  return g_ptr_array_index (job->places, 0);
}

static char *
with_slash (const char *url)
{
  return g_strconcat (url, g_str_has_suffix (url, "/") ? "" : "/", NULL);
}

/* An organization's places may have several stacks: what one makes is not for another. */
static gboolean
is_of_stack (const KbExecPlace *place, const char *url)
{
  const KbConfig *config = kb_runtime_config (place->place.runtime);
  g_autoptr (KbUrl) parsed = kb_url_parse (url, NULL);

  return parsed != NULL
         && kb_config_match (config, parsed) == kb_session_stack (place->place.session);
}

char *
kb_exec_place_url (const KbExecPlace *place)
{
  const KbUrl *url = kb_request_url (place->place.request);
  g_autofree char *origin = kb_url_origin (url);

  return g_strdup_printf ("%s/%s", origin, url->path != NULL ? url->path : "");
}

char **
kb_exec_place_feeds (const KbExecPlace *place)
{
  const char *organization = kb_request_organization (place->place.request);
  g_autofree char *whole = kb_exec_place_url (place);
  g_auto (GStrv) all
      = organization != NULL
            ? kb_config_places (kb_runtime_config (place->place.runtime), organization)
            : NULL;
  GPtrArray *feeds = g_ptr_array_new ();

  for (char **at = all; at != NULL && *at != NULL; at++)
    if (kb_target_is_feed (*at) && is_of_stack (place, *at))
      g_ptr_array_add (feeds, with_slash (*at));
  if (organization == NULL)
    g_ptr_array_add (feeds, with_slash (whole));
  g_ptr_array_add (feeds, NULL);
  return (char **) g_ptr_array_free (feeds, FALSE);
}
