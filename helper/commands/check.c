/* SPDX-License-Identifier: MIT */
/* keybearer check: every configuration file against the option tables of the modules.
   Knows nothing of what the options mean. */
#include "commands/check.h"

#include "commands/commands.h"
#include "commands/options.h"
#include "commands/page.h"

#include <string.h>

typedef struct
{
  const KbConfig *config;
  KbLoader *loader;
  GHashTable *seen; /* a set of "KIND NAME" */
  KbCheckFunc report;
  gpointer data;
} Check;

/* PLACE goes in front unless the message names one of its own. */
static void
report (Check *check, const char *place, const char *message)
{
  const char *colon = strchr (place, ':');
  gsize file = colon != NULL ? (gsize) (colon - place) : strlen (place);
  gboolean placed = strncmp (message, place, file) == 0;
  g_autofree char *line
      = placed ? g_strdup (message) : g_strdup_printf ("%s: %s", place, message);

  check->report (line, check->data);
}

static gboolean
is_of_kind (const KbModule *module, const char *kind)
{
  return g_str_equal (kind, "source")  ? module->source != NULL
         : g_str_equal (kind, "store") ? module->store != NULL
                                       : module->commands != NULL;
}

/* The module is there, is what the stack takes it for, and takes its group's options. */
static void
check_instance (const char *kind, const char *name, const char *module_name,
                const char *place, gpointer data)
{
  Check *check = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (KbInstance) instance = NULL;
  const KbModule *module = kb_loader_load (check->loader, module_name, &error);
  g_autofree char *message = NULL;

  g_hash_table_add (check->seen, g_strdup_printf ("%s %s", kind, name));
  if (module != NULL && is_of_kind (module, kind))
    instance = kb_config_instance (check->config, kind, name, module, &error);
  else if (module != NULL)
    g_set_error (&error, KB_ERROR, KB_ERROR_CONFIG,
                 g_str_equal (kind, "source") || g_str_equal (kind, "store")
                     ? "the module %s is no %s"
                     : "the module %s has no command for [%s]",
                 module_name, kind);
  if (instance != NULL)
    return;
  message = strstr (error->message, name) != NULL
                ? g_strdup (error->message)
                : g_strdup_printf ("%s %s: %s", kind, name, error->message);
  report (check, place, message);
}

/* An entry without a group of its own names a module. */
static void
check_entries (Check *check, const KbStack *stack, const char *kind,
               const GArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const KbEntry *entry = &g_array_index (entries, KbEntry, i);
      g_autofree char *key = g_strdup_printf ("%s %s", kind, entry->instance);

      if (!g_hash_table_contains (check->seen, key))
        check_instance (kind, entry->instance, entry->module, stack->place, check);
    }
}

static void
check_all (Check *check)
{
  const GPtrArray *stacks = kb_config_stacks (check->config);

  kb_config_each_instance (check->config, check_instance, check);
  for (guint i = 0; i < stacks->len; i++)
    {
      const KbStack *stack = g_ptr_array_index (stacks, i);

      check_entries (check, stack, "source", stack->sources);
      check_entries (check, stack, "store", stack->stores);
    }
}

guint
kb_check_configuration (KbRuntime *runtime, KbCheckFunc func, gpointer data)
{
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Check check = { .config = kb_runtime_config (runtime),
                  .loader = kb_runtime_loader (runtime),
                  .seen = seen,
                  .report = func,
                  .data = data };

  check_all (&check);
  return g_hash_table_size (seen);
}

/* ---- the verb ------------------------------------------------------------------- */

typedef struct
{
  KbPage page;
  const KbConfig *config;
  guint seen;
  guint problems;
} Told;

static void
told_clear (Told *told)
{
  kb_page_clear (&told->page);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Told, told_clear)

static void
tell_problem (const char *line, gpointer data)
{
  Told *told = data;

  told->problems++;
  kb_page_show (&told->page, KB_STYLE_PLAIN, line);
  kb_page_add (&told->page, "\n");
}

static void
tell_files (Told *told)
{
  const char *const *files = kb_config_files (told->config);
  guint stacks = kb_config_stacks (told->config)->len;

  kb_page_add (&told->page, "read  the built-in defaults\n");
  for (; *files != NULL; files++)
    {
      kb_page_add (&told->page, "      ");
      kb_page_show (&told->page, KB_STYLE_PLAIN, *files);
      kb_page_add (&told->page, "\n");
    }
  if (told->problems > 0)
    return;
  kb_page_show (&told->page, KB_STYLE_GOOD, "all well");
  kb_page_printf (&told->page, ": %u %s, %u sources and stores\n", stacks,
                  stacks == 1 ? "stack" : "stacks", told->seen);
}

int
kb_command_check (const KbStreams *streams, char **arguments, GError **error)
{
  const char *file = NULL;
  const KbArgument table[] = { { "--config", NULL, &file }, { NULL, NULL, NULL } };
  g_autoptr (KbRuntime) runtime = NULL;
  KbConfig *config;
  g_auto (Told) told = { 0 };
  int status;

  if (!kb_arguments_read ("check", arguments, table, 0, NULL, NULL))
    return KB_EXIT_USAGE;
  config = file != NULL ? kb_config_load_file (file, error) : NULL;
  if (config != NULL)
    runtime = kb_runtime_new (config);
  else if (file == NULL)
    runtime = kb_runtime_new_default (error);
  if (runtime == NULL)
    return KB_EXIT_ERROR;
  told.config = kb_runtime_config (runtime);
  kb_page_begin (&told.page, streams);
  told.seen = kb_check_configuration (runtime, tell_problem, &told);
  tell_files (&told);
  status = kb_page_end (&told.page, error);
  return status == 0 && told.problems > 0 ? KB_EXIT_ERROR + KB_ERROR_CONFIG : status;
}
