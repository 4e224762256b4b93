/* SPDX-License-Identifier: MIT */
/* One file a memo: when it was written, its key, its text.
   Knows nothing of what the text is. */
#include "common/memo.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <string.h>
#include <unistd.h>

/* Of the first line, "keybearer-memo 1 SECONDS". */
#define HEAD "keybearer-memo 1 "

char *
kb_memo_cache (const char *kind)
{
  return g_build_filename (g_get_user_cache_dir (), "keybearer", kind, NULL);
}

static char *
path_of (const char *folder, const char *key)
{
  g_autofree char *file = kb_text_sha256 (key, strlen (key));

  return g_build_filename (folder, file, NULL);
}

/* The rest of TEXT behind the line WANTED begins with, and what else stands in that line
   (new); NULL when it begins otherwise. */
static const char *
take_line (const char *text, const char *wanted, char **rest)
{
  const char *end = strchr (text, '\n');

  if (end == NULL || !g_str_has_prefix (text, wanted)
      || (gsize) (end - text) < strlen (wanted))
    return NULL;
  *rest = g_strndup (text + strlen (wanted), (gsize) (end - text) - strlen (wanted));
  return end + 1;
}

/* A clock that was set back makes it too old, not young for ever. */
static gboolean
is_young (const char *seconds, gint64 life)
{
  gint64 written = 0;
  gint64 now = kb_clock_now ();

  return kb_text_to_int64 (seconds, G_MAXINT64, &written)
         && (life == KB_MEMO_FOREVER || (written <= now && now - written < life));
}

KbSecret *
kb_memo_read (const char *folder, const char *key, gint64 life)
{
  g_autofree char *path = path_of (folder, key);
  g_autofree char *seconds = NULL;
  g_autofree char *more = NULL;
  gboolean missing = FALSE;
  g_autoptr (KbSecret) file
      = kb_file_read_safe (path, KB_FILE_PRIVATE, KB_MEMO_MAX + 1024, &missing, NULL);
  const char *text = file != NULL ? kb_secret_peek (file) : NULL;
  const char *end = file != NULL ? text + kb_secret_length (file) : NULL;

  if (file != NULL)
    text = take_line (text, HEAD, &seconds);
  if (text != NULL && is_young (seconds, life))
    text = take_line (text, key, &more);
  if (text == NULL || more == NULL || *more != '\0')
    return NULL;
  return kb_secret_new (text, (gsize) (end - text));
}

void
kb_memo_write (const char *folder, const char *key, const char *text, gsize length)
{
  g_autofree char *path = path_of (folder, key);
  g_autoptr (KbBuffer) whole = kb_buffer_new (0);

  if (length > KB_MEMO_MAX || strchr (key, '\n') != NULL
      || !kb_buffer_printf (whole, HEAD "%" G_GINT64_FORMAT "\n%s\n", kb_clock_now (),
                            key)
      || !kb_buffer_append (whole, text, length) || !kb_dir_make_private (folder, NULL))
    return;
  (void) kb_file_write_quick (path, kb_buffer_peek (whole), kb_buffer_length (whole),
                              NULL);
}

void
kb_memo_forget (const char *folder, const char *key)
{
  g_autofree char *path = path_of (folder, key);

  (void) unlink (path);
}
