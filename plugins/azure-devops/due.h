/* SPDX-License-Identifier: MIT */
/* Which tokens a run of `pat rotate` is about: by name, by their end, and those whose
   rotation was cut short.  Knows nothing of how they are rotated. */
#ifndef KB_AZURE_DEVOPS_DUE_H
#define KB_AZURE_DEVOPS_DUE_H

#include "rotation.h"

G_BEGIN_DECLS

typedef struct
{
  const char *const *names; /* names or ids, NULL-terminated */
  gboolean all;             /* all that are kept here */
  gint64 before;            /* only those that end before; 0: whenever they end */
} KbDue;

/* New, of KbJob with its free function.  NULL without ERROR after a complaint: there is
   no such token, or several are called so, or nobody is signed in.  Tokens on the server
   that bear a mark which no journal here knows are complained of. */
GPtrArray *kb_due_jobs (KbClient *client, const KbDue *due, GError **error);

/* As one JSON object, for another process; NULL: it is none. */
void kb_job_to_json (KbBuffer *json, const KbJob *job);
KbJob *kb_job_read (KbSecret *text);

G_END_DECLS

#endif
