/* SPDX-License-Identifier: MIT */
/* A store of encrypted files in a folder of the user's, for machines without a keyring.
   Knows nothing of what the items hold. */
#include "sealed-file/sealed-file-folder.h"
#include "sealed-file/sealed-file-key.h"

#include "base/file.h"

#include <string.h>

static const KbOption options[] = {
  { "key", KB_OPTION_SECRET, FALSE, NULL,
    "Where 64 hexadecimal digits (or 32 bytes) of key are" },
  { "passphrase", KB_OPTION_SECRET, FALSE, NULL, "Where the passphrase is" },
  { "ask-passphrase", KB_OPTION_BOOLEAN, FALSE, "false",
    "Ask a person for the passphrase each time" },
  { "key-file", KB_OPTION_STRING, FALSE, NULL,
    "A file that a generated key is kept in, or \"auto\"; hides, but does not protect" },
  { NULL, 0, FALSE, NULL, NULL }
};

#define FOLDER "sealed"
#define HEADER "header"

typedef struct
{
  const KbInstance *instance;
  char *folder; /* NULL until it was asked for */
  FormatHeader header;
  KbSecret *key; /* the data key, or NULL while HEADER was not read */
} Sealed;

static KbAnswer
sealed_open (const KbInstance *instance, gpointer *self, GError **error)
{
  Sealed *sealed;

  if (!key_options_check (instance, error))
    return KB_FAILED;
  sealed = g_new0 (Sealed, 1);
  sealed->instance = instance;
  *self = sealed;
  return KB_OK;
}

static void
forget_key (Sealed *sealed)
{
  g_clear_pointer (&sealed->key, kb_secret_unref);
}

static void
sealed_close (gpointer self)
{
  Sealed *sealed = self;

  if (sealed == NULL)
    return;
  forget_key (sealed);
  g_free (sealed->folder);
  g_free (sealed);
}

static gboolean
find_folder (Sealed *sealed, GError **error)
{
  g_autofree char *folder = NULL;
  const char *parent;

  if (sealed->folder != NULL)
    return TRUE;
  parent = kb_instance_data_dir (sealed->instance, error);
  if (parent == NULL)
    return FALSE;
  folder = g_build_filename (parent, FOLDER, NULL);
  if (!kb_dir_make_private (folder, error))
    return FALSE;
  sealed->folder = g_steal_pointer (&folder);
  return TRUE;
}

static gboolean
lock (Sealed *sealed, const KbRequest *request, FolderLock *held, GError **error)
{
  return find_folder (sealed, error)
         && folder_lock (sealed->folder, request, held, error);
}

/* New: the content, or NULL with *MISSING and no error, or NULL with one. */
static KbSecret *
read_file (const char *path, gsize limit, gboolean *missing, GError **error)
{
  *missing = FALSE;
  return kb_file_read_safe (path, KB_FILE_PRIVATE, limit, missing, error);
}

static KbAnswer
set_aside (const KbRequest *request, const char *path, GError **error)
{
  g_autofree char *file = g_path_get_basename (path);

  if (!folder_set_aside (path, error))
    return KB_FAILED;
  kb_request_note (request, "%s was damaged, or of another key, and is set aside", file);
  return KB_DECLINED;
}

/* KB_DECLINED: the store was never initialised; *DAMAGED: or its header is ruined. */
static KbAnswer
read_header (Sealed *sealed, FormatHeader *header, gboolean *damaged, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (KbSecret) file = NULL;
  gboolean missing = FALSE;
  FormatAnswer answer;

  *damaged = FALSE;
  if (!find_folder (sealed, error))
    return KB_FAILED;
  path = g_build_filename (sealed->folder, HEADER, NULL);
  /* Much more than it has: one that is too long is damaged, not unsafe. */
  file = read_file (path, FORMAT_ITEM_BYTES_MAX, &missing, error);
  if (file == NULL)
    return missing ? KB_DECLINED : KB_FAILED;
  answer = format_header_read (file, header);
  *damaged = answer == FORMAT_DAMAGED;
  if (answer != FORMAT_UNKNOWN)
    return *damaged ? KB_DECLINED : KB_OK;
  g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s was written by a later Keybearer",
               path);
  return KB_FAILED;
}

static KbAnswer
unwrap (Sealed *sealed, const KbRequest *request, const FormatHeader *header,
        GError **error)
{
  g_autoptr (KbSecret) kek = NULL;
  KbSecret *key;

  if (key_wrapping (sealed->instance, request, sealed->folder, header, FALSE, &kek, error)
      != KB_OK)
    return KB_FAILED;
  key = format_header_unwrap (header, kek);
  if (key == NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                           "the sealed file was sealed with another key or passphrase");
      return KB_FAILED;
    }
  forget_key (sealed);
  sealed->header = *header;
  sealed->key = key;
  return KB_OK;
}

