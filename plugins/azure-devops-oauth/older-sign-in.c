/* SPDX-License-Identifier: MIT */
/* Tells the address, asks for what came of it, and finds the code in it.
   Knows nothing of tokens, and is for no other platform: there a code that is pasted is
   what ConsentFix phishes for. */
#include "azure-devops-oauth/older-sign-in.h"

#include "base/text.h"
#include "common/oauth2.h"

#include <string.h>

/* A question is cut at 1024 bytes (the terminal's telling is not), and an address that is
   cut short is worth nothing. */
#define ASKED_MAX 800

char *
kb_older_authorize_url (const KbOlderApp *app, const char *state)
{
  g_autoptr (KbBuffer) query = kb_buffer_new (0);

  if (!kb_oauth2_append (query, "client_id", app->client_id)
      || !kb_oauth2_append (query, "response_type", "Assertion")
      || !kb_oauth2_append (query, "state", state)
      || !kb_oauth2_append (query, "scope", app->scope)
      || !kb_oauth2_append (query, "redirect_uri", app->redirect_uri))
    return NULL;
  return g_strconcat (app->authority, "/oauth2/authorize?", kb_buffer_peek (query), NULL);
}

/* ---- what was pasted ------------------------------------------------------------ */

static KbSecret *
refuse (GError **error, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "what was pasted %s", why);
  return NULL;
}

/* New: percent-decoded, or NULL. */
static KbSecret *
decode (const char *text, gsize length)
{
  g_autoptr (KbBuffer) decoded = kb_buffer_new (0);

  for (gsize i = 0; i < length; i++)
    {
      gboolean escaped = text[i] == '%';
      char c = text[i] == '+' ? ' ' : text[i];

      if (escaped
          && (i + 2 >= length || !g_ascii_isxdigit (text[i + 1])
              || !g_ascii_isxdigit (text[i + 2])))
        return NULL;
      if (escaped)
        {
          c = (char) (g_ascii_xdigit_value (text[i + 1]) << 4
                      | g_ascii_xdigit_value (text[i + 2]));
          i += 2;
        }
      if (!kb_buffer_append (decoded, &c, 1))
        return NULL;
    }
  return kb_buffer_steal (decoded);
}

/* New: the value of NAME, or NULL when it is not there or there twice. */
static KbSecret *
query_value (const char *query, const char *name)
{
  gsize name_length = strlen (name);
  g_autoptr (KbSecret) found = NULL;

  for (;;)
    {
      gsize length = strcspn (query, "&#");

      if (length > name_length && query[name_length] == '='
          && strncmp (query, name, name_length) == 0)
        {
          if (found != NULL)
            return NULL;
          found = decode (query + name_length + 1, length - name_length - 1);
        }
      if (query[length] != '&')
        return g_steal_pointer (&found);
      query += length + 1;
    }
}

/* The query of TEXT when it is the app's redirect URI with one, else NULL. */
static const char *
query_of (const KbOlderApp *app, const char *text)
{
  char mark = strchr (app->redirect_uri, '?') != NULL ? '&' : '?';

  if (!g_str_has_prefix (text, app->redirect_uri))
    return NULL;
  text += strlen (app->redirect_uri);
  /* A browser puts the '/' where the URI has no path. */
  if (mark == '?' && *text == '/')
    text++;
  return *text == mark ? text + 1 : NULL;
}

/* The state is looked at first: without it nothing in the address is ours. */
static KbSecret *
read_address (const char *query, const char *state, GError **error)
{
  g_autoptr (KbSecret) wanted = kb_secret_new_text (state);
  g_autoptr (KbSecret) given = query_value (query, "state");
  g_autoptr (KbSecret) problem = query_value (query, "error");
  g_autoptr (KbSecret) code = query_value (query, "code");
  g_autofree char *shown = NULL;

  if (!kb_secret_equal (wanted, given))
    return refuse (error, "is the answer to another sign-in: its state is not ours");
  if (problem != NULL)
    {
      shown = kb_text_escape (kb_secret_peek (problem), kb_secret_length (problem), 64);
      g_set_error (error, KB_ERROR, KB_ERROR_DENIED, "the sign-in was refused: %s",
                   shown);
      return NULL;
    }
  if (code == NULL || kb_secret_length (code) == 0)
    return refuse (error, "holds no code");
  return g_steal_pointer (&code);
}

/* New: without blanks and line ends around it. */
static KbSecret *
trimmed (const KbSecret *pasted)
{
  const char *text = kb_secret_peek (pasted);
  gsize length = kb_secret_length (pasted);

  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  while (length > 0 && g_ascii_isspace (*text))
    {
      text++;
      length--;
    }
  return kb_secret_new (text, length);
}

KbSecret *
kb_older_read_code (const KbOlderApp *app, const KbSecret *pasted, const char *state,
                    GError **error)
{
  g_autoptr (KbSecret) whole = trimmed (pasted);
  const char *text = kb_secret_peek (whole);
  const char *query = query_of (app, text);

  if (strlen (text) != kb_secret_length (whole) || *text == '\0')
    return refuse (error, "is empty or holds controls");
  for (const char *c = text; *c != '\0'; c++)
    if (*c < 0x21 || *c > 0x7e)
      return refuse (error, "holds blanks or controls: paste the address alone");
  if (query != NULL)
    return read_address (query, state, error);
  if (strpbrk (text, ":?&#") != NULL)
    return refuse (error,
                   "is neither an address that begins with redirect-uri nor a code");
  return g_steal_pointer (&whole);
}

/* ---- asking --------------------------------------------------------------------- */

/* New: with the address in it where there is no terminal to show that on; NULL when it
   would be cut. */
static char *
question_of (const char *url, const char *place, gboolean told)
{
  if (told)
    return g_strdup_printf ("Address that the browser ends at, or the code in it, for %s",
                            place);
  if (strlen (url) > ASKED_MAX)
    return NULL;
  return g_strdup_printf (
      "Open %s and paste the address that the browser ends at, or the "
      "code in it, for %s",
      url, place);
}

KbAnswer
kb_older_sign_in (const KbOlderApp *app, const KbRequest *request, KbSecret **code,
                  GError **error)
{
  g_autofree char *state = kb_text_random_id (FALSE);
  g_autofree char *url = kb_older_authorize_url (app, state);
  g_autofree char *line
      = g_strdup_printf ("To sign in for %s open: %s", kb_request_place (request), url);
  g_autoptr (KbSecret) pasted = NULL;
  g_autofree char *question = NULL;
  KbAnswer answer;

  if (url != NULL)
    question
        = question_of (url, kb_request_place (request), kb_request_tell (request, line));
  if (question == NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                           "the address to open is too long for a prompt: sign in on a "
                           "terminal");
      return KB_FAILED;
    }
  answer = kb_request_ask (request, question, TRUE, &pasted, error);
  if (answer != KB_OK)
    return answer;
  *code = kb_older_read_code (app, pasted, state, error);
  return *code != NULL ? KB_OK : KB_FAILED;
}
