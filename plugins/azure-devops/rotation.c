/* SPDX-License-Identifier: MIT */
/* Drives one rotation from step to step and notes each in its journal before the next.
   Knows nothing of which tokens are due, nor of other rotations. */
#include "rotation-own.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "hooks.h"
#include "pat-keep.h"
#include "pat-service.h"
#include "prove.h"

#define DAY_S 86400
/* A life that the server takes: what is left of the last day is the answer's time. */
#define LIFE_MAX ((gint64) KB_PAT_DAYS_MAX * DAY_S - 3600)
#define LIFE_DEFAULT ((gint64) 30 * DAY_S)

static void
rotation_clear (KbRotation *rotation)
{
  kb_journal_free (rotation->journal);
  g_clear_pointer (&rotation->hooks, g_ptr_array_unref);
  g_free (rotation->fresh);
  kb_named_free (rotation->named);
  kb_pat_free (rotation->pat);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbRotation, rotation_clear)

void
kb_job_free (KbJob *job)
{
  if (job == NULL)
    return;
  g_free (job->keep);
  g_free (job->name);
  g_free (job->id);
  g_free (job->scope);
  g_free (job);
}

void
kb_rotated_clear (KbRotated *rotated)
{
  g_free (rotated->id);
  if (rotated->warning != NULL)
    g_string_free (rotated->warning, TRUE);
}

void
kb_rotation_warn (KbRotation *rotation, const char *format, ...)
{
  GString *warning = rotation->out->warning;
  va_list arguments;

  if (warning->len > 0)
    g_string_append (warning, "; ");
  va_start (arguments, format);
  g_string_append_vprintf (warning, format, arguments);
  va_end (arguments);
}

KbTarget *
kb_rotation_target (KbRotation *rotation)
{
  KbTarget *target = kb_client_target (rotation->client);

  kb_target_allow_ms (target, KB_CLIENT_REQUEST_MS);
  return target;
}

gboolean
kb_rotation_note (KbRotation *rotation, KbStep step, GError **error)
{
  rotation->journal->step = step;
  return kb_journal_write (rotation->journal, error);
}

/* ---- proving -------------------------------------------------------------------- */

/* The new one's secret, from KEEP, into rotation->named.  *FOUND is FALSE where another
   one's or none is there. */
static gboolean
find_secret (KbRotation *rotation, const char *keep, gboolean *found, GError **error)
{
  g_autoptr (KbNamed) named = NULL;
  KbAnswer answer = kb_target_kept (kb_rotation_target (rotation), keep, &named, error);

  *found = answer == KB_OK && g_strcmp0 (named->note, rotation->journal->id) == 0;
  if (*found)
    {
      kb_named_free (rotation->named);
      rotation->named = g_steal_pointer (&named);
    }
  return answer != KB_FAILED;
}

static KbAnswer
prove (KbRotation *rotation, GError **error)
{
  const KbInstance *instance = kb_client_instance (rotation->client);
  KbAnswer answer;

  if (rotation->proven)
    return KB_OK;
  answer = kb_prove (rotation->client, rotation->named->secret,
                     kb_instance_integer (instance, "settle"), error);
  rotation->proven = answer == KB_OK;
  if (answer == KB_FAILED)
    g_prefix_error (error,
                    "the new token %s waits for the next run, as it could not be "
                    "proven (or run: keybearer pat revoke %s): ",
                    rotation->journal->id, rotation->journal->id);
  return answer;
}

/* The new one does not work or its secret is gone, and nobody was given it: it goes, and
   all is as it was. */
static gboolean
drop (KbRotation *rotation, GError **error)
{
  KbJournal *journal = rotation->journal;

  if (!kb_rotation_revoke (rotation, journal->id, error)
      || kb_target_forget (kb_rotation_target (rotation), rotation->fresh, error)
             == KB_FAILED)
    return FALSE;
  g_clear_pointer (&journal->mark, g_free);
  g_clear_pointer (&journal->id, g_free);
  journal->step = KB_STEP_MAKING;
  return TRUE;
}