/* KB_DECLINED: there is nothing to unlock. */
static KbAnswer
unlock (Sealed *sealed, const KbRequest *request, gboolean *damaged, GError **error)
{
  FormatHeader header;
  KbAnswer answer;

  *damaged = FALSE;
  if (sealed->key != NULL)
    return KB_OK;
  answer = read_header (sealed, &header, damaged, error);
  return answer == KB_OK ? unwrap (sealed, request, &header, error) : answer;
}

/* ---- getting -------------------------------------------------------------------- */

/* KB_DECLINED: no such file; *DAMAGED: or none that can be used. */
static KbAnswer
read_item (Sealed *sealed, const char *path, const char *name, gboolean *damaged,
           KbSecret **value, GError **error)
{
  g_autoptr (KbSecret) file = NULL;
  gboolean missing = FALSE;

  *damaged = FALSE;
  file = read_file (path, 2 * FORMAT_ITEM_BYTES_MAX, &missing, error);
  if (file == NULL)
    return missing ? KB_DECLINED : KB_FAILED;
  if (format_item_open (file, &sealed->header, sealed->key, name, value) == FORMAT_OK)
    return KB_OK;
  *damaged = TRUE;
  return KB_DECLINED;
}

/* Under the lock: another process may have made the store anew since it was read here;
   what is damaged is set aside. */
static KbAnswer
mend_header (Sealed *sealed, const KbRequest *request, GError **error)
{
  g_autofree char *path = g_build_filename (sealed->folder, HEADER, NULL);
  FormatHeader header;
  gboolean damaged;
  KbAnswer answer = read_header (sealed, &header, &damaged, error);

  if (answer == KB_OK && sealed->key != NULL
      && memcmp (header.bytes, sealed->header.bytes, sizeof header.bytes) == 0)
    return KB_OK;
  forget_key (sealed);
  if (damaged)
    return set_aside (request, path, error);
  return answer == KB_OK ? unwrap (sealed, request, &header, error) : answer;
}

static KbAnswer
mend_item (Sealed *sealed, const KbRequest *request, const char *path, const char *name,
           KbSecret **value, GError **error)
{
  gboolean damaged;
  KbAnswer answer = mend_header (sealed, request, error);

  if (answer != KB_OK)
    return answer;
  answer = read_item (sealed, path, name, &damaged, value, error);
  return damaged ? set_aside (request, path, error) : answer;
}

static KbAnswer
sealed_get (gpointer self, const KbRequest *request, const char *name, KbSecret **value,
            GError **error)
{
  Sealed *sealed = self;
  g_auto (FolderLock) held = FOLDER_UNLOCKED;
  g_autofree char *path = NULL;
  gboolean damaged;
  KbAnswer answer = unlock (sealed, request, &damaged, error);

  if (answer != KB_OK && !damaged)
    return answer;
  path = folder_item_path (sealed->folder, name);
  if (!damaged)
    answer = read_item (sealed, path, name, &damaged, value, error);
  if (!damaged)
    return answer;
  if (!lock (sealed, request, &held, error))
    return KB_FAILED;
  return mend_item (sealed, request, path, name, value, error);
}

/* ---- putting -------------------------------------------------------------------- */

static KbAnswer
write_header (Sealed *sealed, const KbRequest *request, FormatKind kind, GError **error)
{
  g_autofree char *path = g_build_filename (sealed->folder, HEADER, NULL);
  g_autoptr (KbSecret) kek = NULL;
  g_autoptr (KbSecret) key = NULL;
  FormatHeader header;

  if (!format_header_start (kind, &header, error)
      || key_wrapping (sealed->instance, request, sealed->folder, &header, TRUE, &kek,
                       error)
             != KB_OK)
    return KB_FAILED;
  key = format_header_wrap (&header, kek, error);
  if (key == NULL
      || !kb_file_write_whole (path, (const char *) header.bytes, FORMAT_HEADER_BYTES,
                               error))
    return KB_FAILED;
  sealed->header = header;
  sealed->key = g_steal_pointer (&key);
  return KB_OK;
}

/* The first item makes the store, when an option says what it is to be sealed with. */
static KbAnswer
initialise (Sealed *sealed, const KbRequest *request, GError **error)
{
  FormatKind kind = FORMAT_KIND_KEY;
  KbAnswer answer = key_pick (sealed->instance, &kind, error);

  if (answer == KB_OK)
    return write_header (sealed, request, kind, error);
  if (answer == KB_DECLINED)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                         "no sealed file was made yet (run: keybearer store init "
                         "sealed-file key-file=auto), and no "
                         "option leads to a key");
  return KB_FAILED;
}

/* A damaged file must not be lost by being replaced. */
static KbAnswer
save_damaged (Sealed *sealed, const KbRequest *request, const char *path,
              const char *name, GError **error)
{
  g_autoptr (KbSecret) old = NULL;
  gboolean damaged;
  KbAnswer answer = read_item (sealed, path, name, &damaged, &old, error);

  return damaged ? set_aside (request, path, error) : answer;
}

