/* SPDX-License-Identifier: MIT */
/* What the options of one instance say: who is asked, as whom, for what, and how.
   Knows nothing of requests. */
#ifndef KB_OAUTH_SETTINGS_H
#define KB_OAUTH_SETTINGS_H

#include "oauth/provider.h"

G_BEGIN_DECLS

/* What Entra is asked for besides: a renewal, and who it was. */
#define KB_OAUTH_OIDC_WORDS "offline_access openid profile"

#define KB_OAUTH_BROWSER 1u
#define KB_OAUTH_DEVICE 2u
#define KB_OAUTH_REVOKING 4u /* no way to sign in, but to end one */

typedef struct
{
  const KbInstance *instance; /* borrowed; must outlive this */
  char *authority;            /* origin of Entra; NULL: another provider */
  KbOauthProvider *provider;  /* that one, or NULL: Entra */
  char *origin;               /* of whoever issues tokens, Entra or not */
  char *tenant;               /* lower case, or NULL: it has to be found */
  char *client;
  char *scope;          /* as it is asked for, perhaps "" */
  char *resource;       /* what the tokens are for, as a part of the realm */
  guint flows;          /* KB_OAUTH_* */
  guint port;           /* of the listener, 0 for any */
  gint64 timeout_ms;    /* of a sign-in in the browser */
  const char *loopback; /* the host in the redirect URI */
  gboolean form_post;   /* the answer comes as a POST, and as nothing else */
  gboolean basic;       /* the client proves itself by HTTP Basic, not in the form */
  const char *idle;     /* why nothing can be made here, or NULL */
} KbOauthSettings;

/* New, or NULL with KB_ERROR_CONFIG. */
KbOauthSettings *kb_oauth_settings_new (const KbInstance *instance, GError **error);
void kb_oauth_settings_free (KbOauthSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbOauthSettings, kb_oauth_settings_free)

/* Whether WORD is one of the words of the scope that is asked for. */
gboolean kb_oauth_settings_asks (const KbOauthSettings *settings, const char *word);

G_END_DECLS

#endif
