/* SPDX-License-Identifier: MIT */
/* Who the service principal is: from the configuration, or from the environment.
   Knows nothing of requests for tokens. */
#ifndef KB_PRINCIPAL_H
#define KB_PRINCIPAL_H

#include "common/authority.h"

G_BEGIN_DECLS

typedef struct
{
  char *authority; /* "https://host[:port]" */
  char *tenant;    /* lower case */
  char *client;    /* lower case */
  char *scope;
  char *resource;              /* the scope without its permission */
  const char *secret_variable; /* where the secret is; NULL: in the option `secret` */
} KbPrincipal;

void kb_principal_free (KbPrincipal *principal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbPrincipal, kb_principal_free)

/* What can be said of the options alone.  Half a configuration is KB_ERROR_CONFIG. */
gboolean kb_principal_check (const KbInstance *instance, GError **error);

/* PRINCIPAL is new.  KB_DECLINED after a note that names what is missing. */
KbAnswer kb_principal_find (const KbInstance *instance, const KbRequest *request,
                            KbPrincipal **principal, GError **error);

/* SECRET is new.  KB_FAILED with KB_ERROR_CONFIG when what should hold it does not
   exist. */
KbAnswer kb_principal_secret (const KbInstance *instance, const KbRequest *request,
                              const KbPrincipal *principal, KbSecret **secret,
                              GError **error);

G_END_DECLS

#endif