static KbAnswer
sealed_put (gpointer self, const KbRequest *request, const char *name, const char *label,
            const KbSecret *value, gint64 expires, GError **error)
{
  Sealed *sealed = self;
  g_auto (FolderLock) held = FOLDER_UNLOCKED;
  g_autoptr (KbSecret) file = NULL;
  g_autofree char *path = NULL;
  gboolean damaged;
  KbAnswer answer;

  /* Before the lock, for it may ask a person. */
  if (unlock (sealed, request, &damaged, error) == KB_FAILED
      || !lock (sealed, request, &held, error))
    return KB_FAILED;
  answer = mend_header (sealed, request, error);
  if (answer == KB_DECLINED)
    answer = initialise (sealed, request, error);
  if (answer != KB_OK)
    return KB_FAILED;
  path = folder_item_path (sealed->folder, name);
  if (save_damaged (sealed, request, path, name, error) == KB_FAILED)
    return KB_FAILED;
  file = format_item_seal (&sealed->header, sealed->key, name, expires, value, error);
  if (file == NULL
      || !kb_file_write_whole (path, kb_secret_peek (file), kb_secret_length (file),
                               error))
    return KB_FAILED;
  return KB_OK;
}

/* ---- the rest ------------------------------------------------------------------- */

static KbAnswer
sealed_erase (gpointer self, const KbRequest *request, const char *name, GError **error)
{
  Sealed *sealed = self;
  g_auto (FolderLock) held = FOLDER_UNLOCKED;
  g_autofree char *path = NULL;
  gboolean gone = FALSE;

  if (!lock (sealed, request, &held, error))
    return KB_FAILED;
  path = folder_item_path (sealed->folder, name);
  if (!folder_remove (sealed->folder, path, &gone, error))
    return KB_FAILED;
  return gone ? KB_DECLINED : KB_OK;
}

/* Needs no key; the names are only as sure as the folder is. */
static KbAnswer
sealed_list (gpointer self, const KbRequest *request, GPtrArray *names, GError **error)
{
  Sealed *sealed = self;
  g_auto (GStrv) paths = NULL;

  if (!find_folder (sealed, error))
    return KB_FAILED;
  paths = folder_items (sealed->folder);
  for (char **path = paths; *path != NULL; path++)
    {
      gboolean missing;
      g_autoptr (KbSecret) file
          = read_file (*path, 2 * FORMAT_ITEM_BYTES_MAX, &missing, NULL);
      char *name = file != NULL ? format_item_name (file) : NULL;

      if (name != NULL)
        g_ptr_array_add (names, name);
    }
  return KB_OK;
}

static KbAnswer
sealed_probe (gpointer self, const KbRequest *request, GError **error)
{
  Sealed *sealed = self;
  FormatHeader header;
  FormatKind kind;
  gboolean damaged;
  KbAnswer answer = read_header (sealed, &header, &damaged, error);

  if (answer == KB_DECLINED)
    {
      answer = key_pick (sealed->instance, &kind, error);
      if (answer == KB_DECLINED)
        kb_request_note (request, "no sealed file was made (run: keybearer store init "
                                  "sealed-file key-file=auto)");
      return answer;
    }
  if (answer != KB_OK || sealed->key != NULL)
    return answer;
  if (!key_asks (sealed->instance, header.kind))
    return unwrap (sealed, request, &header, error);
  if (kb_request_interactive (request))
    return KB_OK;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                       "a person has to give the passphrase of the sealed file");
  return KB_FAILED;
}

#define FINDING "sealed file"

/* Without making the folder, as looking for it otherwise does. */
static gboolean
was_made (const Sealed *sealed)
{
  g_autofree char *data = kb_instance_data_path (sealed->instance);
  g_autofree char *path = g_build_filename (data, FOLDER, HEADER, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Opens nothing: whether the key is right shows when it is used. */
static void
sealed_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  Sealed *sealed = self;
  FormatHeader header;
  FormatKind kind;
  gboolean damaged = FALSE;
  g_autoptr (GError) problem = NULL;
  g_autofree char *command = g_strdup_printf ("keybearer store init %s key-file=auto",
                                              kb_instance_name (sealed->instance));
  KbAnswer answer = KB_DECLINED;

  (void) request;
  if (was_made (sealed))
    answer = read_header (sealed, &header, &damaged, &problem);
  if (answer == KB_DECLINED && !damaged)
    answer = key_pick (sealed->instance, &kind, &problem);
  if (answer == KB_OK)
    kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, FINDING, "is there", NULL);
  else if (damaged)
    kb_diagnosis_add (diagnosis, KB_FINDING_BAD, FINDING, "its header is damaged",
                      command);
  else if (answer == KB_DECLINED)
    kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, FINDING, "none was made", command);
  else
    kb_diagnosis_add (diagnosis, KB_FINDING_BAD, FINDING, problem->message, NULL);
}

static const KbStore store = { .open = sealed_open,
                               .close = sealed_close,
                               .probe = sealed_probe,
                               .get = sealed_get,
                               .put = sealed_put,
                               .erase = sealed_erase,
                               .list = sealed_list,
                               .diagnose = sealed_diagnose };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "sealed-file",
  .summary = "Encrypted files, for machines without a keyring",
  .options = options,
  .store = &store,
};
