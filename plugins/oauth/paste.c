/* SPDX-License-Identifier: MIT */
/* Warns, shows where to sign in, and takes the address that the browser ended at.
   Knows nothing of what the code is exchanged for. */
#include "oauth/paste.h"

#include "common/listener-form.h"

#include <string.h>

/* How often a person may paste something else. */
#define ATTEMPTS 3

gboolean
kb_oauth_paste_begin (const KbRequest *request, const char *url, GError **error)
{
  static const char *const lines[] = {
    "WARNING: the address that you are about to paste signs you in.  Paste it here",
    "and nowhere else, and only if you ran this command yourself, just now.  Nobody",
    "has a reason to ask you for an address that begins with http://localhost:",
    "whoever does wants to sign in as you.",
    "Open this page in a browser:",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    if (!kb_request_tell (request, lines[i]))
      {
        g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                             "there is no terminal to paste an address into");
        return FALSE;
      }
  (void) kb_request_tell (request, url);
  (void) kb_request_tell (request, "At the end it cannot reach localhost: copy the whole "
                                   "address from the browser's address bar.");
  return TRUE;
}

/* What is wrong with it, or NULL. */
static const char *
take (const char *text, const char *redirect_uri, const KbSecret *state,
      KbSignIn *sign_in)
{
  gsize length = strlen (redirect_uri);
  const char *query;

  text += strspn (text, " \t");
  if (strncmp (text, redirect_uri, length) != 0)
    return "no answer of this sign-in";
  query = text + length;
  query += *query == '/' ? 1 : 0;
  if (*query != '?')
    return "no answer at all";
  query++;
  return kb_listener_form (query, strcspn (query, "# \t"), state, sign_in);
}

static KbAnswer
ask (const KbRequest *request, KbSecret **text, GError **error)
{
  KbAnswer answer = kb_request_ask (request, "Paste the address (it is not shown)", TRUE,
                                    text, error);

  if (answer != KB_DECLINED)
    return answer;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION, "nothing was pasted");
  return KB_FAILED;
}

KbAnswer
kb_oauth_paste (const KbRequest *request, const char *redirect_uri, const char *state,
                KbSignIn *sign_in, GError **error)
{
  g_autoptr (KbSecret) expected = kb_secret_new_text (state);
  const char *fault = NULL;

  for (guint i = 0; i < ATTEMPTS; i++)
    {
      g_autoptr (KbSecret) text = NULL;
      g_autofree char *line = NULL;

      if (ask (request, &text, error) != KB_OK)
        return KB_FAILED;
      fault = take (kb_secret_peek (text), redirect_uri, expected, sign_in);
      if (fault == NULL)
        return KB_OK;
      line = g_strdup_printf ("There is %s in it.", fault);
      (void) kb_request_tell (request, line);
    }
  g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION, "there is %s in what was pasted",
               fault);
  return KB_FAILED;
}
