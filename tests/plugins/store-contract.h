/* SPDX-License-Identifier: MIT */
/* What every store must do, whatever it keeps its items in (keybearer-module.h).
   Knows nothing of any one store. */
#ifndef STORE_CONTRACT_H
#define STORE_CONTRACT_H

#include "instance.h"
#include "request.h"

G_BEGIN_DECLS

#define KB_STORE_LABEL "Keybearer: a test"

typedef struct
{
  const char *module;        /* NAME of plugins/NAME */
  const KbSetting *settings; /* of its configuration group */
  gsize n_settings;
  gsize value_max; /* the longest value that it takes; longer ones are misses */
  guint many;      /* how many items at once */
  guint kills;     /* how often a writer is killed */
} KbStoreSubject;

/* To be called first thing in main.  A copy of the program that was started to write does
   so and never returns. */
void kb_store_contract_init (int *argc, char ***argv, const KbStoreSubject *subject);

/* Adds the tests as PREFIX/...; they skip when the store's probe says that it is not
 * there. */
void kb_store_contract_add (const char *prefix, const KbStoreSubject *subject);

/* ---- for tests of one store ----------------------------------------------------- */

typedef struct
{
  const KbStore *api;
  KbInstance *instance;
  KbRequest *request;
  gpointer self;
} KbStoreHandle;

/* The module's store, opened anew with SETTINGS; a failure to load it ends the test. */
KbStoreHandle *kb_store_handle_new (const char *module, const KbSetting *settings,
                                    gsize n_settings);
void kb_store_handle_free (KbStoreHandle *handle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbStoreHandle, kb_store_handle_free)

/* The module itself. */
const KbModule *kb_store_module (const char *module);

KbAnswer kb_store_put_text (KbStoreHandle *handle, const char *name, const char *text,
                            GError **error);

/* Any failure ends the test. */
KbAnswer kb_store_get (KbStoreHandle *handle, const char *name, KbSecret **value);

/* Gets NAME and holds it to be TEXT. */
void kb_store_assert_text (KbStoreHandle *handle, const char *name, const char *text);
void kb_store_assert_missing (KbStoreHandle *handle, const char *name);

/* Skips as tests do here, or fails where KEYBEARER_TESTS_MUST_RUN says so. */
void kb_store_skip (const char *why);

G_END_DECLS

#endif
