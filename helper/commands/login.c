/* SPDX-License-Identifier: MIT */
/* keybearer login: a person signs in, and is told what became of it.
   Knows nothing of what the person is asked. */
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/page.h"
#include "commands/place.h"
#include "commands/shelf.h"
#include "kept.h"

#include "base/text.h"

#include <string.h>

static void
find_kept (KbFound *found, KbPlace *place, const KbBinding *binding)
{
  g_autoptr (GPtrArray) shelves = kb_shelves_new (
      place->runtime, kb_session_stack (place->session), place->request);
  g_autofree char *item = kb_item_name ("credential", binding->instance, binding->account,
                                        binding->realm, NULL);

  kb_found_look (found, shelves, place->request, item);
}

/* What is in the environment is not kept and is bound to nothing. */
static char *
tell_where (KbPlace *place, const KbCredential *credential)
{
  g_auto (KbBinding) binding = { 0 };
  g_auto (KbFound) found = { 0 };
  g_autofree char *when = NULL;
  g_autofree char *where = NULL;

  if (kb_credential_ephemeral (credential)
      || !kb_binding_read (kb_session_stack (place->session), place->request, &binding))
    return g_strdup ("It is not kept: it is taken from there at each call.");
  find_kept (&found, place, &binding);
  if (!found.kept)
    return g_strdup ("It is not kept.");
  where = kb_words_list (found.places, "and");
  if (found.expires == 0)
    return g_strdup_printf ("Kept in %s.", where);
  when = kb_words_when (found.expires);
  return g_strdup_printf ("Kept in %s; expires %s.", where, when);
}

static int
tell (const KbStreams *streams, KbPlace *place, const KbCredential *credential,
      GError **error)
{
  g_auto (KbPage) page = { 0 };
  g_autofree char *where = tell_where (place, credential);
  g_autofree char *line = g_strdup_printf (
      "Signed in to %s by %s, as %s.", kb_request_place (place->request),
      kb_session_instance (place->session), kb_session_account (place->session));

  kb_page_begin (&page, streams);
  kb_page_entry (&page, 0, 0, NULL, KB_STYLE_GOOD, line);
  kb_page_entry (&page, 0, 0, NULL, KB_STYLE_PLAIN, where);
  return kb_page_end (&page, error);
}

/* ---- what the person asked for -------------------------------------------------- */

typedef struct
{
  const char *word;
  const char *account;
  const char *tenant;
  const char *port;
  const char *source;
  gboolean device;
  gboolean paste;
} Wish;

static gboolean
complain (const char *text)
{
  kb_complain (text);
  return FALSE;
}

static gboolean
check (const Wish *wish)
{
  gint64 port = 0;

  if (wish->device && wish->paste)
    return complain ("login: --device and --paste are two ways: choose one");
  if (wish->device && wish->port != NULL)
    return complain ("login: --device needs no --port: nothing comes back here");
  if (wish->port != NULL && (!kb_text_to_int64 (wish->port, 65535, &port) || port == 0))
    return complain ("login: --port is a number from 1 to 65535");
  return TRUE;
}

static gboolean
read_wish (Wish *wish, char **arguments)
{
  const KbArgument table[] = {
    { "--account", NULL, &wish->account },
    { "--tenant", NULL, &wish->tenant },
    { "--port", NULL, &wish->port },
    { "--source", NULL, &wish->source },
    { "--device", &wish->device, NULL },
    { "--paste", &wish->paste, NULL },
    { NULL, NULL, NULL },
  };

  return kb_arguments_read ("login", arguments, table, 1, &wish->word, NULL)
         && check (wish);
}

static void
complain_source (const KbPlace *place, const char *name)
{
  const KbStack *stack = kb_session_stack (place->session);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *list = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; stack != NULL && i < stack->sources->len; i++)
    g_ptr_array_add (names, g_array_index (stack->sources, KbEntry, i).instance);
  list = kb_words_list (names, "and");
  text = g_strdup_printf ("login: %s is no source of this stack, which has %s", name,
                          names->len > 0 ? list : "none");
  kb_complain (text);
}

/* FALSE after a complaint. */
static gboolean
hand_wish (const Wish *wish, KbPlace *place)
{
  KbRequest *request = place->request;

  kb_request_set_hint (request, "account", wish->account);
  kb_request_set_hint (request, "tenant", wish->tenant);
  kb_request_set_hint (request, "port", wish->port);
  kb_request_set_hint (request, "flow",
                       wish->device  ? "device"
                       : wish->paste ? "paste"
                                     : NULL);
  kb_session_set_fresh (place->session, TRUE);
  if (kb_session_set_only (place->session, wish->source))
    return TRUE;
  complain_source (place, wish->source);
  return FALSE;
}

/* ---- the verb ------------------------------------------------------------------- */

/* "run: keybearer login" would be no help to somebody who just did. */
static void
explain_silence (GError *error)
{
  char *end = strstr (error->message, "; run: ");
  char *message = NULL;

  if (!g_error_matches (error, KB_ERROR, KB_ERROR_INTERACTION) || end == NULL)
    return;
  *end = '\0';
  message = g_strdup_printf ("%s, and nobody can be asked here: there is no terminal, no "
                             "askpass program and no desktop",
                             error->message);
  g_free (error->message);
  error->message = message;
}

int
kb_command_login (const KbStreams *streams, char **arguments, GError **error)
{
  Wish wish = { 0 };
  g_autoptr (KbTalk) talk = NULL;
  g_auto (KbPlace) place = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  KbAnswer answer;

  if (!read_wish (&wish, arguments) || kb_place_open (&place, wish.word, error) != KB_OK
      || !hand_wish (&wish, &place))
    return KB_EXIT_USAGE;
  talk = kb_permitted_talk ();
  kb_let_ask (place.request, talk);
  answer = kb_place_get (&place, &credential, error);
  if (answer == KB_FAILED && talk == NULL)
    explain_silence (*error);
  return answer == KB_OK ? tell (streams, &place, credential, error) : KB_EXIT_NOTHING;
}
