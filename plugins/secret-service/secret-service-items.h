/* SPDX-License-Identifier: MIT */
/* Items of the Secret Service that are ours: found, read, written, deleted by name.
   Knows nothing of connections and retries. */
#ifndef SECRET_SERVICE_ITEMS_H
#define SECRET_SERVICE_ITEMS_H

#include "secret-service/secret-service-bus.h"

G_BEGIN_DECLS

/* One call of the contract, so that all of them share what surrounds it. */
typedef struct
{
  const char *name;
  const char *label;
  const KbSecret *value;
  KbSecret *got;
  GPtrArray *names;
  const KbForeign *foreign;
} Call;

/* What is done between bus_begin and bus_end.  Errors may still be those of GIO and
   libsecret (bus_failure, bus_explain). */
KbAnswer items_probe (Bus *bus, Call *call, GError **error);
KbAnswer items_get (Bus *bus, Call *call, GError **error); /* call->got is new */
KbAnswer items_put (Bus *bus, Call *call, GError **error);
KbAnswer items_erase (Bus *bus, Call *call, GError **error);
KbAnswer items_list (Bus *bus, Call *call, GError **error);    /* fills call->names */
KbAnswer items_foreign (Bus *bus, Call *call, GError **error); /* names: of Neighbour */
KbAnswer items_forget (Bus *bus, Call *call, GError **error);  /* call->name: a path */

/* New: the path of the default collection; KB_DECLINED when there is none. */
KbAnswer items_default_collection (Bus *bus, char **path, GError **error);

gboolean items_delete (Bus *bus, const char *path, GError **error);

G_END_DECLS

#endif
