/* SPDX-License-Identifier: MIT */
/* keybearer store migrate: finds what other programs keep, has it adopted, and deletes
   the old one only when told to and only when the new one is proved.
   Knows nothing of how they keep it. */
#include "commands/migrate.h"

#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "commands/options.h"
#include "commands/place.h"
#include "commands/shelf.h"

#define NO_STACK                                                                         \
  "no stack is for this host; one without sources keeps logins of any (keybearer(1), "   \
  "GIT)"

typedef struct
{
  KbMigration *migration;
  const KbOpened *where;
} Gathering;

/* ---- what there is -------------------------------------------------------------- */

static void
old_free (gpointer data)
{
  KbOld *old = data;

  g_free ((char *) old->foreign.origin);
  g_free ((char *) old->foreign.scheme);
  g_free ((char *) old->foreign.host);
  g_free ((char *) old->foreign.path);
  g_free ((char *) old->foreign.user);
  g_free ((char *) old->foreign.why);
  g_free ((char *) old->foreign.handle);
  kb_secret_unref (old->foreign.secret);
  kb_secret_unref (old->foreign.renewal);
  g_free (old->note);
  g_free (old);
}

static KbSecret *
share (KbSecret *secret)
{
  return secret != NULL ? kb_secret_ref (secret) : NULL;
}

static void
gather (const KbForeign *foreign, gpointer data)
{
  const Gathering *gathering = data;
  const char *from = gathering->migration->from;
  KbOld *old;

  if (from != NULL && g_strcmp0 (foreign->origin, from) != 0)
    return;
  old = g_new0 (KbOld, 1);
  old->where = gathering->where;
  old->foreign = (KbForeign){ .origin = g_strdup (foreign->origin),
                              .scheme = g_strdup (foreign->scheme),
                              .host = g_strdup (foreign->host),
                              .path = g_strdup (foreign->path),
                              .user = g_strdup (foreign->user),
                              .secret = share (foreign->secret),
                              .renewal = share (foreign->renewal),
                              .expires = foreign->expires,
                              .modified = foreign->modified,
                              .why = g_strdup (foreign->why),
                              .handle = g_strdup (foreign->handle) };
  g_ptr_array_add (gathering->migration->olds, old);
}

static void
add_hint (GError **error, const char *name)
{
  g_prefix_error (error, "%s: ", name);
  if (error != NULL && g_error_matches (*error, KB_ERROR, KB_ERROR_LOCKED))
    {
      g_autofree char *message
          = g_strconcat ((*error)->message, "; then run: keybearer store migrate", NULL);

      g_free ((*error)->message);
      (*error)->message = g_steal_pointer (&message);
    }
}

static KbAnswer
ask_store (KbMigration *migration, const KbOpened *opened, const KbRequest *request,
           GError **error)
{
  Gathering gathering = { migration, opened };
  KbAnswer answer
      = opened->module->store->foreign (opened->self, request, gather, &gathering, error);

  answer = kb_answer_check (answer, opened->name, opened, error);
  if (answer == KB_FAILED)
    add_hint (error, opened->name);
  return answer;
}

static gboolean
can_tell (const KbModule *module)
{
  return module != NULL && module->store != NULL && module->store->foreign != NULL;
}

/* The module that was asked already is not asked for another instance of it. */
static KbAnswer
ask_configured (KbMigration *migration, KbPlace *place, const GPtrArray *shelves,
                GHashTable *asked, GError **error)
{
  for (guint i = 0; i < shelves->len; i++)
    {
      const KbShelf *shelf = g_ptr_array_index (shelves, i);

      if (shelf->opened == NULL || !can_tell (shelf->opened->module)
          || !g_hash_table_add (asked, (gpointer) shelf->opened->module))
        continue;
      if (shelf->state == KB_FAILED)
        {
          g_set_error (error, KB_ERROR, KB_ERROR_LOCKED, "%s",
                       shelf->why != NULL ? shelf->why : "it cannot be used now");
          add_hint (error, shelf->name);
          return KB_FAILED;
        }
      if (shelf->state == KB_OK
          && ask_store (migration, shelf->opened, place->request, error) == KB_FAILED)
        return KB_FAILED;
    }
  return KB_OK;
}

