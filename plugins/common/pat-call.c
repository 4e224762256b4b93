/* SPDX-License-Identifier: MIT */
/* Makes the addresses of the life cycle API of personal access tokens, reads its answers.
   Knows nothing of who sends the requests. */
#include "common/pat-call.h"

#include <string.h>

#include "common/devops-route.h"

#define PATH "_apis/tokens/pats"
#define VERSION "7.1-preview.1"
#define PAGE "100"

char *
kb_pat_url (const char *organization)
{
  g_autofree char *url = kb_route_url (organization, PATH, NULL);

  return url != NULL ? kb_route_with (url, "api-version", VERSION) : NULL;
}

char *
kb_pat_url_of (const char *organization, const char *id)
{
  g_autofree char *url = kb_pat_url (organization);

  return url != NULL ? kb_route_with (url, "authorizationId", id) : NULL;
}

/* The filters are sent with each page (entra-and-azure-devops 4.1). */
char *
kb_pat_url_of_list (const char *organization, const KbPatFilter *filter)
{
  char *url = kb_pat_url (organization);

  if (url == NULL)
    return NULL;
  kb_route_set (&url, "displayFilterOption", filter->state);
  kb_route_set (&url, "sortByOption", filter->sort);
  kb_route_set (&url, "isSortAscending", filter->descending ? "false" : "true");
  kb_route_set (&url, "$top", PAGE);
  return url;
}

char *
kb_pat_url_of_page (const char *first, const char *token)
{
  return kb_route_with (first, "continuationToken", token);
}

gboolean
kb_pat_read_page (KbSecret *body, GPtrArray *pats, char **token, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (body, error);
  KbJsonNode list;

  if (json == NULL)
    return FALSE;
  list = kb_json_member (json, 0, "patTokens");
  for (guint i = 0; i < kb_json_size (json, list); i++)
    {
      KbPat *pat = kb_pat_read (json, kb_json_at (json, list, i), error);

      if (pat == NULL)
        return FALSE;
      g_ptr_array_add (pats, pat);
    }
  *token = kb_json_string (json, kb_json_member (json, 0, "continuationToken"));
  if (*token != NULL && **token == '\0')
    g_clear_pointer (token, g_free);
  return TRUE;
}

gboolean
kb_pat_read_revoked (KbSecret *body, GError **error)
{
  g_autoptr (KbPat) pat = NULL;
  g_autoptr (GError) problem = NULL;

  if (kb_secret_length (body) == 0)
    return TRUE;
  pat = kb_pat_read_result (body, &problem);
  if (pat != NULL || !g_error_matches (problem, KB_ERROR, KB_ERROR_DENIED)
      || strstr (problem->message, "there is no such token") != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

void
kb_pat_add_reason (GError *error)
{
  g_autofree char *message = NULL;

  if (!g_error_matches (error, KB_ERROR, KB_ERROR_DENIED))
    return;
  message = error->message;
  error->message = g_strdup_printf (
      "%s (tokens belong to people who signed in: service principals cannot own one, and "
      "a token cannot make or list others)",
      message);
}
