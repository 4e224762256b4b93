/* SPDX-License-Identifier: MIT */
/* Finds the tenant of an organization in what its front door says.
   Knows nothing of sign-ins, and sends no secret. */
#include "common/tenant.h"

#include "base/challenge.h"
#include "base/url.h"
#include "common/authority.h"

#include <string.h>

#define CHALLENGE "WWW-Authenticate"
#define RESOURCE_TENANT "X-VSS-ResourceTenant"

static const char zero[] = "00000000-0000-0000-0000-000000000000";

char *
kb_tenant_of_challenges (const char *const *challenges)
{
  g_autofree char *text
      = kb_challenge_parameter (challenges, "Bearer", "authorization_uri");
  g_autoptr (KbUrl) url = text != NULL ? kb_url_parse (text, NULL) : NULL;
  g_autofree char *tenant = NULL;

  if (url == NULL || !g_str_equal (url->scheme, "https") || url->port != 0
      || url->user != NULL || !kb_authority_is_known (url->host))
    return NULL;
  tenant = g_ascii_strdown (url->path != NULL ? url->path : "", -1);
  tenant[strcspn (tenant, "/")] = '\0';
  if (!kb_guid_is_valid (tenant) || g_str_equal (tenant, zero))
    return NULL;
  return g_steal_pointer (&tenant);
}

char *
kb_tenant_of_header (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", 16);
  gboolean zeros = FALSE;

  for (gsize i = 0; words[i] != NULL; i++)
    {
      const char *word = g_strstrip (words[i]);

      if (!kb_guid_is_valid (word))
        return NULL;
      if (!g_str_equal (word, zero))
        return g_ascii_strdown (word, -1);
      zeros = TRUE;
    }
  return zeros ? g_strdup (KB_TENANT_ANY) : NULL;
}

/* New: the values of the header NAME in KEPT. */
static char **
values_of (const KbHttpAnswer *answer, const char *name)
{
  g_autofree char *begin = g_strconcat (name, ": ", NULL);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();

  for (gsize i = 0; answer->kept[i] != NULL; i++)
    if (g_str_has_prefix (answer->kept[i], begin))
      g_ptr_array_add (values, g_strdup (answer->kept[i] + strlen (begin)));
  g_ptr_array_add (values, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&values), FALSE);
}

static char *
read_tenant (const KbHttpAnswer *answer)
{
  g_auto (GStrv) challenges = values_of (answer, CHALLENGE);
  g_auto (GStrv) headers = values_of (answer, RESOURCE_TENANT);
  char *tenant = kb_tenant_of_challenges ((const char *const *) challenges);

  if (tenant == NULL && headers[0] != NULL)
    tenant = kb_tenant_of_header (headers[0]);
  return tenant != NULL ? tenant : g_strdup (KB_TENANT_ANY);
}

/* New.  Where the organization is no label of the host, it is the first segment. */
static char *
front_door (const KbRequest *request)
{
  const char *host = kb_request_host (request);
  const char *organization = kb_request_organization (request);
  guint port = kb_request_port (request);
  g_autofree char *label = g_strconcat (organization, ".", NULL);
  g_autofree char *segment = g_uri_escape_string (organization, NULL, FALSE);
  g_autofree char *origin = port != 0 ? g_strdup_printf ("https://%s:%u", host, port)
                                      : g_strdup_printf ("https://%s", host);

  return g_strconcat (origin, "/", g_str_has_prefix (host, label) ? "" : segment, NULL);
}

char *
kb_tenant_discover (KbHttp *http, const KbRequest *request, GError **error)
{
  static const char *const wanted[] = { CHALLENGE, RESOURCE_TENANT, NULL };
  g_autofree char *url = NULL;
  g_autoptr (KbHttpAnswer) answer = NULL;
  KbHttpCall call = { .probe = TRUE, .wanted = wanted };

  if (kb_request_organization (request) == NULL
      || g_strcmp0 (kb_request_scheme (request), "https") != 0)
    return g_strdup (KB_TENANT_ANY);
  url = front_door (request);
  call.url = url;
  answer = kb_http_send (http, request, &call, error);
  if (answer == NULL)
    {
      g_prefix_error (error, "finding the tenant of %s: ", kb_request_place (request));
      return NULL;
    }
  return read_tenant (answer);
}
