/* SPDX-License-Identifier: MIT */
/* Gathers variables whose values are secrets and merges them into an environment.
   Knows nothing of which tools read them. */
#include "commands/exec-set.h"

#include <string.h>

struct _KbExecSet
{
  GPtrArray *entries; /* of KbBuffer: "NAME=VALUE" */
};

KbExecSet *
kb_exec_set_new (void)
{
  KbExecSet *set = g_new0 (KbExecSet, 1);

  set->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_buffer_free);
  return set;
}

void
kb_exec_set_free (KbExecSet *set)
{
  if (set == NULL)
    return;
  g_ptr_array_unref (set->entries);
  g_free (set);
}

static gboolean
is_set (const KbExecSet *set, const char *name, gsize length)
{
  for (guint i = 0; i < set->entries->len; i++)
    {
      const char *entry = kb_buffer_peek (g_ptr_array_index (set->entries, i));

      if (strncmp (entry, name, length) == 0 && entry[length] == '=')
        return TRUE;
    }
  return FALSE;
}

gboolean
kb_exec_set_has (const KbExecSet *set, const char *name)
{
  return is_set (set, name, strlen (name));
}

/* Borrowed: a new entry, "NAME=" so far; NULL when NAME is set or cannot be. */
static KbBuffer *
begin (KbExecSet *set, const char *name)
{
  KbBuffer *entry;

  if (*name == '\0' || strchr (name, '=') != NULL || kb_exec_set_has (set, name))
    return NULL;
  entry = kb_buffer_new (0);
  kb_buffer_printf (entry, "%s=", name);
  g_ptr_array_add (set->entries, entry);
  return entry;
}

void
kb_exec_set_text (KbExecSet *set, const char *name, const char *value)
{
  KbBuffer *entry = begin (set, name);

  if (entry != NULL)
    kb_buffer_append_text (entry, value);
}

void
kb_exec_set_secret (KbExecSet *set, const char *name, const KbSecret *value)
{
  kb_exec_set_text (set, name, kb_secret_peek (value));
}

void
kb_exec_set_buffer (KbExecSet *set, const char *name, const KbBuffer *value)
{
  kb_exec_set_text (set, name, kb_buffer_peek (value));
}

GPtrArray *
kb_exec_set_merge (const KbExecSet *set, char **environment)
{
  GPtrArray *all = g_ptr_array_new ();

  for (; *environment != NULL; environment++)
    if (!is_set (set, *environment, strcspn (*environment, "=")))
      g_ptr_array_add (all, *environment);
  for (guint i = 0; i < set->entries->len; i++)
    g_ptr_array_add (all,
                     (gpointer) kb_buffer_peek (g_ptr_array_index (set->entries, i)));
  g_ptr_array_add (all, NULL);
  return all;
}

char *
kb_exec_set_name (const char *text)
{
  char *name = g_ascii_strup (text, -1);

  return g_strcanon (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", '_');
}
