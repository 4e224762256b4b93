/* SPDX-License-Identifier: MIT */
/* Source: single sign-on through the identity broker of the desktop session, for tenants
   that let registered computers in alone.  Knows nothing of how D-Bus is spoken, nor of
   where the token is kept. */
#include "broker/broker-form.h"
#include "broker/broker-job.h"

#include "common/authority.h"

#include <string.h>

/* Microsoft's application for packages of Azure DevOps: it has the address of the broker
   registered.  keybearer-broker(8) says what it is worth. */
#define CLIENT_DEFAULT "d5a56ea4-7369-46b8-a538-c370805301bf"
#define REDIRECT_OF_DEFAULT "https://login.microsoftonline.com/oauth2/nativeclient"
/* What every other application registers for brokers on Linux. */
#define REDIRECT "https://login.microsoftonline.com/common/oauth2/nativeclient"

static const KbOption options[] = {
  { "tenant", KB_OPTION_STRING, FALSE, NULL,
    "Tenant: its GUID or a domain name of it; else it is found" },
  { "account", KB_OPTION_STRING, FALSE, NULL, "Account of the broker to use" },
  { "client-id", KB_OPTION_STRING, FALSE, CLIENT_DEFAULT, "Application (client) id" },
  { "redirect-uri", KB_OPTION_STRING, FALSE, NULL,
    "Address that the application has for brokers" },
  { "authority", KB_OPTION_STRING, FALSE, KB_AUTHORITY_DEFAULT, "Entra's sign-in host" },
  { "scope", KB_OPTION_STRING, FALSE, KB_AZURE_DEVOPS_ID "/.default",
    "What the token is for" },
  { NULL, KB_OPTION_STRING, FALSE, NULL, NULL }
};

static void
broker_close (gpointer self)
{
  KbBrokerSettings *settings = self;

  if (settings == NULL)
    return;
  g_free (settings->authority);
  g_free (settings->tenant);
  g_free (settings->client);
  g_free (settings->resource);
  g_free (settings);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbBrokerSettings, broker_close)

/* ---- settings ------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *option, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: %s", option, why);
  return FALSE;
}

static gboolean
read_settings (KbBrokerSettings *settings, GError **error)
{
  const KbInstance *instance = settings->instance;
  const char *tenant = kb_instance_string (instance, "tenant");
  const char *client = kb_instance_string (instance, "client-id");

  settings->authority
      = kb_authority_parse (kb_instance_string (instance, "authority"), FALSE, error);
  if (settings->authority == NULL)
    {
      g_prefix_error (error, "authority: ");
      return FALSE;
    }
  if (tenant != NULL && !kb_tenant_is_valid (tenant))
    return refuse (error, "tenant", "neither a GUID nor a domain name");
  if (!kb_guid_is_valid (client))
    return refuse (error, "client-id", "not a GUID");
  settings->tenant = tenant != NULL ? g_ascii_strdown (tenant, -1) : NULL;
  settings->client = g_ascii_strdown (client, -1);
  settings->scope = kb_instance_string (instance, "scope");
  settings->resource = kb_broker_resource (settings->scope);
  settings->redirect = kb_instance_string (instance, "redirect-uri");
  if (*settings->resource == '\0')
    return refuse (error, "scope", "there is none");
  if (settings->redirect == NULL)
    settings->redirect
        = g_str_equal (settings->client, CLIENT_DEFAULT) ? REDIRECT_OF_DEFAULT : REDIRECT;
  return TRUE;
}

static KbAnswer
broker_open (const KbInstance *instance, gpointer *self, GError **error)
{
  g_autoptr (KbBrokerSettings) settings = g_new0 (KbBrokerSettings, 1);

  settings->instance = instance;
  if (!read_settings (settings, error))
    return KB_FAILED;
  *self = g_steal_pointer (&settings);
  return KB_OK;
}

/* ---- the source ----------------------------------------------------------------- */

static KbAnswer
broker_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
                 GError **error)
{
  const KbBrokerSettings *settings = self;
  g_autofree char *tenant = NULL;
  g_autofree char *resource = kb_broker_resource (kb_broker_scope (settings, request));

  if (!kb_broker_has_bus (request))
    {
      kb_request_note (request, "there is no session bus, so no identity broker");
      return KB_DECLINED;
    }
  tenant = kb_broker_known_tenant (settings, request);
  identity->account = kb_broker_wanted_account (settings, request);
  if (tenant != NULL)
    identity->realm = g_strdup_printf ("%s/%s", tenant, resource);
  return KB_OK;
}

static KbAnswer
broker_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
                GError **error)
{
  g_auto (KbBrokerJob) job = { .settings = self, .request = request };

  return kb_broker_job_run (&job, credential, error);
}

/* ---- for doctor ----------------------------------------------------------------- */

#define FINDING "identity broker"

static void
diagnose_running (KbBroker *broker, KbDiagnosis *diagnosis)
{
  g_autoptr (KbBuffer) form = kb_broker_form_version ();
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbJson) json
      = kb_broker_call (broker, KB_BROKER_VERSION, form, NULL, &problem);
  g_autofree char *version
      = json != NULL
            ? kb_json_string (json, kb_json_member (json, 0, "linuxBrokerVersion"))
            : NULL;
  g_autofree char *program = kb_broker_program (broker);
  g_autofree char *text = g_strdup_printf (
      "runs (%s%s%s)", program != NULL ? program : "its program is hidden",
      version != NULL ? ", version " : "", version != NULL ? version : "");

  if (g_error_matches (problem, KB_ERROR, KB_ERROR_NETWORK))
    kb_diagnosis_add (diagnosis, KB_FINDING_BAD, FINDING, problem->message,
                      "systemctl --user restart microsoft-identity-broker");
  else
    kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, FINDING, text, NULL);
}

static void
broker_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  g_autoptr (KbBroker) broker = NULL;
  g_autoptr (GError) problem = NULL;
  KbBusName place = KB_BUS_NAME_NOBODY;
  const char *why = "there is no session bus, so no identity broker";
  KbAnswer answer = KB_DECLINED;

  if (kb_broker_has_bus (request))
    {
      broker = kb_broker_new (request);
      answer = kb_broker_find (broker, &place, &why, &problem);
    }
  if (answer == KB_FAILED)
    kb_diagnosis_add (diagnosis, KB_FINDING_BAD, FINDING, problem->message, NULL);
  else if (answer == KB_DECLINED)
    kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, FINDING, why, NULL);
  else if (place == KB_BUS_NAME_ASLEEP)
    kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, FINDING,
                      "is there, and started when it is needed", NULL);
  else
    diagnose_running (broker, diagnosis);
}

static const KbSource source = { .open = broker_open,
                                 .close = broker_close,
                                 .identify = broker_identify,
                                 .acquire = broker_acquire,
                                 .flags = KB_SOURCE_SCOPES,
                                 .diagnose = broker_diagnose };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "broker",
  .summary = "Single sign-on through the identity broker of the desktop",
  .options = options,
  .source = &source,
};