/* It was handed on, or is where the old one was: another one is made, and this one is
   revoked with the old ones when that works. */
static gboolean
start_over (KbRotation *rotation, GError **error)
{
  KbJournal *journal = rotation->journal;

  if (rotation->again)
    {
      g_set_error (
          error, KB_ERROR, KB_ERROR_DENIED,
          "the server does not take the new token %s; the next run makes another",
          journal->id);
      return FALSE;
    }
  kb_rotation_warn (
      rotation,
      "the new token %s of an earlier run does not work any more: another was "
      "made",
      journal->id);
  rotation->again = TRUE;
  g_ptr_array_add (journal->old, g_steal_pointer (&journal->id));
  g_clear_pointer (&journal->mark, g_free);
  return kb_rotation_note (rotation, KB_STEP_MAKING, error);
}

static gboolean
refuse_unproven (KbRotation *rotation, GError **error)
{
  g_autofree char *id = g_strdup (rotation->journal->id);

  if (!drop (rotation, error))
    return FALSE;
  if (rotation->resumed)
    {
      rotation->resumed = FALSE;
      return kb_rotation_note (rotation, KB_STEP_MAKING, error);
    }
  kb_rotation_give_up (rotation);
  g_set_error (error, KB_ERROR, KB_ERROR_DENIED,
               "the server does not take the new token %s, so it was revoked", id);
  return FALSE;
}

/* KEPT: from here on the token's own name has the new one. */
static gboolean
prove_and_move (KbRotation *rotation, GError **error)
{
  gboolean found = FALSE;
  KbAnswer answer;

  if (!find_secret (rotation, rotation->fresh, &found, error))
    return FALSE;
  if (!found)
    return drop (rotation, error) && kb_rotation_note (rotation, KB_STEP_MAKING, error);
  answer = prove (rotation, error);
  if (answer == KB_DECLINED)
    return refuse_unproven (rotation, error);
  (void) kb_rotation_target (rotation);
  return answer == KB_OK
         && kb_pat_keep_named (rotation->client, rotation->journal->keep, rotation->named,
                               error)
                == KB_OK
         && kb_rotation_note (rotation, KB_STEP_HANDING, error);
}

/* For steps after that: FALSE without ERROR when it was made anew. */
static gboolean
is_good (KbRotation *rotation, GError **error)
{
  gboolean found = FALSE;
  KbAnswer answer = KB_DECLINED;

  if (!find_secret (rotation, rotation->journal->keep, &found, error))
    return FALSE;
  if (found)
    answer = prove (rotation, error);
  if (answer == KB_DECLINED)
    (void) start_over (rotation, error);
  return answer == KB_OK;
}

/* ---- handing on ----------------------------------------------------------------- */

static gboolean
hand_on (KbRotation *rotation, GError **error)
{
  KbJournal *journal = rotation->journal;
  GError *problem = NULL;

  if (!is_good (rotation, &problem))
    {
      if (problem != NULL)
        g_propagate_error (error, problem);
      return problem == NULL;
    }
  while (journal->hooks < rotation->hooks->len)
    {
      const KbHandOn what = { .organization = journal->organization,
                              .name = journal->name,
                              .id = journal->id,
                              .expires = rotation->named->expires,
                              .secret = rotation->named->secret };
      guint next = (guint) journal->hooks;

      if (!kb_hook_run (g_ptr_array_index (rotation->hooks, next),
                        kb_client_target (rotation->client), &what, error))
        {
          g_prefix_error (error, "both tokens are valid and the next run goes on here: ");
          return FALSE;
        }
      journal->hooks++;
      if (!kb_rotation_note (rotation, KB_STEP_HANDING, error))
        return FALSE;
    }
  return kb_rotation_note (rotation, KB_STEP_ENDING, error);
}

/* ---- the end -------------------------------------------------------------------- */

