/* SPDX-License-Identifier: MIT */
/* Where Keybearer keeps what is no secret: bindings, locks, breakers, the chosen store.
   Knows nothing of what is in those files. */
#ifndef KB_STATE_H
#define KB_STATE_H

#include <glib.h>

G_BEGIN_DECLS

/* New.  $XDG_STATE_HOME/keybearer/KIND/<SHA-256 of KEY>; nothing is made or looked at.
   Always this folder, whatever the session: a cron job and a desktop must meet at the
   same lock. */
char *kb_state_path (const char *kind, const char *key);

/* Makes the folder of KIND, mode 0700.  KB_ERROR_LOCKED when it cannot be made. */
gboolean kb_state_make (const char *kind, GError **error);

/* New.  The XDG base folder of VARIABLE ("XDG_STATE_HOME"), else FALLBACK below the home.
   A relative value is ignored, as the specification says. */
char *kb_state_base (const char *variable, const char *fallback);

G_END_DECLS

#endif
