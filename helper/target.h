/* SPDX-License-Identifier: MIT */
/* The URL that is meant by an organization's name, or by none.
   Knows nothing of what is wanted there. */
#ifndef KB_TARGET_H
#define KB_TARGET_H

#include "config.h"

G_BEGIN_DECLS

/* New.  WORD is a URL (taken as it is), an organization, or NULL: then the one
   organization that somebody answered for before, else the first place of the
   configuration.  NULL with KB_ERROR_CONFIG: there are several, or no URL is known. */
char *kb_target_url (const KbConfig *config, const char *word, GError **error);

/* The same, but an organization's name, or none, means its package feeds where it has
   some: they may have a stack of their own. */
char *kb_target_feed (const KbConfig *config, const char *word, GError **error);

/* Whether packages are at URL. */
gboolean kb_target_is_feed (const char *url);

/* New, NULL-terminated, sorted: the organizations that somebody answered for before. */
char **kb_target_organizations (const KbConfig *config);

G_END_DECLS

#endif
