/* SPDX-License-Identifier: MIT */
/* Items of git's own helper and of Git Credential Manager: whose they are, what they say.
   Knows nothing of D-Bus, nor of what becomes of them. */
#ifndef SECRET_SERVICE_NEIGHBOUR_H
#define SECRET_SERVICE_NEIGHBOUR_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* The strings are its own; ORIGIN and WHY are constants. */
typedef struct
{
  const char *origin;
  char *scheme;
  char *host;
  char *path;
  char *user;
  KbSecret *secret;
  KbSecret *renewal;
  gint64 expires;
  gint64 modified;
  const char *why;
  char *handle;
} Neighbour;

void neighbour_free (Neighbour *neighbour);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Neighbour, neighbour_free)

/* ATTRIBUTES is a{ss}, those of an item; LABEL may be NULL, for those that are told by
   their attributes alone.  "libsecret" or "gcm"; NULL: of neither. */
const char *neighbour_origin (GVariant *attributes, const char *label);

/* Whether the item could be one of theirs once its label is known and it is unlocked:
   gnome-keyring shows hashes in place of what a locked item's attributes are. */
gboolean neighbour_is_possible (GVariant *attributes);

/* New: of an item of ORIGIN; handle and modified are left empty. */
Neighbour *neighbour_read (const char *origin, GVariant *attributes,
                           const KbSecret *content);

/* The same place, user and secret. */
gboolean neighbour_is (const Neighbour *neighbour, const KbForeign *foreign);

/* Borrows everything. */
KbForeign neighbour_tell (const Neighbour *neighbour);

G_END_DECLS

#endif
