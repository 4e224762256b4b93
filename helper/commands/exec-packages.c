/* SPDX-License-Identifier: MIT */
/* Sets the variables of package tools that name their sources: NuGet, Python, Cargo,
   Yarn. Knows nothing of how their files are read. */
#include "commands/exec-tools.h"

#include <string.h>

#include "commands/exec-scan.h"
#include "commands/page.h"

/* What a value with separators can hold: every token of a server does. */
static gboolean
is_plain (const KbSecret *secret)
{
  return strpbrk (kb_secret_peek (secret), ";\"'\\ \t\r\n") == NULL;
}

/* ---- NuGet ---------------------------------------------------------------------- */

typedef struct
{
  KbExecJob *job;
  KbBuffer *endpoints; /* the JSON of Microsoft's provider */
  guint found;
} Nuget;

static void
add_endpoint (KbBuffer *json, const char *url, const KbExecPlace *place)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "endpoint", url);
  kb_json_text (json, "username", kb_exec_place_user (place));
  kb_json_text (json, "password", kb_secret_peek (kb_exec_place_secret (place)));
  kb_json_close (json, '}');
}

/* NuGet looks at the variable of the source's key before all else. */
static void
add_nuget_source (const char *key, const char *url, gpointer data)
{
  Nuget *nuget = data;
  const KbExecPlace *place = kb_exec_job_find (nuget->job, url);
  g_autofree char *name = g_strconcat ("NuGetPackageSourceCredentials_", key, NULL);
  g_autoptr (KbBuffer) value = kb_buffer_new (0);

  if (place == NULL || !is_plain (kb_exec_place_secret (place)))
    return;
  kb_buffer_printf (value, "Username=%s;Password=", kb_exec_place_user (place));
  kb_buffer_append_secret (value, kb_exec_place_secret (place));
  kb_buffer_append_text (value, ";ValidAuthenticationTypes=Basic");
  kb_exec_set_buffer (nuget->job->set, name, value);
  add_endpoint (nuget->endpoints, url, place);
  nuget->found++;
}

/* New: the URLs of all feeds that take the first place's token. */
static char *
prefixes (const KbExecJob *job)
{
  const KbSecret *secret = kb_exec_place_secret (kb_exec_job_first (job));
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < job->places->len; i++)
    {
      const KbExecPlace *place = g_ptr_array_index (job->places, i);
      g_auto (GStrv) feeds = kb_exec_place_feeds (place);

      for (char **feed = feeds;
           *feed != NULL && kb_secret_equal (secret, kb_exec_place_secret (place));
           feed++)
        g_string_append_printf (all, "%s%s", all->len > 0 ? ";" : "", *feed);
    }
  return g_string_free (all, FALSE);
}

void
kb_exec_set_nuget (KbExecJob *job)
{
  g_autoptr (KbBuffer) json = kb_buffer_new (0);
  Nuget nuget = { .job = job, .endpoints = json };
  g_autofree char *urls = prefixes (job);

  kb_json_open (json, NULL, '{');
  kb_json_open (json, "endpointCredentials", '[');
  kb_scan_nuget (add_nuget_source, &nuget);
  kb_json_close (json, ']');
  kb_json_close (json, '}');
  if (nuget.found > 0)
    kb_exec_set_buffer (job->set, "VSS_NUGET_EXTERNAL_FEED_ENDPOINTS", json);
  if (*urls == '\0')
    return;
  kb_exec_set_secret (job->set, "VSS_NUGET_ACCESSTOKEN",
                      kb_exec_place_secret (kb_exec_job_first (job)));
  kb_exec_set_text (job->set, "VSS_NUGET_URI_PREFIXES", urls);
}

/* ---- Python --------------------------------------------------------------------- */

static void
set_pair (KbExecJob *job, const char *prefix, const char *name, const KbExecPlace *place)
{
  g_autofree char *part = kb_exec_set_name (name);
  g_autofree char *user = g_strconcat (prefix, part, "_USERNAME", NULL);
  g_autofree char *password = g_strconcat (prefix, part, "_PASSWORD", NULL);

  kb_exec_set_text (job->set, user, kb_exec_place_user (place));
  kb_exec_set_secret (job->set, password, kb_exec_place_secret (place));
}

static void
add_uv_index (const char *name, const char *url, gpointer data)
{
  const KbExecPlace *place = kb_exec_job_find (data, url);

  if (place != NULL)
    set_pair (data, "UV_INDEX_", name, place);
}

