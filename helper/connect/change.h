/* SPDX-License-Identifier: MIT */
/* The changes that connecting a tool makes: gathered and proved first, then shown or
   made. Knows nothing of which tool wants which. */
#ifndef KB_CONNECT_CHANGE_H
#define KB_CONNECT_CHANGE_H

#include "base/page.h"
#include "connect/text.h"

G_BEGIN_DECLS

typedef struct _KbChanges KbChanges;

/* New.  UNDO: what is asked for is taken away instead. */
KbChanges *kb_changes_new (gboolean undo);
void kb_changes_free (KbChanges *changes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbChanges, kb_changes_free)

gboolean kb_changes_undo (const KbChanges *changes);

/* The lines of EDIT in PATH (absolute); a symbolic link is followed and stays.  FALSE
   with KB_ERROR_CONFIG: the file cannot be understood or written; kb_changes_advise then
   has the lines to paste. */
gboolean kb_changes_edit (KbChanges *changes, const char *path, const KbEdit *edit,
                          GError **error);

/* The same for a JSON file: OBJECT's member NAME is to be the string VALUE. */
gboolean kb_changes_json (KbChanges *changes, const char *path, const char *object,
                          const char *name, const char *value, GError **error);

/* A symbolic link PATH to TARGET.  FALSE: something else is there. */
gboolean kb_changes_link (KbChanges *changes, const char *path, const char *target,
                          GError **error);

/* TEXT is what PATH is to hold, all of it ours. */
gboolean kb_changes_whole (KbChanges *changes, const char *path, const char *text,
                           GError **error);

/* WORDS, NULL-ended, are run after all files were written, and change PATH; copied.
   FALSE: it may not be changed; kb_changes_advise then has LINES to paste. */
gboolean kb_changes_run (KbChanges *changes, const char *path, const char *lines,
                         const char *const *words, GError **error);

/* A sentence for the end: how to see that it works, and what is still to do. */
void kb_changes_tell (KbChanges *changes, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Adds to PAGE what would be done: a diff without context, secrets hidden. */
void kb_changes_show (const KbChanges *changes, KbPage *page);

/* Makes them.  FALSE: some may have been made; the error says at which it stopped. */
gboolean kb_changes_make (KbChanges *changes, KbPage *page, GError **error);

/* After a failure: adds what a person could do by hand. */
void kb_changes_advise (const KbChanges *changes, KbPage *page);

/* Adds the sentences. */
void kb_changes_end (const KbChanges *changes, KbPage *page);

G_END_DECLS

#endif
