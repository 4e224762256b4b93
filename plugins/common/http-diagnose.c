/* SPDX-License-Identifier: MIT */
/* Asks a server for its headers and judges what came.
   Knows nothing of who asks it for what. */
#include "common/http-diagnose.h"

#include "base/clock.h"
#include "base/url.h"
#include "common/tenant.h"

#include <string.h>

/* Entra takes a token for stale, and an assertion for early, beyond this. */
#define SKEW_SECONDS 300
#define NETWORK "network"
#define CLOCK "clock"
#define TENANT "tenant"

/* New: what lies between, without the user and the password that may be in it. */
static char *
way (const KbInstance *instance)
{
  static const char *const names[]
      = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };

  if (kb_instance_proxy (instance) != NULL)
    return g_strdup (" (by the proxy of [network])");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = g_getenv (names[i]);

      if (value != NULL && *value != '\0')
        return g_strdup_printf (" (by the proxy of $%s)", names[i]);
    }
  return g_strdup ("");
}

static void
judge_clock (const KbHttpAnswer *answer, const char *host, KbDiagnosis *diagnosis)
{
  gint64 ahead = kb_clock_now () - answer->date;
  g_autofree char *text = NULL;

  if (answer->date == 0)
    text = g_strdup_printf ("%s does not say what time it is", host);
  else if (ABS (ahead) > SKEW_SECONDS)
    text = g_strdup_printf ("this computer is %" G_GINT64_FORMAT
                            " min %s %s: tokens are taken for expired or not yet valid",
                            (ABS (ahead) + 30) / 60, ahead > 0 ? "ahead of" : "behind",
                            host);
  else
    text = g_strdup_printf ("agrees with %s", host);
  kb_diagnosis_add (diagnosis,
                    answer->date == 0            ? KB_FINDING_UNKNOWN
                    : ABS (ahead) > SKEW_SECONDS ? KB_FINDING_BAD
                                                 : KB_FINDING_GOOD,
                    CLOCK, text,
                    answer->date != 0 && ABS (ahead) > SKEW_SECONDS
                        ? "sudo timedatectl set-ntp true"
                        : NULL);
}

static void
judge_server (KbHttp *http, const KbInstance *instance, const KbRequest *request,
              const char *origin, KbDiagnosis *diagnosis)
{
  const KbHttpCall call = { .url = origin, .probe = TRUE };
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbHttpAnswer) answer = kb_http_send (http, request, &call, &problem);
  const char *host = origin + strlen ("https://");
  g_autofree char *between = way (instance);
  g_autofree char *text = NULL;

  if (answer == NULL)
    text = g_strdup_printf ("%s%s", problem->message, between);
  else
    text = g_strdup_printf ("%s answers%s", host, between);
  kb_diagnosis_add (diagnosis, answer != NULL ? KB_FINDING_GOOD : KB_FINDING_BAD, NETWORK,
                    text, NULL);
  if (answer != NULL)
    judge_clock (answer, host, diagnosis);
}

static void
judge_tenant (KbHttp *http, const KbRequest *request, KbDiagnosis *diagnosis)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *tenant = kb_tenant_discover (http, request, &problem);
  const char *place = kb_request_place (request);
  g_autofree char *text = NULL;
  KbFindingState state = KB_FINDING_GOOD;

  if (tenant == NULL)
    {
      state = KB_FINDING_BAD;
      text = g_strdup (problem->message);
    }
  else if (g_str_equal (tenant, KB_TENANT_ANY))
    {
      state = KB_FINDING_UNKNOWN;
      text = g_strdup_printf (
          "%s names no tenant: it belongs to personal accounts, or is misspelt", place);
    }
  else
    text = g_strdup_printf ("%s belongs to %s", place, tenant);
  kb_diagnosis_add (diagnosis, state, TENANT, text, NULL);
}

void
kb_http_diagnose (const KbInstance *instance, const KbRequest *request,
                  const char *origin, gboolean tenant, KbDiagnosis *diagnosis)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbHttp) http = NULL;

  if (kb_diagnosis_offline (diagnosis))
    {
      kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, NETWORK,
                        "not looked at (--offline)", NULL);
      return;
    }
  http = kb_http_new (instance, &problem);
  if (http == NULL)
    {
      kb_diagnosis_add (diagnosis, KB_FINDING_BAD, NETWORK, problem->message,
                        "keybearer check");
      return;
    }
  judge_server (http, instance, request, origin, diagnosis);
  if (tenant && kb_request_organization (request) != NULL)
    judge_tenant (http, request, diagnosis);
}
