/* SPDX-License-Identifier: MIT */
/* Reads and writes a settings file of the user's through its links, whole or not at all.
   Knows nothing of what is in it. */
#include "connect/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/lines.h"
#include "base/text.h"

/* Settings are a few kB. */
#define SETTINGS_MAX (1024 * 1024)
#define LINKS_MAX 40
/* The next text lies beside the file as FILE.12345678.keybearer for a moment. */
#define ID_LENGTH 8
#define SUFFIX ".keybearer"
#define LEFT_S 60

void
kb_settings_free (KbSettings *settings)
{
  if (settings == NULL)
    return;
  g_free (settings->path);
  g_free (settings->real);
  g_clear_pointer (&settings->text, kb_secret_unref);
  g_free (settings);
}

gboolean
kb_settings_fail (const char *path, GError **error)
{
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
fail (const char *why, GError **error)
{
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, why);
  return FALSE;
}

/* New: where the links at PATH lead, also where nothing is there yet; NULL: nowhere. */
static char *
follow (const char *path)
{
  g_autofree char *at = g_strdup (path);

  for (guint i = 0; i < LINKS_MAX; i++)
    {
      g_autofree char *target = g_file_read_link (at, NULL);
      g_autofree char *folder = NULL;

      if (target == NULL)
        return g_steal_pointer (&at);
      folder = g_path_get_dirname (at);
      g_free (at);
      at = g_path_is_absolute (target) ? g_strdup (target)
                                       : g_build_filename (folder, target, NULL);
    }
  return NULL;
}

static gboolean
read_all (int fd, KbBuffer *text, GError **error)
{
  char chunk[4096];
  gssize length;

  while ((length = read (fd, chunk, sizeof chunk)) > 0)
    if (!kb_buffer_append (text, chunk, (gsize) length))
      return fail ("larger than settings are", error);
  kb_wipe (chunk, sizeof chunk);
  return length == 0 || fail (g_strerror (errno), error);
}

KbSettings *
kb_settings_read (const char *path, GError **error)
{
  g_autoptr (KbSettings) settings = g_new0 (KbSettings, 1);
  g_autoptr (KbBuffer) text = kb_buffer_new (SETTINGS_MAX);
  gboolean read;
  int fd;

  settings->path = g_strdup (path);
  settings->real = follow (path);
  if (settings->real == NULL)
    return fail ("a symbolic link that leads nowhere", error), NULL;
  fd = open (settings->real, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  settings->fresh = fd < 0 && (errno == ENOENT);
  if (fd < 0 && !settings->fresh)
    return fail (g_strerror (errno), error), NULL;
  read = settings->fresh
         || (fstat (fd, &settings->status) == 0 && S_ISREG (settings->status.st_mode)
                 ? read_all (fd, text, error)
                 : fail ("not a file", error));
  if (fd >= 0)
    (void) close (fd);
  if (!read)
    return NULL;
  settings->text = kb_buffer_steal (text);
  return g_steal_pointer (&settings);
}

gboolean
kb_settings_check (const KbSettings *settings, GError **error)
{
  if (settings->fresh)
    return TRUE;
  if ((settings->status.st_mode & S_IWUSR) == 0 || access (settings->real, W_OK) != 0)
    return fail ("read-only", error);
  if (settings->status.st_uid != geteuid ())
    return fail ("owned by somebody else", error);
  return settings->status.st_nlink == 1 || fail ("has several hard links", error);
}

/* ---- writing -------------------------------------------------------------------- */

static gboolean
is_unchanged (const KbSettings *settings)
{
  g_autoptr (KbSettings) now = kb_settings_read (settings->path, NULL);

  return now != NULL && now->fresh == settings->fresh
         && strcmp (now->real, settings->real) == 0
         && kb_secret_equal (now->text, settings->text);
}

/* FALSE leaves the reason in errno. */
static gboolean
fill (const KbSettings *settings, const char *temporary, const KbBuffer *text)
{
  int fd = open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                 S_IRUSR | S_IWUSR);
  mode_t mode = settings->fresh ? S_IRUSR | S_IWUSR : settings->status.st_mode & 07777;
  gboolean done;
  int reason;

  if (fd < 0)
    return FALSE;
  done = (settings->fresh || fchown (fd, (uid_t) -1, settings->status.st_gid) == 0
          || errno == EPERM)
         && fchmod (fd, mode) == 0
         && kb_write_all (fd, kb_buffer_peek (text), kb_buffer_length (text))
         && fsync (fd) == 0;
  reason = errno;
  (void) close (fd);
  errno = reason;
  return done;
}

/* A file of ours beside BASE that was begun long ago: who wrote it was killed. */
static gboolean
is_left (const char *path, const char *name, const char *base)
{
  gsize length = strlen (base);
  struct stat status;

  return g_str_has_prefix (name, base) && name[length] == '.'
         && strlen (name) == length + strlen (".") + ID_LENGTH + strlen (SUFFIX)
         && g_str_has_suffix (name, SUFFIX) && lstat (path, &status) == 0
         && S_ISREG (status.st_mode) && status.st_uid == geteuid ()
         && status.st_mtime < kb_clock_now () - LEFT_S;
}

static void
sweep (const char *real)
{
  g_autofree char *folder = g_path_get_dirname (real);
  g_autofree char *base = g_path_get_basename (real);
  g_autoptr (GDir) names = g_dir_open (folder, 0, NULL);
  const char *name;

  while (names != NULL && (name = g_dir_read_name (names)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_left (path, name, base))
        (void) unlink (path);
    }
}