static void
revoke_old (KbRotation *rotation)
{
  GPtrArray *old = rotation->journal->old;

  for (guint i = old->len; i > 0; i--)
    {
      const char *id = g_ptr_array_index (old, i - 1);
      g_autoptr (GError) problem = NULL;

      if (kb_pat_revoke (rotation->client, id, &problem))
        g_ptr_array_remove_index (old, i - 1);
      else
        kb_rotation_warn (
            rotation,
            "the old token is still valid, the next run revokes it, or run: keybearer "
            "pat revoke %s (%s)",
            id, problem != NULL ? problem->message : "nobody is signed in");
    }
}

/* The token's own name for the new one.  FALSE: the next run does it. */
static gboolean
give_name (KbRotation *rotation)
{
  KbJournal *journal = rotation->journal;
  KbPatWanted wanted = { .id = journal->id, .name = journal->name };
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbPat) named = NULL;

  if (rotation->pat == NULL)
    rotation->pat = kb_pat_show (rotation->client, journal->id, &problem);
  if (rotation->pat != NULL)
    {
      wanted.scope = rotation->pat->scope;
      wanted.valid_to = rotation->pat->valid_to;
      wanted.global = rotation->pat->global;
      named = kb_pat_update (rotation->client, &wanted, &problem);
    }
  if (named != NULL)
    return TRUE;
  if (g_error_matches (problem, KB_ERROR, KB_ERROR_DENIED))
    {
      kb_rotation_warn (rotation, "the server leaves it its first name: %s",
                        problem->message);
      return TRUE;
    }
  kb_rotation_warn (
      rotation,
      "the server still calls it by its first name, the next run mends that "
      "(%s)",
      problem != NULL ? problem->message : "nobody is signed in");
  return FALSE;
}

/* What a killed run left in the way of the list: looked for once more. */
static void
sweep_lost (KbRotation *rotation)
{
  g_autoptr (GError) problem = NULL;

  if (rotation->journal->lost->len > 0 && !kb_rotation_sweep (rotation, &problem)
      && problem != NULL)
    kb_rotation_warn (rotation, "%s", problem->message);
}

static gboolean
finish (KbRotation *rotation, GError **error)
{
  KbJournal *journal = rotation->journal;
  GError *problem = NULL;
  gboolean named;

  if (journal->old->len > 0 && !is_good (rotation, &problem))
    {
      if (problem != NULL)
        g_propagate_error (error, problem);
      return problem == NULL;
    }
  revoke_old (rotation);
  named = give_name (rotation);
  sweep_lost (rotation);
  (void) kb_target_forget (kb_rotation_target (rotation), rotation->fresh, NULL);
  rotation->done = TRUE;
  rotation->out->id = g_strdup (journal->id);
  rotation->out->expires = rotation->named != NULL ? rotation->named->expires : 0;
  if (journal->old->len > 0 || !named)
    return kb_rotation_note (rotation, KB_STEP_ENDING, error);
  journal->step = KB_STEP_SWEPT;
  return kb_rotation_put_away (rotation, error);
}

/* ---- from step to step ---------------------------------------------------------- */

static gboolean
advance (KbRotation *rotation, GError **error)
{
  switch (rotation->journal->step)
    {
    case KB_STEP_MAKING:
      return kb_rotation_make (rotation, error);
    case KB_STEP_KEPT:
      return prove_and_move (rotation, error);
    case KB_STEP_HANDING:
      return hand_on (rotation, error);
    case KB_STEP_ENDING:
    case KB_STEP_SWEPT:
      return finish (rotation, error);
    }
  return FALSE;
}

/* ---- the whole ------------------------------------------------------------------ */

static gint64
life_of (const KbJob *job, gint64 life)
{
  if (life == 0 && job->valid_from != 0 && job->valid_to > job->valid_from)
    life = job->valid_to - job->valid_from;
  return CLAMP (life != 0 ? life : LIFE_DEFAULT, DAY_S, LIFE_MAX);
}

static void
fill (KbJournal *journal, const KbJob *job, gint64 life)
{
  journal->step = KB_STEP_MAKING;
  g_free (journal->name);
  journal->name = g_strdup (job->name);
  g_free (journal->scope);
  journal->scope = g_strdup (job->scope);
  journal->global = job->global;
  journal->life = life_of (job, life);
  g_clear_pointer (&journal->mark, g_free);
  g_clear_pointer (&journal->id, g_free);
  g_ptr_array_set_size (journal->old, 0);
  g_ptr_array_add (journal->old, g_strdup (job->id));
}

