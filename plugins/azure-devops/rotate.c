/* SPDX-License-Identifier: MIT */
/* keybearer pat rotate: finds what is due, lets one process or several rotate it.
   Knows nothing of the steps of a rotation. */
#include "rotate.h"

#include <string.h>

#include "audit-event.h"
#include "base/arguments.h"
#include "base/clock.h"
#include "base/complain.h"
#include "base/text.h"
#include "crew.h"
#include "due.h"
#include "rotate-show.h"

#define NAMES_MOST 200
#define DAY_S 86400
/* What the service allows one person at once, without anybody else noticing. */
#define AT_ONCE 8

typedef struct
{
  KbCall *call;
  const char *organization; /* or NULL */
  KbDue due;
  gint64 life;
  gboolean json;
  gboolean dry;
  KbClient *client; /* the parent's: its children have their own */
  KbRotations rotations;
  KbClient *own; /* a child's, for all that it does */
  GError *problem;
  gboolean declined;
} Run;

static void
run_clear (Run *run)
{
  kb_client_free (run->client);
  kb_rotations_clear (&run->rotations);
  g_clear_error (&run->problem);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* ---- arguments ------------------------------------------------------------------ */

/* "30d": the same words as `audit --since`, which counts back. */
static gboolean
read_span (const char *text, gint64 *before)
{
  gint64 now = kb_clock_now ();
  gint64 back = 0;

  if (text == NULL)
    return TRUE;
  if (*text != '\0' && strchr ("mhdw", text[strlen (text) - 1]) != NULL
      && kb_audit_read_moment (text, now, &back))
    {
      *before = now + (now - back);
      return TRUE;
    }
  kb_complain ("pat rotate: --expiring-within is a span such as 30d, 12h or 2w");
  return FALSE;
}

static gboolean
read_life (const char *text, gint64 *life)
{
  gint64 days = 0;

  if (text == NULL)
    return TRUE;
  if (!kb_text_to_int64 (text, 365, &days) || days == 0)
    {
      kb_complain ("pat rotate: --days is 1 to 365");
      return FALSE;
    }
  *life = days * DAY_S;
  return TRUE;
}

static gboolean
read_arguments (char **arguments, const char **names, Run *run)
{
  const char *within = NULL, *days = NULL;
  const KbArgument table[] = { { "--org", NULL, &run->organization },
                               { "--expiring-within", NULL, &within },
                               { "--days", NULL, &days },
                               { "--all", &run->due.all, NULL },
                               { "--dry-run", &run->dry, NULL },
                               { "--json", &run->json, NULL },
                               { NULL, NULL, NULL } };

  if (!kb_arguments_read ("pat rotate", arguments, table, NAMES_MOST, names, NULL)
      || !read_span (within, &run->due.before) || !read_life (days, &run->life))
    return FALSE;
  run->due.names = names;
  if (names[0] != NULL || run->due.all)
    return TRUE;
  kb_complain ("pat rotate: name tokens, or --all for those that are kept here");
  return FALSE;
}

/* ---- in a child ----------------------------------------------------------------- */

/* A child's own client, made when it is first needed: FALSE without ERROR after a
   complaint. */
static gboolean
own_client (Run *run, KbCrew *crew, GError **error)
{
  if (run->own == NULL
      && kb_client_new (run->call, run->organization, &run->own, error) == KB_OK)
    kb_client_share_quiet (run->own, kb_crew_shared (crew));
  return run->own != NULL;
}

static void
tell_problem (KbCrew *crew, const GError *problem)
{
  g_autoptr (KbBuffer) json = kb_buffer_new (KB_CREW_TELL_MAX);

  kb_json_open (json, NULL, '{');
  kb_json_number (json, "code", problem != NULL ? problem->code : -1);
  kb_json_text (json, "message", problem != NULL ? problem->message : "");
  kb_json_close (json, '}');
  kb_crew_tell (crew, 1, json);
}

/* Index 0 is a job, index 1 a problem. */
static void
list_in_child (KbCrew *crew, guint index, gpointer data)
{
  Run *run = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) jobs = NULL;

  if (own_client (run, crew, &problem))
    jobs = kb_due_jobs (run->own, &run->due, &problem);
  if (jobs == NULL)
    tell_problem (crew, problem);
  for (guint i = 0; jobs != NULL && i < jobs->len; i++)
    {
      g_autoptr (KbBuffer) json = kb_buffer_new (KB_CREW_TELL_MAX);

      kb_job_to_json (json, g_ptr_array_index (jobs, i));
      kb_crew_tell (crew, 0, json);
    }
}

