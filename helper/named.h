/* SPDX-License-Identifier: MIT */
/* Secrets with a name of their own: what `store:NAME` refers to and what commands keep.
   Knows nothing of what they are for. */
#ifndef KB_NAMED_H
#define KB_NAMED_H

#include "keeper.h"

G_BEGIN_DECLS

/* What a name may be: the alphabet of references, short enough for an item's name. */
#define KB_NAMED_MAX 400
gboolean kb_named_is_name (const char *name);

/* Durably or not at all: a copy in a cache is no place for what exists only once. */
KbAnswer kb_named_put (KbKeeper *keeper, const char *name, const char *label,
                       const KbNamed *named, GError **error);

/* NAMED is new.  KB_DECLINED: there is none. */
KbAnswer kb_named_get (KbKeeper *keeper, const char *name, KbNamed **named,
                       GError **error);
KbAnswer kb_named_erase (KbKeeper *keeper, const char *name, GError **error);

/* Appends those that begin with PREFIX, sorted. */
KbAnswer kb_named_list (KbKeeper *keeper, const char *prefix, GPtrArray *names,
                        GError **error);

/* A KbStoreReference; DATA is the KbKeeper of the stack that is being walked.  A name
   that is not there is KB_ERROR_CONFIG with the command that helps. */
KbAnswer kb_named_follow (gpointer data, const char *name, KbSecret **secret,
                          GError **error);

G_END_DECLS

#endif