/* Nothing of ours may be kept there, and yet something of theirs. */
static KbAnswer
ask_unconfigured (KbMigration *migration, KbPlace *place, GHashTable *asked,
                  GError **error)
{
  KbLoader *loader = kb_runtime_loader (place->runtime);
  g_auto (GStrv) names = kb_loader_names (loader);

  for (char **name = names; *name != NULL; name++)
    {
      const KbModule *module = kb_loader_load (loader, *name, NULL);
      KbEntry entry = { *name, *name, KB_CONTROL_SUFFICIENT };
      const KbOpened *opened = NULL;

      if (!can_tell (module) || !g_hash_table_add (asked, (gpointer) module)
          || kb_runtime_store (place->runtime, &entry, &opened, NULL) != KB_OK
          || module->store->probe (opened->self, place->request, NULL) == KB_DECLINED)
        continue;
      if (ask_store (migration, opened, place->request, error) == KB_FAILED)
        return KB_FAILED;
    }
  return KB_OK;
}

static KbAnswer
gather_all (KbMigration *migration, KbPlace *place, GError **error)
{
  g_autoptr (GPtrArray) shelves = kb_shelves_new (place->runtime, NULL, place->request);
  g_autoptr (GHashTable) asked = g_hash_table_new (NULL, NULL);
  KbAnswer answer = ask_configured (migration, place, shelves, asked, error);

  if (answer == KB_OK && g_hash_table_size (asked) == 0)
    answer = ask_unconfigured (migration, place, asked, error);
  return answer;
}

/* ---- one of them ---------------------------------------------------------------- */

static void
conclude (KbOld *old, KbMigrated result, const char *note)
{
  old->result = result;
  g_free (old->note);
  old->note = g_strdup (note);
}

static void
forget (KbOld *old, const KbRequest *request)
{
  g_autoptr (GError) problem = NULL;
  const KbOpened *where = old->where;
  KbAnswer answer
      = where->module->store->forget (where->self, request, &old->foreign, &problem);

  answer = kb_answer_check (answer, where->name, where, &problem);
  old->deleted = answer == KB_OK;
  if (answer == KB_FAILED)
    conclude (old, KB_MIGRATED_FAILED, problem->message);
  if (answer == KB_DECLINED)
    conclude (old, old->result, "the old one has changed meanwhile and stays");
}

static void
adopt (const KbMigration *migration, KbOld *old, KbPlace *place)
{
  g_auto (KbAdoption) adoption = { .dry = migration->dry };
  g_autoptr (GError) problem = NULL;
  KbAnswer answer = kb_adopt (place->runtime, place->session, place->request,
                              &old->foreign, &adoption, &problem);

  old->store = adoption.store;
  old->source = adoption.instance;
  if (answer == KB_FAILED)
    conclude (old, KB_MIGRATED_FAILED, problem->message);
  else if (answer == KB_DECLINED)
    conclude (old, KB_MIGRATED_LEFT, adoption.why);
  else
    conclude (old, adoption.was_there ? KB_MIGRATED_KEPT : KB_MIGRATED_COPIED,
              adoption.answers ? NULL : "an earlier source of the stack answers first");
  if (answer == KB_OK && migration->delete &&!migration->dry)
    forget (old, place->request);
}

/* PLACE lends its runtime, so that each store is opened once. */
static void
migrate_one (const KbMigration *migration, KbOld *old, KbRuntime *runtime,
             const KbTalk *talk)
{
  const KbForeign *foreign = &old->foreign;
  KbPlace place = { .runtime = runtime };
  KbUrl *url = NULL;

  if (foreign->why == NULL)
    url = kb_url_new (foreign->scheme, foreign->host, foreign->path, NULL);
  if (url == NULL)
    {
      conclude (old, KB_MIGRATED_LEFT,
                foreign->why != NULL ? foreign->why : "its address cannot be used");
      return;
    }
  place.request = kb_request_new (url);
  kb_request_set_program (place.request, "keybearer");
  kb_request_set_user (place.request, foreign->user);
  kb_let_ask (place.request, talk);
  place.session = kb_session_new (runtime, place.request);
  if (kb_session_stack (place.session) != NULL)
    adopt (migration, old, &place);
  else
    conclude (old, KB_MIGRATED_LEFT, NO_STACK);
  place.runtime = NULL;
  kb_place_clear (&place);
}

