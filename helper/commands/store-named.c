/* SPDX-License-Identifier: MIT */
/* Keeps a secret that a person brings under a name, and forgets it.
   Knows nothing of what it is for. */
#include "commands/store-named.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "commands/page.h"
#include "commands/place.h"
#include "named.h"

/* A token of any known kind is below 8 KiB, a private key below 16. */
#define SECRET_MAX 32768

static int
fail (GError **error, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "standard input: %s", why);
  return KB_EXIT_ERROR;
}

/* New, or NULL with an error.  One line end at the end is `echo`'s, not the secret's. */
static KbSecret *
read_input (int in, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (SECRET_MAX);
  char block[4096];
  ssize_t got = 1;

  while (got > 0 || (got < 0 && errno == EINTR))
    {
      got = read (in, block, sizeof block);
      if (got > 0 && !kb_buffer_append (text, block, (gsize) got))
        {
          kb_wipe (block, sizeof block);
          (void) fail (error, "a secret is at most 32 KiB");
          return NULL;
        }
    }
  kb_wipe (block, sizeof block);
  if (got < 0)
    (void) fail (error, g_strerror (errno));
  else if (kb_buffer_length (text) > 0
           && kb_buffer_peek (text)[kb_buffer_length (text) - 1] == '\n')
    return kb_secret_new (kb_buffer_peek (text), kb_buffer_length (text) - 1);
  else
    return kb_buffer_steal (text);
  return NULL;
}

static KbSecret *
ask (KbPlace *place, const char *name, GError **error)
{
  g_autofree char *question = g_strdup_printf ("Secret to keep as %s", name);
  KbSecret *secret = NULL;

  if (kb_request_ask (place->request, question, TRUE, &secret, error) == KB_DECLINED)
    (void) fail (error, "nothing was typed");
  return secret;
}

/* Borrowed, or NULL with an error. */
static KbKeeper *
open_keeper (KbPlace *place, GError **error)
{
  KbKeeper *keeper = NULL;

  if (kb_place_open_any (place, error) != KB_OK)
    return NULL;
  keeper = kb_session_keeper (place->session);
  if (keeper == NULL)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                         "the configuration has no stack, so nothing can be kept");
  return keeper;
}

static int
tell (const KbStreams *streams, const char *format, const char *name, GError **error)
{
  g_auto (KbPage) page = { 0 };
  g_auto (GStrv) parts = g_strsplit (format, "NAME", -1);
  g_autofree char *line = g_strjoinv (name, parts);

  kb_page_begin (&page, streams);
  kb_page_entry (&page, 0, 0, NULL, KB_STYLE_GOOD, line);
  return kb_page_end (&page, error);
}

int
kb_store_put (const KbStreams *streams, const char *name, GError **error)
{
  g_autoptr (KbTalk) talk = kb_permitted_talk ();
  g_auto (KbPlace) place = { 0 };
  g_autoptr (KbSecret) secret = NULL;
  KbNamed named = { 0 };
  KbKeeper *keeper;

  if (!kb_named_is_name (name))
    return KB_EXIT_USAGE;
  keeper = open_keeper (&place, error);
  if (keeper == NULL)
    return KB_EXIT_ERROR;
  kb_let_ask (place.request, talk);
  secret = isatty (streams->in) ? ask (&place, name, error)
                                : read_input (streams->in, error);
  if (secret == NULL)
    return KB_EXIT_ERROR;
  if (kb_secret_length (secret) == 0)
    return fail (error, "there is no secret in it");
  named.secret = secret;
  if (kb_named_put (keeper, name, name, &named, error) != KB_OK)
    return KB_EXIT_ERROR;
  return tell (streams, "Kept. Options refer to it as store:NAME.", name, error);
}

int
kb_store_remove (const KbStreams *streams, const char *name, GError **error)
{
  g_auto (KbPlace) place = { 0 };
  KbKeeper *keeper;
  KbAnswer answer;

  if (!kb_named_is_name (name))
    return KB_EXIT_USAGE;
  keeper = open_keeper (&place, error);
  if (keeper == NULL)
    return KB_EXIT_ERROR;
  answer = kb_named_erase (keeper, name, error);
  if (answer == KB_FAILED)
    return KB_EXIT_ERROR;
  if (answer == KB_OK)
    return tell (streams, "NAME is forgotten.", name, error);
  kb_complain ("nothing is kept under this name");
  return KB_EXIT_NOTHING;
}
