/* SPDX-License-Identifier: MIT */
/* What one run of the program has at hand: configuration, loader, opened instances.
   Knows nothing of what they are asked. */
#ifndef KB_RUNTIME_H
#define KB_RUNTIME_H

#include "config.h"
#include "loader.h"

G_BEGIN_DECLS

typedef struct _KbRuntime KbRuntime;

/* New; takes CONFIG. */
KbRuntime *kb_runtime_new (KbConfig *config);

/* New, from the usual places.  In a build tree KEYBEARER_SYSCONFDIR stands for the
   system's folder, so that tests meet no machine's settings. */
KbRuntime *kb_runtime_new_default (GError **error);
void kb_runtime_free (KbRuntime *runtime);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbRuntime, kb_runtime_free)

/* Who follows `store:NAME` in options of sources from now on; DATA is borrowed.  FOLLOW
   NULL: nobody.  Stores get none: one that had its own key in itself would never open. */
void kb_runtime_set_store_reference (KbRuntime *runtime, KbStoreReference follow,
                                     gpointer data);

const KbConfig *kb_runtime_config (const KbRuntime *runtime);
KbLoader *kb_runtime_loader (const KbRuntime *runtime);

/* An instance that is open; both borrowed from the runtime, one for each name and
   kind. */
typedef struct
{
  const char *name;
  const KbModule *module;
  gpointer self;
} KbOpened;

/* KB_DECLINED: the module opens but has nothing to do here.  Errors name the instance. */
KbAnswer kb_runtime_source (KbRuntime *runtime, const KbEntry *entry,
                            const KbOpened **opened, GError **error);
KbAnswer kb_runtime_store (KbRuntime *runtime, const KbEntry *entry,
                           const KbOpened **opened, GError **error);

/* A module's answer as the core may trust it: FAILED without an error, or OK where OUTPUT
   is NULL, becomes KB_ERROR_MODULE; an error set with another answer is dropped. */
KbAnswer kb_answer_check (KbAnswer answer, const char *name, gconstpointer output,
                          GError **error);

G_END_DECLS

#endif
