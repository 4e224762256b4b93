/* SPDX-License-Identifier: MIT */
/* Follows a reference to a secret: a file, a variable, a descriptor, an item elsewhere.
   Knows nothing of what the secret is for. */
#include "reference.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who hands a secret over by a pipe has written it before we run, or does so at once. */
#define PIPE_MS 5000
#define FIRST_FD 3
#define LAST_FD 65535
#define STORE_NAME_MAX 512

typedef enum
{
  KIND_FILE,
  KIND_ENV,
  KIND_FD,
  KIND_CRED,
  KIND_STORE,
  KIND_NONE
} Kind;

static const char *const prefixes[] = { "file:", "env:", "fd:", "cred:", "store:" };

/* What was read from a descriptor: number -> KbSecret.  It can be read only once. */
static GHashTable *read_fds;

static Kind
kind_of (const char *text, const char **rest)
{
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (text, prefixes[i]))
      {
        *rest = text + strlen (prefixes[i]);
        return (Kind) i;
      }
  return KIND_NONE;
}

static gboolean
is_variable (const char *name)
{
  if (!g_ascii_isalpha (name[0]) && name[0] != '_')
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_')
      return FALSE;
  return TRUE;
}

/* The name of one file in a folder. */
static gboolean
is_file_name (const char *name)
{
  return name[0] != '\0' && strchr (name, '/') == NULL && strcmp (name, ".") != 0
         && strcmp (name, "..") != 0;
}

static gboolean
is_item (const char *name)
{
  gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789/._@:+%-");

  return length > 0 && name[length] == '\0' && length <= STORE_NAME_MAX;
}

static gboolean
is_fd (const char *text, int *fd)
{
  gint64 number;

  if (!kb_text_to_int64 (text, LAST_FD, &number) || number < FIRST_FD)
    return FALSE;
  *fd = (int) number;
  return TRUE;
}

gboolean
kb_reference_is_valid (const char *text)
{
  const char *rest = NULL;
  int fd;

  if (!kb_text_is_clean (text, strlen (text)))
    return FALSE;
  switch (kind_of (text, &rest))
    {
    case KIND_FILE:
      return rest[0] == '/';
    case KIND_ENV:
      return is_variable (rest);
    case KIND_FD:
      return is_fd (rest, &fd);
    case KIND_CRED:
      return is_file_name (rest);
    case KIND_STORE:
      return is_item (rest);
    case KIND_NONE:
    default:
      return FALSE;
    }
}

static KbAnswer
fail (GError **error, const char *place, const char *what)
{
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: %s", place, what);
  return KB_FAILED;
}

/* New: SECRET without the line end that editors and `echo` leave behind. */
static KbSecret *
without_line_end (KbSecret *secret)
{
  const char *bytes = kb_secret_peek (secret);
  gsize length = kb_secret_length (secret);

  if (length == 0 || bytes[length - 1] != '\n')
    return kb_secret_ref (secret);
  length--;
  if (length > 0 && bytes[length - 1] == '\r')
    length--;
  return kb_secret_new (bytes, length);
}

static gboolean
wait_readable (int fd, gint64 deadline)
{
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  int ready;

  do
    ready = poll (&wait, 1, (int) kb_clock_left_ms (deadline));
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

/* Reads FD to its end; what went wrong, or NULL. */
static const char *
read_to_end (int fd, KbBuffer *buffer)
{
  gint64 deadline = kb_clock_boot_ms () + kb_clock_patient_ms (PIPE_MS);
  const char *fault = NULL;
  char block[4096];
  ssize_t got = 1;

  while (fault == NULL && got != 0)
    {
      got = wait_readable (fd, deadline) ? read (fd, block, sizeof block) : -1;
      if (got < 0 && errno != EINTR)
        fault = "cannot be read to its end in time";
      if (got > 0 && !kb_buffer_append (buffer, block, (gsize) got))
        fault = "is longer than 65536 bytes";
    }
  kb_wipe (block, sizeof block);
  return fault;
}

static KbAnswer
read_fd (int fd, const char *place, KbSecret **secret, GError **error)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (KB_REFERENCE_MAX);
  g_autoptr (KbSecret) whole = NULL;
  const char *fault = read_to_end (fd, buffer);

  if (fault != NULL)
    return fail (error, place, fault);
  whole = kb_buffer_steal (buffer);
  *secret = without_line_end (whole);
  return KB_OK;
}

