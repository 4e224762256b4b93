/* SPDX-License-Identifier: MIT */
/* Asks git for its configuration, once a process, and finds variables in the answer.
   Knows nothing of what they mean. */
#include "gitconfig.h"

#include <string.h>

#include "base/text.h"
#include "program.h"

/* Of a git that knows no scopes: it may be of a repository. */
#define NO_SCOPE "unknown"

static KbBuffer *output;

/* ---- what stands there ---------------------------------------------------------- */

/* One variable: "contoso.username\nalice" without its end. */
typedef struct
{
  const char *scope;
  const char *text;
  gsize length; /* of all of it */
  gsize key;    /* of the name alone */
} Record;

/* FALSE at the end.  What has no NUL behind it was cut off or is none. */
static gboolean
next_record (const char **text, const char *end, Record *record)
{
  const char *stop = memchr (*text, '\0', (gsize) (end - *text));
  const char *line = stop != NULL ? stop + 1 : end;
  const char *last = memchr (line, '\0', (gsize) (end - line));
  const char *feed;

  if (last == NULL)
    return FALSE;
  feed = memchr (line, '\n', (gsize) (last - line));
  record->scope = *text;
  record->text = line;
  record->length = (gsize) (last - line);
  record->key = feed != NULL ? (gsize) (feed - line) : record->length;
  *text = last + 1;
  return TRUE;
}

static gboolean
is_own (const Record *record)
{
  return g_str_equal (record->scope, "system") || g_str_equal (record->scope, "global")
         || g_str_equal (record->scope, "command");
}

static gboolean
is_named (const Record *record, const char *name)
{
  return strlen (name) == record->key
         && g_ascii_strncasecmp (record->text, name, record->key) == 0;
}

/* How well URL is that of a variable "credential.URL.x", as GCM has them with and without
   a scheme; 0: not at all. */
static guint
score_of (const Record *record, const char *name, const KbUrl *url)
{
  const char *last = strrchr (name, '.');
  gsize head = last != NULL ? (gsize) (last - name) + 1 : 0;
  gsize tail = last != NULL ? strlen (last) : 0;
  g_autofree char *middle = NULL;
  g_autofree char *full = NULL;
  g_autoptr (KbPattern) pattern = NULL;

  if (head == 0 || record->key <= head + tail
      || g_ascii_strncasecmp (record->text, name, head) != 0
      || g_ascii_strncasecmp (record->text + record->key - tail, last, tail) != 0)
    return 0;
  middle = g_strndup (record->text + head, record->key - head - tail);
  if (g_str_equal (middle, "*"))
    return 0;
  full = strstr (middle, "://") != NULL ? g_steal_pointer (&middle)
                                        : g_strconcat ("https://", middle, NULL);
  pattern = kb_pattern_parse (full, NULL);
  return pattern != NULL ? kb_pattern_match (pattern, url, NULL) : 0;
}

/* A variable without '=' has no value, and counts as true. */
static KbSecret *
value_of (const Record *record)
{
  const char *value = record->text + record->key + 1;
  gsize length = record->length - MIN (record->key + 1, record->length);

  if (record->key == record->length)
    return kb_secret_new_text ("true");
  return kb_text_is_clean (value, length) ? kb_secret_new (value, length) : NULL;
}

KbSecret *
kb_gitconfig_find (const char *text, gsize length, const char *name, const KbUrl *url)
{
  const char *end = text + length;
  Record record;
  Record best = { 0 };
  guint most = 0;

  while (next_record (&text, end, &record))
    {
      guint score = is_named (&record, name) ? 1 : 0;

      if (url != NULL && !is_own (&record))
        continue;
      if (url != NULL && score == 0)
        score = score_of (&record, name, url);
      if (score == 0 || score < most)
        continue;
      most = score;
      best = record;
    }
  return most > 0 ? value_of (&best) : NULL;
}

/* ---- git ------------------------------------------------------------------------ */

/* A git that hangs, on a home that is not there for one, is a git without settings. */
#define GIT_MS 5000

/* The exit status, or -1.  g_spawn_sync would end the text at its first NUL. */
static int
ask_git (const char *git, const char *scopes, KbBuffer *buffer)
{
  const char *arguments[]
      = { git, "config", "-z", "--get-regexp", "^credential\\.", NULL, NULL };

  if (scopes != NULL)
    {
      arguments[3] = scopes;
      arguments[4] = "--get-regexp";
      arguments[5] = "^credential\\.";
    }
  return kb_program_read (arguments, NULL, NULL, GIT_MS, buffer);
}

/* Puts NO_SCOPE before each record. */
static void
add_scopes (const KbBuffer *plain, KbBuffer *buffer)
{
  const char *text = kb_buffer_peek (plain);
  const char *end = text + kb_buffer_length (plain);
  const char *stop;

  for (; (stop = memchr (text, '\0', (gsize) (end - text))) != NULL; text = stop + 1)
    if (!kb_buffer_append (buffer, NO_SCOPE, sizeof NO_SCOPE)
        || !kb_buffer_append (buffer, text, (gsize) (stop - text) + 1))
      return;
}

/* git tells of scopes since 2.26; before, it ends with its usage. */
#define GIT_USAGE 129

static void
read_all (void)
{
  g_autofree char *git = kb_program_find ("git");
  g_autoptr (KbBuffer) plain = NULL;

  if (output != NULL)
    return;
  output = kb_buffer_new (0);
  if (git == NULL || ask_git (git, "--show-scope", output) != GIT_USAGE)
    return;
  plain = kb_buffer_new (0);
  (void) ask_git (git, NULL, plain);
  kb_buffer_clear (output);
  add_scopes (plain, output);
}

KbSecret *
kb_gitconfig_get_own (const char *name, const KbUrl *url)
{
  read_all ();
  return kb_gitconfig_find (kb_buffer_peek (output), kb_buffer_length (output), name,
                            url);
}

char *
kb_gitconfig_get (const char *name)
{
  g_autoptr (KbSecret) value = NULL;

  read_all ();
  value = kb_gitconfig_find (kb_buffer_peek (output), kb_buffer_length (output), name,
                             NULL);
  return value != NULL ? g_strdup (kb_secret_peek (value)) : NULL;
}

void
kb_gitconfig_forget (void)
{
  g_clear_pointer (&output, kb_buffer_free);
}
