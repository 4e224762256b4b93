/* SPDX-License-Identifier: MIT */
/* keybearer store: makes a store ready for its first item, and proves that it is; put,
   remove and migrate have files of their own.  Knows nothing of what the store's options
   mean. */
#include "commands/commands.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "commands/migrate.h"
#include "commands/options.h"
#include "commands/page.h"
#include "commands/place.h"
#include "commands/store-named.h"
#include "item.h"
#include "state.h"

#define CONFIG_BYTES_MAX 262144
#define SETTINGS_MOST 8
#define CANARY "keybearer store init"

typedef struct
{
  const char *name;      /* of the store */
  const char **settings; /* KEY=VALUE, NULL-terminated */
} Wanted;

static KbAnswer
fail (GError **error, KbErrorCode code, const char *name, const char *why)
{
  g_set_error (error, KB_ERROR, code, "%s: %s", name, why);
  return KB_FAILED;
}

/* ---- the group in the user's file ----------------------------------------------- */

/* New: `[store NAME]` with its options; NULL when a setting is none. */
static char *
make_group (const Wanted *wanted)
{
  g_autoptr (GString) group = g_string_new (NULL);

  g_string_append_printf (group, "[store %s]\nmodule=%s\n", wanted->name, wanted->name);
  for (const char **setting = wanted->settings; *setting != NULL; setting++)
    {
      if (strchr (*setting, '=') == NULL
          || !kb_text_is_clean (*setting, strlen (*setting)))
        return NULL;
      g_string_append_printf (group, "%s\n", *setting);
    }
  return g_string_free (g_steal_pointer (&group), FALSE);
}

static void
note_name (const char *kind, const char *name, const char *module, const char *place,
           gpointer data)
{
  const char **known = data;

  if (g_str_equal (kind, "store") && g_str_equal (name, known[0]))
    known[1] = "configured";
}

static gboolean
is_configured (const KbConfig *config, const char *name)
{
  const char *known[] = { name, NULL };

  kb_config_each_instance (config, note_name, known);
  return known[1] != NULL;
}

/* What stands in the file stays as it is; the group comes after it. */
static gboolean
add_group (const char *path, const char *group, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  gboolean missing = FALSE;
  g_autoptr (KbSecret) before
      = kb_file_read_safe (path, KB_FILE_PUBLIC, CONFIG_BYTES_MAX, &missing, error);
  g_autofree char *text = NULL;

  if (before == NULL && !missing)
    return FALSE;
  text = before == NULL ? g_strdup (group)
                        : g_strdup_printf ("%s\n%s", kb_secret_peek (before), group);
  return kb_dir_make_private (folder, error)
         && kb_file_write_whole (path, text, strlen (text), error);
}

/* ---- the store ------------------------------------------------------------------ */

/* Puts an item, reads it back and erases it: a store that cannot do this is of no use,
   and it is better to know now. */
static KbAnswer
prove (const KbOpened *opened, const KbRequest *request, GError **error)
{
  const KbStore *store = opened->module->store;
  g_autofree char *name = kb_item_name ("canary", CANARY, NULL);
  g_autoptr (KbSecret) value = kb_secret_new_text ("Y2FuYXJ5");
  g_autoptr (KbSecret) back = NULL;
  GError *problem = NULL;
  KbAnswer answer = store->put (opened->self, request, name, CANARY, value, 0, &problem);

  if (answer == KB_OK)
    answer = store->get (opened->self, request, name, &back, &problem);
  if (answer == KB_OK && !kb_secret_equal (value, back))
    answer = fail (&problem, KB_ERROR_LOCKED, opened->name, "gives back something else");
  if (answer == KB_OK)
    answer = store->erase (opened->self, request, name, &problem);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", opened->name);
  if (answer == KB_DECLINED)
    return fail (error, KB_ERROR_CONFIG, opened->name,
                 "is not made by these options; see its manual page");
  return answer;
}

