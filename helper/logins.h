/* SPDX-License-Identifier: MIT */
/* Storage for what a tool hands us: user names and passwords of any host, several a host,
   in one item an origin.  Knows nothing of the tool's protocol nor of any source. */
#ifndef KB_LOGINS_H
#define KB_LOGINS_H

#include "item.h"
#include "keeper.h"

G_BEGIN_DECLS

/* A path that begins so is no URL's: it is the name of a tool, and its logins are for
   this tool alone; a pattern has to have that very path. */
#define KB_LOGIN_TOOL_PREFIX "//"

/* What to look for: a NULL field matches anything else, an empty one only the empty
   one. */
typedef struct
{
  const char *path;
  const char *user;
  gboolean with_authtype; /* the tool takes records that are no passwords */
} KbLoginPattern;

/* RECORD is new: the newest that matches and, where there are some, has not expired; an
   expired one only when it has a renewal, and then without its secret. */
KbAnswer kb_logins_get (KbKeeper *keeper, const KbRequest *request,
                        const KbLoginPattern *pattern, KbRecord **record, GError **error);

/* Replaces the record of the same path and user.  KB_OK also when it is there already.
   KB_DECLINED: it is kept, but in a cache alone. */
KbAnswer kb_logins_put (KbKeeper *keeper, const KbRequest *request, KbRecord *record,
                        GError **error);

/* Every record that matches and, when SECRET is not NULL, has that very secret.
   KB_DECLINED: there was none. */
KbAnswer kb_logins_erase (KbKeeper *keeper, const KbRequest *request,
                          const KbLoginPattern *pattern, const KbSecret *secret,
                          GError **error);

/* Every record that matches, with its origin; both borrowed. */
typedef void (*KbLoginFunc) (const char *origin, const KbRecord *record, gpointer data);
KbAnswer kb_logins_each (KbKeeper *keeper, const KbLoginPattern *pattern,
                         KbLoginFunc func, gpointer data, GError **error);

G_END_DECLS

#endif
