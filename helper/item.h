/* SPDX-License-Identifier: MIT */
/* What a store keeps: an item of one or more records, as one line of base64url that holds
   its own version, name and expiry.  Knows nothing of where it is kept. */
#ifndef KB_ITEM_H
#define KB_ITEM_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* One thing kept.  NULL and empty differ: a login may have an empty user name. */
typedef struct
{
  char *path;           /* of a login: the path it is for, or NULL */
  char *user;           /* or NULL */
  char *authtype;       /* of a login: what git calls authtype, or NULL for a password */
  KbScheme scheme;      /* of a credential */
  KbSecret *secret;     /* or NULL */
  KbSecret *renewal;    /* of a login: git's oauth_refresh_token */
  gint64 made;          /* seconds since 1970 */
  gint64 made_us;       /* and microseconds: two of one second do not tie */
  gint64 expires;       /* 0: unknown */
  gint64 refresh_after; /* 0: unknown */
  gboolean refused;     /* the server did not take it */
} KbRecord;

KbRecord *kb_record_new (void);
void kb_record_free (KbRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbRecord, kb_record_free)

/* Now. */
void kb_record_set_made (KbRecord *record);

/* Whether A was made after B; TRUE too where B is NULL. */
gboolean kb_record_is_newer (const KbRecord *a, const KbRecord *b);

/* New, with references to the same secrets. */
KbRecord *kb_record_from_credential (KbCredential *credential);
KbCredential *kb_record_to_credential (const KbRecord *record);

/* RECORDS is of KbRecord and not empty.  New: base64url text, or NULL with an error when
   it would pass KB_STORE_ITEM_MAX or a field is not clean. */
KbSecret *kb_item_seal (const char *name, const GPtrArray *records, GError **error);

/* New, of KbRecord with its free function; NULL with KB_ERROR_LOCKED when TEXT is not an
   item of this version, or is one of another name (a store that mixed things up). */
GPtrArray *kb_item_open (const char *name, const KbSecret *text, GError **error);

/* New: the name that TEXT says that it has, or NULL when it is no item of this version.
 */
char *kb_item_told_name (const KbSecret *text);

/* New.  KIND/PART/PART... in the alphabet of item names; other bytes as %xx, and a name
   that would be too long ends in its SHA-256.  Ends with NULL. */
char *kb_item_name (const char *kind, ...) G_GNUC_NULL_TERMINATED;

/* New: the PARTs of an item's name, its kind first, NULL-terminated, decoded.  A name
   that ends in a hash gives what is left of it. */
char **kb_item_parts (const char *item);

/* The latest expiry of RECORDS, 0 when one of them has none. */
gint64 kb_item_expires (const GPtrArray *records);

G_END_DECLS

#endif
