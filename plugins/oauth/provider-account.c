/* SPDX-License-Identifier: MIT */
/* Asks a provider without id_tokens whose token it has just given.
   Knows nothing of how it was given. */
#include "oauth/provider.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

#define ACCOUNT_MAX 256

/* OpenID Connect, GitHub, GitLab and Bitbucket, in this order: each document has one that
   a person types. */
static const char *const members[] = { "preferred_username", "login", "username" };

/* New, or NULL: what may be shown and kept. */
static char *
name_in (KbSecret *body)
{
  g_autoptr (KbJson) json = kb_json_parse (body, NULL);

  if (json == NULL || kb_json_type (json, 0) != KB_JSON_OBJECT)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *name = kb_json_string (json, kb_json_member (json, 0, members[i]));

      if (name != NULL && *name != '\0' && strlen (name) <= ACCOUNT_MAX
          && kb_text_is_clean (name, strlen (name)))
        return g_utf8_strdown (name, -1);
    }
  return NULL;
}

char *
kb_oauth_provider_account (const KbOauthProvider *provider, KbHttp *http,
                           const KbRequest *request, const KbSecret *token)
{
  g_autoptr (KbBuffer) line = kb_buffer_new (0);
  const char *headers[] = { "Accept: application/json", NULL, NULL };
  KbHttpCall call = { .url = provider->endpoints[KB_OAUTH_USERINFO], .headers = headers };
  g_autoptr (KbHttpAnswer) answer = NULL;
  g_autoptr (GError) problem = NULL;
  char *name = NULL;

  if (call.url == NULL || !kb_buffer_append (line, "Authorization: Bearer ", 22)
      || !kb_buffer_append (line, kb_secret_peek (token), kb_secret_length (token)))
    return NULL;
  headers[1] = kb_buffer_peek (line);
  answer = kb_http_send (http, request, &call, &problem);
  if (answer != NULL && answer->status == 200)
    name = name_in (answer->body);
  if (name == NULL)
    kb_request_note (request, "the provider does not say who signed in%s%s",
                     problem != NULL ? ": " : "",
                     problem != NULL ? problem->message : "");
  return name;
}
