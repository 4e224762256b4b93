/* SPDX-License-Identifier: MIT */
/* Gathers the changes of files, links and commands, and makes them.
   Knows nothing of which tool wants which. */
#include "connect/change.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "connect/json.h"
#include "connect/place.h"
#include "harden.h"

typedef enum
{
  CHANGE_FILE,
  CHANGE_LINK,
  CHANGE_COMMAND
} ChangeKind;

typedef struct
{
  ChangeKind kind;
  char *path; /* as it was named */
  KbSettings *settings;
  KbBuffer *text; /* NULL: the file goes */
  char *target;   /* NULL: the link goes */
  char **words;
} Change;

struct _KbChanges
{
  gboolean undo;
  GPtrArray *all; /* of Change */
  GPtrArray *sentences;
  char *path; /* which cannot be changed, and the lines that belong there */
  KbBuffer *lines;
};

static void
change_free (Change *change)
{
  g_free (change->path);
  kb_settings_free (change->settings);
  kb_buffer_free (change->text);
  g_free (change->target);
  g_strfreev (change->words);
  g_free (change);
}

KbChanges *
kb_changes_new (gboolean undo)
{
  KbChanges *changes = g_new0 (KbChanges, 1);

  changes->undo = undo;
  changes->all = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  changes->sentences = g_ptr_array_new_with_free_func (g_free);
  return changes;
}

void
kb_changes_free (KbChanges *changes)
{
  if (changes == NULL)
    return;
  g_ptr_array_unref (changes->all);
  g_ptr_array_unref (changes->sentences);
  g_free (changes->path);
  kb_buffer_free (changes->lines);
  g_free (changes);
}

gboolean
kb_changes_undo (const KbChanges *changes)
{
  return changes->undo;
}

static Change *
add (KbChanges *changes, ChangeKind kind, const char *path)
{
  Change *change = g_new0 (Change, 1);

  change->kind = kind;
  change->path = g_strdup (path);
  g_ptr_array_add (changes->all, change);
  return change;
}

void
kb_changes_tell (KbChanges *changes, const char *format, ...)
{
  va_list values;

  va_start (values, format);
  g_ptr_array_add (changes->sentences, g_strdup_vprintf (format, values));
  va_end (values);
}

/* ---- files ---------------------------------------------------------------------- */

static gboolean
same (const KbSettings *settings, const KbBuffer *text, gboolean gone)
{
  if (gone)
    return settings->fresh;
  return !settings->fresh && kb_secret_length (settings->text) == kb_buffer_length (text)
         && memcmp (kb_secret_peek (settings->text), kb_buffer_peek (text),
                    kb_buffer_length (text))
                == 0;
}

/* Borrowed, or NULL: what is to become of PATH already. */
static Change *
find_pending (const KbChanges *changes, const char *path)
{
  for (guint i = 0; i < changes->all->len; i++)
    {
      Change *change = g_ptr_array_index (changes->all, i);

      if (change->kind == CHANGE_FILE && g_str_equal (change->path, path))
        return change;
    }
  return NULL;
}

/* New: PATH as it is, or as it is to be after the changes so far. */
static KbSettings *
read_current (const KbChanges *changes, const char *path, GError **error)
{
  const Change *pending = find_pending (changes, path);
  KbSettings *settings = kb_settings_read (path, error);

  if (settings == NULL || pending == NULL)
    return settings;
  kb_secret_unref (settings->text);
  settings->fresh = pending->text == NULL;
  settings->text = pending->text == NULL
                       ? kb_secret_new ("", 0)
                       : kb_secret_new (kb_buffer_peek (pending->text),
                                        kb_buffer_length (pending->text));
  return settings;
}

/* Takes TEXT; where that is what is there nothing is to be done. */
static gboolean
add_file (KbChanges *changes, const char *path, const KbSettings *current,
          KbBuffer *taken, gboolean gone, GError **error)
{
  g_autoptr (KbBuffer) text = taken;
  Change *change = find_pending (changes, path);
  g_autoptr (KbSettings) settings = NULL;

  if (same (current, text, gone))
    return TRUE;
  if (change == NULL)
    {
      settings = kb_settings_read (path, error);
      if (settings == NULL || !kb_settings_check (settings, error))
        return FALSE;
      change = add (changes, CHANGE_FILE, path);
      change->settings = g_steal_pointer (&settings);
    }
  g_clear_pointer (&change->text, kb_buffer_free);
  change->text = gone ? NULL : g_steal_pointer (&text);
  return TRUE;
}

