/* SPDX-License-Identifier: MIT */
/* Writes rotations' journals whole, reads them strictly, and locks one token each.
   Knows nothing of servers and stores. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "common/pat-record.h"

#define FOLDER "keybearer/rotations"
#define SUFFIX ".json"
#define VERSION 1
#define BYTES_MAX 65536
#define MARK_BEFORE " [keybearer "
#define MARK_LENGTH 16
#define MARK_AFTER "]"
#define TAIL (sizeof (MARK_BEFORE MARK_AFTER) - 1 + MARK_LENGTH)

/* In the order of KbStep. */
static const char *const steps[] = { "making", "kept", "handing", "ending", "swept" };

KbJournal *
kb_journal_new (const char *organization, const char *keep)
{
  KbJournal *journal = g_new0 (KbJournal, 1);

  journal->organization = g_strdup (organization);
  journal->keep = g_strdup (keep);
  journal->old = g_ptr_array_new_with_free_func (g_free);
  journal->lost = g_ptr_array_new_with_free_func (g_free);
  return journal;
}

void
kb_journal_free (KbJournal *journal)
{
  if (journal == NULL)
    return;
  g_free (journal->organization);
  g_free (journal->keep);
  g_free (journal->name);
  g_free (journal->scope);
  g_free (journal->mark);
  g_free (journal->id);
  g_ptr_array_unref (journal->old);
  g_ptr_array_unref (journal->lost);
  g_free (journal);
}

/* ---- the folder ----------------------------------------------------------------- */

/* New.  A relative variable is ignored, as the XDG specification says. */
static char *
folder_path (void)
{
  const char *state = g_getenv ("XDG_STATE_HOME");

  if (state != NULL && g_path_is_absolute (state))
    return g_build_filename (state, FOLDER, NULL);
  return g_build_filename (g_get_home_dir (), ".local", "state", FOLDER, NULL);
}

/* New. */
static char *
path_of (const char *keep, const char *suffix)
{
  g_autofree char *folder = folder_path ();
  g_autofree char *hash = kb_text_sha256 (keep, strlen (keep));
  g_autofree char *file = g_strconcat (hash, suffix, NULL);

  return g_build_filename (folder, file, NULL);
}

static gboolean
make_folder (GError **error)
{
  g_autofree char *folder = folder_path ();
  g_autoptr (GError) problem = NULL;

  if (kb_dir_make_private (folder, &problem))
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED, problem->message);
  return FALSE;
}

/* ---- writing -------------------------------------------------------------------- */

static void
append_list (KbBuffer *json, const char *name, const GPtrArray *texts)
{
  kb_json_open (json, name, '[');
  for (guint i = 0; i < texts->len; i++)
    kb_json_text (json, NULL, g_ptr_array_index (texts, i));
  kb_json_close (json, ']');
}

/* What is too long is no whole object at its end: it has no bracket there. */
gboolean
kb_journal_to_json (const KbJournal *journal, KbBuffer *json)
{
  kb_json_open (json, NULL, '{');
  kb_json_number (json, "version", VERSION);
  kb_json_text (json, "organization", journal->organization);
  kb_json_text (json, "keep", journal->keep);
  kb_json_text (json, "name", journal->name);
  kb_json_text (json, "scope", journal->scope);
  kb_json_flag (json, "global", journal->global);
  kb_json_number (json, "life", journal->life);
  kb_json_text (json, "step", steps[journal->step]);
  kb_json_text (json, "mark", journal->mark);
  kb_json_number (json, "made", journal->made);
  kb_json_text (json, "id", journal->id);
  kb_json_number (json, "hooks", journal->hooks);
  append_list (json, "old", journal->old);
  append_list (json, "lost", journal->lost);
  return kb_buffer_append_text (json, "}");
}

gboolean
kb_journal_write (const KbJournal *journal, GError **error)
{
  g_autoptr (KbBuffer) json = kb_buffer_new (BYTES_MAX);
  g_autofree char *path = path_of (journal->keep, SUFFIX);

  if (!kb_journal_to_json (journal, json))
    g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE, "the journal is too long");
  else if (make_folder (error)
           && kb_file_write_whole (path, kb_buffer_peek (json), kb_buffer_length (json),
                                   error))
    return TRUE;
  g_prefix_error (error, "what is done cannot be noted: ");
  return FALSE;
}

