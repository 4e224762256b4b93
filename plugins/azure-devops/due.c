/* SPDX-License-Identifier: MIT */
/* Holds what the server lists against what is kept here and what was begun.
   Knows nothing of how tokens are rotated. */
#include "due.h"

#include <string.h>

#include "base/complain.h"
#include "base/json.h"
#include "pat-keep.h"
#include "pat-service.h"

typedef struct
{
  KbClient *client;
  GPtrArray *active;   /* of KbPat */
  GPtrArray *expired;  /* of KbPat; NULL until it is asked for */
  GHashTable *kept;    /* id -> what it is kept as */
  GPtrArray *journals; /* of KbJournal */
} World;

static void
world_clear (World *world)
{
  g_clear_pointer (&world->active, g_ptr_array_unref);
  g_clear_pointer (&world->expired, g_ptr_array_unref);
  g_clear_pointer (&world->kept, g_hash_table_unref);
  g_clear_pointer (&world->journals, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* The store first: a locked one is told before the server is asked. */
static gboolean
look_around (World *world, GError **error)
{
  const KbPatFilter filter = { "active", "displayName", FALSE };

  world->kept = kb_pat_keep_read (world->client, error);
  if (world->kept == NULL)
    return FALSE;
  world->journals = kb_journal_all (kb_client_organization (world->client), error);
  if (world->journals == NULL)
    return FALSE;
  world->active = kb_pat_list (world->client, &filter, error);
  return world->active != NULL;
}

static gboolean
look_at_expired (World *world, GError **error)
{
  const KbPatFilter filter = { "expired", "displayName", FALSE };

  if (world->expired == NULL)
    world->expired = kb_pat_list (world->client, &filter, error);
  return world->expired != NULL;
}

static const KbPat *
with_id (const GPtrArray *pats, const char *id)
{
  for (guint i = 0; i < pats->len; i++)
    {
      const KbPat *pat = g_ptr_array_index (pats, i);

      if (g_ascii_strcasecmp (pat->id, id) == 0)
        return pat;
    }
  return NULL;
}

/* ---- one job -------------------------------------------------------------------- */

static const KbJournal *
journal_with (const World *world, const char *keep, const char *name)
{
  for (guint i = 0; i < world->journals->len; i++)
    {
      const KbJournal *journal = g_ptr_array_index (world->journals, i);

      if (keep != NULL ? g_str_equal (journal->keep, keep)
                       : g_str_equal (journal->name, name))
        return journal;
    }
  return NULL;
}

/* New.  Either may be NULL, not both. */
static KbJob *
job_of (const World *world, const KbPat *pat, const KbJournal *journal, gboolean due)
{
  KbJob *job = g_new0 (KbJob, 1);
  const char *keep = pat != NULL ? g_hash_table_lookup (world->kept, pat->id) : NULL;

  job->kept = keep != NULL;
  job->begun = journal != NULL;
  job->due = due;
  job->name = journal != NULL ? g_strdup (journal->name) : kb_journal_plain (pat->name);
  if (journal != NULL)
    keep = journal->keep;
  job->keep = keep != NULL
                  ? g_strdup (keep)
                  : kb_pat_keep_name (kb_client_organization (world->client), job->name);
  job->scope = g_strdup (pat != NULL ? pat->scope : journal->scope);
  job->global = pat != NULL ? pat->global : journal->global;
  if (pat == NULL)
    return job;
  job->id = g_strdup (pat->id);
  job->valid_from = pat->valid_from;
  job->valid_to = pat->valid_to;
  return job;
}

static gboolean
ends_before (const KbPat *pat, gint64 before)
{
  return before == 0 || (pat->valid_to != 0 && pat->valid_to <= before);
}

/* ---- by name -------------------------------------------------------------------- */

/* Of several that are called so the one that is kept here is meant.  *OTHERS is new where
   that does not tell either. */
static const KbPat *
called (const World *world, const GPtrArray *pats, const char *word, char **others)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  const KbPat *found = with_id (pats, word);
  const KbPat *kept = NULL;
  guint count = 0;

  for (guint i = 0; found == NULL && i < pats->len; i++)
    {
      const KbPat *pat = g_ptr_array_index (pats, i);

      if (!g_str_equal (pat->name, word))
        continue;
      g_string_append_printf (ids, " %s", pat->id);
      count++;
      if (kept == NULL || g_hash_table_contains (world->kept, pat->id))
        kept = pat;
    }
  if (found != NULL)
    return found;
  if (count > 1 && !g_hash_table_contains (world->kept, kept->id))
    *others = g_strdup (ids->str);
  return *others == NULL ? kept : NULL;
}

static void
complain_of (const World *world, const char *word, const char *others)
{
  g_autofree char *text
      = others != NULL ? g_strdup_printf (
            "several tokens are called %s; name one by its id:%s", word, others)
                       : g_strdup_printf ("%s has no token %s",
                                          kb_client_organization (world->client), word);

  kb_complain (text);
}

/* FALSE without ERROR after a complaint. */
static gboolean
add_named (World *world, const char *word, gint64 before, GPtrArray *jobs, GError **error)
{
  const KbJournal *journal = journal_with (world, NULL, word);
  g_autofree char *others = NULL;
  const KbPat *pat = called (world, world->active, word, &others);

  if (pat == NULL && others == NULL)
    {
      if (!look_at_expired (world, error))
        return FALSE;
      pat = called (world, world->expired, word, &others);
    }
  if (journal == NULL && pat != NULL)
    {
      const char *keep = g_hash_table_lookup (world->kept, pat->id);

      journal = keep != NULL ? journal_with (world, keep, NULL) : NULL;
    }
  if (pat == NULL && journal == NULL)
    {
      complain_of (world, word, others);
      return FALSE;
    }
  if (journal != NULL || ends_before (pat, before))
    g_ptr_array_add (
        jobs, job_of (world, pat, journal, pat != NULL && ends_before (pat, before)));
  return TRUE;
}

/* ---- all ------------------------------------------------------------------------ */

static gboolean
add_kept (World *world, const char *id, gint64 before, GPtrArray *jobs, GError **error)
{
  const char *keep = g_hash_table_lookup (world->kept, id);
  const KbJournal *journal = journal_with (world, keep, NULL);
  const KbPat *pat = with_id (world->active, id);
  gboolean due;

  if (pat == NULL && !look_at_expired (world, error))
    return FALSE;
  if (pat == NULL)
    pat = with_id (world->expired, id);
  due = pat != NULL && ends_before (pat, before);
  if (due || journal != NULL)
    g_ptr_array_add (jobs, job_of (world, pat, journal, due));
  return TRUE;
}

/* Those that were begun and are kept under no name: for hooks alone. */
static void
add_begun (const World *world, GPtrArray *jobs)
{
  guint known = jobs->len;

  for (guint i = 0; i < world->journals->len; i++)
    {
      const KbJournal *journal = g_ptr_array_index (world->journals, i);
      gboolean there = FALSE;

      for (guint j = 0; j < known; j++)
        there
            |= g_str_equal (((KbJob *) g_ptr_array_index (jobs, j))->keep, journal->keep);
      if (!there)
        g_ptr_array_add (jobs, job_of (world, NULL, journal, FALSE));
    }
}

static void
complain_of_orphans (const World *world)
{
  for (guint i = 0; i < world->active->len; i++)
    {
      const KbPat *pat = g_ptr_array_index (world->active, i);
      gboolean known = !kb_journal_is_title (pat->name, NULL)
                       || g_hash_table_contains (world->kept, pat->id);
      g_autofree char *text = NULL;

      for (guint j = 0; !known && j < world->journals->len; j++)
        known = kb_journal_knows (g_ptr_array_index (world->journals, j), pat->name);
      if (known)
        continue;
      text = g_strdup_printf (
          "%s is left of a rotation that nothing is known of here; unless another "
          "computer is rotating it, run: keybearer pat revoke %s",
          pat->name, pat->id);
      kb_complain (text);
    }
}

static int
compare_jobs (gconstpointer a, gconstpointer b)
{
  const KbJob *one = *(const KbJob *const *) a;
  const KbJob *other = *(const KbJob *const *) b;

  return strcmp (one->keep, other->keep);
}

static gboolean
add_all (World *world, gint64 before, GPtrArray *jobs, GError **error)
{
  GHashTableIter iterator;
  gpointer id;

  g_hash_table_iter_init (&iterator, world->kept);
  while (g_hash_table_iter_next (&iterator, &id, NULL))
    if (!add_kept (world, id, before, jobs, error))
      return FALSE;
  add_begun (world, jobs);
  complain_of_orphans (world);
  return TRUE;
}

GPtrArray *
kb_due_jobs (KbClient *client, const KbDue *due, GError **error)
{
  g_auto (World) world = { .client = client };
  g_autoptr (GPtrArray) jobs
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_job_free);

  kb_target_allow_ms (kb_client_target (client), KB_CLIENT_REQUEST_MS);
  if (!look_around (&world, error)
      || (due->all && !add_all (&world, due->before, jobs, error)))
    return NULL;
  for (gsize i = 0; due->names[i] != NULL; i++)
    if (!add_named (&world, due->names[i], due->before, jobs, error))
      return NULL;
  g_ptr_array_sort (jobs, compare_jobs);
  /* One that was named twice, or also by --all, is one. */
  for (guint i = jobs->len; i > 1; i--)
    if (g_str_equal (((KbJob *) g_ptr_array_index (jobs, i - 1))->keep,
                     ((KbJob *) g_ptr_array_index (jobs, i - 2))->keep))
      g_ptr_array_remove_index (jobs, i - 1);
  return g_steal_pointer (&jobs);
}