static KbAnswer
follow_file (const char *path, KbSecret **secret, GError **error)
{
  g_autoptr (KbSecret) whole = NULL;
  gboolean missing = FALSE;

  whole = kb_file_read_safe (path, KB_FILE_PRIVATE, KB_REFERENCE_MAX, &missing, error);
  if (missing)
    return fail (error, path, "there is no such file");
  if (whole == NULL)
    return KB_FAILED;
  *secret = without_line_end (whole);
  return KB_OK;
}

static KbAnswer
follow_env (const char *name, KbSecret **secret)
{
  const char *value = g_getenv (name);

  if (value == NULL || value[0] == '\0')
    return KB_DECLINED;
  *secret = kb_secret_new_text (value);
  return KB_OK;
}

/* A descriptor that the caller handed over cannot have FD_CLOEXEC set: one that has is
   our own (a module, a socket) and its bytes are no secret. */
static KbAnswer
follow_fd (const char *number, const char *place, KbSecret **secret, GError **error)
{
  g_autoptr (KbSecret) fresh = NULL;
  KbSecret *known;
  int flags, fd = -1;

  if (!is_fd (number, &fd))
    return fail (error, place, "is no descriptor");
  if (read_fds == NULL)
    read_fds = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) kb_secret_unref);
  known = g_hash_table_lookup (read_fds, GINT_TO_POINTER (fd));
  if (known == NULL)
    {
      flags = fcntl (fd, F_GETFD);
      if (flags < 0 || (flags & FD_CLOEXEC) != 0)
        return fail (error, place, "this descriptor was not handed over by the caller");
      if (read_fd (fd, place, &fresh, error) != KB_OK)
        return KB_FAILED;
      (void) close (fd);
      known = g_steal_pointer (&fresh);
      g_hash_table_insert (read_fds, GINT_TO_POINTER (fd), known);
    }
  *secret = kb_secret_ref (known);
  return KB_OK;
}

/* systemd lends its files by an ACL, whose mask shows as the group's bits (0440), so
   KB_FILE_PRIVATE would refuse them; what matters is that others have no access. */
static KbAnswer
read_credential (const char *path, KbSecret **secret, GError **error)
{
  gboolean missing = FALSE;
  KbAnswer answer = KB_FAILED;
  struct stat status;
  int fd = kb_file_open_safe (path, KB_FILE_PUBLIC, &missing, error);

  if (missing)
    return fail (error, path, "there is no such credential");
  if (fd < 0)
    return KB_FAILED;
  if (fstat (fd, &status) != 0 || (status.st_mode & S_IRWXO) != 0)
    (void) fail (error, path, "others may read it");
  else
    answer = read_fd (fd, path, secret, error);
  (void) close (fd);
  return answer;
}

static KbAnswer
follow_cred (const char *name, const char *place, KbSecret **secret, GError **error)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *path = NULL;

  if (folder == NULL || folder[0] == '\0')
    return KB_DECLINED;
  if (folder[0] != '/')
    return fail (error, place, "CREDENTIALS_DIRECTORY is no absolute path");
  path = g_build_filename (folder, name, NULL);
  return read_credential (path, secret, error);
}

KbAnswer
kb_reference_follow (const char *text, KbStoreReference store, gpointer data,
                     KbSecret **secret, GError **error)
{
  const char *rest = NULL;

  switch (kind_of (text, &rest))
    {
    case KIND_FILE:
      return follow_file (rest, secret, error);
    case KIND_ENV:
      return follow_env (rest, secret);
    case KIND_FD:
      return follow_fd (rest, text, secret, error);
    case KIND_CRED:
      return follow_cred (rest, text, secret, error);
    case KIND_STORE:
      if (store != NULL)
        return store (data, rest, secret, error);
      return fail (error, text, "no store can be asked here");
    case KIND_NONE:
    default:
      return fail (error, "a secret option", "write " KB_REFERENCE_FORMS);
    }
}
