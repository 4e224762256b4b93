/* SPDX-License-Identifier: MIT */
/* Keeps items in files while their store cannot, and trusts none that others can touch.
   Knows nothing of what an item is for, and of no store. */
#include "emergency.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "item.h"
#include "state.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "keybearer/emergency"
#define ASIDE ".aside"
#define NAME_LENGTH 64 /* SHA-256 in hex */
#define DUE_S 60

enum
{
  MEMORY,
  DISK,
  PLACES
};

/* New, or NULL. */
static char *
runtime_folder (void)
{
  const char *variable = g_getenv ("XDG_RUNTIME_DIR");

  if (variable == NULL)
    return g_strdup_printf ("/run/user/%u", (guint) geteuid ());
  return g_path_is_absolute (variable) ? g_strdup (variable) : NULL;
}

/* New, or NULL. */
static char *
folder_of (int place)
{
  g_autofree char *base = place == MEMORY
                              ? runtime_folder ()
                              : kb_state_base ("XDG_STATE_HOME", ".local/state");

  return base != NULL ? g_build_filename (base, FOLDER, NULL) : NULL;
}

/* New, or NULL. */
static char *
path_of (int place, const char *name)
{
  g_autofree char *folder = folder_of (place);
  g_autofree char *file = kb_text_sha256 (name, strlen (name));

  return folder != NULL ? g_build_filename (folder, file, NULL) : NULL;
}

/* Nobody else may add, rename or remove what is in there, all the way up.  The runtime
   folder is there or it is not: it is not ours to make. */
static gboolean
make_folder (int place, GError **error)
{
  g_autofree char *base = place == MEMORY ? runtime_folder () : NULL;
  g_autofree char *folder = folder_of (place);
  g_autoptr (GError) problem = NULL;

  if (folder == NULL)
    g_set_error_literal (&problem, KB_ERROR, KB_ERROR_LOCKED, "there is no folder");
  else if ((base == NULL || kb_dir_is_safe (base, &problem))
           && kb_dir_make_private (folder, &problem) && kb_dir_is_safe (folder, &problem))
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED, problem->message);
  return FALSE;
}

/* ---- one file ------------------------------------------------------------------- */

static gboolean
is_private (const struct stat *status)
{
  return S_ISREG (status->st_mode) && status->st_uid == geteuid ()
         && (status->st_mode & (S_IRWXG | S_IRWXO)) == 0 && status->st_nlink == 1;
}

static void
set_aside (const char *path, const char *why, GError **error)
{
  g_autofree char *aside = g_strconcat (path, ASIDE, NULL);
  gboolean moved = rename (path, aside) == 0;

  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s: %s; it is not used%s%s", path, why,
               moved ? ", and now called " : "", moved ? aside : "");
}

/* New; NULL without an error when there is none.  A file that cannot be read at the
   moment stays where it is. */
static KbSecret *
read_file (const char *path, const char *name, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GPtrArray) records = NULL;
  struct stat status;

  if (lstat (path, &status) != 0 || !kb_dir_is_safe (folder, error))
    return NULL;
  if (!is_private (&status))
    {
      set_aside (path, "others can read or have written it", error);
      return NULL;
    }
  value = kb_file_read_safe (path, KB_FILE_PRIVATE, KB_STORE_ITEM_MAX, NULL, error);
  if (value == NULL)
    return NULL;
  records = kb_item_open (name, value, NULL);
  if (records != NULL)
    return g_steal_pointer (&value);
  set_aside (path, "it is damaged or of another version", error);
  return NULL;
}

static KbSecret *
read_place (int place, const char *name, GError **error)
{
  g_autofree char *path = path_of (place, name);

  return path != NULL ? read_file (path, name, error) : NULL;
}

/* ---- items ---------------------------------------------------------------------- */

static gboolean
erase_place (int place, const char *name)
{
  g_autofree char *path = path_of (place, name);

  return path != NULL && unlink (path) == 0;
}

