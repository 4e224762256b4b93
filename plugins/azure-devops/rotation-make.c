/* SPDX-License-Identifier: MIT */
/* Makes the new token of a rotation, and finds what an earlier run may have left of one.
   Knows nothing of proof, hooks and the old one. */
#include "rotation-own.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "pat-keep.h"
#include "pat-service.h"

/* A policy's cut, not the time of the answer. */
#define CUT_S 3600
#define MARK_LENGTH 16

/* ---- what a lost answer left ---------------------------------------------------- */

/* A call that ends without an error has told that nobody is signed in. */
static const char *
words_of (const GError *error)
{
  return error != NULL ? error->message : "nobody is signed in";
}

gboolean
kb_rotation_revoke (KbRotation *rotation, const char *id, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (kb_pat_revoke (rotation->client, id, &problem))
    return TRUE;
  g_set_error (error, KB_ERROR, problem != NULL ? problem->code : KB_ERROR_INTERACTION,
               "the new token %s could not be revoked, the next run does it, or run: "
               "keybearer pat revoke %s: %s",
               id, id, words_of (problem));
  return FALSE;
}

/* The new one whose answer was lost, but whose secret was kept. */
static gboolean
is_waiting (KbRotation *rotation, const char *id, gboolean *waiting, GError **error)
{
  g_autoptr (KbNamed) named = NULL;
  KbAnswer answer
      = kb_target_kept (kb_rotation_target (rotation), rotation->fresh, &named, error);

  *waiting = answer == KB_OK && g_strcmp0 (named->note, id) == 0;
  return answer != KB_FAILED;
}

/* PAT has the mark of this making: taken, or revoked. */
static gboolean
take_or_revoke (KbRotation *rotation, const KbPat *pat, GError **error)
{
  KbJournal *journal = rotation->journal;
  gboolean waiting = FALSE;

  if (!is_waiting (rotation, pat->id, &waiting, error))
    return FALSE;
  if (waiting)
    {
      g_free (journal->id);
      journal->id = g_strdup (pat->id);
      return kb_rotation_note (rotation, KB_STEP_KEPT, error);
    }
  if (!kb_rotation_revoke (rotation, pat->id, error))
    return FALSE;
  g_clear_pointer (&journal->mark, g_free);
  return kb_rotation_note (rotation, journal->step, error);
}

static gboolean
revoke_if_lost (KbRotation *rotation, const KbPat *pat, GError **error)
{
  GPtrArray *lost = rotation->journal->lost;

  for (guint i = 0; i < lost->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (g_ptr_array_index (lost, i), " ", 2);

      if (!kb_journal_is_title (pat->name, parts[0]))
        continue;
      if (!kb_rotation_revoke (rotation, pat->id, error))
        return FALSE;
      g_ptr_array_remove_index (lost, i);
      return kb_rotation_note (rotation, rotation->journal->step, error);
    }
  return TRUE;
}

gboolean
kb_rotation_sweep (KbRotation *rotation, GError **error)
{
  const KbPatFilter filter = { "active", "displayName", FALSE };
  g_autoptr (GPtrArray) pats = kb_pat_list (rotation->client, &filter, error);
  KbJournal *journal = rotation->journal;

  for (guint i = 0; pats != NULL && i < pats->len; i++)
    {
      const KbPat *pat = g_ptr_array_index (pats, i);

      if (journal->step == KB_STEP_MAKING && journal->mark != NULL
          && kb_journal_is_title (pat->name, journal->mark)
          && !take_or_revoke (rotation, pat, error))
        return FALSE;
      if (!revoke_if_lost (rotation, pat, error))
        return FALSE;
    }
  return pats != NULL;
}

/* ---- making --------------------------------------------------------------------- */

gboolean
kb_rotation_put_away (KbRotation *rotation, GError **error)
{
  KbJournal *journal = rotation->journal;
  guint left = 0;

  kb_journal_forget (journal, kb_clock_now (), &left);
  if (left > 0)
    return kb_rotation_note (rotation, KB_STEP_SWEPT, error);
  return kb_journal_remove (journal->keep, error);
}