/* One that is not kept here is for hooks alone: without any nobody would learn of the new
   one. */
static KbAnswer
may_begin_unkept (KbRotation *rotation, const KbJob *job, GError **error)
{
  if (rotation->hooks->len > 0)
    return kb_pat_keep_check (rotation->client, job->keep, job->id, error);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                       "it is not kept here and no on-rotate= is for it, so nobody would "
                       "be given the new one");
  return KB_FAILED;
}

/* What was listed may have been rotated since.  KB_DECLINED: it was. */
static KbAnswer
may_begin (KbRotation *rotation, const KbJob *job, GError **error)
{
  g_autoptr (KbNamed) named = NULL;
  KbAnswer answer;

  if (job->id == NULL)
    return KB_DECLINED;
  if (!job->kept)
    return may_begin_unkept (rotation, job, error);
  answer = kb_target_kept (kb_rotation_target (rotation), job->keep, &named, error);
  return answer == KB_OK && g_strcmp0 (named->note, job->id) != 0 ? KB_DECLINED : answer;
}

/* KB_DECLINED: there is nothing to do, and OUT says which nothing it is. */
static KbAnswer
begin (KbRotation *rotation, const KbJob *job, gint64 life, GError **error)
{
  const char *organization = kb_client_organization (rotation->client);
  KbAnswer read = kb_journal_read (job->keep, &rotation->journal, error);
  KbAnswer current;

  if (read == KB_FAILED)
    return KB_FAILED;
  rotation->resumed = read == KB_OK;
  if (read == KB_DECLINED)
    rotation->journal = kb_journal_new (organization, job->keep);
  else if (!kb_rotation_sweep (rotation, error))
    {
      g_prefix_error (error, "what an earlier run left waits for the next run: ");
      return KB_FAILED;
    }
  if (rotation->resumed && rotation->journal->step != KB_STEP_SWEPT)
    return KB_OK;
  rotation->out->outcome = job->due ? KB_BUSY : KB_FINISHED;
  current = job->due ? may_begin (rotation, job, error) : KB_DECLINED;
  if (current == KB_DECLINED)
    return kb_rotation_put_away (rotation, error) ? KB_DECLINED : KB_FAILED;
  if (current == KB_FAILED)
    return KB_FAILED;
  rotation->resumed = FALSE;
  fill (rotation->journal, job, life);
  return KB_OK;
}

/* Under the lock. */
static gboolean
rotate (KbRotation *rotation, const KbJob *job, gint64 life, GError **error)
{
  KbAnswer begun = begin (rotation, job, life, error);

  if (begun != KB_OK)
    return begun == KB_DECLINED;
  while (!rotation->done)
    if (!advance (rotation, error))
      return FALSE;
  rotation->out->outcome = KB_ROTATED;
  return TRUE;
}

gboolean
kb_rotation_run (KbCall *call, KbClient *client, const KbJob *job, gint64 life,
                 KbRotated *rotated, GError **error)
{
  g_auto (KbRotation) rotation = { .client = client, .out = rotated };
  GError *problem = NULL;
  gboolean well;
  int lock;

  rotated->warning = g_string_new (NULL);
  rotated->outcome = KB_UNDONE;
  rotation.fresh = kb_pat_keep_fresh (job->keep);
  rotation.hooks = kb_hooks_for (call, kb_client_organization (client), job->name, error);
  if (rotation.hooks == NULL)
    return FALSE;
  lock = kb_journal_lock (job->keep, &problem);
  if (lock < 0 && problem == NULL)
    rotated->outcome = KB_BUSY;
  if (lock < 0)
    {
      if (problem != NULL)
        g_propagate_error (error, problem);
      return rotated->outcome == KB_BUSY;
    }
  well = rotate (&rotation, job, life, error);
  (void) close (lock);
  if (!well)
    rotated->outcome = KB_UNDONE;
  return well;
}
