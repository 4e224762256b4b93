/* SPDX-License-Identifier: MIT */
/* The addresses of the life cycle API of personal access tokens, and what it answers.
   Knows nothing of who sends the requests. */
#ifndef KB_PAT_CALL_H
#define KB_PAT_CALL_H

#include "common/pat-record.h"

G_BEGIN_DECLS

/* What `list` asks for; NULL is the server's own default. */
typedef struct
{
  const char *state; /* active, revoked, expired, all */
  const char *sort;  /* displayName, displayDate, status */
  gboolean descending;
} KbPatFilter;

/* New: where a token is made; the token ID; the first page of a list, and the page that
   TOKEN names. */
char *kb_pat_url (const char *organization);
char *kb_pat_url_of (const char *organization, const char *id);
char *kb_pat_url_of_list (const char *organization, const KbPatFilter *filter);
char *kb_pat_url_of_page (const char *first, const char *token);

/* Appends the tokens of one page of a list to PATS; *TOKEN (new) names the next page, or
   is NULL. */
gboolean kb_pat_read_page (KbSecret *body, GPtrArray *pats, char **token, GError **error);

/* Whether the answer to DELETE says that the token is no more: 204, or 200 with a
   document as the specification says.  One that was not there any more is no error. */
gboolean kb_pat_read_revoked (KbSecret *body, GError **error);

/* Adds who can have tokens at all to an error that says that the sign-in was not taken:
   one that is good for all else is a service principal's, or a PAT. */
void kb_pat_add_reason (GError *error);

G_END_DECLS

#endif
