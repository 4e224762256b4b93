/* SPDX-License-Identifier: MIT */
/* Finds tenant, client and authority in the options or the variables that Azure users
   set. Knows nothing of requests for tokens. */
#include "service-principal/principal.h"

#include "base/text.h"

#include <string.h>

#define GCM_PRINCIPAL "GCM_AZREPOS_SERVICE_PRINCIPAL"
#define GCM_SECRET "GCM_AZREPOS_SP_SECRET"
#define GCM_CERTIFICATE "GCM_AZREPOS_SP_CERT_THUMBPRINT"

void
kb_principal_free (KbPrincipal *principal)
{
  if (principal == NULL)
    return;
  g_free (principal->authority);
  g_free (principal->tenant);
  g_free (principal->client);
  g_free (principal->scope);
  g_free (principal->resource);
  g_free (principal);
}

static gboolean
check_tenant (const char *tenant, const char *where, GError **error)
{
  if (kb_tenant_is_valid (tenant))
    return TRUE;
  g_set_error (
      error, KB_ERROR, KB_ERROR_CONFIG,
      "%s: not the GUID or a domain name of one tenant (an application cannot sign in "
      "to common, organizations or consumers)",
      where);
  return FALSE;
}

static gboolean
check_client (const char *client, const char *where, GError **error)
{
  if (kb_guid_is_valid (client))
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: not a GUID", where);
  return FALSE;
}

/* One or more words of visible ASCII, as RFC 6749 has it. */
static gboolean
check_scope (const char *scope, GError **error)
{
  gsize words = strspn (scope, " ");

  for (const char *c = scope; *c != '\0'; c++)
    if (*c < 0x20 || *c > 0x7e || *c == '"' || *c == '\\')
      words = strlen (scope);
  if (words < strlen (scope))
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, "scope: not a scope");
  return FALSE;
}

static gboolean
is_set (const KbInstance *instance, const char *option)
{
  return kb_instance_string (instance, option) != NULL;
}

/* Both or none: with one of them the other would come from who knows where.  Whether
   `secret` is there shows when it is followed. */
static gboolean
check_whole (const KbInstance *instance, GError **error)
{
  gboolean tenant = is_set (instance, "tenant");

  if (tenant == is_set (instance, "client-id"))
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
               "%s: missing (tenant, client-id and secret go together)",
               tenant ? "client-id" : "tenant");
  return FALSE;
}

gboolean
kb_principal_check (const KbInstance *instance, GError **error)
{
  const char *authority = kb_instance_string (instance, "authority");
  g_autofree char *origin = NULL;

  if (!check_whole (instance, error))
    return FALSE;
  if (is_set (instance, "tenant")
      && (!check_tenant (kb_instance_string (instance, "tenant"), "tenant", error)
          || !check_client (kb_instance_string (instance, "client-id"), "client-id",
                            error)))
    return FALSE;
  if (authority != NULL)
    origin = kb_authority_parse (authority, FALSE, error);
  if (authority != NULL && origin == NULL)
    {
      g_prefix_error (error, "authority: ");
      return FALSE;
    }
  return check_scope (kb_instance_string (instance, "scope"), error);
}

static KbPrincipal *
principal_new (const char *tenant, const char *client, const char *secret_variable)
{
  KbPrincipal *principal = g_new0 (KbPrincipal, 1);

  principal->tenant = g_ascii_strdown (tenant, -1);
  principal->client = g_ascii_strdown (client, -1);
  principal->secret_variable = secret_variable;
  return principal;
}

static gboolean
variable_is_set (const KbRequest *request, const char *variable)
{
  g_autoptr (KbSecret) value = kb_request_getenv_secret (request, variable);

  return value != NULL && kb_secret_length (value) > 0;
}

/* NULL also for an empty one, as azure-identity takes it. */
static const char *
variable (const KbRequest *request, const char *name)
{
  const char *value = kb_request_getenv (request, name);

  return value != NULL && *value != '\0' ? value : NULL;
}

/* KB_DECLINED leaves *MISSING as the first variable that is not set, NULL when none
   is. */
static KbAnswer
find_azure (const KbRequest *request, const char **missing, KbPrincipal **principal,
            GError **error)
{
  const char *tenant = variable (request, "AZURE_TENANT_ID");
  const char *client = variable (request, "AZURE_CLIENT_ID");
  gboolean secret = variable_is_set (request, "AZURE_CLIENT_SECRET");

  if (tenant == NULL && client == NULL && !secret)
    return KB_DECLINED;
  *missing = tenant == NULL   ? "AZURE_TENANT_ID"
             : client == NULL ? "AZURE_CLIENT_ID"
             : secret         ? NULL
                              : "AZURE_CLIENT_SECRET";
  if (*missing != NULL)
    return KB_DECLINED;
  if (!check_tenant (tenant, "AZURE_TENANT_ID", error)
      || !check_client (client, "AZURE_CLIENT_ID", error))
    return KB_FAILED;
  *principal = principal_new (tenant, client, "AZURE_CLIENT_SECRET");
  return KB_OK;
}

