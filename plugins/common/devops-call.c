/* SPDX-License-Identifier: MIT */
/* Puts the headers of one request to Azure DevOps together and sends it.
   Knows nothing of who signed in nor of what is asked. */
#include "common/devops-call.h"

#include "common/devops-refusal.h"

/* The user name of a PAT's Basic header is empty, as everybody documents it. */
static const char *
authorization (const KbCredential *credential, KbBuffer *line)
{
  if (!kb_buffer_append_text (line, "Authorization: ")
      || !kb_append_authorization (line, credential, ""))
    kb_buffer_clear (line);
  return kb_buffer_peek (line);
}

KbHttpAnswer *
kb_devops_send (KbHttp *http, const KbRequest *request, const KbCredential *credential,
                const KbDevopsCall *call, GError **error)
{
  static const char *const wanted[]
      = { KB_REFUSAL_HEADERS, KB_DEVOPS_CONTINUATION, NULL };
  g_autoptr (KbBuffer) line = kb_buffer_new (0);
  const char *const headers[]
      = { authorization (credential, line), "Accept: application/json",
          "X-TFS-FedAuthRedirect: Suppress", "X-VSS-ForceMsaPassThrough: true", NULL };
  const KbHttpCall sent = { .url = call->url,
                            .headers = headers,
                            .body = call->body,
                            .body_type = call->type,
                            .method = call->method,
                            .pages = TRUE,
                            .most = KB_DEVOPS_ANSWER_MAX,
                            .wanted = wanted };

  return kb_http_send (http, request, &sent, error);
}
