/* SPDX-License-Identifier: MIT */
/* Looks at the folders that the program writes to, without making one.
   Knows nothing of what is in them. */
#include "commands/doctor.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/owner.h"
#include "state.h"

/* New: COMMAND and PATH as a shell takes them. */
static char *
on_path (const char *command, const char *path)
{
  g_autofree char *quoted = g_shell_quote (path);

  return g_strconcat (command, " ", quoted, NULL);
}

static void
add (KbDiagnosis *diagnosis, KbFindingState state, const char *name, const char *path,
     const char *what, const char *command)
{
  g_autofree char *text = g_strdup_printf ("%s %s", path, what);

  kb_diagnosis_add (diagnosis, state, name, text, command);
}

/* What is wrong with a folder that exists, a constant, or NULL; COMMAND is new then. */
static const char *
fault_of (const char *path, const struct stat *status, char **command)
{
  if (!S_ISDIR (status->st_mode))
    return "is no folder";
  if (status->st_uid != getuid ())
    {
      *command = on_path ("sudo chown -R \"$(id -u)\"", path);
      return "belongs to somebody else";
    }
  if (kb_owner_fault (status) != NULL)
    {
      *command = on_path ("chmod go-w", path);
      return "can be written to by others";
    }
  if ((status->st_mode & S_IRWXU) != S_IRWXU)
    {
      *command = on_path ("chmod u+rwx", path);
      return "cannot be written to";
    }
  if (access (path, W_OK) == 0)
    return NULL;
  return errno == EROFS ? "is on a disk that cannot be written to"
                        : "cannot be written to";
}

/* New: the folder above PATH that would have to take it. */
static char *
first_that_exists (const char *path)
{
  char *folder = g_path_get_dirname (path);

  while (!g_file_test (folder, G_FILE_TEST_EXISTS) && !g_str_equal (folder, "/"))
    {
      char *above = g_path_get_dirname (folder);

      g_free (folder);
      folder = above;
    }
  return folder;
}

static void
look_at_absent (KbDiagnosis *diagnosis, const char *name, const char *path)
{
  g_autofree char *above = first_that_exists (path);

  if (!g_file_test (above, G_FILE_TEST_IS_DIR))
    add (diagnosis, KB_FINDING_BAD, name, path,
         "cannot be made: something above it is no folder", NULL);
  else if (access (above, W_OK) == 0)
    add (diagnosis, KB_FINDING_GOOD, name, path, "is made when it is needed", NULL);
  else
    add (diagnosis, KB_FINDING_BAD, name, path,
         errno == EROFS ? "cannot be made: the disk cannot be written to"
                        : "cannot be made: the folder above is not yours to write to",
         NULL);
}

static void
look_at (KbDiagnosis *diagnosis, const char *name, const char *path)
{
  g_autofree char *command = NULL;
  struct stat status;
  const char *fault;

  if (stat (path, &status) != 0)
    {
      look_at_absent (diagnosis, name, path);
      return;
    }
  fault = fault_of (path, &status, &command);
  add (diagnosis, fault != NULL ? KB_FINDING_BAD : KB_FINDING_GOOD, name, path,
       fault != NULL ? fault : "is yours alone to write to", command);
}

static void
look_at_base (KbDiagnosis *diagnosis, const char *name, const char *variable,
              const char *fallback)
{
  g_autofree char *base = kb_state_base (variable, fallback);
  g_autofree char *path = g_build_filename (base, "keybearer", NULL);

  look_at (diagnosis, name, path);
}

/* The specification wants 0700: whoever gets in there can be the session bus. */
static void
look_at_runtime (KbDiagnosis *diagnosis)
{
  static const char name[] = "runtime folder";
  const char *path = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *command = NULL;
  struct stat status;

  if (path == NULL || !g_path_is_absolute (path))
    kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, name,
                      "XDG_RUNTIME_DIR is not set: this is no login session", NULL);
  else if (stat (path, &status) != 0)
    add (diagnosis, KB_FINDING_BAD, name, path,
         "does not exist, though XDG_RUNTIME_DIR names it: log in again", NULL);
  else if (!S_ISDIR (status.st_mode) || status.st_uid != getuid ())
    add (diagnosis, KB_FINDING_BAD, name, path,
         "is another user's, as after su or sudo: log in as yourself",
         "unset XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS");
  else if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    {
      command = on_path ("chmod 700", path);
      add (diagnosis, KB_FINDING_BAD, name, path, "is open to others", command);
    }
  else
    add (diagnosis, KB_FINDING_GOOD, name, path, "is yours alone", NULL);
}

void
kb_doctor_folders (KbDiagnosis *diagnosis)
{
  look_at_runtime (diagnosis);
  look_at_base (diagnosis, "state folder", "XDG_STATE_HOME", ".local/state");
  look_at_base (diagnosis, "data folder", "XDG_DATA_HOME", ".local/share");
}
