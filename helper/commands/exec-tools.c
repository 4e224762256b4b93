/* SPDX-License-Identifier: MIT */
/* The table of tools that exec serves, and those whose variables need no looking around.
   Knows nothing of how the command is started. */
#include "commands/exec-tools.h"

#include <string.h>

#include "frontend.h"

/* ---- plain variables ------------------------------------------------------------ */

/* Azure DevOps' command line and its kin. */
static void
set_azure_cli (KbExecJob *job)
{
  kb_exec_set_secret (job->set, "AZURE_DEVOPS_EXT_PAT",
                      kb_exec_place_secret (kb_exec_job_first (job)));
}

/* Scripts that were written for a pipeline. */
static void
set_pipeline (KbExecJob *job)
{
  kb_exec_set_secret (job->set, "SYSTEM_ACCESSTOKEN",
                      kb_exec_place_secret (kb_exec_job_first (job)));
}

/* The earliest end of all, 0 where none is known. */
static gint64
first_end (const GPtrArray *places)
{
  gint64 first = 0;

  for (guint i = 0; i < places->len; i++)
    {
      const KbExecPlace *place = g_ptr_array_index (places, i);
      gint64 end = kb_credential_expires (place->credential);

      if (end != 0 && (first == 0 || end < first))
        first = end;
    }
  return first;
}

/* For scripts, and for files that may name a variable: Maven's settings.xml. */
static void
set_plain (KbExecJob *job)
{
  gint64 end = first_end (job->places);
  g_autofree char *when = g_strdup_printf ("%" G_GINT64_FORMAT, end);

  for (guint i = 0; i < job->places->len; i++)
    {
      const KbExecPlace *place = g_ptr_array_index (job->places, i);
      const char *organization = kb_request_organization (place->place.request);
      g_autofree char *part = kb_exec_set_name (
          organization != NULL ? organization
                               : kb_request_url (place->place.request)->host);
      g_autofree char *name = g_strconcat ("KEYBEARER_TOKEN_", part, NULL);

      kb_exec_set_secret (job->set, "KEYBEARER_TOKEN", kb_exec_place_secret (place));
      kb_exec_set_secret (job->set, name, kb_exec_place_secret (place));
    }
  kb_exec_set_text (job->set, "KEYBEARER_EXPIRES", end != 0 ? when : "");
}

/* ---- the table ------------------------------------------------------------------ */

static const struct
{
  const char *name;
  gboolean when_asked; /* only where --only names it */
  void (*set) (KbExecJob *job);
} tools[] = {
  { "plain", FALSE, set_plain },           { "azure-cli", FALSE, set_azure_cli },
  { "nuget", FALSE, kb_exec_set_nuget },   { "npm", FALSE, kb_exec_set_npm },
  { "yarn", FALSE, kb_exec_set_yarn },     { "uv", FALSE, kb_exec_set_uv },
  { "poetry", FALSE, kb_exec_set_poetry }, { "twine", FALSE, kb_exec_set_twine },
  { "cargo", FALSE, kb_exec_set_cargo },   { "gradle", FALSE, kb_exec_set_gradle },
  { "pipeline", TRUE, set_pipeline },
};

static gboolean
is_tool (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    if (g_str_equal (tools[i].name, name))
      return TRUE;
  return FALSE;
}

static gboolean
complain_unknown (const char *name)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "exec: --only knows no %s; it knows", name);
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    g_string_append_printf (text, "%s %s", i > 0 ? "," : "", tools[i].name);
  kb_complain (text->str);
  return FALSE;
}

gboolean
kb_exec_tools_known (const char *only)
{
  g_auto (GStrv) asked = only != NULL ? g_strsplit (only, ",", -1) : NULL;

  if (only != NULL && *only == '\0')
    return complain_unknown ("\"\"");
  for (char **name = asked; name != NULL && *name != NULL; name++)
    if (!is_tool (*name))
      return complain_unknown (*name);
  return TRUE;
}

void
kb_exec_tools_run (KbExecJob *job, const char *only)
{
  g_auto (GStrv) asked = only != NULL ? g_strsplit (only, ",", -1) : NULL;

  job->asked = asked != NULL;
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    if (asked != NULL ? g_strv_contains ((const char *const *) asked, tools[i].name)
                      : !tools[i].when_asked)
      tools[i].set (job);
}
