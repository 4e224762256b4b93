/* SPDX-License-Identifier: MIT */
/* Takes an authorization server's answer apart: each field once, nothing guessed.
   Knows nothing of how it came. */
#include "common/listener-form.h"

#include "base/text.h"

#include <string.h>

/* A server's sentence about an error, as far as it is shown. */
#define DESCRIPTION_MAX 1024

enum
{
  STATE,
  CODE,
  ERROR,
  DESCRIPTION,
  ISS,
  FIELDS
};
static const char *const names[FIELDS]
    = { "state", "code", "error", "error_description", "iss" };

/* Percent-decoding; NULL when an escape is none or gives NUL. */
static KbSecret *
decode (const char *text, gsize length)
{
  g_autoptr (KbBuffer) plain = kb_buffer_new (KB_LISTENER_BODY_MAX);

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i] == '+' ? ' ' : text[i];
      gboolean escape = c == '%';

      if (escape
          && (length - i < 3 || !g_ascii_isxdigit (text[i + 1])
              || !g_ascii_isxdigit (text[i + 2])))
        return NULL;
      if (escape)
        c = (char) (g_ascii_xdigit_value (text[i + 1]) * 16
                    + g_ascii_xdigit_value (text[i + 2]));
      i += escape ? 2 : 0;
      if (c == '\0' || !kb_buffer_append (plain, &c, 1))
        return NULL;
    }
  return kb_buffer_steal (plain);
}

/* The index of the field, or FIELDS for one that does not matter here. */
static guint
field_of (const char *name, gsize length)
{
  for (guint i = 0; i < FIELDS; i++)
    if (strlen (names[i]) == length && memcmp (names[i], name, length) == 0)
      return i;
  return FIELDS;
}

static const char *
take_pair (const char *pair, gsize length, KbSecret *fields[FIELDS])
{
  const char *equals = memchr (pair, '=', length);
  gsize name = equals != NULL ? (gsize) (equals - pair) : length;
  guint field = field_of (pair, name);

  if (field == FIELDS || equals == NULL)
    return NULL;
  if (fields[field] != NULL)
    return "a field that stands there twice";
  fields[field] = decode (equals + 1, length - name - 1);
  return fields[field] == NULL ? "a value that is not percent-encoded" : NULL;
}

static const char *
take_pairs (const char *text, gsize length, KbSecret *fields[FIELDS])
{
  const char *end = text + length;
  const char *fault = NULL;

  while (fault == NULL && text < end)
    {
      const char *and = memchr (text, '&', (gsize) (end - text));
      const char *stop = and != NULL ? and : end;

      fault = take_pair (text, (gsize) (stop - text), fields);
      text = stop + 1;
    }
  return fault;
}

/* RFC 6749, appendix A: printable ASCII. */
static gboolean
is_printable (const KbSecret *field)
{
  const char *text = kb_secret_peek (field);

  for (gsize i = 0; i < kb_secret_length (field); i++)
    if (text[i] < ' ' || text[i] > '~')
      return FALSE;
  return kb_secret_length (field) > 0;
}

static const char *
check (KbSecret *const fields[FIELDS], const KbSecret *state)
{
  if (fields[STATE] == NULL)
    return "no state";
  if (state == NULL || !kb_secret_equal (fields[STATE], state))
    return "another state";
  if ((fields[CODE] == NULL) == (fields[ERROR] == NULL))
    return "neither a code nor an error, or both";
  if (!is_printable (fields[CODE] != NULL ? fields[CODE] : fields[ERROR]))
    return "a code or error of other than printable characters";
  return NULL;
}

/* Servers break their sentences into lines; a person reads one. */
static char *
shown (const KbSecret *field)
{
  g_autofree char *line = NULL;

  if (field == NULL)
    return NULL;
  line = g_strdelimit (g_strdup (kb_secret_peek (field)), "\r\n\t", ' ');
  return kb_text_escape (line, strlen (line), DESCRIPTION_MAX);
}

const char *
kb_listener_form (const char *text, gsize length, const KbSecret *state, KbSignIn *out)
{
  KbSecret *fields[FIELDS] = { NULL };
  const char *fault = take_pairs (text, length, fields);

  if (fault == NULL)
    fault = check (fields, state);
  if (fault == NULL)
    {
      out->code = g_steal_pointer (&fields[CODE]);
      out->error = shown (fields[ERROR]);
      out->error_description = shown (fields[DESCRIPTION]);
      out->iss = shown (fields[ISS]);
    }
  for (guint i = 0; i < FIELDS; i++)
    g_clear_pointer (&fields[i], kb_secret_unref);
  return fault;
}
