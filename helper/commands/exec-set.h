/* SPDX-License-Identifier: MIT */
/* The variables that one call of exec adds to an environment.
   Knows nothing of which tools read them. */
#ifndef KB_COMMANDS_EXEC_SET_H
#define KB_COMMANDS_EXEC_SET_H

#include "base/secret.h"

G_BEGIN_DECLS

typedef struct _KbExecSet KbExecSet;

KbExecSet *kb_exec_set_new (void);
void kb_exec_set_free (KbExecSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbExecSet, kb_exec_set_free)

/* Sets NAME where no earlier call has: the place that was named first counts. */
void kb_exec_set_text (KbExecSet *set, const char *name, const char *value);
void kb_exec_set_secret (KbExecSet *set, const char *name, const KbSecret *value);
void kb_exec_set_buffer (KbExecSet *set, const char *name, const KbBuffer *value);

gboolean kb_exec_set_has (const KbExecSet *set, const char *name);

/* New, NULL-terminated: ENVIRONMENT with the set in it; the strings are borrowed from
   both. */
GPtrArray *kb_exec_set_merge (const KbExecSet *set, char **environment);

/* New: TEXT in capitals, '_' for all but letters and digits: what a variable's name may
   have in every shell.  dash, the sh of Debian, drops variables of other names. */
char *kb_exec_set_name (const char *text);

G_END_DECLS

#endif
