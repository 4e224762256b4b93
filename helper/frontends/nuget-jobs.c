/* SPDX-License-Identifier: MIT */
/* Keeps a list of questions, starts their children in turn, and answers NuGet for them.
   Knows nothing of the handshake, of levels' words or of sessions. */
#include "frontends/nuget-jobs.h"

#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complain.h"
#include "frontends/nuget-worker.h"

#define METHOD "GetAuthenticationCredentials"
/* NuGet gives up 30 s after the last sign of life. */
#define TOOL_WAITS_MS 30000
#define PROGRESS_MS 2000
G_STATIC_ASSERT (2 * PROGRESS_MS < TOOL_WAITS_MS);
/* Behind the child's own deadlines. */
#define GRACE_MS 3000
/* NuGet asks one question at a time; more are no more than somebody's test. */
#define RUNNING_MAX 8
#define WAITING_MAX 256
#define REMEMBERED_MAX 1024

typedef struct
{
  char *id;
  char *uri;
  gboolean retry;
  gboolean may_ask;
  gboolean may_show;
  KbNugetWorker *worker; /* NULL: it waits for its turn */
  gint64 progress_at;
  gint64 deadline;
} Job;

/* What a URL was given last. */
typedef struct
{
  char *mark;
  guint times;
} Given;

struct _KbNugetJobs
{
  int out;
  KbNugetLevel level;
  GPtrArray *jobs;
  GHashTable *given; /* URL -> Given */
  GHashTable *told;  /* lines that were shown */
};

static void
job_free (gpointer data)
{
  Job *job = data;

  kb_nuget_worker_stop (job->worker);
  g_free (job->id);
  g_free (job->uri);
  g_free (job);
}

static void
given_free (gpointer data)
{
  Given *given = data;

  g_free (given->mark);
  g_free (given);
}

KbNugetJobs *
kb_nuget_jobs_new (int out)
{
  KbNugetJobs *jobs = g_new0 (KbNugetJobs, 1);

  jobs->out = out;
  jobs->level = KB_NUGET_LEVEL_NONE;
  jobs->jobs = g_ptr_array_new_with_free_func (job_free);
  jobs->given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, given_free);
  jobs->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return jobs;
}

void
kb_nuget_jobs_free (KbNugetJobs *jobs)
{
  if (jobs == NULL)
    return;
  g_ptr_array_unref (jobs->jobs);
  g_hash_table_unref (jobs->given);
  g_hash_table_unref (jobs->told);
  g_free (jobs);
}

void
kb_nuget_jobs_set_level (KbNugetJobs *jobs, KbNugetLevel level)
{
  jobs->level = level;
}

/* ---- what is said --------------------------------------------------------------- */

/* Once each: NuGet asks four times.  The terminal logger of SDK 9 and later hides what
   comes through the protocol, so a terminal is told directly. */
static gboolean
tell (KbNugetJobs *jobs, const char *line)
{
  g_autoptr (KbBuffer) payload = kb_buffer_new (0);
  g_autofree char *text = g_strconcat ("keybearer: ", line, NULL);

  if (g_hash_table_contains (jobs->told, line)
      || g_hash_table_size (jobs->told) >= REMEMBERED_MAX)
    return TRUE;
  g_hash_table_add (jobs->told, g_strdup (line));
  if (isatty (STDERR_FILENO))
    kb_complain (line);
  if (jobs->level > KB_NUGET_LEVEL_MINIMAL)
    return TRUE;
  return kb_buffer_append_text (payload, "{")
         && kb_nuget_append (payload, "LogLevel", "Minimal")
         && kb_nuget_append (payload, "Message", text)
         && kb_buffer_append_text (payload, "}")
         && kb_nuget_send_request (jobs->out, "Log", payload);
}

static gboolean
respond (const KbNugetJobs *jobs, const Job *job, const char *code)
{
  const KbNugetMessage to = { .id = job->id, .method = (char *) METHOD };

  return kb_nuget_respond (jobs->out, &to, code);
}

