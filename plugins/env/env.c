/* SPDX-License-Identifier: MIT */
/* Source: a token that somebody put into the environment.
   Knows nothing of networks, stores or people. */
#include "common/token.h"

#include <string.h>

static const KbOption options[]
    = { { "variables", KB_OPTION_LIST, FALSE, NULL,
          "Variables to look at before the known ones, the first that is set wins" },
        { "user", KB_OPTION_STRING, FALSE, "token",
          "User name where the tool asks for none" },
        { NULL, KB_OPTION_STRING, FALSE, NULL, NULL } };

/* A build agent leaves this text when the pipeline does not map its own token. */
#define UNMAPPED "$("

typedef struct
{
  const char *name; /* borrowed */
  KbSecret *value;
} Found;

static void
found_clear (Found *found)
{
  kb_secret_unref (found->value);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

static gboolean
is_variable (const char *name)
{
  gsize length = strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789_");

  return length > 0 && name[length] == '\0' && !g_ascii_isdigit (name[0]);
}

static KbAnswer
env_open (const KbInstance *instance, gpointer *self, GError **error)
{
  const char *const *names = kb_instance_list (instance, "variables");

  for (gsize i = 0; names[i] != NULL; i++)
    if (!is_variable (names[i]))
      {
        g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                             "variables: not a name of a variable");
        return KB_FAILED;
      }
  *self = (gpointer) instance;
  return KB_OK;
}

static void
env_close (gpointer self)
{
}

/* TRUE when NAME is set to something that may be given. */
static gboolean
look_at (const KbRequest *request, const char *name, Found *found)
{
  g_autoptr (KbSecret) value = kb_request_getenv_secret (request, name);
  gboolean unmapped
      = value != NULL && g_str_has_prefix (kb_secret_peek (value), UNMAPPED);

  if (unmapped)
    kb_request_note (request, "%s is not mapped to a value in the pipeline", name);
  if (value == NULL || kb_secret_length (value) == 0 || unmapped)
    return FALSE;
  found->name = name;
  found->value = g_steal_pointer (&value);
  return TRUE;
}

/* The known variables hold Azure DevOps' tokens: a stack for other hosts must not be
   given them, however it is configured. */
static gboolean
is_azure_devops (const KbRequest *request)
{
  const char *host = kb_request_host (request);

  return kb_request_organization (request) != NULL || g_str_equal (host, "dev.azure.com")
         || g_str_has_suffix (host, ".dev.azure.com")
         || g_str_has_suffix (host, ".visualstudio.com");
}

static gboolean
is_pipeline (const KbRequest *request)
{
  const char *build = kb_request_getenv (request, "TF_BUILD");

  return build != NULL && g_ascii_strcasecmp (build, "true") == 0;
}

static gboolean
find (const KbInstance *instance, const KbRequest *request, Found *found)
{
  const char *const *names = kb_instance_list (instance, "variables");

  for (gsize i = 0; names[i] != NULL; i++)
    if (look_at (request, names[i], found))
      return TRUE;
  if (!is_azure_devops (request))
    return FALSE;
  return look_at (request, "AZURE_DEVOPS_EXT_PAT", found)
         || (is_pipeline (request) && look_at (request, "SYSTEM_ACCESSTOKEN", found));
}

static KbAnswer
env_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
              GError **error)
{
  g_auto (Found) found = { NULL, NULL };

  if (!find (self, request, &found))
    {
      kb_request_note (request, "no variable that it looks at holds a token");
      return KB_DECLINED;
    }
  identity->account = g_strdup_printf ("environment:%s", found.name);
  identity->realm = kb_token_realm (request);
  return KB_OK;
}

static KbAnswer
give (const KbInstance *instance, const KbRequest *request, const Found *found,
      KbCredential **credential)
{
  const char *asked = kb_request_user (request);
  const char *user
      = asked != NULL && *asked != '\0' ? asked : kb_instance_string (instance, "user");

  *credential = kb_token_credential (user, found->value);
  kb_credential_set_ephemeral (*credential, TRUE);
  return KB_OK;
}

static KbAnswer
env_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
             GError **error)
{
  g_auto (Found) found = { NULL, NULL };

  if (!find (self, request, &found))
    return KB_DECLINED;
  if (kb_token_form (found.value) == KB_TOKEN_BROKEN)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "%s: holds a line break or other bytes that no token has", found.name);
      return KB_FAILED;
    }
  if (kb_token_was_refused (request, found.value))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
                   "%s: the server refuses the token in it", found.name);
      return KB_FAILED;
    }
  if (kb_token_is_over (found.value))
    {
      kb_request_note (request, "the token in %s has expired", found.name);
      return KB_DECLINED;
    }
  return give (self, request, &found, credential);
}

/* What is left over from another tool wins over every sign-in, and few remember it. */
static void
env_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  g_auto (Found) found = { NULL, NULL };
  gboolean any = find (self, request, &found);
  gboolean broken = any && kb_token_form (found.value) == KB_TOKEN_BROKEN;
  gboolean over = any && kb_token_is_over (found.value);
  g_autofree char *text = NULL;
  g_autofree char *command = NULL;

  if (!any)
    {
      kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, "environment",
                        "no variable holds a token that would win over a sign-in", NULL);
      return;
    }
  text = g_strdup_printf ("%s is set: %s", found.name,
                          broken ? "it holds what no token can be, so nothing works"
                          : over ? "its token has expired"
                                 : "its token is used, whoever has signed in");
  command = g_strdup_printf ("unset %s", found.name);
  kb_diagnosis_add (diagnosis, broken || over ? KB_FINDING_BAD : KB_FINDING_UNKNOWN,
                    "environment", text, command);
}

static const KbSource source = { .open = env_open,
                                 .close = env_close,
                                 .identify = env_identify,
                                 .acquire = env_acquire,
                                 .flags = KB_SOURCE_EPHEMERAL,
                                 .diagnose = env_diagnose };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "env",
  .summary = "Token in an environment variable",
  .options = options,
  .source = &source,
};
