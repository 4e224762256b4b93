/* SPDX-License-Identifier: MIT */
/* Reads options and words of a verb by a table and complains of the first that is wrong.
   Knows nothing of what they mean. */
#include "base/arguments.h"

#include <string.h>

#include "base/complain.h"

typedef struct
{
  const char *verb;
  const KbArgument *table;
  guint most;
  const char **words;
  guint n_words;
} Reading;

static gboolean
complain (const Reading *reading, const char *what, const char *argument)
{
  g_autofree char *text
      = g_strdup_printf ("%s: %s%s%s", reading->verb, what, argument != NULL ? " " : "",
                         argument != NULL ? argument : "");

  kb_complain (text);
  return FALSE;
}

static gboolean
take_word (Reading *reading, const char *word)
{
  if (reading->n_words == reading->most)
    return complain (reading, "one word too many:", word);
  reading->words[reading->n_words++] = word;
  return TRUE;
}

/* What follows '=' in TEXT, NULL where there is none; *LENGTH is that of the name. */
static const char *
split (const char *text, gsize *length)
{
  const char *equals = strchr (text, '=');

  *length = equals != NULL ? (gsize) (equals - text) : strlen (text);
  return equals != NULL ? equals + 1 : NULL;
}

static const KbArgument *
find (const KbArgument *table, const char *text, gsize length)
{
  for (; table->name != NULL; table++)
    if (strlen (table->name) == length && strncmp (table->name, text, length) == 0)
      return table;
  return NULL;
}

static gboolean
take_flag (const Reading *reading, const KbArgument *argument, const char *value)
{
  if (value != NULL)
    return complain (reading, "takes no value:", argument->name);
  if (*argument->flag)
    return complain (reading, "stands twice:", argument->name);
  *argument->flag = TRUE;
  return TRUE;
}

/* *NEXT is the argument after the option; it moves on when it is the option's value. */
static gboolean
take_option (const Reading *reading, const char *text, char ***next)
{
  gsize length = 0;
  const char *value = split (text, &length);
  const KbArgument *argument = find (reading->table, text, length);

  if (argument == NULL)
    {
      g_autofree char *name = g_strndup (text, length);

      return complain (reading, "there is no option", name);
    }
  if (argument->flag != NULL)
    return take_flag (reading, argument, value);
  if (*argument->value != NULL)
    return complain (reading, "stands twice:", argument->name);
  if (value == NULL && **next != NULL)
    value = *(*next)++;
  if (value == NULL)
    return complain (reading, "wants a value:", argument->name);
  *argument->value = value;
  return TRUE;
}

gboolean
kb_arguments_read (const char *verb, char **arguments, const KbArgument *table,
                   guint most, const char **words, char ***rest)
{
  Reading reading = { verb, table, most, words, 0 };
  gboolean options = TRUE;

  for (guint i = 0; i < most; i++)
    words[i] = NULL;
  while (*arguments != NULL)
    {
      const char *text = *arguments++;
      gboolean dashes = options && g_str_equal (text, "--");

      if (dashes && rest != NULL)
        {
          *rest = arguments;
          return TRUE;
        }
      if (dashes)
        options = FALSE;
      else if (options && text[0] == '-' ? !take_option (&reading, text, &arguments)
                                         : !take_word (&reading, text))
        return FALSE;
    }
  return TRUE;
}

gboolean
kb_arguments_json (const char *verb, char **arguments, gboolean *json)
{
  const KbArgument table[] = { { "--json", json, NULL }, { NULL, NULL, NULL } };

  return kb_arguments_read (verb, arguments, table, 0, NULL, NULL);
}
