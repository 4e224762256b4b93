/* SPDX-License-Identifier: MIT */
/* keybearer modules: every module that can be found, with its options.
   Knows nothing of what they do, nor of how they are configured here. */
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/page.h"

#include <string.h>

static const char *
type_name (KbOptionType type)
{
  static const char *const names[] = {
    [KB_OPTION_STRING] = "string",   [KB_OPTION_SECRET] = "secret",
    [KB_OPTION_BOOLEAN] = "boolean", [KB_OPTION_INTEGER] = "integer",
    [KB_OPTION_LIST] = "list",
  };

  return (guint) type < G_N_ELEMENTS (names) ? names[type] : "unknown";
}

/* ---- for scripts ---------------------------------------------------------------- */

static void
option_to_json (KbBuffer *json, const KbOption *option)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "name", option->name);
  kb_json_text (json, "type", type_name (option->type));
  kb_json_flag (json, "required", option->required);
  kb_json_text (json, "default", option->fallback);
  kb_json_text (json, "summary", option->summary);
  kb_json_close (json, '}');
}

static void
module_to_json (KbBuffer *json, const KbModule *module)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "name", module->name);
  kb_json_text (json, "summary", module->summary);
  kb_json_flag (json, "source", module->source != NULL);
  kb_json_flag (json, "store", module->store != NULL);
  kb_json_open (json, "commands", '[');
  for (const KbCommand *command = module->commands;
       command != NULL && command->name != NULL; command++)
    kb_json_text (json, NULL, command->name);
  kb_json_close (json, ']');
  kb_json_open (json, "options", '[');
  for (const KbOption *option = module->options; option != NULL && option->name != NULL;
       option++)
    option_to_json (json, option);
  kb_json_close (json, ']');
  kb_json_close (json, '}');
}

/* ---- for people ----------------------------------------------------------------- */

static guint
widest_option (const KbModule *module)
{
  guint widest = 0;

  for (const KbOption *option = module->options; option != NULL && option->name != NULL;
       option++)
    widest = MAX (widest, (guint) strlen (option->name));
  return widest;
}

static void
show_option (KbPage *page, const KbOption *option, guint widest)
{
  g_autofree char *label = g_strdup_printf ("%-*s  %-7s", (int) widest, option->name,
                                            type_name (option->type));
  g_autofree char *text
      = option->required ? g_strdup_printf ("%s (required)", option->summary)
        : option->fallback != NULL
            ? g_strdup_printf ("%s (%s)", option->summary, option->fallback)
            : g_strdup (option->summary);

  kb_page_entry (page, 4, widest + 15, label, KB_STYLE_PLAIN, text);
}

static void
show_module (KbPage *page, const KbModule *module)
{
  const char *kind = module->source != NULL && module->store != NULL ? "source and store"
                     : module->source != NULL                        ? "source"
                     : module->store != NULL                         ? "store"
                                                                     : "set of commands";
  guint widest = widest_option (module);

  kb_page_show (page, KB_STYLE_BOLD, module->name);
  kb_page_printf (page, ", a %s\n", kind);
  kb_page_entry (page, 4, 4, NULL, KB_STYLE_PLAIN, module->summary);
  for (const KbCommand *command = module->commands;
       command != NULL && command->name != NULL; command++)
    kb_page_printf (page, "    keybearer %s: %s\n", command->name, command->summary);
  for (const KbOption *option = module->options; option != NULL && option->name != NULL;
       option++)
    show_option (page, option, widest);
  kb_page_add (page, "\n");
}

static void
show_broken (KbPage *page, const char *name, const GError *why)
{
  kb_page_show (page, KB_STYLE_BAD, name);
  kb_page_add (page, ", cannot be used\n");
  kb_page_entry (page, 4, 4, NULL, KB_STYLE_PLAIN, why->message);
  kb_page_add (page, "\n");
}

static void
add_module (KbPage *page, KbLoader *loader, const char *name, gboolean json)
{
  g_autoptr (GError) why = NULL;
  const KbModule *module = kb_loader_load (loader, name, &why);

  if (module == NULL && json)
    kb_complain (why->message);
  else if (module == NULL)
    show_broken (page, name, why);
  else if (json)
    module_to_json (page->text, module);
  else
    show_module (page, module);
}

/* Works without any configuration that can be read: the modules are there all the
   same. */
static KbRuntime *
open_runtime (GError **error)
{
  g_autoptr (GError) problem = NULL;
  KbRuntime *runtime = kb_runtime_new_default (&problem);
  KbConfig *config;

  if (runtime != NULL)
    return runtime;
  kb_complain (problem->message);
  config = kb_config_load (NULL, NULL, NULL, error);
  return config != NULL ? kb_runtime_new (config) : NULL;
}

int
kb_command_modules (const KbStreams *streams, char **arguments, GError **error)
{
  gboolean json = FALSE;
  g_autoptr (KbRuntime) runtime = NULL;
  g_auto (GStrv) names = NULL;
  g_auto (KbPage) page = { 0 };

  if (!kb_arguments_json ("modules", arguments, &json))
    return KB_EXIT_USAGE;
  runtime = open_runtime (error);
  if (runtime == NULL)
    return KB_EXIT_ERROR;
  names = kb_loader_names (kb_runtime_loader (runtime));
  kb_page_begin (&page, streams);
  if (json)
    kb_json_open (page.text, NULL, '[');
  for (char **name = names; *name != NULL; name++)
    add_module (&page, kb_runtime_loader (runtime), *name, json);
  if (json)
    kb_json_close (page.text, ']');
  if (json)
    kb_page_add (&page, "\n");
  else if (names[0] == NULL)
    kb_page_add (&page, "There are no modules: the installation is not whole.\n");
  return kb_page_end (&page, error);
}