static void
rotate_in_child (KbCrew *crew, guint index, gpointer data)
{
  Run *run = data;
  const KbJob *job = g_ptr_array_index (run->rotations.jobs, index);
  g_auto (KbRotated) rotated = { .outcome = KB_UNDONE };
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbBuffer) json = kb_buffer_new (KB_CREW_TELL_MAX);

  if (own_client (run, crew, &problem))
    (void) kb_rotation_run (run->call, run->own, job, run->life, &rotated, &problem);
  kb_rotated_to_json (json, &rotated, problem);
  kb_crew_tell (crew, index, json);
}

/* ---- in the parent -------------------------------------------------------------- */

static void
hear_list (guint index, KbSecret *text, gpointer data)
{
  Run *run = data;
  g_autoptr (KbJson) json = NULL;
  g_autofree char *message = NULL;
  KbJob *job = index == 0 ? kb_job_read (text) : NULL;
  gint64 code = KB_ERROR_MODULE;

  if (job != NULL)
    g_ptr_array_add (run->rotations.jobs, job);
  if (index == 0)
    return;
  run->declined = TRUE;
  json = kb_json_parse (text, NULL);
  message
      = json != NULL ? kb_json_string (json, kb_json_member (json, 0, "message")) : NULL;
  if (message == NULL || *message == '\0'
      || !kb_json_int64 (json, kb_json_member (json, 0, "code"), FALSE, &code))
    return;
  g_clear_error (&run->problem);
  g_set_error_literal (&run->problem, KB_ERROR, (gint) code, message);
}

static void
hear_result (guint index, KbSecret *text, gpointer data)
{
  Run *run = data;

  kb_rotations_take (&run->rotations, index, text);
  kb_rotations_progress (&run->rotations, FALSE);
}

/* ---- one, and many -------------------------------------------------------------- */

/* A single token: no other process, and its own error. */
static int
run_one (Run *run, GError **error)
{
  g_autoptr (GPtrArray) jobs = kb_due_jobs (run->client, &run->due, error);
  g_auto (KbRotated) rotated = { .outcome = KB_UNDONE };
  GError *problem = NULL;
  const KbJob *job;

  if (jobs == NULL)
    return KB_CALL_NOTHING;
  kb_rotations_set (&run->rotations, g_steal_pointer (&jobs));
  if (run->dry || run->rotations.jobs->len == 0)
    return kb_rotations_show (&run->rotations, run->call, run->dry, run->json, error);
  job = g_ptr_array_index (run->rotations.jobs, 0);
  (void) kb_rotation_run (run->call, run->client, job, run->life, &rotated, &problem);
  kb_rotations_put (&run->rotations, 0, &rotated, problem);
  kb_rotations_log (&run->rotations);
  if (problem == NULL)
    return kb_rotations_show (&run->rotations, run->call, FALSE, run->json, error);
  if (run->json)
    (void) kb_rotations_show (&run->rotations, run->call, FALSE, TRUE, NULL);
  g_propagate_prefixed_error (error, problem, "%s is not rotated: ", job->name);
  return KB_CALL_NOTHING;
}

static int
run_many (Run *run, GError **error)
{
  KbTarget *target = kb_client_target (run->client);
  int status;

  kb_rotations_set (&run->rotations,
                    g_ptr_array_new_with_free_func ((GDestroyNotify) kb_job_free));
  if (!kb_crew_run (target, 1, 1, list_in_child, hear_list, run, error))
    return KB_CALL_NOTHING;
  if (run->problem != NULL)
    g_propagate_error (error, g_steal_pointer (&run->problem));
  if (run->declined)
    return KB_CALL_NOTHING;
  kb_rotations_set (&run->rotations, g_steal_pointer (&run->rotations.jobs));
  if (!run->dry && run->rotations.jobs->len > 0)
    {
      kb_rotations_progress (&run->rotations, FALSE);
      if (!kb_crew_run (target, run->rotations.jobs->len, AT_ONCE, rotate_in_child,
                        hear_result, run, error))
        return KB_CALL_NOTHING;
      kb_rotations_progress (&run->rotations, TRUE);
    }
  status = kb_rotations_show (&run->rotations, run->call, run->dry, run->json, error);
  if (!run->dry)
    kb_rotations_log (&run->rotations);
  return status;
}

int
kb_pat_run_rotate (KbCall *call, char **arguments, GError **error)
{
  const char *names[NAMES_MOST + 1] = { NULL };
  g_auto (Run) run = { .call = call };

  if (!read_arguments (arguments, names, &run))
    return KB_CALL_USAGE;
  if (kb_client_new (call, run.organization, &run.client, error) != KB_OK)
    return KB_CALL_NOTHING;
  run.rotations.organization = kb_client_organization (run.client);
  return names[0] != NULL && names[1] == NULL && !run.due.all ? run_one (&run, error)
                                                              : run_many (&run, error);
}
