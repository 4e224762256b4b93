/* SPDX-License-Identifier: MIT */
/* Asks the life cycle API for one token, and cleans up after answers that were lost.
   Knows nothing of what is kept. */
#include "pat-minting/mint.h"

#include "common/devops-call.h"
#include "common/devops-refusal.h"
#include "common/pat-call.h"
#include "common/token.h"

#define JSON "application/json"
/* Who has more tokens than 100 times this has another problem. */
#define PAGES_MAX 100

/* New, of a success; else NULL.  *UNCERTAIN: the server may have acted all the same. */
static KbHttpAnswer *
send (const KbMint *mint, const KbDevopsCall *call, gboolean *uncertain, GError **error)
{
  g_autoptr (KbHttpAnswer) answer = NULL;
  GError *problem = NULL;

  if (call->url == NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s is no name of an organization",
                   mint->organization);
      return NULL;
    }
  answer = kb_devops_send (mint->http, mint->request, mint->input, call, error);
  *uncertain = answer == NULL || answer->status >= 500;
  if (answer == NULL)
    return NULL;
  if (answer->status < 300 && !kb_refusal_of_credential (answer))
    return g_steal_pointer (&answer);
  if (answer->retry_after > 0)
    kb_request_retry_after (mint->request, answer->retry_after);
  kb_refusal_set (&problem, answer, mint->organization, mint->organization);
  kb_pat_add_reason (problem);
  g_propagate_error (error, problem);
  return NULL;
}

gboolean
kb_mint_revoke (const KbMint *mint, const char *id)
{
  g_autofree char *url = kb_pat_url_of (mint->organization, id);
  const KbDevopsCall call = { url, "DELETE", NULL, NULL };
  g_autoptr (GError) problem = NULL;
  gboolean uncertain = FALSE;
  g_autoptr (KbHttpAnswer) answer = send (mint, &call, &uncertain, &problem);

  if (answer != NULL && kb_pat_read_revoked (answer->body, &problem))
    return TRUE;
  kb_request_note (mint->request, "the token %s was not revoked: %s", id,
                   problem != NULL ? problem->message : "no answer");
  return FALSE;
}

/* ---- answers that were lost ----------------------------------------------------- */

/* *NEXT is the next page's address, or NULL. */
static gboolean
read_page (const KbMint *mint, const char *first, char **next, GPtrArray *pats)
{
  const KbDevopsCall call = { *next, "GET", NULL, NULL };
  gboolean uncertain = FALSE;
  g_autoptr (KbHttpAnswer) answer = send (mint, &call, &uncertain, NULL);
  g_autofree char *token = NULL;

  if (answer == NULL || !kb_pat_read_page (answer->body, pats, &token, NULL))
    return FALSE;
  g_free (*next);
  *next = token != NULL ? kb_pat_url_of_page (first, token) : NULL;
  return TRUE;
}

/* FALSE: a token of this name may be left. */
static gboolean
revoke_named (const KbMint *mint, const char *name)
{
  const KbPatFilter filter = { "active", "displayName", FALSE };
  g_autofree char *first = kb_pat_url_of_list (mint->organization, &filter);
  g_autofree char *next = g_strdup (first);
  g_autoptr (GPtrArray) pats
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_pat_free);
  gboolean good = TRUE;

  for (guint page = 0; good && next != NULL && page < PAGES_MAX; page++)
    good = read_page (mint, first, &next, pats);
  for (guint i = 0; good && i < pats->len; i++)
    {
      const KbPat *pat = g_ptr_array_index (pats, i);

      if (g_str_equal (pat->name, name))
        good = kb_mint_revoke (mint, pat->id);
    }
  return good;
}

/* ---- making --------------------------------------------------------------------- */

/* New: a token with a secret that can be given out.  *UNCERTAIN as above. */
static KbPat *
read_made (const KbMint *mint, const KbHttpAnswer *answer, gboolean *uncertain,
           GError **error)
{
  GError *problem = NULL;
  g_autoptr (KbPat) pat = kb_pat_read_result (answer->body, &problem);

  if (pat != NULL && pat->secret != NULL
      && kb_token_form (pat->secret) != KB_TOKEN_BROKEN)
    return g_steal_pointer (&pat);
  *uncertain = !g_error_matches (problem, KB_ERROR, KB_ERROR_DENIED);
  if (problem == NULL)
    g_set_error (&problem, KB_ERROR, KB_ERROR_PROTOCOL,
                 "%s made a token and did not tell it", mint->organization);
  g_propagate_error (error, problem);
  return NULL;
}

KbPat *
kb_mint_create (const KbMint *mint, const KbPatWanted *wanted, GError **error)
{
  g_autofree char *url = kb_pat_url (mint->organization);
  g_autoptr (KbBuffer) body = kb_pat_body (wanted);
  const KbDevopsCall call = { url, "POST", body, JSON };
  gboolean uncertain = FALSE;
  GError *problem = NULL;
  g_autoptr (KbHttpAnswer) answer = send (mint, &call, &uncertain, &problem);
  g_autoptr (KbPat) pat = NULL;

  if (answer != NULL)
    pat = read_made (mint, answer, &uncertain, &problem);
  if (pat != NULL)
    return g_steal_pointer (&pat);
  if (uncertain && !revoke_named (mint, wanted->name))
    {
      g_propagate_prefixed_error (error, problem,
                                  "the server may have made it all the same; run: "
                                  "keybearer pat revoke '%s': ",
                                  wanted->name);
      return NULL;
    }
  g_propagate_error (error, problem);
  return NULL;
}
