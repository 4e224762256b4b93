/* SPDX-License-Identifier: MIT */
/* Remembers which variables were looked at, and describes them without their values.
   Knows nothing of what they are for. */
#include "seen.h"

#include "base/text.h"

#include <string.h>

struct _KbSeen
{
  GHashTable *variables; /* name -> GINT */
};

enum
{
  VALUE = 1,
  PRESENCE = 2
};

KbSeen *
kb_seen_new (void)
{
  KbSeen *seen = g_new0 (KbSeen, 1);

  seen->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return seen;
}

void
kb_seen_free (KbSeen *seen)
{
  g_hash_table_unref (seen->variables);
  g_free (seen);
}

static const char *
look (KbSeen *seen, const char *variable, int how)
{
  const char *value = g_getenv (variable);

  if (!g_hash_table_contains (seen->variables, variable))
    g_hash_table_insert (seen->variables, g_strdup (variable), GINT_TO_POINTER (how));
  return value != NULL && *value != '\0' ? value : NULL;
}

const char *
kb_seen_value (KbSeen *seen, const char *variable)
{
  return look (seen, variable, VALUE);
}

KbSecret *
kb_seen_secret (KbSeen *seen, const char *variable)
{
  const char *value = look (seen, variable, PRESENCE);

  return value != NULL ? kb_secret_new_text (value) : NULL;
}

/* "NAME=" for an unset variable, "*NAME=set" for a present secret, else the value's
   hash. */
static char *
describe_variable (const char *variable, int how)
{
  const char *value = g_getenv (variable);
  g_autofree char *hash = NULL;

  if (value == NULL || *value == '\0')
    return g_strdup_printf ("%s%s=", how == PRESENCE ? "*" : "", variable);
  if (how == PRESENCE)
    return g_strdup_printf ("*%s=set", variable);
  hash = kb_text_sha256 (value, strlen (value));
  return g_strdup_printf ("%s=%s", variable, hash);
}

char *
kb_seen_describe (const KbSeen *seen)
{
  g_autoptr (GList) names = g_hash_table_get_keys (seen->variables);
  g_autoptr (GString) lines = g_string_new (NULL);

  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (GList *name = names; name != NULL; name = name->next)
    {
      int how = GPOINTER_TO_INT (g_hash_table_lookup (seen->variables, name->data));
      g_autofree char *line = describe_variable (name->data, how);

      g_string_append_printf (lines, "%s%s", lines->len > 0 ? ";" : "", line);
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

char *
kb_environment_now (const char *description)
{
  g_auto (GStrv) lines = g_strsplit (description, ";", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      gboolean secret = **line == '*';
      g_autofree char *name = g_strndup (*line + secret, strcspn (*line + secret, "="));
      char *now = *name == '\0' ? g_strdup ("")
                                : describe_variable (name, secret ? PRESENCE : VALUE);

      g_free (*line);
      *line = now;
    }
  return g_strjoinv (";", lines);
}
