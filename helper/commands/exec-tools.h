/* SPDX-License-Identifier: MIT */
/* What each tool reads from its environment, for the places that exec was told.
   Knows nothing of how the command is started. */
#ifndef KB_COMMANDS_EXEC_TOOLS_H
#define KB_COMMANDS_EXEC_TOOLS_H

#include "commands/exec-set.h"
#include "commands/place.h"

G_BEGIN_DECLS

typedef struct
{
  KbPlace place;
  KbCredential *credential;
} KbExecPlace;

void kb_exec_place_free (KbExecPlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbExecPlace, kb_exec_place_free)

/* New: WORD opened and its credential, or NULL; *STATUS is then that of the program.
   FEED: the name of an organization means its package feeds. */
KbExecPlace *kb_exec_place_new (const char *word, gboolean feed, int *status,
                                GError **error);

typedef struct
{
  const GPtrArray *places; /* of KbExecPlace; at least one, the first named first */
  KbExecSet *set;
  gboolean asked; /* --only names the tool that is being set */
} KbExecJob;

/* ONLY: names of tools with commas between, or NULL: all but those that have to be asked
   for.  FALSE after a complaint about a name that is none. */
gboolean kb_exec_tools_known (const char *only);
void kb_exec_tools_run (KbExecJob *job, const char *only);

/* ---- what the tools' files share ------------------------------------------------ */

const KbExecPlace *kb_exec_job_first (const KbExecJob *job);

/* Borrowed, or NULL: the place that URL belongs to. */
const KbExecPlace *kb_exec_job_find (const KbExecJob *job, const char *url);

/* New, NULL-terminated: the URLs below which PLACE's package feeds are, each with a '/'
   at its end; those only that are for its credential. */
char **kb_exec_place_feeds (const KbExecPlace *place);

/* New: the URL that was opened. */
char *kb_exec_place_url (const KbExecPlace *place);

gboolean kb_exec_place_is_bearer (const KbExecPlace *place);

/* A user name for a tool that wants one: servers look at the password alone. */
const char *kb_exec_place_user (const KbExecPlace *place);
const KbSecret *kb_exec_place_secret (const KbExecPlace *place);

/* The value of an Authorization header. */
void kb_exec_place_header (const KbExecPlace *place, KbBuffer *text);

/* ---- the tools that look at files ----------------------------------------------- */

void kb_exec_set_nuget (KbExecJob *job);
void kb_exec_set_npm (KbExecJob *job);
/* Appends npm's lines for all places, and for their registries among URLS (NULL-ended, or
   NULL) and in .npmrc; returns the number of those.  YARN: so that Yarn 1 understands
   them, as it is where the project is one of Yarn 1. */
guint kb_exec_npm_append (const KbExecJob *job, const char *const *urls, gboolean yarn,
                          KbBuffer *text);
/* New, or NULL: the project's .npmrc, where it has a credential of its own for one of the
   places: npm takes that before the user's. */
char *kb_exec_npm_project (const KbExecJob *job);
void kb_exec_set_yarn (KbExecJob *job);
void kb_exec_set_uv (KbExecJob *job);
void kb_exec_set_poetry (KbExecJob *job);
void kb_exec_set_twine (KbExecJob *job);
void kb_exec_set_cargo (KbExecJob *job);
void kb_exec_set_gradle (KbExecJob *job);

G_END_DECLS

#endif
