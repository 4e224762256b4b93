/* SPDX-License-Identifier: MIT */
/* Asks the life cycle API of personal access tokens.
   Knows nothing of where a token is kept. */
#include "pat-service.h"

#include <string.h>

#include "base/complain.h"

/* 100 a page: who has more tokens than this has another problem. */
#define PAGES_MAX 100
#define JSON "application/json"

/* ---- requests ------------------------------------------------------------------- */

static KbHttpAnswer *
ask (KbClient *client, const KbClientCall *call, GError **error)
{
  GError *problem = NULL;
  KbHttpAnswer *answer = NULL;

  if (call->url != NULL)
    answer = kb_client_send (client, call, &problem);
  else
    g_set_error (&problem, KB_ERROR, KB_ERROR_CONFIG, "%s is no name of an organization",
                 kb_client_organization (client));
  if (problem == NULL)
    return answer;
  kb_pat_add_reason (problem);
  g_propagate_error (error, problem);
  return NULL;
}

/* ---- reading -------------------------------------------------------------------- */

GPtrArray *
kb_pat_list (KbClient *client, const KbPatFilter *filter, GError **error)
{
  g_autoptr (GPtrArray) pats
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_pat_free);
  g_autofree char *first = kb_pat_url_of_list (kb_client_organization (client), filter);
  g_autofree char *url = g_strdup (first);

  for (guint page = 0; url != NULL && page < PAGES_MAX; page++)
    {
      const KbClientCall call = { url, "GET", NULL, NULL };
      g_autoptr (KbHttpAnswer) answer = ask (client, &call, error);
      g_autofree char *token = NULL;

      if (answer == NULL || !kb_pat_read_page (answer->body, pats, &token, error))
        return NULL;
      g_clear_pointer (&url, g_free);
      if (token != NULL)
        url = kb_pat_url_of_page (first, token);
      kb_client_progress (pats->len, token == NULL);
    }
  return g_steal_pointer (&pats);
}

KbPat *
kb_pat_show (KbClient *client, const char *id, GError **error)
{
  g_autofree char *url = kb_pat_url_of (kb_client_organization (client), id);
  const KbClientCall call = { url, "GET", NULL, NULL };
  g_autoptr (KbHttpAnswer) answer = ask (client, &call, error);

  return answer != NULL ? kb_pat_read_result (answer->body, error) : NULL;
}

/* ---- changing ------------------------------------------------------------------- */

static KbPat *
change (KbClient *client, const char *method, const KbPatWanted *wanted, GError **error)
{
  g_autofree char *url = kb_pat_url (kb_client_organization (client));
  g_autoptr (KbBuffer) body = kb_pat_body (wanted);
  const KbClientCall call = { url, method, body, JSON };
  g_autoptr (KbHttpAnswer) answer = ask (client, &call, error);

  return answer != NULL ? kb_pat_read_result (answer->body, error) : NULL;
}

KbPat *
kb_pat_create (KbClient *client, const KbPatWanted *wanted, GError **error)
{
  g_autoptr (KbPat) pat = change (client, "POST", wanted, error);

  if (pat == NULL || pat->secret != NULL)
    return g_steal_pointer (&pat);
  g_set_error (
      error, KB_ERROR, KB_ERROR_PROTOCOL,
      "the server made a token and did not tell it; run: keybearer pat revoke %s",
      pat->id);
  return NULL;
}

KbPat *
kb_pat_update (KbClient *client, const KbPatWanted *wanted, GError **error)
{
  return change (client, "PUT", wanted, error);
}

static gboolean
revoke_once (KbClient *client, const char *url, GError **error)
{
  const KbClientCall call = { url, "DELETE", NULL, NULL };
  g_autoptr (KbHttpAnswer) answer = ask (client, &call, error);

  return answer != NULL && kb_pat_read_revoked (answer->body, error);
}

/* An answer may be lost after the token has gone: twice does no harm, and then it says
   so. */
gboolean
kb_pat_revoke (KbClient *client, const char *id, GError **error)
{
  g_autofree char *url = kb_pat_url_of (kb_client_organization (client), id);
  g_autoptr (GError) problem = NULL;

  if (revoke_once (client, url, &problem))
    return TRUE;
  if (g_error_matches (problem, KB_ERROR, KB_ERROR_NETWORK))
    return revoke_once (client, url, error);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* ---- by name -------------------------------------------------------------------- */

static gboolean
is_meant (const KbPat *pat, const char *word)
{
  return g_ascii_strcasecmp (pat->id, word) == 0 || g_str_equal (pat->name, word);
}

/* Takes the first that is meant out of PATS; *OTHERS names the rest of them, or NULL. */
static KbPat *
take_meant (GPtrArray *pats, const char *word, char **others)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  KbPat *found = NULL;

  for (guint i = 0; i < pats->len;)
    {
      KbPat *pat = g_ptr_array_index (pats, i);

      if (!is_meant (pat, word))
        {
          i++;
          continue;
        }
      g_string_append_printf (ids, " %s", pat->id);
      if (found != NULL)
        *others = g_strdup (ids->str);
      if (found != NULL)
        i++;
      else
        found = g_ptr_array_steal_index (pats, i);
    }
  return found;
}

KbAnswer
kb_pat_find (KbClient *client, const char *word, KbPat **pat, GError **error)
{
  const KbPatFilter filter = { "active", NULL, FALSE };
  g_autoptr (GPtrArray) pats = kb_pat_list (client, &filter, error);
  g_autofree char *others = NULL;
  g_autofree char *text = NULL;
  g_autoptr (KbPat) found = NULL;

  if (pats == NULL)
    return KB_FAILED;
  found = take_meant (pats, word, &others);
  if (found != NULL && others == NULL)
    {
      *pat = g_steal_pointer (&found);
      return KB_OK;
    }
  text = found == NULL ? g_strdup_printf ("%s has no active token %s",
                                          kb_client_organization (client), word)
                       : g_strdup_printf ("several tokens are called %s; name one by its "
                                          "id:%s",
                                          word, others);
  kb_complain (text);
  return KB_DECLINED;
}
