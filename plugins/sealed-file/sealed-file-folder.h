/* SPDX-License-Identifier: MIT */
/* The folder of a sealed store: its lock, its files' names, and setting files aside.
   Knows nothing of what is in them. */
#ifndef SEALED_FILE_FOLDER_H
#define SEALED_FILE_FOLDER_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* Held from folder_lock until it is cleared; writers exclude each other, readers need
 * none. */
typedef struct
{
  int fd;
} FolderLock;

#define FOLDER_UNLOCKED                                                                  \
  {                                                                                      \
    -1                                                                                   \
  }

/* Waits for as long as REQUEST has time; then KB_ERROR_LOCKED. */
gboolean folder_lock (const char *folder, const KbRequest *request, FolderLock *lock,
                      GError **error);
void folder_unlock (FolderLock *lock);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FolderLock, folder_unlock)

/* New: the path of the item's file.  Its name is the SHA-256 of the item's. */
char *folder_item_path (const char *folder, const char *name);

/* Renames PATH to PATH.corrupt-TIME, never over another file; one that is gone is
   fine. */
gboolean folder_set_aside (const char *path, GError **error);

/* *GONE tells that there was none.  On TRUE the removal survives a power cut. */
gboolean folder_remove (const char *folder, const char *path, gboolean *gone,
                        GError **error);

/* New: the paths of all item files, ending in NULL; empty when there is no folder. */
char **folder_items (const char *folder);

G_END_DECLS

#endif
