/* SPDX-License-Identifier: MIT */
/* What [stack NAME] and [organizations NAME] say: patterns, entries, control words.
   Knows nothing of files and of which groups exist. */
#ifndef KB_CONFIG_STACK_H
#define KB_CONFIG_STACK_H

#include "config-groups.h"
#include "config-scan.h"
#include "config.h"

G_BEGIN_DECLS

/* New; `module` of its entries and `fingerprint` are NULL still. */
KbStack *kb_stack_new (const KbConfigGroup *group, GError **error);
void kb_stack_free (KbStack *stack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbStack, kb_stack_free)

/* Once: it is made for those alone that somebody looks at. */
void kb_stack_add_fingerprint (KbStack *stack, const KbConfigGroups *groups);

/* The best of the stack's patterns: 0 for none. */
guint kb_stack_match (const KbStack *stack, const KbUrl *url);

typedef struct _KbOrganizations KbOrganizations;

/* What stands for the organization in `git-account`. */
#define KB_ORGANIZATION "{organization}"

/* New. */
KbOrganizations *kb_organizations_new (const KbConfigGroup *group, GError **error);
void kb_organizations_free (KbOrganizations *organizations);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbOrganizations, kb_organizations_free)

/* The best score of its patterns; ORGANIZATION (new, or NULL) is set when that is not
   0. */
guint kb_organizations_match (const KbOrganizations *organizations, const KbUrl *url,
                              char **organization);
gboolean kb_organizations_user_is_one (const KbOrganizations *organizations);

/* Borrowed, or NULL: `git-account`. */
const char *kb_organizations_git_account (const KbOrganizations *organizations);

/* Borrowed, NULL-terminated: "VARIABLE=credential.NAME" of `git-variables`. */
const char *const *kb_organizations_git_variables (const KbOrganizations *organizations);

/* FALSE with an error that names the first key of GROUP that is not in KNOWN
   (NULL-terminated). */
gboolean kb_config_only (const KbConfigGroup *group, const char *const *known,
                         GError **error);

/* *VALUE stays as it is when there is no such key. */
gboolean kb_config_boolean (const KbConfigGroup *group, const char *name, gboolean *value,
                            GError **error);

G_END_DECLS

#endif