/* FALSE: remembers what a person could do by hand. */
static gboolean
advise (KbChanges *changes, const char *path, const char *header, const KbBuffer *lines,
        GError **error)
{
  g_prefix_error (error, "%s: ", path);
  if (changes->undo || lines == NULL)
    return FALSE;
  g_free (changes->path);
  changes->path = g_strdup (path);
  kb_buffer_free (changes->lines);
  changes->lines = kb_buffer_new (0);
  kb_buffer_append_text (changes->lines, header);
  kb_buffer_append_text (changes->lines, kb_buffer_peek (lines));
  return FALSE;
}

/* New: "[section]" and its like. */
static char *
header_of (const KbEdit *edit)
{
  if (edit->section == NULL)
    return g_strdup ("");
  return g_strdup_printf (edit->syntax == KB_SYNTAX_YAML ? "%s:\n" : "[%s]\n",
                          edit->section);
}

gboolean
kb_changes_edit (KbChanges *changes, const char *path, const KbEdit *edit, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_autoptr (KbSettings) settings = read_current (changes, path, error);
  g_autofree char *header = header_of (edit);
  gboolean found = FALSE;
  gboolean gone = FALSE;
  gboolean done = FALSE;

  if (settings != NULL && changes->undo)
    done = kb_text_disconnect (kb_secret_peek (settings->text),
                               kb_secret_length (settings->text), edit->tool, text,
                               &found, &gone, error);
  else if (settings != NULL)
    done = kb_text_connect (kb_secret_peek (settings->text),
                            kb_secret_length (settings->text), settings->fresh, edit,
                            text, error);
  if (done)
    done = add_file (changes, path, settings, g_steal_pointer (&text),
                     gone || (changes->undo && settings->fresh), error);
  return done || advise (changes, path, header, edit->body, error);
}

gboolean
kb_changes_json (KbChanges *changes, const char *path, const char *object,
                 const char *name, const char *value, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_autoptr (KbBuffer) lines = kb_buffer_new (0);
  g_autoptr (KbSettings) settings = read_current (changes, path, error);
  gboolean gone = FALSE;
  gboolean done = FALSE;

  kb_buffer_printf (lines, "\"%s\": { \"%s\": \"%s\" }\n", object, name, value);
  if (settings != NULL && changes->undo)
    done = kb_json_disconnect (settings->text, object, name, value, text, &gone, error);
  else if (settings != NULL)
    done = kb_json_connect (settings->fresh ? NULL : settings->text, object, name, value,
                            text, error);
  if (done)
    done = add_file (changes, path, settings, g_steal_pointer (&text),
                     gone || (changes->undo && settings->fresh), error);
  return done || advise (changes, path, "", lines, error);
}

gboolean
kb_changes_whole (KbChanges *changes, const char *path, const char *text, GError **error)
{
  g_autoptr (KbSettings) settings = kb_settings_read (path, error);
  KbBuffer *whole = kb_buffer_new (0);

  kb_buffer_append_text (whole, changes->undo ? "" : text);
  if (settings != NULL)
    return add_file (changes, path, settings, whole, changes->undo, error)
           || advise (changes, path, "", NULL, error);
  kb_buffer_free (whole);
  return advise (changes, path, "", NULL, error);
}

/* ---- links ---------------------------------------------------------------------- */

gboolean
kb_changes_link (KbChanges *changes, const char *path, const char *target, GError **error)
{
  g_autofree char *found = g_file_read_link (path, NULL);
  gboolean ours
      = found != NULL && (g_str_equal (found, target) || kb_settings_is_program (path));

  if (changes->undo)
    {
      if (ours)
        add (changes, CHANGE_LINK, path);
      return TRUE;
    }
  if (found != NULL && g_str_equal (found, target))
    return TRUE;
  if (!ours && (found != NULL || g_file_test (path, G_FILE_TEST_EXISTS)))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "%s is there and none of ours; move it away, or link %s into another "
                   "folder of PATH",
                   path, target);
      return FALSE;
    }
  add (changes, CHANGE_LINK, path)->target = g_strdup (target);
  return TRUE;
}

/* The new link takes the place of an older one in one step. */
static gboolean
make_link (const Change *change, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (change->path);
  g_autofree char *temporary = g_strconcat (change->path, ".keybearer", NULL);

  if (change->target == NULL)
    return unlink (change->path) == 0 || errno == ENOENT
           || kb_settings_fail (change->path, error);
  if (g_mkdir_with_parents (folder, S_IRWXU) != 0)
    return kb_settings_fail (folder, error);
  (void) unlink (temporary);
  if (symlink (change->target, temporary) == 0 && rename (temporary, change->path) == 0)
    return TRUE;
  return kb_settings_fail (change->path, error);
}