static void
add_poetry_source (const char *name, const char *url, gpointer data)
{
  const KbExecPlace *place = kb_exec_job_find (data, url);

  if (place != NULL)
    set_pair (data, "POETRY_HTTP_BASIC_", name, place);
}

void
kb_exec_set_uv (KbExecJob *job)
{
  kb_scan_uv (add_uv_index, job);
}

void
kb_exec_set_poetry (KbExecJob *job)
{
  kb_scan_poetry (add_poetry_source, job);
}

/* Its variables go to whatever repository is uploaded to, so the repository must be known
   to be one of ours, or the person must have asked for it. */
void
kb_exec_set_twine (KbExecJob *job)
{
  const char *url = g_getenv ("TWINE_REPOSITORY_URL");
  const KbExecPlace *place = url != NULL  ? kb_exec_job_find (job, url)
                             : job->asked ? kb_exec_job_first (job)
                                          : NULL;

  if (place == NULL)
    return;
  kb_exec_set_text (job->set, "TWINE_USERNAME", kb_exec_place_user (place));
  kb_exec_set_secret (job->set, "TWINE_PASSWORD", kb_exec_place_secret (place));
}

/* ---- Cargo ---------------------------------------------------------------------- */

static void
add_cargo_registry (const char *name, const char *url, gpointer data)
{
  KbExecJob *job = data;
  const char *bare = g_str_has_prefix (url, "sparse+") ? url + strlen ("sparse+") : url;
  const KbExecPlace *place = kb_exec_job_find (job, bare);
  g_autofree char *part = kb_exec_set_name (name);
  g_autofree char *variable = g_strdup_printf ("CARGO_REGISTRIES_%s_TOKEN", part);
  g_autoptr (KbBuffer) value = kb_buffer_new (0);

  if (place == NULL)
    return;
  kb_exec_place_header (place, value);
  kb_exec_set_buffer (job->set, variable, value);
}

void
kb_exec_set_cargo (KbExecJob *job)
{
  kb_scan_cargo (add_cargo_registry, job);
}

/* ---- Gradle --------------------------------------------------------------------- */

/* `credentials(PasswordCredentials)` of a repository that has the organization's name. */
void
kb_exec_set_gradle (KbExecJob *job)
{
  for (guint i = 0; i < job->places->len; i++)
    {
      const KbExecPlace *place = g_ptr_array_index (job->places, i);
      const char *organization = kb_request_organization (place->place.request);
      g_autofree char *name = g_strdup (organization != NULL ? organization : "");
      g_autofree char *user = NULL;
      g_autofree char *password = NULL;

      if (organization == NULL)
        continue;
      g_strdelimit (name, "-", '_');
      user = g_strdup_printf ("ORG_GRADLE_PROJECT_%sUsername", name);
      password = g_strdup_printf ("ORG_GRADLE_PROJECT_%sPassword", name);
      kb_exec_set_text (job->set, user, kb_exec_place_user (place));
      kb_exec_set_secret (job->set, password, kb_exec_place_secret (place));
    }
}

/* ---- Yarn 2 and later ----------------------------------------------------------- */

static void
set_yarn_registry (const char *key, const char *url, gpointer data)
{
  KbExecJob *job = data;
  const KbExecPlace *place = kb_exec_job_find (job, url);
  g_autoptr (KbBuffer) pair = kb_buffer_new (0);

  if (place == NULL)
    return;
  kb_buffer_printf (pair, "%s:", kb_exec_place_user (place));
  kb_buffer_append_secret (pair, kb_exec_place_secret (place));
  if (kb_exec_place_is_bearer (place))
    kb_exec_set_secret (job->set, "YARN_NPM_AUTH_TOKEN", kb_exec_place_secret (place));
  else
    kb_exec_set_buffer (job->set, "YARN_NPM_AUTH_IDENT", pair);
  kb_exec_set_text (job->set, "YARN_NPM_ALWAYS_AUTH", "true");
}

/* Its variables go to the default registry, so that must be one of ours. */
void
kb_exec_set_yarn (KbExecJob *job)
{
  const char *server = g_getenv ("YARN_NPM_REGISTRY_SERVER");

  if (server != NULL)
    set_yarn_registry ("npmRegistryServer", server, job);
  else
    kb_scan_yarn (set_yarn_registry, job);
}
