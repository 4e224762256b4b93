/* SPDX-License-Identifier: MIT */
/* Opens the stack for an organization or a URL and asks it for a credential.
   Knows nothing of what the credential is wanted for. */
#include "commands/place.h"

#include <string.h>

#include "base/text.h"
#include "frontend.h"

void
kb_place_clear (KbPlace *place)
{
  kb_session_free (place->session);
  kb_request_free (place->request);
  kb_runtime_free (place->runtime);
  g_free (place->word);
}

/* ---- which place ---------------------------------------------------------------- */

static void
add_organization (const KbBound *bound, gpointer data)
{
  if (bound->organization != NULL)
    g_hash_table_add (data, g_strdup (bound->organization));
}

/* New, or NULL: the organization that a person must mean who names none.  FALSE after a
   complaint when there are several. */
static gboolean
only_organization (const KbConfig *config, char **organization)
{
  g_autoptr (GHashTable) names
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) sorted = NULL;
  g_autoptr (GString) text = g_string_new ("which organization?");

  kb_binding_each (kb_config_stacks (config), add_organization, names);
  sorted = g_list_sort (g_hash_table_get_keys (names), (GCompareFunc) strcmp);
  if (g_hash_table_size (names) < 2)
    {
      *organization = sorted != NULL ? g_strdup (sorted->data) : NULL;
      return TRUE;
    }
  for (GList *name = sorted; name != NULL; name = name->next)
    g_string_append_printf (text, "%s %s", name == sorted ? "" : ",",
                            (const char *) name->data);
  kb_complain (text->str);
  return FALSE;
}

/* New, or NULL after a complaint. */
static char *
url_of (const KbConfig *config, const char *word)
{
  g_autofree char *only = NULL;
  g_autofree char *text = NULL;
  char *url;

  if (word != NULL && strstr (word, "://") != NULL)
    return g_strdup (word);
  if (word == NULL && !only_organization (config, &only))
    return NULL;
  url = kb_config_place (config, word != NULL ? word : only);
  if (url != NULL)
    return url;
  text = g_strdup_printf ("%s is no organization that the configuration has a place for; "
                          "name a URL, https://...",
                          word != NULL ? word : "this");
  kb_complain (text);
  return NULL;
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
  text = url_of (kb_runtime_config (place->runtime), word);
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

void
kb_place_add_hint (const KbPlace *place, GError *error)
{
  static const char *const hints[] = {
    [KB_ERROR_CONFIG] = "run: keybearer check",
    [KB_ERROR_DENIED] = "see: keybearer explain ",
    [KB_ERROR_INTERACTION] = "run: keybearer login ",
    [KB_ERROR_LOCKED] = "see: keybearer status",
    [KB_ERROR_MODULE] = "see: keybearer modules",
  };
  const char *hint = error->domain == KB_ERROR && error->code >= 0
                             && error->code < (gint) G_N_ELEMENTS (hints)
                         ? hints[error->code]
                         : NULL;
  g_autofree char *message = error->message;

  if (hint == NULL || strstr (message, "run: ") != NULL)
    error->message = g_steal_pointer (&message);
  else if (g_str_has_suffix (hint, " "))
    error->message = g_strdup_printf ("%s; %s%s", message, hint, place->word);
  else
    error->message = g_strdup_printf ("%s; %s", message, hint);
}

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

  kb_complain_notices (place->session);
  if (answer == KB_DECLINED)
    complain_nothing (place);
  if (answer == KB_FAILED)
    {
      kb_place_add_hint (place, problem);
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