static gboolean
give (const KbNugetJobs *jobs, const Job *job, const KbNugetAnswer *answer)
{
  g_autoptr (KbBuffer) payload = kb_buffer_new (0);
  gboolean good
      = kb_buffer_append_text (payload, "{")
        && kb_nuget_append (payload, "Username", answer->user)
        && kb_nuget_append (payload, "Password", kb_secret_peek (answer->secret))
        && kb_json_append_name (payload, "AuthenticationTypes")
        && kb_buffer_append_text (payload, "[\"Basic\"]")
        && kb_nuget_append (payload, "ResponseCode", "Success")
        && kb_buffer_append_text (payload, "}");

  return good ? kb_nuget_send (jobs->out, job->id, "Response", METHOD, payload)
              : respond (jobs, job, "NotFound");
}

static void
remember (KbNugetJobs *jobs, const char *uri, const KbNugetAnswer *answer)
{
  Given *given = g_hash_table_lookup (jobs->given, uri);

  if (given != NULL && g_str_equal (given->mark, answer->mark))
    {
      given->times++;
      return;
    }
  if (g_hash_table_size (jobs->given) >= REMEMBERED_MAX)
    g_hash_table_remove_all (jobs->given);
  given = g_new0 (Given, 1);
  given->mark = g_strdup (answer->mark);
  given->times = 1;
  g_hash_table_replace (jobs->given, g_strdup (uri), given);
}

static gboolean
answer_job (KbNugetJobs *jobs, const Job *job, const KbNugetAnswer *answer)
{
  if (answer->outcome == KB_NUGET_FOREIGN)
    return respond (jobs, job, "Error");
  if (answer->outcome == KB_NUGET_NOTHING)
    return respond (jobs, job, "NotFound");
  remember (jobs, job->uri, answer);
  return give (jobs, job, answer);
}

/* ---- questions ------------------------------------------------------------------ */

static Job *
find (const KbNugetJobs *jobs, const char *id, guint *index)
{
  for (*index = 0; *index < jobs->jobs->len; (*index)++)
    {
      Job *job = g_ptr_array_index (jobs->jobs, *index);

      if (g_str_equal (job->id, id))
        return job;
    }
  return NULL;
}

/* What a child must not have: our answers, and the ends of its brothers. */
static GArray *
closing_list (const KbNugetJobs *jobs)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (int));
  const int end = -1;

  g_array_append_val (list, jobs->out);
  for (guint i = 0; i < jobs->jobs->len; i++)
    {
      const Job *job = g_ptr_array_index (jobs->jobs, i);
      int fd = job->worker != NULL ? kb_nuget_worker_fd (job->worker) : -1;

      if (fd >= 0)
        g_array_append_val (list, fd);
    }
  g_array_append_val (list, end);
  return list;
}

static void
start (const KbNugetJobs *jobs, Job *job)
{
  g_autoptr (GArray) closing = closing_list (jobs);
  const Given *given = g_hash_table_lookup (jobs->given, job->uri);
  const KbNugetQuestion question = { .uri = job->uri,
                                     .retry = job->retry,
                                     .may_ask = job->may_ask,
                                     .may_show = job->may_show,
                                     .given = given != NULL ? given->mark : NULL,
                                     .times = given != NULL ? given->times : 0 };
  gint64 now = kb_clock_boot_ms ();

  job->worker = kb_nuget_worker_start (&question, (const int *) closing->data);
  job->progress_at = now + PROGRESS_MS;
  job->deadline = now + GRACE_MS + kb_clock_patient_ms (KB_DEADLINE_MS)
                  + (job->may_ask ? KB_SIGN_IN_MAX_MS + KB_DEADLINE_PROMPT_MS : 0);
}

static guint
running (const KbNugetJobs *jobs)
{
  guint count = 0;

  for (guint i = 0; i < jobs->jobs->len; i++)
    count += ((const Job *) g_ptr_array_index (jobs->jobs, i))->worker != NULL;
  return count;
}

static gboolean
start_waiting (KbNugetJobs *jobs)
{
  for (guint i = 0; i < jobs->jobs->len && running (jobs) < RUNNING_MAX; i++)
    {
      Job *job = g_ptr_array_index (jobs->jobs, i);

      if (job->worker != NULL)
        continue;
      start (jobs, job);
      if (job->worker == NULL)
        {
          gboolean told = tell (jobs, "there can be no more processes")
                          && respond (jobs, job, "NotFound");

          g_ptr_array_remove_index (jobs->jobs, i);
          return told;
        }
    }
  return TRUE;
}

