/* SPDX-License-Identifier: MIT */
/* [provider NAME]: options that a [source NAME] takes over by provider=NAME, beneath its
   own.  Knows nothing of what they mean, nor of any provider. */
#ifndef KB_CONFIG_PROVIDER_H
#define KB_CONFIG_PROVIDER_H

#include "config-groups.h"

G_BEGIN_DECLS

/* Whether a source names a provider at all: else the shipped ones are not even read. */
gboolean kb_provider_is_wanted (const KbConfigGroups *groups);

/* FALSE: GROUP, a source, names one that there is not; or GROUP is a provider and names
   another. */
gboolean kb_provider_check (const KbConfigGroups *groups, const KbConfigGroup *group,
                            GError **error);

/* Borrowed, or NULL: what GROUP (or NULL) takes options over from. */
const KbConfigGroup *kb_provider_of (const KbConfigGroups *groups,
                                     const KbConfigGroup *group);

/* Borrowed, or NULL: the module that GROUP (or NULL) or its provider names. */
const char *kb_provider_module (const KbConfigGroups *groups, const KbConfigGroup *group);

/* New, of KbSetting: the provider's options, then GROUP's own, which win. */
GArray *kb_provider_settings (const KbConfigGroups *groups, const KbConfigGroup *group);

G_END_DECLS

#endif
