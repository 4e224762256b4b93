/* SPDX-License-Identifier: MIT */
/* keybearer login: a person signs in, and is told what became of it.
   Knows nothing of what the person is asked. */
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/page.h"
#include "commands/place.h"
#include "commands/shelf.h"
#include "kept.h"

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

int
kb_command_login (const KbStreams *streams, char **arguments, GError **error)
{
  static const KbArgument table[] = { { NULL, NULL, NULL } };
  const char *word = NULL;
  g_autoptr (KbTalk) talk = NULL;
  g_auto (KbPlace) place = { 0 };
  g_autoptr (KbCredential) credential = NULL;

  if (!kb_arguments_read ("login", arguments, table, 1, &word, NULL)
      || kb_place_open (&place, word, error) != KB_OK)
    return KB_EXIT_USAGE;
  talk = kb_permitted_talk ();
  kb_let_ask (place.request, talk);
  kb_session_set_fresh (place.session, TRUE);
  if (kb_place_get (&place, &credential, error) != KB_OK)
    return KB_EXIT_NOTHING;
  return tell (streams, &place, credential, error);
}