/* What GCM would take before a service principal, or in place of its secret.  Whoever set
   it wants that and nothing else, so it is no reason to ask a person. */
static gboolean
check_gcm_others (const KbRequest *request, GError **error)
{
  static const struct
  {
    const char *name;
    const char *why;
  } others[] = {
    { "GCM_AZREPOS_MANAGEDIDENTITY", "managed identities have no source here" },
    { "GCM_AZREPOS_WIF", "federated workloads have no source here" },
    { GCM_CERTIFICATE, "it names a certificate in a store of .NET, which Linux has not" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (variable (request, others[i].name) != NULL
        && !(g_str_equal (others[i].name, GCM_CERTIFICATE)
             && variable_is_set (request, GCM_SECRET)))
      {
        g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                     "%s is set, in the environment or for git, but %s: take it out, or "
                     "set " GCM_PRINCIPAL " and " GCM_SECRET " (keybearer-gcm(7))",
                     others[i].name, others[i].why);
        return FALSE;
      }
  return TRUE;
}

/* {tenant}/{client}, as Git Credential Manager has it. */
static KbAnswer
find_gcm (const KbRequest *request, const char **missing, KbPrincipal **principal,
          GError **error)
{
  const char *both = variable (request, GCM_PRINCIPAL);
  g_auto (GStrv) parts = g_strsplit (both != NULL ? both : "", "/", -1);

  if (!check_gcm_others (request, error))
    return KB_FAILED;
  if (both == NULL)
    return KB_DECLINED;
  if (!variable_is_set (request, GCM_SECRET))
    {
      *missing = GCM_SECRET;
      return KB_DECLINED;
    }
  if (g_strv_length (parts) != 2)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           GCM_PRINCIPAL ": not of the form TENANT/CLIENT-ID");
      return KB_FAILED;
    }
  if (!check_tenant (parts[0], GCM_PRINCIPAL, error)
      || !check_client (parts[1], GCM_PRINCIPAL, error))
    return KB_FAILED;
  *principal = principal_new (parts[0], parts[1], GCM_SECRET);
  return KB_OK;
}

static KbAnswer
find_in_environment (const KbRequest *request, KbPrincipal **principal, GError **error)
{
  const char *missing = NULL;
  KbAnswer answer = find_azure (request, &missing, principal, error);

  if (answer == KB_DECLINED)
    answer = find_gcm (request, &missing, principal, error);
  if (answer != KB_DECLINED)
    return answer;
  if (missing != NULL)
    kb_request_note (request, "%s is not set", missing);
  else
    kb_request_note (request,
                     "no tenant, client-id and secret are configured, and "
                     "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET are not "
                     "set");
  return KB_DECLINED;
}

/* The configuration may name any host, the environment only a known one. */
static gboolean
find_authority (const KbInstance *instance, const KbRequest *request,
                KbPrincipal *principal, GError **error)
{
  const char *configured = kb_instance_string (instance, "authority");
  const char *named
      = configured == NULL ? variable (request, "AZURE_AUTHORITY_HOST") : NULL;

  if (named != NULL)
    principal->authority = kb_authority_parse (named, TRUE, error);
  else
    principal->authority = kb_authority_parse (
        configured != NULL ? configured : KB_AUTHORITY_DEFAULT, FALSE, error);
  if (principal->authority == NULL)
    g_prefix_error (error, "%s: ", named != NULL ? "AZURE_AUTHORITY_HOST" : "authority");
  return principal->authority != NULL;
}

KbAnswer
kb_principal_find (const KbInstance *instance, const KbRequest *request,
                   KbPrincipal **principal, GError **error)
{
  const char *tenant = kb_instance_string (instance, "tenant");
  const char *scope = kb_request_scope (request);
  g_autoptr (KbPrincipal) found = NULL;
  KbAnswer answer = KB_OK;

  if (tenant != NULL)
    found = principal_new (tenant, kb_instance_string (instance, "client-id"), NULL);
  else
    answer = find_in_environment (request, &found, error);
  if (answer != KB_OK)
    return answer;
  if (!find_authority (instance, request, found, error))
    return KB_FAILED;
  if (scope == NULL)
    scope = kb_instance_string (instance, "scope");
  found->scope = g_strdup (scope);
  found->resource = kb_scope_resource (scope);
  *principal = g_steal_pointer (&found);
  return KB_OK;
}

KbAnswer
kb_principal_secret (const KbInstance *instance, const KbRequest *request,
                     const KbPrincipal *principal, KbSecret **secret, GError **error)
{
  const char *variable_name = principal->secret_variable;
  g_autoptr (KbSecret) found = NULL;
  KbAnswer answer = KB_OK;

  if (variable_name != NULL)
    found = kb_request_getenv_secret (request, variable_name);
  else
    answer = kb_instance_secret (instance, "secret", &found, error);
  if (answer == KB_FAILED)
    return KB_FAILED;
  if (found == NULL || kb_secret_length (found) == 0)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "%s: missing, empty, or what it names does not exist",
                   variable_name != NULL ? variable_name : "secret");
      return KB_FAILED;
    }
  *secret = g_steal_pointer (&found);
  return KB_OK;
}
