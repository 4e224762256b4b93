/* SPDX-License-Identifier: MIT */
/* Opens files that must be safe and writes files that must be whole.
   Knows nothing of what is in them. */
#ifndef KB_FILE_H
#define KB_FILE_H

#include "base/secret.h"

G_BEGIN_DECLS

typedef enum
{
  KB_FILE_PUBLIC, /* owned by root or the user, writable by nobody else */
  KB_FILE_PRIVATE /* besides: readable by nobody else */
} KbFileSafety;

/* O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK; then on the descriptor: a regular file,
   one link (a PUBLIC file of root may have more: ostree and Nix share files of /usr),
   owner and mode as SAFETY says.  Returns the descriptor, or -1 with errno's ENOENT kept
   apart: *MISSING is set and no error, when MISSING is not NULL.  Errors are
   KB_ERROR_CONFIG and name PATH.  The folders above are the caller's: kb_dir_is_safe. */
int kb_file_open_safe (const char *path, KbFileSafety safety, gboolean *missing,
                       GError **error);

/* Reads it whole, at most LIMIT bytes (0 for 1 MiB).  New. */
KbSecret *kb_file_read_safe (const char *path, KbFileSafety safety, gsize limit,
                             gboolean *missing, GError **error);

/* Temporary file in the same folder, mode 0600, fsync, rename, fsync of the folder: at
   any moment PATH holds the old or the new content, and a symbolic link there is
   replaced, not followed.  What a killed process left is taken away after ten minutes.
   FALSE with KB_ERROR_LOCKED; PATH may then hold the new content, if only the last fsync
   failed. */
gboolean kb_file_write_whole (const char *path, const char *bytes, gsize length,
                              GError **error);

/* The same without the two fsyncs, for what may be lost in a power cut but never torn. */
gboolean kb_file_write_quick (const char *path, const char *bytes, gsize length,
                              GError **error);

/* Makes PATH (absolute) and its parents with mode 0700; checks that PATH is a folder (no
   link) of this user that nobody else can write to.  Links above it are followed when
   root or the user owns them.  FALSE with KB_ERROR_CONFIG. */
gboolean kb_dir_make_private (const char *path, GError **error);

/* Whether the folder of PATH, a file that is safe itself, lets nobody else put another
   file of the user's in its place: as above, or sticky.  FALSE with KB_ERROR_CONFIG. */
gboolean kb_file_is_guarded (const char *path, GError **error);

/* Whether every folder from / to PATH is owned by root or the user and writable by nobody
   else.  A sticky folder (/tmp) may be on the way, as nobody else can rename or remove
   what root or the user has in it, but not at the end, where others may add files.  Links
   are followed, and the folders that they lead through count too.  FALSE with
   KB_ERROR_CONFIG, also when PATH is not there. */
gboolean kb_dir_is_safe (const char *path, GError **error);

G_END_DECLS

#endif