/* ---- all of them ---------------------------------------------------------------- */

/* On a terminal alone; DONE 0 takes the line away. */
static void
progress (guint done, guint all)
{
  g_autofree char *line
      = done > 0 ? g_strdup_printf ("\r%u of %u", done, all) : g_strdup ("\r\033[K");

  if (isatty (STDERR_FILENO))
    kb_write_all (STDERR_FILENO, line, strlen (line));
}

static gint
newest_first (gconstpointer a, gconstpointer b)
{
  const KbOld *const *one = a;
  const KbOld *const *other = b;

  return ((*one)->foreign.modified < (*other)->foreign.modified)
         - ((*one)->foreign.modified > (*other)->foreign.modified);
}

static gint
by_place (gconstpointer a, gconstpointer b)
{
  const KbOld *const *one = a;
  const KbOld *const *other = b;
  g_autofree char *place = kb_old_place (*one);
  g_autofree char *other_place = kb_old_place (*other);
  int order = strcmp (place, other_place);

  return order != 0 ? order : g_strcmp0 ((*one)->foreign.user, (*other)->foreign.user);
}

/* Of two for one place the one that was written last is the one that worked last. */
static void
migrate_all (KbMigration *migration, KbRuntime *runtime, const KbTalk *talk)
{
  GPtrArray *olds = migration->olds;

  g_ptr_array_sort (olds, newest_first);
  for (guint i = 0; i < olds->len; i++)
    {
      progress (i + 1, olds->len);
      migrate_one (migration, g_ptr_array_index (olds, i), runtime, talk);
    }
  if (olds->len > 0)
    progress (0, 0);
  g_ptr_array_sort (olds, by_place);
}

static int
tell (const KbStreams *streams, const KbMigration *migration, GError **error)
{
  g_auto (KbPage) page = { 0 };
  int status;

  kb_page_begin (&page, streams);
  if (migration->json)
    kb_migration_to_json (migration, &page);
  else
    kb_migration_show (migration, &page);
  status = kb_page_end (&page, error);
  for (guint i = 0; status == 0 && i < migration->olds->len; i++)
    {
      const KbOld *old = g_ptr_array_index (migration->olds, i);

      if (old->result != KB_MIGRATED_FAILED)
        continue;
      g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED,
                           "not everything was migrated; what is left is as it was");
      return KB_EXIT_ERROR;
    }
  return status;
}

static int
migrate (const KbStreams *streams, KbMigration *migration, GError **error)
{
  g_auto (KbPlace) place = { 0 };
  g_autoptr (KbTalk) talk = kb_permitted_talk ();
  int status = KB_EXIT_ERROR;

  if (kb_place_open_any (&place, error) != KB_OK)
    return KB_EXIT_ERROR;
  kb_let_ask (place.request, talk);
  migration->olds = g_ptr_array_new_with_free_func (old_free);
  if (gather_all (migration, &place, error) == KB_OK)
    {
      migrate_all (migration, place.runtime, talk);
      status = tell (streams, migration, error);
    }
  g_clear_pointer (&migration->olds, g_ptr_array_unref);
  return status;
}

int
kb_command_migrate (const KbStreams *streams, char **arguments, GError **error)
{
  static const char *const origins[] = { "libsecret", "gcm", "all", NULL };
  KbMigration migration = { 0 };
  const KbArgument table[] = {
    { "--from", NULL, &migration.from },
    { "--delete", &migration.delete, NULL },
    { "--dry-run", &migration.dry, NULL },
    { "--json", &migration.json, NULL },
    { NULL, NULL, NULL },
  };

  if (!kb_arguments_read ("store migrate", arguments, table, 0, NULL, NULL))
    return KB_EXIT_USAGE;
  if (migration.from != NULL && !g_strv_contains (origins, migration.from))
    {
      kb_complain ("store migrate: --from is one of libsecret, gcm, all");
      return KB_EXIT_USAGE;
    }
  if (g_strcmp0 (migration.from, "all") == 0)
    migration.from = NULL;
  return migrate (streams, &migration, error);
}
