/* SPDX-License-Identifier: MIT */
/* The syntax that URLs and patterns share.  Internal to base: others use base/url.h.
   Knows nothing of patterns. */
#ifndef KB_URL_PIECES_H
#define KB_URL_PIECES_H

#include <glib.h>

G_BEGIN_DECLS

/* As they are written.  SCHEME, HOST and PATH (without the leading '/') are never NULL
   after a cut; USER and PORT are NULL when there is none. */
typedef struct
{
  char *scheme;
  char *user; /* people put tokens there: wiped */
  char *host;
  char *port;
  char *path;
} KbUrlPieces;

void kb_url_pieces_clear (KbUrlPieces *pieces);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbUrlPieces, kb_url_pieces_clear)

void kb_url_wipe_text (char *text);

/* Each of these returns what is wrong, a constant that quotes nothing, or NULL. */
const char *kb_url_cut (const char *text, KbUrlPieces *pieces);
const char *kb_url_read_origin (const KbUrlPieces *pieces, char **scheme, char **host,
                                guint *port);
const char *kb_url_read_user (const char *text, char **user);

/* DECODED: TEXT went through somebody's percent-decoding.  Only its end may be a '/'. */
const char *kb_url_check_path (const char *text, gboolean decoded);

/* One label of a host: letters, digits and hyphens.  One escaped segment of a path. */
gboolean kb_url_is_label (const char *label, gsize length);
gboolean kb_url_is_segment (const char *segment);

/* AUTHORITY without user info: fills HOST and PORT. */
void kb_url_cut_authority (const char *authority, KbUrlPieces *pieces);

G_END_DECLS

#endif