gboolean
kb_journal_remove (const char *keep, GError **error)
{
  g_autofree char *path = path_of (keep, SUFFIX);

  if (unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

/* ---- reading -------------------------------------------------------------------- */

static gboolean
read_step (const KbJson *json, KbStep *step)
{
  g_autofree char *word = kb_json_string (json, kb_json_member (json, 0, "step"));

  for (gsize i = 0; word != NULL && i < G_N_ELEMENTS (steps); i++)
    if (g_str_equal (word, steps[i]))
      {
        *step = (KbStep) i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_list (const KbJson *json, const char *name, GPtrArray *texts)
{
  KbJsonNode list = kb_json_member (json, 0, name);

  for (guint i = 0; i < kb_json_size (json, list); i++)
    {
      char *text = kb_json_string (json, kb_json_at (json, list, i));

      if (text == NULL)
        return FALSE;
      g_ptr_array_add (texts, text);
    }
  return kb_json_type (json, list) == KB_JSON_ARRAY;
}

static char *
read_text (const KbJson *json, const char *name)
{
  return kb_json_string (json, kb_json_member (json, 0, name));
}

static gboolean
read_number (const KbJson *json, const char *name, gint64 *value)
{
  return kb_json_int64 (json, kb_json_member (json, 0, name), FALSE, value)
         && *value >= 0;
}

/* Steps after the making know the new one's id. */
static gboolean
is_whole (const KbJournal *journal)
{
  gboolean known = journal->step != KB_STEP_MAKING && journal->step != KB_STEP_SWEPT;

  return journal->name != NULL && journal->scope != NULL
         && (!known || (journal->id != NULL && journal->mark != NULL));
}

KbJournal *
kb_journal_parse (KbSecret *text)
{
  g_autoptr (KbJson) json = kb_json_parse (text, NULL);
  g_autofree char *organization = json != NULL ? read_text (json, "organization") : NULL;
  g_autofree char *keep = json != NULL ? read_text (json, "keep") : NULL;
  g_autoptr (KbJournal) journal = NULL;
  gint64 version = 0;

  if (organization == NULL || keep == NULL || !read_number (json, "version", &version)
      || version != VERSION)
    return NULL;
  journal = kb_journal_new (organization, keep);
  journal->name = read_text (json, "name");
  journal->scope = read_text (json, "scope");
  journal->mark = read_text (json, "mark");
  journal->id = read_text (json, "id");
  if (!kb_json_boolean (json, kb_json_member (json, 0, "global"), &journal->global)
      || !read_number (json, "life", &journal->life)
      || !read_number (json, "made", &journal->made)
      || !read_number (json, "hooks", &journal->hooks)
      || !read_step (json, &journal->step) || !read_list (json, "old", journal->old)
      || !read_list (json, "lost", journal->lost) || !is_whole (journal))
    return NULL;
  return g_steal_pointer (&journal);
}

static KbAnswer
read_file (const char *path, KbJournal **journal, GError **error)
{
  gboolean missing = FALSE;
  g_autoptr (KbSecret) text
      = kb_file_read_safe (path, KB_FILE_PRIVATE, BYTES_MAX, &missing, error);

  if (text == NULL)
    return missing ? KB_DECLINED : KB_FAILED;
  *journal = kb_journal_parse (text);
  if (*journal != NULL)
    return KB_OK;
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
               "%s: this is no journal of a rotation; compare with keybearer pat list, "
               "then remove it",
               path);
  return KB_FAILED;
}

KbAnswer
kb_journal_read (const char *keep, KbJournal **journal, GError **error)
{
  g_autofree char *path = path_of (keep, SUFFIX);

  return read_file (path, journal, error);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const KbJournal *one = *(const KbJournal *const *) a;
  const KbJournal *other = *(const KbJournal *const *) b;

  return strcmp (one->keep, other->keep);
}

GPtrArray *
kb_journal_all (const char *organization, GError **error)
{
  g_autoptr (GPtrArray) all
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_journal_free);
  g_autofree char *folder = folder_path ();
  g_autoptr (GDir) open = g_dir_open (folder, 0, NULL);

  for (const char *file = open != NULL ? g_dir_read_name (open) : NULL; file != NULL;
       file = g_dir_read_name (open))
    {
      g_autofree char *path = g_build_filename (folder, file, NULL);
      g_autoptr (KbJournal) journal = NULL;

      if (!g_str_has_suffix (file, SUFFIX))
        continue;
      if (read_file (path, &journal, error) == KB_FAILED)
        return NULL;
      if (journal != NULL && g_str_equal (journal->organization, organization))
        g_ptr_array_add (all, g_steal_pointer (&journal));
    }
  g_ptr_array_sort (all, compare);
  return g_steal_pointer (&all);
}

/* ---- marks ---------------------------------------------------------------------- */

char *
kb_journal_title (const char *name, const char *mark)
{
  gsize most = KB_PAT_NAME_MAX - TAIL;
  gsize length = strlen (name);
  g_autofree char *start = NULL;

  if (length > most)
    length = (gsize) (g_utf8_find_prev_char (name, name + most + 1) - name);
  start = g_strndup (name, length);
  return g_strconcat (start, MARK_BEFORE, mark, MARK_AFTER, NULL);
}

gboolean
kb_journal_is_title (const char *title, const char *mark)
{
  gsize length = strlen (title);
  const char *end = length > TAIL ? title + length - TAIL : "";
  const char *there = end + strlen (MARK_BEFORE);

  if (!g_str_has_prefix (end, MARK_BEFORE) || !g_str_has_suffix (end, MARK_AFTER)
      || strspn (there, "0123456789abcdef") != MARK_LENGTH)
    return FALSE;
  return mark == NULL || strncmp (there, mark, MARK_LENGTH) == 0;
}

char *
kb_journal_plain (const char *title)
{
  gsize length = strlen (title);

  return g_strndup (title, kb_journal_is_title (title, NULL) ? length - TAIL : length);
}

gboolean
kb_journal_knows (const KbJournal *journal, const char *title)
{
  if (journal->mark != NULL && kb_journal_is_title (title, journal->mark))
    return TRUE;
  for (guint i = 0; i < journal->lost->len; i++)
    if (strlen (g_ptr_array_index (journal->lost, i)) >= MARK_LENGTH
        && kb_journal_is_title (title, g_ptr_array_index (journal->lost, i)))
      return TRUE;
  return FALSE;
}

void
kb_journal_lose (KbJournal *journal)
{
  if (journal->mark != NULL)
    g_ptr_array_add (journal->lost, g_strdup_printf ("%s %" G_GINT64_FORMAT,
                                                     journal->mark, journal->made));
  g_clear_pointer (&journal->mark, g_free);
}

void
kb_journal_forget (KbJournal *journal, gint64 now, guint *left)
{
  for (guint i = journal->lost->len; i > 0; i--)
    {
      const char *entry = g_ptr_array_index (journal->lost, i - 1);
      const char *when = strchr (entry, ' ');
      gint64 made = 0;

      /* A clock that was set back must not keep it for ever. */
      if (when == NULL || !kb_text_to_int64 (when + 1, G_MAXINT64, &made)
          || ABS (now - made) > KB_JOURNAL_LOST_S)
        g_ptr_array_remove_index (journal->lost, i - 1);
    }
  *left = journal->lost->len;
}

/* ---- the lock ------------------------------------------------------------------- */

int
kb_journal_lock (const char *keep, GError **error)
{
  g_autofree char *path = path_of (keep, ".lock");
  int fd;

  if (!make_folder (error))
    return -1;
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (fd < 0 || errno != EWOULDBLOCK)
    g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s: %s", path, g_strerror (errno));
  if (fd >= 0)
    (void) close (fd);
  return -1;
}