static gboolean
replace (const KbSettings *settings, const KbBuffer *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (settings->real);
  g_autofree char *id = kb_text_random_id (FALSE);
  g_autofree char *temporary
      = g_strdup_printf ("%s.%.*s" SUFFIX, settings->real, ID_LENGTH, id);
  int reason;

  if (g_mkdir_with_parents (folder, S_IRWXU) != 0)
    return kb_settings_fail (folder, error);
  if (fill (settings, temporary, text) && rename (temporary, settings->real) == 0)
    return TRUE;
  reason = errno;
  (void) unlink (temporary);
  errno = reason;
  return kb_settings_fail (settings->real, error);
}

gboolean
kb_settings_write (const KbSettings *settings, const KbBuffer *text, GError **error)
{
  if (!is_unchanged (settings))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: was changed meanwhile",
                   settings->path);
      return FALSE;
    }
  sweep (settings->real);
  if (text != NULL)
    return replace (settings, text, error);
  return unlink (settings->real) == 0 || kb_settings_fail (settings->real, error);
}

/* ---- the diff ------------------------------------------------------------------- */

static gsize
line_length (const char *text, gsize length)
{
  const char *found = memchr (text, '\n', length);

  return found != NULL ? (gsize) (found - text) + 1 : length;
}

static gsize
common_start (const char *a, gsize a_length, const char *b, gsize b_length, guint *lines)
{
  gsize same = 0;

  while (same < a_length && same < b_length)
    {
      gsize size = line_length (a + same, a_length - same);

      if (size != line_length (b + same, b_length - same)
          || memcmp (a + same, b + same, size) != 0)
        break;
      same += size;
      (*lines)++;
    }
  return same;
}

/* Whole lines at the end that are the same, in the LENGTHs that are left. */
static gsize
common_end (const char *a, gsize a_length, const char *b, gsize b_length)
{
  gsize same = 0;
  gsize whole = 0;

  while (same < a_length && same < b_length
         && a[a_length - same - 1] == b[b_length - same - 1])
    {
      same++;
      if ((same == a_length || a[a_length - same - 1] == '\n')
          && (same == b_length || b[b_length - same - 1] == '\n'))
        whole = same;
    }
  return whole;
}

/* The bytes of LINE up to what may be a secret, or all of it. */
static gsize
shown (const char *line, gsize length)
{
  static const char *const words[]
      = { "_auth", "_password", "npmauth", "password", "secret", "token", "\"auth\"" };
  static const char *const harmless[] = { "tokenhelper", "# >>>", "# <<<" };
  g_autofree char *low = g_ascii_strdown (line, (gssize) length);
  gsize sign = length;
  char *lower = low;

  for (guint i = 0; i < G_N_ELEMENTS (harmless); i++)
    if (strstr (low, harmless[i]) != NULL)
      return length;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      const char *found = strstr (lower, words[i]);
      gsize at = found != NULL ? (gsize) (found - low) : length;

      at += strcspn (low + at, "=:");
      if (found != NULL && at < sign)
        sign = at + 1;
    }
  kb_wipe (low, strlen (low));
  return MIN (sign, length);
}

void
kb_settings_show_lines (KbPage *page, const char *sign, KbStyle style, const char *text,
                        gsize length)
{
  while (length > 0)
    {
      gsize size = line_length (text, length);
      gsize content = size;
      gsize part;
      g_autofree char *line = NULL;

      while (content > 0 && strchr ("\r\n", text[content - 1]) != NULL)
        content--;
      part = shown (text, content);
      line = g_strdup_printf ("%s%.*s%s", sign, (int) part, text,
                              part < content ? "(hidden)" : "");
      kb_page_show (page, style, line);
      kb_page_add (page, "\n");
      text += size;
      length -= size;
    }
}

void
kb_settings_diff (const KbSettings *settings, const KbBuffer *text, KbPage *page)
{
  const char *old = kb_secret_peek (settings->text);
  gsize old_length = kb_secret_length (settings->text);
  const char *new = text != NULL ? kb_buffer_peek (text) : "";
  gsize new_length = text != NULL ? kb_buffer_length (text) : 0;
  guint line = 1;
  gsize start = common_start (old, old_length, new, new_length, &line);
  gsize end
      = common_end (old + start, old_length - start, new + start, new_length - start);

  kb_page_add (page, settings->fresh ? "--- (no file)" : "--- ");
  kb_page_show (page, KB_STYLE_PLAIN, settings->fresh ? "" : settings->path);
  kb_page_add (page, text != NULL ? "\n+++ " : "\n+++ (no file)");
  kb_page_show (page, KB_STYLE_PLAIN, text != NULL ? settings->path : "");
  kb_page_printf (page, "\n@@ line %u @@\n", line);
  kb_settings_show_lines (page, "-", KB_STYLE_BAD, old + start, old_length - start - end);
  kb_settings_show_lines (page, "+", KB_STYLE_GOOD, new + start,
                          new_length - start - end);
}

/* ---- programs ------------------------------------------------------------------- */

gboolean
kb_settings_is_program (const char *path)
{
  struct stat theirs, ours;

  return stat (path, &theirs) == 0 && stat ("/proc/self/exe", &ours) == 0
         && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}
