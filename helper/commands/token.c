/* SPDX-License-Identifier: MIT */
/* keybearer token: one credential on standard output.
   Knows nothing of how it is made, nor of the forms it is printed in. */
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/place.h"
#include "commands/token-form.h"

#include <errno.h>

#include "base/lines.h"

/* A token of 64 KiB, twice in base64. */
#define TEXT_MAX (512 * 1024)

static int
print (const KbStreams *streams, const KbToken *token, KbTokenForm form, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (TEXT_MAX);

  if (!form (token, text, error) || !kb_buffer_append_text (text, "\n"))
    {
      if (*error == NULL)
        g_set_error (error, KB_ERROR, KB_ERROR_MODULE, "%s gave a token that is too long",
                     token->source);
      return KB_EXIT_ERROR;
    }
  if (kb_write_all (streams->out, kb_buffer_peek (text), kb_buffer_length (text)))
    return 0;
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "standard output: %s",
               g_strerror (errno));
  return KB_EXIT_ERROR;
}

static int
give (const KbStreams *streams, KbPlace *place, KbTokenForm form, GError **error)
{
  g_autoptr (KbCredential) credential = NULL;
  KbAnswer answer = kb_place_get (place, &credential, error);
  KbToken token = { credential, kb_session_account (place->session),
                    kb_session_instance (place->session),
                    kb_request_organization (place->request) };

  if (answer != KB_OK)
    return KB_EXIT_NOTHING;
  return print (streams, &token, form, error);
}

int
kb_command_token (const KbStreams *streams, char **arguments, GError **error)
{
  const char *output = NULL;
  const char *word = NULL;
  const char *scope = NULL;
  const KbArgument table[] = { { "--output", NULL, &output },
                               { "--scope", NULL, &scope },
                               { NULL, NULL, NULL } };
  g_auto (KbPlace) place = { 0 };
  KbTokenForm form;

  if (!kb_arguments_read ("token", arguments, table, 1, &word, NULL))
    return KB_EXIT_USAGE;
  form = kb_token_form_named (output != NULL ? output : "raw");
  if (form == NULL)
    {
      kb_complain ("token: --output is " KB_TOKEN_FORMS);
      return KB_EXIT_USAGE;
    }
  if (kb_place_open (&place, word, error) != KB_OK)
    return KB_EXIT_USAGE;
  if (scope != NULL && !kb_request_set_scope (place.request, scope))
    {
      kb_complain ("token: --scope takes the words of one scope, one blank between them");
      return KB_EXIT_USAGE;
    }
  return give (streams, &place, form, error);
}
