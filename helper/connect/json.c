/* SPDX-License-Identifier: MIT */
/* Edits a JSON file by spans: the checked reader says that it is one, this finds where
   its members stand.  Knows nothing of files and tools. */
#include "connect/json.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"

/* How docker itself writes its file. */
#define INDENT "\t"
/* A file that we made ends so; nobody else's does. */
#define OWN_END "\n\n"

typedef struct
{
  gsize start, end;             /* from the name's quote to behind the value */
  gsize value_start, value_end; /* of the value */
} Member;

/* ---- finding: the text was checked, so no reading here can fail ------------------ */

static gsize
skip_space (const char *text, gsize at)
{
  return at + strspn (text + at, " \t\r\n");
}

static gsize
skip_string (const char *text, gsize at)
{
  for (at++; text[at] != '"'; at++)
    if (text[at] == '\\')
      at++;
  return at + 1;
}

static gsize
skip_value (const char *text, gsize at)
{
  int depth = 0;

  do
    {
      if (text[at] == '"')
        at = skip_string (text, at);
      else
        {
          depth += (text[at] == '{' || text[at] == '[');
          depth -= (text[at] == '}' || text[at] == ']');
          at++;
        }
    }
  while (depth > 0 || (text[at] != '\0' && strchr (",]} \t\r\n", text[at]) == NULL));
  return at;
}

/* The member NAME of the object at AT. */
static gboolean
find (const char *text, gsize at, const char *name, Member *member)
{
  gsize size = strlen (name);

  for (at = skip_space (text, at + 1); text[at] == '"'; at = skip_space (text, at))
    {
      member->start = at;
      at = skip_string (text, at);
      member->value_start = skip_space (text, skip_space (text, at) + 1);
      member->value_end = member->end = skip_value (text, member->value_start);
      if (at - member->start == size + 2
          && strncmp (text + member->start + 1, name, size) == 0)
        return TRUE;
      at = skip_space (text, member->end);
      at += text[at] == ',';
    }
  return FALSE;
}

/* ---- writing -------------------------------------------------------------------- */

static gboolean
splice (KbBuffer *out, const char *text, gsize start, gsize end, const char *between)
{
  return kb_buffer_append (out, text, start) && kb_buffer_append_text (out, between)
         && kb_buffer_append_text (out, text + end);
}

/* A member as the first one of the object whose brace is at AT. */
static gboolean
insert (KbBuffer *out, const char *text, gsize at, const char *indent, const char *member)
{
  gsize next = skip_space (text, at + 1);
  gboolean only = text[next] == '}';
  g_autofree char *lines
      = g_strdup_printf ("\n%s%s%s%s", indent, member, only ? "\n" : ",",
                         only ? indent + strlen (INDENT) : "");

  return splice (out, text, at + 1, at + 1, lines);
}

/* Without the bytes of MEMBER, the comma that parts it, and the space before it; alone in
   its object, CLOSING goes, or all the space there where somebody else laid it out. */
static gboolean
cut (KbBuffer *out, const char *text, const Member *member, const char *closing)
{
  gsize start = member->start;
  gsize end = member->end;
  gsize next = skip_space (text, end);

  while (strchr (" \t\r\n", text[start - 1]) != NULL)
    start--;
  if (text[next] == ',')
    end = next + 1;
  else if (text[start - 1] == ',')
    start--;
  else
    end = g_str_has_prefix (text + end, closing) ? end + strlen (closing) : next;
  return splice (out, text, start, end, "");
}

/* ---- the two ways --------------------------------------------------------------- */

static gboolean
is_object (KbSecret *text, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (text, error);

  if (json == NULL)
    return FALSE;
  if (kb_json_type (json, 0) == KB_JSON_OBJECT && kb_secret_peek (text)[0] != '\xef')
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, "not one JSON object");
  return FALSE;
}

static gboolean
is_value (const char *text, const Member *member, const char *value)
{
  gsize size = strlen (value);

  return member->value_end - member->value_start == size + 2
         && strncmp (text + member->value_start + 1, value, size) == 0;
}

/* What was made is JSON still. */
static gboolean
prove (const KbBuffer *out, GError **error)
{
  g_autoptr (KbSecret) made
      = kb_secret_new (kb_buffer_peek (out), kb_buffer_length (out));

  return is_object (made, error);
}

gboolean
kb_json_connect (KbSecret *secret, const char *object, const char *name,
                 const char *value, KbBuffer *out, GError **error)
{
  const char *text = secret != NULL ? kb_secret_peek (secret) : "{}" OWN_END;
  g_autofree char *inner = g_strdup_printf ("\"%s\": \"%s\"", name, value);
  g_autofree char *outer
      = g_strdup_printf ("\"%s\": {\n" INDENT INDENT "%s\n" INDENT "}", object, inner);
  gsize root = skip_space (text, 0);
  Member parent, member;

  if (secret != NULL && !is_object (secret, error))
    return FALSE;
  if (!find (text, root, object, &parent))
    return insert (out, text, root, INDENT, outer) && prove (out, error);
  if (text[parent.value_start] != '{')
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "\"%s\" is no object", object);
      return FALSE;
    }
  if (text[skip_space (text, parent.value_start + 1)] == '}')
    return splice (out, text, parent.value_start + 1, parent.value_start + 1, inner)
           && prove (out, error);
  if (!find (text, parent.value_start, name, &member))
    return insert (out, text, parent.value_start, INDENT INDENT, inner)
           && prove (out, error);
  if (is_value (text, &member, value))
    return kb_buffer_append_text (out, text);
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "\"%s\" has \"%s\" already, as another",
               object, name);
  return FALSE;
}

gboolean
kb_json_disconnect (KbSecret *secret, const char *object, const char *name,
                    const char *value, KbBuffer *out, gboolean *fresh, GError **error)
{
  const char *text = kb_secret_peek (secret);
  gsize root = skip_space (text, 0);
  Member parent, member;
  const Member *gone;
  gboolean alone;
  gsize after;

  *fresh = FALSE;
  if (kb_secret_length (secret) == 0)
    return TRUE;
  if (!is_object (secret, error))
    return FALSE;
  if (!find (text, root, object, &parent) || text[parent.value_start] != '{'
      || !find (text, parent.value_start, name, &member)
      || !is_value (text, &member, value))
    return kb_buffer_append_text (out, text);
  after = skip_space (text, member.end);
  alone = text[after] == '}' && skip_space (text, parent.value_start + 1) == member.start;
  /* Right behind the brace it was put into an object that was there, and empty. */
  gone = alone && text[member.start - 1] != '{' ? &parent : &member;
  if (!cut (out, text, gone,
            gone == &parent ? "\n"
            : alone         ? ""
                            : "\n" INDENT)
      || !prove (out, error))
    return FALSE;
  *fresh = strcmp (kb_buffer_peek (out), "{}" OWN_END) == 0;
  return TRUE;
}
