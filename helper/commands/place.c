/* SPDX-License-Identifier: MIT */
/* Opens the stack for an organization or a URL and asks it for a credential.
   Knows nothing of what the credential is wanted for. */
#include "commands/place.h"

#include <string.h>

#include "base/text.h"
#include "frontend.h"
#include "target.h"

void
kb_place_clear (KbPlace *place)
{
  kb_session_free (place->session);
  kb_request_free (place->request);
  kb_runtime_free (place->runtime);
  g_free (place->word);
}

/* ---- which place ---------------------------------------------------------------- */

/* New, or NULL after a complaint. */
static char *
url_of (const KbPlace *place, const char *word)
{
  const KbConfig *config = kb_runtime_config (place->runtime);
  g_autoptr (GError) problem = NULL;
  char *url = place->feed ? kb_target_feed (config, word, &problem)
                          : kb_target_url (config, word, &problem);

  if (url == NULL)
    kb_complain (problem->message);
  return url;
}

static void
begin (KbPlace *place, KbUrl *url)
{
  place->request = kb_request_new (url);
  kb_request_set_program (place->request, "keybearer");
  kb_request_set_user (place->request, url->user);
  place->session = kb_session_new (place->runtime, place->request);
}

KbAnswer
kb_place_open (KbPlace *place, const char *word, GError **error)
{
  g_autofree char *text = NULL;
  KbUrl *url;
  const char *organization;

  place->runtime = kb_runtime_new_default (error);
  if (place->runtime == NULL)
    return KB_FAILED;
  text = url_of (place, word);
  if (text == NULL)
    return KB_DECLINED;
  url = kb_url_parse (text, error);
  if (url == NULL)
    {
      g_prefix_error (error, "this URL cannot be used: ");
      return KB_FAILED;
    }
  begin (place, url);
  organization = kb_request_organization (place->request);
  place->word = g_strdup (organization != NULL ? organization : text);
  return KB_OK;
}

KbAnswer
kb_place_open_any (KbPlace *place, GError **error)
{
  g_autofree char *text = NULL;
  KbUrl *url;

  place->runtime = kb_runtime_new_default (error);
  if (place->runtime == NULL)
    return KB_FAILED;
  text = kb_config_place (kb_runtime_config (place->runtime), NULL);
  url = kb_url_parse (text != NULL ? text : "https://localhost/", error);
  if (url == NULL)
    return KB_FAILED;
  begin (place, url);
  place->word = g_strdup ("");
  return KB_OK;
}

/* ---- a credential --------------------------------------------------------------- */

static void
complain_nothing (const KbPlace *place)
{
  const char *note = kb_request_last_note (place->request);
  g_autofree char *text = NULL;

  if (kb_session_stack (place->session) == NULL)
    text = g_strdup_printf ("%s: no stack is for this place; see: keybearer explain %s",
                            kb_request_place (place->request), place->word);
  else
    text = g_strdup_printf ("nothing to give for %s%s%s; run: keybearer login %s",
                            kb_request_place (place->request), note != NULL ? ": " : "",
                            note != NULL ? note : "", place->word);
  kb_complain (text);
}

KbAnswer
kb_place_get (KbPlace *place, KbCredential **credential, GError **error)
{
  GError *problem = NULL;
  KbAnswer answer = kb_session_get (place->session, credential, &problem);

  if (!place->hold)
    kb_complain_notices (place->session);
  if (answer == KB_DECLINED)
    complain_nothing (place);
  if (answer == KB_FAILED)
    {
      kb_add_hint (problem, place->word);
      g_propagate_error (error, problem);
    }
  return answer;
}

KbAnswer
kb_place_identify (KbPlace *place, const KbEntry *entry, const KbOpened **source,
                   KbIdentity *identity, GError **error)
{
  KbAnswer answer;

  kb_request_clear_note (place->request);
  answer = kb_runtime_source (place->runtime, entry, source, error);
  if (answer != KB_OK)
    return answer;
  return kb_identity_ask (kb_runtime_config (place->runtime),
                          kb_session_stack (place->session), place->request, *source,
                          FALSE, identity, error);
}
