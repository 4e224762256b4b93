/* SPDX-License-Identifier: MIT */
/* Speaks pnpm's tokenHelper: one line, what the Authorization header is to say.
   Knows nothing of which registry pnpm means: that is in the arguments or the name. */
#include "frontends/ask.h"
#include "frontends/pnpm.h"

/* pnpm itself waits 60 s and sends the request without a token when this fails. */
static int
answer (const KbStreams *streams, KbAsk *ask, const KbCredential *credential,
        GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);

  if (kb_ask_append_header (ask, text, credential) && kb_buffer_append_text (text, "\n"))
    return kb_ask_answer (streams, text);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE,
                       "the token does not go into one line");
  return KB_EXIT_ERROR;
}

int
kb_frontend_pnpm (const KbStreams *streams, char **arguments, GError **error)
{
  const KbWish wish = { .program = "pnpm", .any_organization = TRUE, .feed = TRUE };
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  KbAnswer opened;

  if (arguments[0] != NULL && arguments[1] != NULL)
    return KB_EXIT_USAGE;
  opened = kb_ask_open_word (&ask, arguments[0], &wish, error);
  if (opened == KB_OK && !kb_ask_is_storage (&ask))
    opened = kb_ask_get (&ask, &credential, error);
  else if (opened != KB_FAILED)
    kb_complain ("pnpm: no stack is for this place");
  return credential != NULL ? answer (streams, &ask, credential, error) : KB_EXIT_NOTHING;
}
