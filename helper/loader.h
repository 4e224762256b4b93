/* SPDX-License-Identifier: MIT */
/* Finds modules, proves that they are safe to load, loads them and never lets go.
   Knows nothing of what they do. */
#ifndef KB_LOADER_H
#define KB_LOADER_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct _KbLoader KbLoader;

/* New.  DIRECTORIES in order (copied).  In each, NAME.so; and NAME/.libs/NAME.so where
   the folder is a build's (kb_loader_new_default finds its own build tree so). */
KbLoader *kb_loader_new (const char *const *directories);

/* $(pkglibdir)/modules, or the build tree's plugins/ when the program runs from one (the
   stamp file `uninstalled` lies beside /proc/self/exe); EXTRA, a directory from the
   configuration, may be NULL. */
KbLoader *kb_loader_new_default (const char *extra);
void kb_loader_free (KbLoader *loader); /* the modules stay */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbLoader, kb_loader_free)

/* MODULES, NULL-terminated, stay for ever and are asked before any folder: what the
   program has in itself cannot be replaced by a file.  For all loaders of the process. */
void kb_loader_set_builtins (const KbModule *const *modules);

/* Borrowed, for ever.  NAME is kb_text_is_name or refused.  KB_ERROR_MODULE: not found,
   unsafe (the file, or a folder above it, is writable by others or owned by neither root
   nor the user; a link), cannot be loaded, no kb_module, another ABI, another name, a
   required function missing, a bad option table. */
const KbModule *kb_loader_load (KbLoader *loader, const char *name, GError **error);

/* Whether the program runs from the tree that it was built in. */
gboolean kb_loader_in_build_tree (void);

/* New: names of the modules built in and of all files, sorted, each once, safe or not. */
char **kb_loader_names (KbLoader *loader);

/* Checks the promises of a module that is already in memory: for the loader and tests. */
gboolean kb_module_check (const KbModule *module, const char *name, GError **error);

G_END_DECLS

#endif
