/* SPDX-License-Identifier: MIT */
/* Reads WWW-Authenticate lines (RFC 9110 section 11, and the unquoted forms that real
   servers send).  Knows nothing of which authority may be trusted. */
#ifndef KB_CHALLENGE_H
#define KB_CHALLENGE_H

#include <glib.h>

G_BEGIN_DECLS

/* The value of PARAMETER in the first challenge of SCHEME in LINES (NULL-terminated) that
   has it, both without case.  New and clean text (base/text.h), or NULL.  One line may
   hold several challenges joined by commas; a value may be a token, a quoted string or,
   as authorization_uri is sent, an unquoted URL, which ends at a comma or blank.
   Anything malformed is skipped, never guessed: what follows in that line is not read.  A
   parameter that stands twice in one challenge is malformed. */
char *kb_challenge_parameter (const char *const *lines, const char *scheme,
                              const char *parameter);

/* Whether SCHEME is offered at all. */
gboolean kb_challenge_offers (const char *const *lines, const char *scheme);

G_END_DECLS

#endif
