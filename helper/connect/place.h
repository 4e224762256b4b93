/* SPDX-License-Identifier: MIT */
/* A settings file of the user's: read, judged, compared and written in place.
   Knows nothing of what is in it. */
#ifndef KB_CONNECT_PLACE_H
#define KB_CONNECT_PLACE_H

#include <sys/stat.h>

#include "base/page.h"
#include "base/secret.h"

G_BEGIN_DECLS

typedef struct
{
  char *path;     /* as it was named */
  char *real;     /* where the links lead */
  gboolean fresh; /* there is no such file */
  struct stat status;
  KbSecret *text; /* people have tokens in such files */
} KbSettings;

/* New, or NULL with KB_ERROR_CONFIG (without the path): not a file, too large,
   unreadable. A file that is not there is empty. */
KbSettings *kb_settings_read (const char *path, GError **error);
void kb_settings_free (KbSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbSettings, kb_settings_free)

/* FALSE: it may not be written, or not without breaking something: read-only, of somebody
   else, with several hard links. */
gboolean kb_settings_check (const KbSettings *settings, GError **error);

/* TEXT NULL removes the file.  Whole or not at all; mode and owner stay; a new file has
   mode 0600 and so has a new folder 0700.  FALSE also when the file has changed since it
   was read. */
gboolean kb_settings_write (const KbSettings *settings, const KbBuffer *text,
                            GError **error);

/* Adds the lines that differ; values that look like secrets are hidden. */
void kb_settings_diff (const KbSettings *settings, const KbBuffer *text, KbPage *page);

/* Adds TEXT so, each line after SIGN. */
void kb_settings_show_lines (KbPage *page, const char *sign, KbStyle style,
                             const char *text, gsize length);

/* Whether the link PATH leads to this very program. */
gboolean kb_settings_is_program (const char *path);

/* FALSE with KB_ERROR_CONFIG: PATH and errno's text. */
gboolean kb_settings_fail (const char *path, GError **error);

G_END_DECLS

#endif
