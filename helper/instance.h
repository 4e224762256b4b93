/* SPDX-License-Identifier: MIT */
/* The core's side of KbInstance: a module with the options of one configuration group,
   checked against the module's table.  Knows nothing of files. */
#ifndef KB_INSTANCE_H
#define KB_INSTANCE_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* One `key=value` of a group with the place that an error names ("FILE:LINE"). */
typedef struct
{
  const char *name;
  const char *value; /* with GKeyFile's escapes already undone */
  const char *place;
} KbSetting;

typedef struct
{
  const char *ca_file; /* or NULL */
  const char *proxy;   /* or NULL */
} KbNetwork;

/* Follows a `store:NAME` reference; set by who has stores. */
typedef KbAnswer (*KbStoreReference) (gpointer data, const char *name, KbSecret **secret,
                                      GError **error);

/* New.  SETTINGS may be empty; NETWORK may be NULL; both are copied.  KB_ERROR_CONFIG,
   with the place: an option the table does not know, a value of the wrong type, a
   required one that is missing, a secret that is no reference. */
KbInstance *kb_instance_new (const char *name, const KbModule *module,
                             const KbSetting *settings, gsize n_settings,
                             const KbNetwork *network, GError **error);
void kb_instance_free (KbInstance *instance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbInstance, kb_instance_free)

const KbModule *kb_instance_module (const KbInstance *instance);
void kb_instance_set_data_dir (KbInstance *instance, const char *path);
void kb_instance_set_store_reference (KbInstance *instance, KbStoreReference follow,
                                      gpointer data);

/* Whether TEXT has the form of a secret reference: file:ABSOLUTE-PATH, env:NAME, fd:N,
   cred:NAME, store:NAME. */
gboolean kb_reference_is_valid (const char *text);

/* Why OPTION cannot have TEXT as its value: a constant that quotes nothing, or NULL. */
const char *kb_option_fault (const KbOption *option, const char *text);

G_END_DECLS

#endif
