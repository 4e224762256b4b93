/* SPDX-License-Identifier: MIT */
/* Speaks client-go's ExecCredential: a token for a cluster, by default one of Azure.
   Knows nothing of who makes credentials. */
#include "frontends/kubectl.h"

#include <string.h>

#include "base/arguments.h"
#include "base/json.h"
#include "frontends/ask.h"

/* The server application of the Azure Kubernetes Service, in every tenant the same. */
#define AKS_SCOPE "6dae42f8-4368-4678-94ff-3960e28e3630/.default"
#define INFO_MAX (1024 * 1024)

static const char *const versions[]
    = { "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1" };

static gboolean
refuse (const char *why, GError **error)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "KUBERNETES_EXEC_INFO: %s", why);
  return FALSE;
}

gboolean
kb_kubectl_read (KbSecret *text, KbKubectlInfo *info, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (text, error);
  KbJsonNode spec = json != NULL ? kb_json_member (json, 0, "spec") : -1;
  g_autofree char *kind = NULL;
  g_autofree char *version = NULL;
  gboolean interactive = FALSE;

  if (json == NULL)
    {
      g_prefix_error (error, "KUBERNETES_EXEC_INFO: ");
      return FALSE;
    }
  kind = kb_json_string (json, kb_json_member (json, 0, "kind"));
  version = kb_json_string (json, kb_json_member (json, 0, "apiVersion"));
  if (kind == NULL || version == NULL || !g_str_equal (kind, "ExecCredential"))
    return refuse ("not an ExecCredential", error);
  if (spec >= 0)
    (void) kb_json_boolean (json, kb_json_member (json, spec, "interactive"),
                            &interactive);
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    if (g_str_equal (version, versions[i]))
      {
        *info = (KbKubectlInfo){ versions[i], interactive };
        return TRUE;
      }
  return refuse ("an apiVersion other than v1 and v1beta1", error);
}

/* By hand there is no variable: then the newest, and nobody is asked. */
static gboolean
find_info (KbKubectlInfo *info, GError **error)
{
  const char *text = g_getenv ("KUBERNETES_EXEC_INFO");
  g_autoptr (KbSecret) secret = NULL;

  *info = (KbKubectlInfo){ versions[0], FALSE };
  if (text == NULL || *text == '\0')
    return TRUE;
  if (strlen (text) > INFO_MAX)
    return refuse ("too long", error);
  secret = kb_secret_new_text (text);
  return kb_kubectl_read (secret, info, error);
}

static int
answer (const KbStreams *streams, const KbKubectlInfo *info,
        const KbCredential *credential, GError **error)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_autofree char *until = kb_ask_until_text (credential);

  if (kb_credential_scheme (credential) != KB_SCHEME_BEARER)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "the stack gave a password, and a cluster takes a token");
      return KB_EXIT_ERROR;
    }
  kb_json_open (text, NULL, '{');
  kb_json_text (text, "apiVersion", info->version);
  kb_json_text (text, "kind", "ExecCredential");
  kb_json_open (text, "status", '{');
  if (until != NULL)
    kb_json_text (text, "expirationTimestamp", until);
  kb_json_text (text, "token",
                kb_secret_peek (kb_credential_secret ((KbCredential *) credential)));
  kb_json_close (text, '}');
  kb_json_close (text, '}');
  kb_buffer_append_text (text, "\n");
  return kb_ask_answer (streams, text);
}

int
kb_frontend_kubectl (const KbStreams *streams, char **arguments, GError **error)
{
  KbWish wish = { .program = "kubectl", .any_organization = TRUE };
  const KbArgument table[] = { { "--scope", NULL, &wish.scope },
                               { "--account", NULL, &wish.login },
                               { NULL, NULL, NULL } };
  const char *word = NULL;
  KbKubectlInfo info;
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  KbAnswer opened;

  if (!kb_arguments_read ("kubectl", arguments, table, 1, &word, NULL))
    return KB_EXIT_USAGE;
  if (!find_info (&info, error))
    return KB_EXIT_ERROR;
  if (wish.scope == NULL)
    wish.scope = AKS_SCOPE;
  wish.way = info.interactive ? kb_permitted_talk : NULL;
  opened = kb_ask_open_word (&ask, word, &wish, error);
  if (opened == KB_OK)
    opened = kb_ask_get (&ask, &credential, error);
  else if (opened == KB_DECLINED)
    kb_complain ("kubectl: no stack is for this place");
  return opened == KB_OK ? answer (streams, &info, credential, error) : KB_EXIT_NOTHING;
}
