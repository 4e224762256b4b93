/* SPDX-License-Identifier: MIT */
/* A personal access token as Azure DevOps describes it, and the bodies that ask for one.
   Knows nothing of how they are sent. */
#ifndef KB_PAT_RECORD_H
#define KB_PAT_RECORD_H

#include "base/json.h"
#include "keybearer-module.h"

G_BEGIN_DECLS

/* The longest name that the server takes is not documented; its own pages cut at 256. */
#define KB_PAT_NAME_MAX 256
/* A PAT lives for a year at the most (entra-and-azure-devops 4.1). */
#define KB_PAT_DAYS_MAX 365

typedef struct
{
  char *id; /* authorizationId, a GUID in lower case: the name that never changes */
  char *name;
  char *scope;       /* words with blanks between them; "app_token" is full access */
  gint64 valid_from; /* seconds since 1970, 0: not told */
  gint64 valid_to;
  gboolean global;  /* for every organization of the account */
  KbSecret *secret; /* told once, when it is made; else NULL */
} KbPat;

void kb_pat_free (KbPat *pat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbPat, kb_pat_free)

/* New, from an object of the list, or NULL with KB_ERROR_PROTOCOL. */
KbPat *kb_pat_read (const KbJson *json, KbJsonNode node, GError **error);

/* New, from the answer to create, update or show: HTTP 200 with a patTokenError in it is
   a failure, said in a sentence. */
KbPat *kb_pat_read_result (KbSecret *body, GError **error);

/* The sentence for a patTokenError, compared without case: an open set.  Borrowed. */
const char *kb_pat_error_sentence (const char *word);

/* What is asked for; NULL and 0 are left out. */
typedef struct
{
  const char *id;
  const char *name;
  const char *scope;
  gint64 valid_to;
  gboolean global;
} KbPatWanted;

/* New: the JSON body. */
KbBuffer *kb_pat_body (const KbPatWanted *wanted);

/* New: ISO 8601 in UTC, as the API takes it.  *SECONDS of what it sends, which has up to
   seven digits of a second (recorded-exchanges P3): FALSE when TEXT is none. */
char *kb_pat_time (gint64 seconds);
gboolean kb_pat_read_time (const char *text, gint64 *seconds);

G_END_DECLS

#endif
