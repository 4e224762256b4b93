/* SPDX-License-Identifier: MIT */
/* Origins, URLs and the patterns that they are matched with, by whole labels and segments.
   Knows nothing of which hosts are good: that is configuration. */
#ifndef KB_URL_H
#define KB_URL_H

#include <glib.h>

G_BEGIN_DECLS

/* RFC 3986, the subset in which two readers cannot differ: scheme, host of LDH labels (or
   an IPv4 or bracketed IPv6 address), port, path.  Refused: user info in a pattern, '%',
   '\\', blanks and controls in the host, IDN that is not yet xn--, a trailing dot, empty
   labels, labels that begin or end with '-', numeric tricks (0x7f.1), port 0 or over 65535
   or with leading zeros. */
typedef struct
{
  char *scheme; /* lower case */
  char *host;   /* lower case; an IPv6 address keeps its brackets */
  guint port;   /* 0 when absent or the scheme's own (https 443, http 80) */
  char *path;   /* without the leading '/', percent-encoding untouched; NULL when empty */
  char *user;   /* percent-decoded user info up to the first ':', or NULL */
} KbUrl;

/* New, or NULL with KB_ERROR_PROTOCOL (never quoting TEXT).  A query or fragment is an
   error; a path with "//", "." or ".." segments (also encoded: %2e) or an encoded '/' is
   too, because servers and matchers read those differently. */
KbUrl *kb_url_parse (const char *text, GError **error);

/* From a credential request's own fields: HOST may carry ":port".  PATH may be NULL. */
KbUrl *kb_url_new (const char *scheme, const char *host, const char *path, GError **error);
void kb_url_free (KbUrl *url);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbUrl, kb_url_free)

/* New.  "https://host[:port]". */
char *kb_url_origin (const KbUrl *url);

/* A pattern: "*" (every https URL) or SCHEME://HOST[:PORT]/PATH.  A host label is literal,
   `*` (exactly one label) or `{organization}` (exactly one, captured); a path segment is
   literal or `{organization}`.  Schemes: https, and http only where it is written. */
typedef struct _KbPattern KbPattern;

KbPattern *kb_pattern_parse (const char *text, GError **error); /* KB_ERROR_CONFIG */
void kb_pattern_free (KbPattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbPattern, kb_pattern_free)

/* How well URL matches: 0 not at all, else higher is longer (literal host labels before
   wildcards, then path segments; "*" is 1).  Host labels compare without case, path
   segments exactly, a pattern's path is a prefix by whole segments.  ORGANIZATION, when
   not NULL, gets what {organization} captured (new, percent-decoded, lower case as
   organizations compare without case), or NULL.  A path that ends before {organization}
   still matches and captures nothing. */
guint kb_pattern_match (const KbPattern *pattern, const KbUrl *url, char **organization);

G_END_DECLS

#endif
