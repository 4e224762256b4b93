/* SPDX-License-Identifier: MIT */
/* Origins, URLs and the patterns that they are matched with, by whole labels and
   segments.
   Knows nothing of which hosts are good: that is configuration. */
#ifndef KB_URL_H
#define KB_URL_H

#include <glib.h>

G_BEGIN_DECLS

/* RFC 3986, the subset in which two readers cannot differ: scheme, host of LDH labels (or
   an IPv4 or bracketed IPv6 address), port, path.  Refused: user info in a pattern, '%',
   '\\', blanks and controls in the host, IDN that is not yet xn--, a trailing dot, empty
   labels, labels that begin or end with '-', numeric tricks (0x7f.1), port 0 or over
   65535 or with leading zeros. */
typedef struct
{
  char *scheme; /* lower case */
  char *host; /* lower case; an IPv6 address keeps its brackets and has its short form */
  guint port; /* 0 when absent or the scheme's own (https 443, http 80) */
  char *path; /* without the leading '/', as it was given; NULL when empty */
  gboolean path_decoded; /* PATH is plain text (kb_url_new), not percent-encoded */
  char *user; /* percent-decoded user info, or NULL; wiped, as people put tokens there */
} KbUrl;

/* New, or NULL with KB_ERROR_PROTOCOL (never quoting TEXT).  The path keeps its
   percent-encoding and holds nothing but RFC 3986's pchar.  A query or fragment is an
   error, and so is a password; a path with "//", "." or ".." segments (also encoded:
   %2e), an encoded '/', a '\\' in any form or an encoded control byte is too, because
   servers and matchers read those differently.  One '/' at the end is kept and means
   nothing. */
KbUrl *kb_url_parse (const char *text, GError **error);

/* From a credential request's own fields: HOST may carry ":port".  PATH may be NULL; git
   has percent-decoded it ("contoso/My Project/_git/repo"), so blanks, '?' and UTF-8 are
   themselves in it.  Refused are dot and empty segments, control bytes and '\\', and what
   a second decoding would turn into '.', '/' or '\\'. */
KbUrl *kb_url_new (const char *scheme, const char *host, const char *path,
                   GError **error);
void kb_url_free (KbUrl *url);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbUrl, kb_url_free)

/* New.  "https://host[:port]". */
char *kb_url_origin (const KbUrl *url);

/* A pattern: "*" (every https URL) or SCHEME://HOST[:PORT]/PATH.  A label of HOST is
   literal, "*" (exactly one label) or {organization} (exactly one, captured); a segment
   of PATH is literal (percent-encoded where a URL would be) or {organization}.  At most
   one {organization}; no wildcard stands for a part of an IP address; a port is that very
   port, none is the scheme's own.  Schemes: https, and http only where it is written. */
typedef struct _KbPattern KbPattern;

KbPattern *kb_pattern_parse (const char *text, GError **error); /* KB_ERROR_CONFIG */
void kb_pattern_free (KbPattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbPattern, kb_pattern_free)

/* How well URL matches: 0 not at all, else higher is longer (literal host labels before
   wildcards, then path segments; "*" is 1).  Host labels compare without case, path
   segments exactly, a pattern's path is a prefix by whole segments.  ORGANIZATION, when
   not NULL, gets what {organization} captured (new, percent-decoded, lower case as
   organizations compare without case), or NULL; it is left alone when nothing matches.  A
   path that ends before {organization} still matches and captures nothing; so does a
   segment over 64 bytes or with '?' or '#'. */
guint kb_pattern_match (const KbPattern *pattern, const KbUrl *url, char **organization);

G_END_DECLS

#endif
