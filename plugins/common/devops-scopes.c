/* SPDX-License-Identifier: MIT */
/* Knows the scopes of Azure DevOps by name and says what is broad about them.
   Knows nothing of tokens. */
#include "common/devops-scopes.h"

#include <string.h>

#define PREFIX "vso."

static const char *const scopes[] = {
  "vso.advsec",
  "vso.advsec_manage",
  "vso.advsec_write",
  "vso.agentpools",
  "vso.agentpools_manage",
  "vso.analytics",
  "vso.auditlog",
  "vso.auditstreams_manage",
  "vso.build",
  "vso.build_execute",
  "vso.code",
  "vso.code_full",
  "vso.code_manage",
  "vso.code_status",
  "vso.code_write",
  "vso.connected_server",
  "vso.dashboards",
  "vso.dashboards_manage",
  "vso.drop_write",
  "vso.entitlements",
  "vso.environment_manage",
  "vso.extension",
  "vso.extension.data",
  "vso.extension.data_write",
  "vso.extension_manage",
  "vso.gallery",
  "vso.gallery_acquire",
  "vso.gallery_manage",
  "vso.gallery_publish",
  "vso.githubconnections",
  "vso.githubconnections_manage",
  "vso.graph",
  "vso.graph_manage",
  "vso.hooks",
  "vso.hooks_interact",
  "vso.hooks_write",
  "vso.identity",
  "vso.identity_manage",
  "vso.machinegroup_manage",
  "vso.memberentitlementmanagement",
  "vso.memberentitlementmanagement_write",
  "vso.notification",
  "vso.notification_diagnostics",
  "vso.notification_manage",
  "vso.notification_write",
  "vso.packaging",
  "vso.packaging_manage",
  "vso.packaging_write",
  "vso.pats",
  "vso.pats_manage",
  "vso.pipelineresources_manage",
  "vso.pipelineresources_use",
  "vso.profile",
  "vso.profile_write",
  "vso.project",
  "vso.project_manage",
  "vso.project_write",
  "vso.release",
  "vso.release_execute",
  "vso.release_manage",
  "vso.securefiles_manage",
  "vso.securefiles_read",
  "vso.securefiles_write",
  "vso.security_manage",
  "vso.serviceendpoint",
  "vso.serviceendpoint_manage",
  "vso.serviceendpoint_query",
  "vso.settings",
  "vso.settings_write",
  "vso.symbols",
  "vso.symbols_manage",
  "vso.symbols_write",
  "vso.taskgroups_manage",
  "vso.taskgroups_read",
  "vso.taskgroups_write",
  "vso.test",
  "vso.test_write",
  "vso.threads_full",
  "vso.tokenadministration",
  "vso.tokens",
  "vso.variablegroups_manage",
  "vso.variablegroups_read",
  "vso.variablegroups_write",
  "vso.wiki",
  "vso.wiki_write",
  "vso.work",
  "vso.work_full",
  "vso.work_write",
  NULL,
};

static const struct
{
  const char *job;
  const char *scopes;
} jobs[] = {
  { "git-read", "vso.code" },       { "git-write", "vso.code_write" },
  { "feed-read", "vso.packaging" }, { "feed-write", "vso.packaging_write" },
  { "build", "vso.build_execute" }, { "work-items", "vso.work_write" },
};

const char *const *
kb_scopes (void)
{
  return scopes;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* New, or NULL. */
static char *
known (const char *word)
{
  g_autofree char *lower = g_ascii_strdown (word, -1);
  g_autofree char *full
      = g_str_has_prefix (lower, PREFIX) || g_str_equal (lower, KB_SCOPE_FULL)
            ? g_strdup (lower)
            : g_strconcat (PREFIX, lower, NULL);

  if (g_str_equal (full, KB_SCOPE_FULL) || g_strv_contains (scopes, full))
    return g_steal_pointer (&full);
  return NULL;
}

char *
kb_scopes_normal (const char *text, char **wrong)
{
  g_auto (GStrv) words = g_strsplit_set (text, " ,", -1);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  *wrong = NULL;
  for (char **word = words; *word != NULL; word++)
    {
      g_autofree char *scope = **word != '\0' ? known (*word) : NULL;

      if (**word != '\0' && scope == NULL)
        {
          *wrong = g_strdup (*word);
          return NULL;
        }
      if (scope != NULL
          && !g_ptr_array_find_with_equal_func (found, scope, g_str_equal, NULL))
        g_ptr_array_add (found, g_steal_pointer (&scope));
    }
  if (found->len == 0)
    return NULL;
  g_ptr_array_sort (found, compare);
  g_ptr_array_add (found, NULL);
  return g_strjoinv (" ", (char **) found->pdata);
}

const char *
kb_scopes_for (const char *job)
{
  for (gsize i = 0; i < G_N_ELEMENTS (jobs); i++)
    if (g_str_equal (jobs[i].job, job))
      return jobs[i].scopes;
  return NULL;
}

char *
kb_scopes_warning (const char *granted)
{
  g_auto (GStrv) words = g_strsplit (granted, " ", -1);

  for (char **word = words; *word != NULL; word++)
    {
      if (g_str_equal (*word, KB_SCOPE_FULL))
        return g_strdup ("app_token is full access: whoever has it can do all that you "
                         "can; --for names the least that a job needs");
      if (g_str_equal (*word, "vso.pats_manage")
          || g_str_equal (*word, "vso.tokenadministration"))
        return g_strdup_printf ("%s can make further tokens, so it is as good as full "
                                "access",
                                *word);
      if (g_str_has_suffix (*word, "_manage") || g_str_has_suffix (*word, "_full"))
        return g_strdup_printf ("%s lets it change settings and delete things, not only "
                                "use them",
                                *word);
    }
  return NULL;
}

gboolean
kb_scopes_are_broader (const char *granted, const char *asked)
{
  g_auto (GStrv) has = g_strsplit (granted, " ", -1);
  g_auto (GStrv) wants = g_strsplit (asked, " ", -1);

  for (char **word = has; *word != NULL; word++)
    if (**word != '\0' && !g_strv_contains ((const char *const *) wants, *word))
      return TRUE;
  return FALSE;
}
