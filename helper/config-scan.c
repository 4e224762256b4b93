/* SPDX-License-Identifier: MIT */
/* Reads the lines of a configuration file strictly, without copying them twice.
   Knows nothing of what groups and keys mean. */
#include "config-scan.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

struct _KbConfigScan
{
  char *file;
  char *bytes; /* the text, cut into strings in place */
  GArray *keys;
  GArray *groups;
};

/* Where the scan is. */
typedef struct
{
  KbConfigScan *scan;
  KbConfigGroup *group; /* the last one, or NULL */
  guint line;
} Cursor;

static gboolean
fail_at (GError **error, const char *file, guint line, const char *what)
{
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s:%u: %s", file, line, what);
  return FALSE;
}

gboolean
kb_config_fail (GError **error, const KbConfigGroup *group, guint line,
                const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return fail_at (error, group->file, line, what);
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* TEXT without blanks at either end; it is cut in place. */
static char *
strip (char *text)
{
  gsize length;

  while (is_blank (*text))
    text++;
  length = strlen (text);
  while (length > 0 && is_blank (text[length - 1]))
    length--;
  text[length] = '\0';
  return text;
}

/* In place; FALSE for an escape that does not exist. */
static gboolean
unescape (char *value)
{
  char *to = value;

  for (const char *from = value; *from != '\0'; from++)
    {
      char c = *from;

      if (c == '\\')
        {
          from++;
          if (*from != 's' && *from != '\\')
            return FALSE;
          c = *from == 's' ? ' ' : '\\';
        }
      *to++ = c;
    }
  *to = '\0';
  return TRUE;
}

/* kb_text_is_clean, at the speed of the plain text that nearly all values are. */
static gboolean
is_clean (const char *value)
{
  const char *c = value;

  while (*c >= ' ' && *c <= '~')
    c++;
  return *c == '\0' || kb_text_is_clean (value, strlen (value));
}

static const char *
group_fault (char *line, KbConfigGroup *group)
{
  gsize length = strlen (line);
  char *blank;

  if (length < 2 || line[length - 1] != ']')
    return "a group is written [KIND] or [KIND NAME]";
  line[length - 1] = '\0';
  group->kind = line + 1;
  group->name = "";
  blank = strchr (line, ' ');
  if (blank != NULL)
    {
      *blank = '\0';
      group->name = blank + 1;
    }
  if (!kb_text_is_name (group->kind) || (blank != NULL && !kb_text_is_name (group->name)))
    return "a group's kind and name are made of a-z, 0-9 and '-'";
  return NULL;
}

static const char *
scan_group (Cursor *at, char *line)
{
  KbConfigGroup group = { .file = at->scan->file, .line = at->line };
  const char *fault = group_fault (line, &group);
  guint last = at->scan->groups->len;

  if (fault != NULL)
    return fault;
  g_array_append_val (at->scan->groups, group);
  at->group = &g_array_index (at->scan->groups, KbConfigGroup, last);
  return NULL;
}

/* The keys of the group that is being read are the last ones of all. */
static gboolean
is_twice (const Cursor *at, const char *name)
{
  guint n = at->scan->keys->len;

  for (guint i = n - at->group->n_keys; i < n; i++)
    if (strcmp (g_array_index (at->scan->keys, KbConfigKey, i).name, name) == 0)
      return TRUE;
  return FALSE;
}

static const char *
scan_key (Cursor *at, char *line)
{
  char *equals = strchr (line, '=');
  KbConfigKey key = { .line = at->line };
  char *value;

  if (equals == NULL)
    return "is neither a comment nor [GROUP] nor KEY=VALUE";
  if (at->group == NULL)
    return "stands before the first [GROUP]";
  *equals = '\0';
  key.name = strip (line);
  key.value = value = strip (equals + 1);
  if (!kb_text_is_name (key.name))
    return "a key is made of a-z, 0-9 and '-'";
  if (strchr (value, '\\') != NULL && !unescape (value))
    return "has an escape other than \\s and \\\\";
  if (!is_clean (value))
    return "has a control character or is not UTF-8";
  if (is_twice (at, key.name))
    return "this key stands twice in its group";
  if (at->group->n_keys == KB_CONFIG_KEYS_MAX)
    return "the group has too many keys";
  g_array_append_val (at->scan->keys, key);
  at->group->n_keys++;
  return NULL;
}

static const char *
scan_line (Cursor *at, char *line, gsize length)
{
  if (memchr (line, '\0', length) != NULL)
    return "has a NUL byte";
  if (memchr (line, '\r', length) != NULL)
    return "has a carriage return: lines end in a line feed alone";
  line = strip (line);
  if (line[0] == '\0' || line[0] == '#')
    return NULL;
  return line[0] == '[' ? scan_group (at, line) : scan_key (at, line);
}

/* The array of keys has stopped moving: now groups may point into it. */
static void
attach_keys (KbConfigScan *scan)
{
  guint first = 0;

  for (guint i = 0; i < scan->groups->len; i++)
    {
      KbConfigGroup *group = &g_array_index (scan->groups, KbConfigGroup, i);

      group->keys = &g_array_index (scan->keys, KbConfigKey, first);
      first += group->n_keys;
    }
}

KbConfigScan *
kb_config_scan (const char *file, const char *text, gsize length, GError **error)
{
  g_autoptr (KbConfigScan) scan = g_new0 (KbConfigScan, 1);
  Cursor at = { .scan = scan, .line = 1 };
  char *end;

  scan->file = kb_text_escape (file, strlen (file), 4096);
  scan->bytes = g_malloc (length + 1);
  memcpy (scan->bytes, text, length);
  scan->bytes[length] = '\0';
  scan->keys = g_array_sized_new (FALSE, FALSE, sizeof (KbConfigKey), 32);
  scan->groups = g_array_sized_new (FALSE, FALSE, sizeof (KbConfigGroup), 8);
  end = scan->bytes + length;
  for (char *line = scan->bytes; line < end; at.line++)
    {
      char *feed = memchr (line, '\n', (gsize) (end - line));
      gsize size = (gsize) ((feed != NULL ? feed : end) - line);
      const char *fault;

      line[size] = '\0';
      fault = scan_line (&at, line, size);
      if (fault != NULL)
        {
          fail_at (error, scan->file, at.line, fault);
          return NULL;
        }
      line += size + 1;
    }
  attach_keys (scan);
  return g_steal_pointer (&scan);
}

void
kb_config_scan_free (KbConfigScan *scan)
{
  if (scan == NULL)
    return;
  g_free (scan->file);
  g_free (scan->bytes);
  g_array_unref (scan->keys);
  g_array_unref (scan->groups);
  g_free (scan);
}

const KbConfigGroup *
kb_config_scan_groups (const KbConfigScan *scan, guint *n_groups)
{
  *n_groups = scan->groups->len;
  return (const KbConfigGroup *) (void *) scan->groups->data;
}

const KbConfigKey *
kb_config_group_key (const KbConfigGroup *group, const char *name)
{
  for (guint i = 0; i < group->n_keys; i++)
    if (strcmp (group->keys[i].name, name) == 0)
      return &group->keys[i];
  return NULL;
}
