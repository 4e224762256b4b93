/* SPDX-License-Identifier: MIT */
/* Reads the document UserRealm: managed by Entra, federated, or unknown.
   Knows nothing of tokens nor of the password. */
#include "password/user-realm.h"

#include "base/json.h"

/* New: the form is that of recorded exchanges (api-version 1.0). */
static char *
endpoint_of (const char *authority, const char *user)
{
  g_autofree char *name = g_uri_escape_string (user, NULL, FALSE);

  return g_strconcat (authority, "/common/UserRealm/", name, "?api-version=1.0", NULL);
}

static gboolean
refuse (GError **error, KbErrorCode code, const char *why)
{
  g_set_error_literal (error, KB_ERROR, (gint) code, why);
  return FALSE;
}

static gboolean
check_status (const KbHttpAnswer *answer, const KbRequest *request, GError **error)
{
  gboolean busy = answer->status == 408 || answer->status == 429 || answer->status >= 500;

  if (answer->status == 200)
    return TRUE;
  if (busy && answer->retry_after > 0)
    kb_request_retry_after (request, answer->retry_after);
  g_set_error (error, KB_ERROR, busy ? KB_ERROR_NETWORK : KB_ERROR_PROTOCOL,
               "HTTP %u to the question who keeps the password%s", answer->status,
               busy ? ": try again later" : "");
  return FALSE;
}

static gboolean
judge (KbSecret *body, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (body, NULL);
  g_autofree char *type = NULL;

  if (json != NULL && kb_json_type (json, 0) == KB_JSON_OBJECT)
    type = kb_json_string (json, kb_json_member (json, 0, "account_type"));
  if (g_strcmp0 (type, "Managed") == 0)
    return TRUE;
  if (g_strcmp0 (type, "Federated") == 0)
    return refuse (error, KB_ERROR_DENIED,
                   "the account is federated: another identity provider keeps its "
                   "password, which is not sent there; use the source oauth for a "
                   "person, service-principal for a program");
  if (g_strcmp0 (type, "Unknown") == 0)
    return refuse (error, KB_ERROR_DENIED,
                   "Microsoft Entra does not know the account's domain, or it is a "
                   "personal account, which cannot sign in by password: check user");
  return refuse (error, KB_ERROR_PROTOCOL,
                 "the answer does not say who keeps the password: it is not sent");
}

gboolean
kb_user_realm_check (KbHttp *http, const KbRequest *request, const char *authority,
                     const char *user, GError **error)
{
  static const char *const headers[] = { "Accept: application/json", NULL };
  g_autofree char *url = endpoint_of (authority, user);
  KbHttpCall get = { .url = url, .headers = headers };
  g_autoptr (KbHttpAnswer) answer = kb_http_send (http, request, &get, error);

  return answer != NULL && check_status (answer, request, error)
         && judge (answer->body, error);
}
