/* SPDX-License-Identifier: MIT */
/* The front end for Docker and its kin (docker-credential-helpers).  Knows nothing of who
 * makes credentials. */
#ifndef KB_FRONTENDS_DOCKER_H
#define KB_FRONTENDS_DOCKER_H

#include "frontend.h"

G_BEGIN_DECLS

/* ARGUMENTS: get, store, erase, list or version. */
int kb_frontend_docker (const KbStreams *streams, char **arguments, GError **error);

/* New: the URL of what Docker calls a server, which may lack the scheme; or NULL. */
char *kb_docker_url (const KbSecret *server);

/* A login as `docker login` hands it over. */
typedef struct
{
  char *url;
  char *user;
  KbSecret *secret;
} KbDockerLogin;

void kb_docker_login_clear (KbDockerLogin *login);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbDockerLogin, kb_docker_login_clear)

/* LOGIN is zeroed.  KB_ERROR_PROTOCOL. */
gboolean kb_docker_login_read (KbSecret *text, KbDockerLogin *login, GError **error);

G_END_DECLS

#endif