void
kb_rotation_give_up (KbRotation *rotation)
{
  g_autoptr (GError) ignored = NULL;

  if (rotation->journal->old->len > 1 || rotation->again)
    (void) kb_rotation_note (rotation, KB_STEP_MAKING, &ignored);
  else
    (void) kb_rotation_put_away (rotation, &ignored);
}

/* PROBLEM is why there is no answer, or none that can be read: the server may have made
   one all the same.  Takes PROBLEM. */
static gboolean
lose_answer (KbRotation *rotation, GError *problem, GError **error)
{
  g_autoptr (GError) worse = NULL;

  if (!g_error_matches (problem, KB_ERROR, KB_ERROR_DENIED))
    {
      if (!kb_rotation_sweep (rotation, &worse))
        {
          g_prefix_error (
              &problem,
              "whether the server made a new token is not known, the next run "
              "looks and revokes it (%s): ",
              words_of (worse));
          g_propagate_error (error, problem);
          return FALSE;
        }
      kb_journal_lose (rotation->journal);
    }
  g_clear_pointer (&rotation->journal->mark, g_free);
  kb_rotation_give_up (rotation);
  g_propagate_error (error, problem);
  return FALSE;
}

/* Takes PROBLEM: what is not kept is not made. */
static gboolean
undo_making (KbRotation *rotation, GError *problem, GError **error)
{
  g_autoptr (GError) worse = NULL;

  if (!kb_rotation_revoke (rotation, rotation->pat->id, &worse))
    {
      g_prefix_error (&problem, "%s; not kept: ", words_of (worse));
      g_propagate_error (error, problem);
      return FALSE;
    }
  g_clear_pointer (&rotation->journal->mark, g_free);
  kb_rotation_give_up (rotation);
  g_propagate_prefixed_error (error, problem, "not kept, so not made: ");
  return FALSE;
}

static gboolean
begin_making (KbRotation *rotation, GError **error)
{
  KbJournal *journal = rotation->journal;
  g_autofree char *random = kb_text_random_id (FALSE);

  random[MARK_LENGTH] = '\0';
  kb_journal_lose (journal);
  g_clear_pointer (&journal->id, g_free);
  journal->mark = g_steal_pointer (&random);
  journal->made = kb_clock_now ();
  journal->hooks = 0;
  return kb_rotation_note (rotation, KB_STEP_MAKING, error);
}

/* Where policies differ from what was: said, and no reason to stop. */
static void
tell_cut (KbRotation *rotation, gint64 wanted)
{
  g_autofree char *end = kb_pat_time (rotation->pat->valid_to);

  if (rotation->pat->valid_to != 0 && rotation->pat->valid_to < wanted - CUT_S)
    kb_rotation_warn (rotation, "a policy has cut its life: it ends on %s", end);
}

gboolean
kb_rotation_make (KbRotation *rotation, GError **error)
{
  KbJournal *journal = rotation->journal;
  g_autofree char *title = NULL;
  KbPatWanted wanted = { .scope = journal->scope, .global = journal->global };
  GError *problem = NULL;

  if (!begin_making (rotation, error))
    return FALSE;
  title = kb_journal_title (journal->name, journal->mark);
  wanted.name = title;
  wanted.valid_to = kb_clock_now () + journal->life;
  g_clear_pointer (&rotation->pat, kb_pat_free);
  rotation->pat = kb_pat_create (rotation->client, &wanted, &problem);
  if (rotation->pat == NULL && problem == NULL)
    kb_rotation_give_up (rotation); /* nobody is signed in, which was said */
  if (rotation->pat == NULL)
    return problem != NULL && lose_answer (rotation, problem, error);
  tell_cut (rotation, wanted.valid_to);
  g_free (rotation->pat->name);
  rotation->pat->name = g_strdup (journal->name);
  (void) kb_rotation_target (rotation);
  if (kb_pat_keep (rotation->client, rotation->fresh, rotation->pat, &problem) != KB_OK)
    return undo_making (rotation, problem, error);
  journal->id = g_strdup (rotation->pat->id);
  return kb_rotation_note (rotation, KB_STEP_KEPT, error);
}