/* ---- commands ------------------------------------------------------------------- */

gboolean
kb_changes_run (KbChanges *changes, const char *path, const char *lines,
                const char *const *words, GError **error)
{
  g_autoptr (KbSettings) settings = kb_settings_read (path, error);
  g_autoptr (KbBuffer) text = kb_buffer_new (0);

  kb_buffer_append_text (text, lines);
  if (settings == NULL || !kb_settings_check (settings, error))
    return advise (changes, path, "", text, error);
  add (changes, CHANGE_COMMAND, path)->words = g_strdupv ((char **) words);
  return TRUE;
}

static gboolean
run_command (const Change *change, GError **error)
{
  g_auto (GStrv) environment = kb_environment_for_child ();
  g_autofree char *said = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, change->words, environment,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                     &said, &status, NULL))
    status = -1;
  if (status == 0)
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: %s", change->words[0],
               said != NULL && *said != '\0' ? g_strchomp (said) : "cannot be run");
  return FALSE;
}

/* ---- showing and making --------------------------------------------------------- */

static void
show_change (const Change *change, KbPage *page)
{
  g_autofree char *words = NULL;

  if (change->kind == CHANGE_FILE)
    {
      kb_settings_diff (change->settings, change->text, page);
      return;
    }
  if (change->kind == CHANGE_LINK)
    {
      kb_page_add (page, change->target != NULL ? "link " : "unlink ");
      kb_page_show (page, KB_STYLE_PLAIN, change->path);
      kb_page_add (page, change->target != NULL ? " -> " : "");
      kb_page_show (page, KB_STYLE_PLAIN, change->target != NULL ? change->target : "");
    }
  if (change->kind == CHANGE_COMMAND)
    {
      words = g_strjoinv (" ", change->words);
      kb_page_add (page, "run ");
      kb_page_show (page, KB_STYLE_PLAIN, words);
    }
  kb_page_add (page, "\n");
}

void
kb_changes_show (const KbChanges *changes, KbPage *page)
{
  for (guint i = 0; i < changes->all->len; i++)
    show_change (g_ptr_array_index (changes->all, i), page);
  if (changes->all->len == 0)
    kb_page_add (page, "Nothing is to be changed.\n");
}

static void
tell_made (const Change *change, KbPage *page)
{
  const char *what = change->kind == CHANGE_COMMAND ? "Ran "
                     : change->kind == CHANGE_LINK
                         ? change->target != NULL ? "Linked " : "Unlinked "
                     : change->text == NULL ? "Removed "
                                            : "Wrote ";
  g_autofree char *words
      = change->kind == CHANGE_COMMAND ? g_strjoinv (" ", change->words) : NULL;

  kb_page_add (page, what);
  kb_page_show (page, KB_STYLE_PLAIN, words != NULL ? words : change->path);
  kb_page_add (page, "\n");
}

gboolean
kb_changes_make (KbChanges *changes, KbPage *page, GError **error)
{
  for (guint i = 0; i < changes->all->len; i++)
    {
      const Change *change = g_ptr_array_index (changes->all, i);
      gboolean made = change->kind == CHANGE_FILE
                          ? kb_settings_write (change->settings, change->text, error)
                      : change->kind == CHANGE_LINK ? make_link (change, error)
                                                    : run_command (change, error);

      if (!made)
        return FALSE;
      tell_made (change, page);
    }
  if (changes->all->len == 0)
    kb_page_add (page, changes->undo ? "Nothing of Keybearer is there.\n"
                                     : "All of it is there already.\n");
  return TRUE;
}

void
kb_changes_advise (const KbChanges *changes, KbPage *page)
{
  if (changes->lines == NULL)
    return;
  kb_page_add (page, "Nothing was changed. These lines belong into ");
  kb_page_show (page, KB_STYLE_PLAIN, changes->path);
  kb_page_add (page, ":\n\n");
  kb_settings_show_lines (page, "", KB_STYLE_PLAIN, kb_buffer_peek (changes->lines),
                          kb_buffer_length (changes->lines));
  kb_page_add (page, "\n");
}

void
kb_changes_end (const KbChanges *changes, KbPage *page)
{
  for (guint i = 0; i < changes->sentences->len; i++)
    kb_page_entry (page, 0, 0, NULL, KB_STYLE_PLAIN,
                   g_ptr_array_index (changes->sentences, i));
}
