/* SPDX-License-Identifier: MIT */
/* keybearer connect and disconnect: a tool's own settings name us, or no more.
   Knows nothing of what any tool needs. */
#include <string.h>

#include "commands/commands.h"
#include "commands/connect-tools.h"
#include "commands/options.h"
#include "commands/page.h"

/* The tool and its places. */
#define WORDS_MAX 33

const KbConnectTool kb_connect_tools[] = {
  { "git", "1.7.10", FALSE, kb_connect_git },
  { "npm", "any", TRUE, kb_connect_npm },
  { "pnpm", "8", FALSE, kb_connect_pnpm },
  { "yarn", "1.22", TRUE, kb_connect_yarn },
  { "nuget", "6.13", FALSE, kb_connect_nuget },
  { "pip", "23.1", FALSE, kb_connect_pip },
  { "uv", "0.1.17", FALSE, kb_connect_uv },
  { "twine", "2.0", FALSE, kb_connect_python },
  { "poetry", "1.2", FALSE, kb_connect_python },
  { "cargo", "1.74", FALSE, kb_connect_cargo },
  { "go", "1.24", FALSE, kb_connect_go },
  { "bazel", "7", FALSE, kb_connect_bazel },
  { "docker", "any", FALSE, kb_connect_docker },
  { "kubectl", "1.22", FALSE, kb_connect_kubectl },
  { "terraform", "0.12", FALSE, kb_connect_terraform },
  { NULL, NULL, FALSE, NULL },
};

static const KbConnectTool *
find_tool (const char *verb, const char *name)
{
  g_autoptr (GString) text = g_string_new (verb);

  for (const KbConnectTool *tool = kb_connect_tools; tool->name != NULL; tool++)
    if (name != NULL && g_str_equal (tool->name, name))
      return tool;
  g_string_append (text, name != NULL ? ": the tools are" : ": which tool?");
  for (const KbConnectTool *tool = kb_connect_tools; tool->name != NULL; tool++)
    g_string_append_printf (text, " %s", tool->name);
  kb_complain (text->str);
  return NULL;
}

/* A credential for each word; FALSE leaves the exit status. */
static gboolean
open_places (KbConnect *connect, GError **error)
{
  connect->places = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_exec_place_free);
  for (guint i = 0; i == 0 || connect->words[i] != NULL; i++)
    {
      KbExecPlace *place
          = kb_exec_place_new (connect->words[i], TRUE, &connect->status, error);

      if (place == NULL)
        return FALSE;
      g_ptr_array_add (connect->places, place);
      if (connect->words[i] == NULL)
        break;
    }
  return TRUE;
}

static int
finish (const KbStreams *streams, KbChanges *changes, gboolean dry_run, GError **error)
{
  g_auto (KbPage) page = { 0 };
  gboolean made = TRUE;
  int status;

  kb_page_begin (&page, streams);
  if (dry_run)
    kb_changes_show (changes, &page);
  else
    made = kb_changes_make (changes, &page, error);
  if (made && !kb_changes_undo (changes))
    kb_changes_end (changes, &page);
  status = kb_page_end (&page, made ? error : NULL);
  return made ? status : KB_EXIT_ERROR;
}

/* The lines to paste come before main's complaint. */
static int
give_up (const KbStreams *streams, const KbConnect *connect)
{
  g_auto (KbPage) page = { 0 };

  kb_page_begin (&page, streams);
  kb_changes_advise (connect->changes, &page);
  (void) kb_page_end (&page, NULL);
  return connect->status;
}

static int
run (const KbStreams *streams, char **arguments, gboolean undo, GError **error)
{
  const char *verb = undo ? "disconnect" : "connect";
  const char *words[WORDS_MAX + 1] = { NULL };
  gboolean dry_run = FALSE;
  const KbArgument table[] = { { "--dry-run", &dry_run, NULL }, { NULL, NULL, NULL } };
  g_autoptr (KbChanges) changes = kb_changes_new (undo);
  g_autoptr (KbRuntime) runtime = NULL;
  g_autoptr (GPtrArray) places = NULL;
  KbConnect connect = { .changes = changes, .words = words + 1, .status = KB_EXIT_USAGE };
  const KbConnectTool *tool;
  gboolean done;

  if (!kb_arguments_read (verb, arguments, table, WORDS_MAX, words, NULL))
    return KB_EXIT_USAGE;
  tool = find_tool (verb, words[0]);
  if (tool == NULL)
    return KB_EXIT_USAGE;
  connect.runtime = runtime = kb_runtime_new_default (error);
  if (runtime == NULL)
    return KB_EXIT_ERROR;
  done = (undo || !tool->credential || open_places (&connect, error))
         && tool->run (&connect, error);
  places = connect.places;
  if (!g_str_equal (tool->version, "any"))
    kb_changes_tell (changes, "It works from %s %s on.", tool->name, tool->version);
  return done ? finish (streams, changes, dry_run, error) : give_up (streams, &connect);
}

int
kb_command_connect (const KbStreams *streams, char **arguments, GError **error)
{
  return run (streams, arguments, FALSE, error);
}

int
kb_command_disconnect (const KbStreams *streams, char **arguments, GError **error)
{
  return run (streams, arguments, TRUE, error);
}
