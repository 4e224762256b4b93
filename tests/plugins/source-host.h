/* SPDX-License-Identifier: MIT */
/* What tests of sources share: a module that is loaded as the program loads it, requests,
   and a bad HTTPS server.  Knows nothing of any source. */
#ifndef SOURCE_HOST_H
#define SOURCE_HOST_H

#include "instance.h"
#include "request.h"

G_BEGIN_DECLS

typedef struct
{
  const KbModule *module;
  KbInstance *instance;
  gpointer self; /* NULL until opened */
} SourceHost;

/* New: the module NAME of the build tree with options `name, value, ..., NULL`.  NULL
   with ERROR when an option or opening it fails; ends the test when it cannot be
   loaded. */
SourceHost *source_host_new (const char *name, const KbNetwork *network, GError **error,
                             ...) G_GNUC_NULL_TERMINATED;
void source_host_free (SourceHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SourceHost, source_host_free)

KbAnswer source_host_acquire (SourceHost *host, const KbRequest *request,
                              KbCredential **credential, GError **error);

/* New: "ACCOUNT REALM", or NULL after KB_DECLINED. */
char *source_host_identify (SourceHost *host, const KbRequest *request);

/* New: https://dev.azure.com/contoso/p/_git/r of organization contoso; or of HOST and
 * none. */
KbRequest *source_host_request (void);
KbRequest *source_host_request_for (const char *host);

/* A credential that the server refused is handed as prior. */
void source_host_refuse (KbRequest *request, const char *secret);

/* tests/plugins/https-server in a folder of its own. */
typedef struct
{
  GPid pid;
  int input;
  char *folder;
  char *ports; /* "NAME=PORT ..." */
  char *ca_file;
} HttpsServer;

/* New, or NULL when this computer lacks python3-cryptography. */
HttpsServer *https_server_new (void);
void https_server_free (HttpsServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpsServer, https_server_free)

/* New: "https://localhost:PORT". */
char *https_server_origin (const HttpsServer *server, const char *kind);

/* How many requests for SCENARIO came. */
guint https_server_count (const HttpsServer *server, const char *scenario);

G_END_DECLS

#endif