gboolean
kb_nuget_jobs_add (KbNugetJobs *jobs, const KbNugetMessage *question)
{
  g_autofree char *uri = kb_nuget_text (question, "Uri");
  guint index;
  Job *job;

  if (uri == NULL || jobs->jobs->len >= WAITING_MAX)
    return kb_nuget_respond (jobs->out, question, "NotFound");
  if (find (jobs, question->id, &index) != NULL)
    return TRUE;
  job = g_new0 (Job, 1);
  job->id = g_strdup (question->id);
  job->uri = g_steal_pointer (&uri);
  job->retry = kb_nuget_true (question, "IsRetry");
  job->may_ask = kb_nuget_false (question, "IsNonInteractive");
  job->may_show = kb_nuget_true (question, "CanShowDialog");
  g_ptr_array_add (jobs->jobs, job);
  return start_waiting (jobs);
}

gboolean
kb_nuget_jobs_cancel (KbNugetJobs *jobs, const KbNugetMessage *cancel)
{
  guint index;

  if (find (jobs, cancel->id, &index) == NULL)
    return TRUE;
  g_ptr_array_remove_index (jobs->jobs, index);
  return kb_nuget_send (jobs->out, cancel->id, "Cancel", METHOD, NULL)
         && start_waiting (jobs);
}

/* ---- time and children ---------------------------------------------------------- */

void
kb_nuget_jobs_watch (const KbNugetJobs *jobs, GArray *watched)
{
  for (guint i = 0; i < jobs->jobs->len; i++)
    {
      const Job *job = g_ptr_array_index (jobs->jobs, i);
      struct pollfd entry = { .events = POLLIN };

      if (job->worker == NULL)
        continue;
      entry.fd = kb_nuget_worker_fd (job->worker);
      g_array_append_val (watched, entry);
    }
}

int
kb_nuget_jobs_patience (const KbNugetJobs *jobs)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < jobs->jobs->len; i++)
    {
      const Job *job = g_ptr_array_index (jobs->jobs, i);

      if (job->worker != NULL)
        next = MIN (next, MIN (job->progress_at, job->deadline));
    }
  return next == G_MAXINT64 ? -1 : (int) MIN (kb_clock_left_ms (next) + 1, INT_MAX);
}

static gboolean
send_progress (const KbNugetJobs *jobs, Job *job, gint64 now)
{
  g_autoptr (KbBuffer) payload = kb_buffer_new (0);

  if (now < job->progress_at)
    return TRUE;
  job->progress_at = now + PROGRESS_MS;
  return kb_buffer_append_text (payload, "{\"Percentage\":0.0}")
         && kb_nuget_send (jobs->out, job->id, "Progress", METHOD, payload);
}

/* *OVER: the question has its answer. */
static gboolean
hear (KbNugetJobs *jobs, const Job *job, gboolean *over)
{
  for (;;)
    {
      g_autofree char *line = NULL;
      g_auto (KbNugetAnswer) answer = { 0 };
      KbNugetHeard heard = kb_nuget_worker_hear (job->worker, &line, &answer);

      if (heard == KB_NUGET_HEARD_NOTHING)
        return TRUE;
      if (heard == KB_NUGET_HEARD_ANSWER)
        {
          *over = TRUE;
          return answer_job (jobs, job, &answer);
        }
      if (!tell (jobs, line))
        return FALSE;
    }
}

static gboolean
step_job (KbNugetJobs *jobs, Job *job, gint64 now, gboolean *over)
{
  if (job->worker == NULL)
    return TRUE;
  if (!hear (jobs, job, over) || *over)
    return *over;
  if (now < job->deadline)
    return send_progress (jobs, job, now);
  *over = TRUE;
  return tell (jobs, "there was no answer before the deadline")
         && respond (jobs, job, "NotFound");
}

gboolean
kb_nuget_jobs_step (KbNugetJobs *jobs)
{
  gint64 now = kb_clock_boot_ms ();

  kb_nuget_worker_reap ();
  for (guint i = jobs->jobs->len; i > 0; i--)
    {
      gboolean over = FALSE;

      if (!step_job (jobs, g_ptr_array_index (jobs->jobs, i - 1), now, &over))
        return FALSE;
      if (over)
        g_ptr_array_remove_index (jobs->jobs, i - 1);
    }
  return start_waiting (jobs);
}