gboolean
kb_emergency_put (const char *name, const KbSecret *value, KbEmergencyPlace place,
                  GError **error)
{
  int last = place == KB_EMERGENCY_MEMORY ? MEMORY : DISK;

  for (int i = MEMORY; i <= last; i++)
    {
      g_autofree char *path = path_of (i, name);
      GError **problem = i == last ? error : NULL;

      if (!make_folder (i, problem)
          || !kb_file_write_whole (path, kb_secret_peek (value), kb_secret_length (value),
                                   problem))
        continue;
      for (int other = MEMORY; other < PLACES; other++)
        if (other != i)
          erase_place (other, name);
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_newer (const char *name, const KbSecret *a, const KbSecret *b)
{
  g_autoptr (GPtrArray) one = kb_item_open (name, a, NULL);
  g_autoptr (GPtrArray) other = kb_item_open (name, b, NULL);

  return kb_record_is_newer (g_ptr_array_index (one, 0), g_ptr_array_index (other, 0));
}

KbAnswer
kb_emergency_get (const char *name, KbSecret **value, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbSecret) memory = read_place (MEMORY, name, &problem);
  g_autoptr (KbSecret) disk = read_place (DISK, name, problem == NULL ? &problem : NULL);

  if (memory == NULL && disk == NULL && problem == NULL)
    return KB_DECLINED;
  if (memory == NULL && disk == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return KB_FAILED;
    }
  if (memory == NULL || (disk != NULL && is_newer (name, disk, memory)))
    *value = g_steal_pointer (&disk);
  else
    *value = g_steal_pointer (&memory);
  return KB_OK;
}

void
kb_emergency_remove (const char *name, const KbSecret *value)
{
  for (int i = MEMORY; i < PLACES; i++)
    {
      g_autoptr (KbSecret) there = read_place (i, name, NULL);

      if (there != NULL && kb_secret_equal (there, value))
        erase_place (i, name);
    }
}

KbAnswer
kb_emergency_erase (const char *name)
{
  gboolean any = FALSE;

  for (int i = MEMORY; i < PLACES; i++)
    any |= erase_place (i, name);
  return any ? KB_OK : KB_DECLINED;
}

gboolean
kb_emergency_due (const char *name)
{
  gboolean due = FALSE;

  for (int i = MEMORY; i < PLACES; i++)
    {
      g_autofree char *path = path_of (i, name);
      struct stat status;

      if (path == NULL || lstat (path, &status) != 0)
        continue;
      /* A clock that was set back must not make it wait for ever. */
      due |= ABS (kb_clock_now () - status.st_mtime) >= DUE_S;
      if (due)
        (void) utimensat (AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
    }
  return due;
}

/* ---- all of them ---------------------------------------------------------------- */

/* New, or NULL: the name of the item in FILE of FOLDER.  Nothing is set aside here: who
   only looks changes nothing. */
static char *
name_of (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *hash = NULL;
  g_autofree char *name = NULL;
  g_autoptr (KbSecret) value = NULL;

  if (strlen (file) != NAME_LENGTH)
    return NULL;
  value = kb_file_read_safe (path, KB_FILE_PRIVATE, KB_STORE_ITEM_MAX, NULL, NULL);
  name = value != NULL ? kb_item_told_name (value) : NULL;
  hash = name != NULL ? kb_text_sha256 (name, strlen (name)) : NULL;
  return g_strcmp0 (hash, file) == 0 ? g_steal_pointer (&name) : NULL;
}

static void
add_name (GPtrArray *names, char *name)
{
  if (name == NULL || g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_free (name);
  else
    g_ptr_array_add (names, name);
}

GPtrArray *
kb_emergency_names (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (int i = MEMORY; i < PLACES; i++)
    {
      g_autofree char *folder = folder_of (i);
      g_autoptr (GDir) listing = NULL;
      const char *file;

      if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR)
          || !kb_dir_is_safe (folder, NULL))
        continue;
      listing = g_dir_open (folder, 0, NULL);
      while (listing != NULL && (file = g_dir_read_name (listing)) != NULL)
        add_name (names, name_of (folder, file));
    }
  return names;
}