static KbAnswer
open_and_prove (const Wanted *wanted, GError **error)
{
  g_auto (KbPlace) place = { 0 };
  KbEntry entry = { (char *) wanted->name, (char *) wanted->name, KB_CONTROL_SUFFICIENT };
  const KbOpened *opened = NULL;
  g_autoptr (KbTalk) talk = NULL;
  KbAnswer answer = kb_place_open_any (&place, error);

  if (answer == KB_OK)
    answer = kb_runtime_store (place.runtime, &entry, &opened, error);
  if (answer != KB_OK)
    return answer;
  talk = kb_permitted_talk ();
  kb_let_ask (place.request, talk);
  return prove (opened, place.request, error);
}

/* With settings the group is written first, and taken back when the store does not
   work. */
static KbAnswer
init (const Wanted *wanted, const char *path, GError **error)
{
  g_autoptr (KbRuntime) runtime = kb_runtime_new_default (error);
  g_autofree char *group = make_group (wanted);
  g_autoptr (KbSecret) before = NULL;
  gboolean missing = FALSE;
  KbAnswer answer;

  if (runtime == NULL)
    return KB_FAILED;
  if (group == NULL)
    return fail (error, KB_ERROR_CONFIG, wanted->name, "an option is written KEY=VALUE");
  if (*wanted->settings == NULL)
    return open_and_prove (wanted, error);
  if (is_configured (kb_runtime_config (runtime), wanted->name))
    return fail (error, KB_ERROR_CONFIG, wanted->name,
                 "has its options in a configuration file already");
  before = kb_file_read_safe (path, KB_FILE_PUBLIC, CONFIG_BYTES_MAX, &missing, NULL);
  if (!add_group (path, group, error))
    return KB_FAILED;
  answer = open_and_prove (wanted, error);
  if (answer != KB_OK)
    kb_file_write_whole (path, before != NULL ? kb_secret_peek (before) : "",
                         before != NULL ? kb_secret_length (before) : 0, NULL);
  return answer;
}

static int
tell (const KbStreams *streams, const Wanted *wanted, const char *path, GError **error)
{
  g_auto (KbPage) page = { 0 };
  g_autofree char *done = g_strdup_printf ("The store %s is ready.", wanted->name);
  g_autofree char *where = g_strdup_printf ("Its options are in %s.", path);

  kb_page_begin (&page, streams);
  kb_page_entry (&page, 0, 0, NULL, KB_STYLE_GOOD, done);
  if (*wanted->settings != NULL)
    kb_page_entry (&page, 0, 0, NULL, KB_STYLE_PLAIN, where);
  return kb_page_end (&page, error);
}

int
kb_command_store (const KbStreams *streams, char **arguments, GError **error)
{
  static const KbArgument table[] = { { NULL, NULL, NULL } };
  const char *words[SETTINGS_MOST + 3] = { NULL };
  g_autofree char *base = kb_state_base ("XDG_CONFIG_HOME", ".config");
  g_autofree char *path = g_build_filename (base, "keybearer", "keybearer.conf", NULL);
  Wanted wanted;

  if (g_strcmp0 (arguments[0], "migrate") == 0)
    return kb_command_migrate (streams, arguments + 1, error);
  if (!kb_arguments_read ("store", arguments, table, SETTINGS_MOST + 2, words, NULL)
      || words[1] == NULL)
    return KB_EXIT_USAGE;
  if (g_str_equal (words[0], "put") && words[2] == NULL)
    return kb_store_put (streams, words[1], error);
  if (g_str_equal (words[0], "remove") && words[2] == NULL)
    return kb_store_remove (streams, words[1], error);
  if (!g_str_equal (words[0], "init") || !kb_text_is_name (words[1]))
    return KB_EXIT_USAGE;
  wanted = (Wanted){ words[1], words + 2 };
  if (init (&wanted, path, error) != KB_OK)
    return KB_EXIT_NOTHING;
  return tell (streams, &wanted, path, error);
}
