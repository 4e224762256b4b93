/* SPDX-License-Identifier: MIT */
/* The first sign-in to the older OAuth platform: a person opens an address and brings
   back what the browser ends at.  Knows nothing of tokens. */
#ifndef KB_OLDER_SIGN_IN_H
#define KB_OLDER_SIGN_IN_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct
{
  const char *authority; /* "https://host[:port]" */
  const char *client_id;
  const char *redirect_uri;
  const char *scope;
} KbOlderApp;

/* Asks; CODE is new.  KB_DECLINED: nobody may be asked or the person gave nothing. */
KbAnswer kb_older_sign_in (const KbOlderApp *app, const KbRequest *request,
                           KbSecret **code, GError **error);

/* The pieces, for tests.  New: the address to open. */
char *kb_older_authorize_url (const KbOlderApp *app, const char *state);

/* New: the code in what a person pasted, which is the whole address with STATE in it, or
   the code alone.  KB_ERROR_DENIED when it is neither or is of another sign-in. */
KbSecret *kb_older_read_code (const KbOlderApp *app, const KbSecret *pasted,
                              const char *state, GError **error);

G_END_DECLS

#endif