/* ---- for another process -------------------------------------------------------- */

void
kb_job_to_json (KbBuffer *json, const KbJob *job)
{
  kb_json_open (json, NULL, '{');
  kb_json_text (json, "keep", job->keep);
  kb_json_text (json, "name", job->name);
  kb_json_text (json, "id", job->id);
  kb_json_text (json, "scope", job->scope);
  kb_json_number (json, "from", job->valid_from);
  kb_json_number (json, "to", job->valid_to);
  kb_json_flag (json, "global", job->global);
  kb_json_flag (json, "kept", job->kept);
  kb_json_flag (json, "begun", job->begun);
  kb_json_flag (json, "due", job->due);
  kb_json_close (json, '}');
}

KbJob *
kb_job_read (KbSecret *text)
{
  g_autoptr (KbJob) job = g_new0 (KbJob, 1);
  g_autoptr (KbJson) json = kb_json_parse (text, NULL);

  if (json == NULL)
    return NULL;
  job->keep = kb_json_string (json, kb_json_member (json, 0, "keep"));
  job->name = kb_json_string (json, kb_json_member (json, 0, "name"));
  job->id = kb_json_string (json, kb_json_member (json, 0, "id"));
  job->scope = kb_json_string (json, kb_json_member (json, 0, "scope"));
  (void) kb_json_int64 (json, kb_json_member (json, 0, "from"), FALSE, &job->valid_from);
  (void) kb_json_int64 (json, kb_json_member (json, 0, "to"), FALSE, &job->valid_to);
  (void) kb_json_boolean (json, kb_json_member (json, 0, "global"), &job->global);
  (void) kb_json_boolean (json, kb_json_member (json, 0, "kept"), &job->kept);
  (void) kb_json_boolean (json, kb_json_member (json, 0, "begun"), &job->begun);
  (void) kb_json_boolean (json, kb_json_member (json, 0, "due"), &job->due);
  return job->keep != NULL && job->name != NULL && job->scope != NULL
             ? g_steal_pointer (&job)
             : NULL;
}
