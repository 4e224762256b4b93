/* SPDX-License-Identifier: MIT */
/* The fields of a request, for the two files that implement it alone.
   Knows nothing of the tool's protocol nor of what will answer. */
#ifndef KB_REQUEST_OWN_H
#define KB_REQUEST_OWN_H

#include "request.h"
#include "seen.h"

/* What a module tells the core while it only borrows the request. */
typedef struct
{
  KbSeen *seen;
  gint64 silence;
  gint64 deadline;
  gboolean asked;
  gboolean signing_in;
  char *note;
  guint notes;            /* so far */
  char *account_variable; /* of git's configuration; not looked at yet */
  char *account_otherwise;
  const char *const *git_variables; /* "VARIABLE=credential.NAME", or NULL */
  GHashTable *by_git;               /* VARIABLE -> KbSecret */
} KbReport;

struct _KbRequest
{
  KbUrl *url;
  char *program;
  char *user;
  char *account;
  char *scope;
  gboolean fresh;
  char *organization;
  gboolean organization_missing;
  char *place;
  GPtrArray *challenges; /* NULL-terminated */
  GHashTable *hints;
  const KbTalk *talk;
  gboolean quiet;
  gboolean hushed;
  KbLock *lock;
  KbCredential *prior;
  gboolean prior_refused;
  KbSecret *renewal;
  KbCredential *input;
  KbReport *report;
};

#endif
