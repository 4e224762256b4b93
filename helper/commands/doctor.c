/* SPDX-License-Identifier: MIT */
/* keybearer doctor: what stands in the way, what it means, and the command that mends it.
   Knows nothing of what the modules look at. */
#include "commands/doctor.h"

#include "breaker.h"
#include "commands/check.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/place.h"
#include "maker.h"

#include <string.h>

/* What one module may take, and one that hangs costs the others nothing. */
#define MODULE_MS 10000

typedef struct
{
  KbPlace *place;
  KbDiagnosis *diagnosis;
  GHashTable *seen;  /* a set of "KIND NAME" */
  const char *keeps; /* the first store that keeps things for good and can be used, or
                        NULL */
  char *cure;        /* what a store that lasts asks to run, or NULL */
  gboolean any;      /* a store is configured at all */
} Doctor;

/* ---- the configuration ---------------------------------------------------------- */

static void
add_problem (const char *line, gpointer data)
{
  kb_diagnosis_add (data, KB_FINDING_BAD, "configuration", line, "keybearer check");
}

static void
look_at_configuration (KbRuntime *runtime, KbDiagnosis *diagnosis)
{
  const char *const *files = kb_config_files (kb_runtime_config (runtime));
  guint before = kb_diagnosis_findings (diagnosis)->len;
  guint count = kb_check_configuration (runtime, add_problem, diagnosis);
  g_autofree char *list = g_strjoinv (", ", (char **) files);
  g_autofree char *text = NULL;

  if (kb_diagnosis_findings (diagnosis)->len > before)
    return;
  text = g_strdup_printf ("%u sources and stores, from the defaults%s%s", count,
                          *files != NULL ? " and " : "", list);
  kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, "configuration", text, NULL);
}

/* ---- modules -------------------------------------------------------------------- */

/* What a store that has no diagnosis of its own says of itself. */
static void
probe_store (const KbOpened *store, Doctor *doctor)
{
  KbRequest *request = doctor->place->request;
  g_autoptr (GError) problem = NULL;
  KbAnswer answer = store->module->store->probe (store->self, request, &problem);
  g_autofree char *command = NULL;

  answer = kb_answer_check (answer, store->name, store, &problem);
  if (answer == KB_OK)
    kb_diagnosis_add (doctor->diagnosis, KB_FINDING_GOOD, store->name, "can be used",
                      NULL);
  else if (answer == KB_FAILED)
    kb_diagnosis_add (doctor->diagnosis, KB_FINDING_BAD, store->name, problem->message,
                      NULL);
  else
    {
      const char *note = kb_request_last_note (request);

      command = g_strdup_printf ("keybearer store init %s", store->name);
      kb_diagnosis_add (doctor->diagnosis, KB_FINDING_UNKNOWN, store->name,
                        note != NULL ? note : "is not there", command);
    }
}

/* Whether all that a store found since BEFORE is good; else remembers what it asks for.
 */
static gboolean
all_good (Doctor *doctor, guint before)
{
  const GPtrArray *findings = kb_diagnosis_findings (doctor->diagnosis);
  gboolean good = TRUE;

  for (guint i = before; i < findings->len; i++)
    {
      const KbFinding *finding = g_ptr_array_index (findings, i);

      good = good && finding->state == KB_FINDING_GOOD;
      if (finding->state != KB_FINDING_GOOD && doctor->cure == NULL)
        doctor->cure = g_strdup (finding->command);
    }
  return good;
}

/* A store that lasts is absent, and one before it does what it was for. */
static gboolean
is_needless (const Doctor *doctor, const KbOpened *opened)
{
  g_autoptr (GError) problem = NULL;

  return doctor->keeps != NULL
         && opened->module->store->probe (opened->self, doctor->place->request, &problem)
                == KB_DECLINED;
}

static void
look_at_store (Doctor *doctor, const KbOpened *opened)
{
  const KbStore *store = opened->module->store;
  gboolean lasts = (store->flags & KB_STORE_VOLATILE) == 0;
  guint before = kb_diagnosis_findings (doctor->diagnosis)->len;

  if (store->diagnose != NULL)
    store->diagnose (opened->self, doctor->place->request, doctor->diagnosis);
  else
    probe_store (opened, doctor);
  if (lasts && is_needless (doctor, opened))
    {
      g_autofree char *why = g_strdup_printf ("%s keeps what lasts", doctor->keeps);

      kb_diagnosis_needless (doctor->diagnosis, before, why);
    }
  else if (lasts && all_good (doctor, before))
    doctor->keeps = doctor->keeps != NULL ? doctor->keeps : opened->name;
}

static void
look_at_source (Doctor *doctor, const KbOpened *opened)
{
  const KbSource *source = opened->module->source;
  KbRequest *request = doctor->place->request;

  kb_request_set_git_variables (
      request, kb_config_git_variables (kb_runtime_config (doctor->place->runtime),
                                        kb_request_url (request)));
  if (source->diagnose != NULL)
    source->diagnose (opened->self, request, doctor->diagnosis);
}

/* That one cannot be had at all was said of the configuration; that it fails to open was
   not. */
static void
look_at_entry (Doctor *doctor, const KbEntry *entry, gboolean is_source)
{
  KbRuntime *runtime = doctor->place->runtime;
  const KbOpened *opened = NULL;
  g_autoptr (GError) problem = NULL;
  KbAnswer answer;

  if (!g_hash_table_add (doctor->seen,
                         g_strdup_printf ("%d %s", is_source, entry->instance)))
    return;
  kb_request_clear_note (doctor->place->request);
  kb_request_set_deadline_ms (doctor->place->request, MODULE_MS);
  kb_diagnosis_set_from (doctor->diagnosis, entry->instance);
  answer = is_source ? kb_runtime_source (runtime, entry, &opened, &problem)
                     : kb_runtime_store (runtime, entry, &opened, &problem);
  if (answer == KB_FAILED)
    kb_diagnosis_add (doctor->diagnosis, KB_FINDING_BAD, is_source ? "source" : "store",
                      problem->message, "keybearer check");
  else if (answer == KB_OK && is_source)
    look_at_source (doctor, opened);
  else if (answer == KB_OK)
    look_at_store (doctor, opened);
  kb_diagnosis_set_from (doctor->diagnosis, NULL);
}

static void
look_at_entries (Doctor *doctor, const GArray *entries, gboolean is_source)
{
  doctor->any |= !is_source && entries->len > 0;
  for (guint i = 0; i < entries->len; i++)
    look_at_entry (doctor, &g_array_index (entries, KbEntry, i), is_source);
}

/* Those of the place's stack, or of all of them. */
static void
look_at_modules (Doctor *doctor, gboolean of_place, gboolean is_source)
{
  const KbStack *own = kb_session_stack (doctor->place->session);
  const GPtrArray *stacks = kb_config_stacks (kb_runtime_config (doctor->place->runtime));

  for (guint i = 0; i < stacks->len; i++)
    {
      const KbStack *stack = g_ptr_array_index (stacks, i);

      if (!of_place || stack == own)
        look_at_entries (doctor, is_source ? stack->sources : stack->stores, is_source);
    }
}

static void
judge_stores (const Doctor *doctor)
{
  if (doctor->any && doctor->keeps == NULL)
    kb_diagnosis_add (doctor->diagnosis, KB_FINDING_BAD, "stores",
                      "none that lasts can be used: whoever signs in has to do so again "
                      "after a restart",
                      doctor->cure);
}

/* ---- breakers ------------------------------------------------------------------- */

/* A sign-in is no automaton: it is never held back, and ends the silence. */
static void
look_at_bound (const KbBound *bound, gpointer data)
{
  Doctor *doctor = data;
  const KbIdentity identity
      = { .account = bound->binding->account, .realm = bound->binding->realm };
  g_autoptr (KbKept) kept
      = kb_kept_new (doctor->place->request, NULL, bound->binding->instance, &identity);
  const KbMaker maker = { .kept = kept, .fingerprint = bound->stack->fingerprint };
  g_autofree char *key = kb_maker_breaker (&maker, bound->scope);
  const char *place = bound->organization != NULL ? bound->organization : bound->origin;
  KbBreakerState state = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *command = g_strdup_printf ("keybearer login %s", place);

  kb_breaker_state (key, &state);
  if (state.seconds > 0)
    {
      text = g_strdup_printf ("%s is not asked for %s for another %d s: %s",
                              bound->binding->instance, place, (int) state.seconds,
                              state.message != NULL ? state.message : "it failed");
      kb_diagnosis_add (doctor->diagnosis, KB_FINDING_BAD, "breaker", text, command);
    }
  g_free (state.message);
}

static void
look_at_breakers (Doctor *doctor)
{
  guint before = kb_diagnosis_findings (doctor->diagnosis)->len;

  kb_binding_each (kb_config_stacks (kb_runtime_config (doctor->place->runtime)),
                   look_at_bound, doctor);
  if (kb_diagnosis_findings (doctor->diagnosis)->len == before)
    kb_diagnosis_add (doctor->diagnosis, KB_FINDING_GOOD, "breaker",
                      "nobody is held back after failures", NULL);
}

/* ---- the verb ------------------------------------------------------------------- */

/* A source may ask a server, so those of places that nobody named are left alone. */
static void
look_at_all (Doctor *doctor, gboolean of_place)
{
  const KbUrl *url = kb_request_url (doctor->place->request);

  look_at_configuration (doctor->place->runtime, doctor->diagnosis);
  kb_doctor_folders (doctor->diagnosis);
  kb_doctor_git (kb_runtime_config (doctor->place->runtime), url, doctor->diagnosis);
  look_at_modules (doctor, of_place, FALSE);
  judge_stores (doctor);
  look_at_modules (doctor, TRUE, TRUE);
  look_at_breakers (doctor);
}

/* What can be said without a configuration. */
static void
look_at_rest (Doctor *doctor, const GError *problem)
{
  add_problem (problem->message, doctor->diagnosis);
  kb_doctor_folders (doctor->diagnosis);
  kb_doctor_git (NULL, NULL, doctor->diagnosis);
}

static void
doctor_clear (Doctor *doctor)
{
  kb_diagnosis_free (doctor->diagnosis);
  g_hash_table_unref (doctor->seen);
  g_free (doctor->cure);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Doctor, doctor_clear)

static int
tell (const KbDiagnosis *diagnosis, gboolean json, const KbStreams *streams,
      GError **error)
{
  g_auto (KbPage) page = { 0 };
  int status;

  kb_page_begin (&page, streams);
  if (json)
    kb_doctor_to_json (diagnosis, &page);
  else
    kb_doctor_show (diagnosis, &page);
  status = kb_page_end (&page, error);
  return status == 0 && kb_doctor_count (diagnosis, KB_FINDING_BAD) > 0 ? KB_EXIT_NOTHING
                                                                        : status;
}

int
kb_command_doctor (const KbStreams *streams, char **arguments, GError **error)
{
  gboolean json = FALSE;
  gboolean offline = FALSE;
  const char *word = NULL;
  const KbArgument table[] = { { "--json", &json, NULL },
                               { "--offline", &offline, NULL },
                               { NULL, NULL, NULL } };
  g_auto (KbPlace) place = { 0 };
  g_auto (Doctor) doctor
      = { .place = &place,
          .seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_autoptr (GError) problem = NULL;
  KbAnswer answer;

  if (!kb_arguments_read ("doctor", arguments, table, 1, &word, NULL))
    return KB_EXIT_USAGE;
  doctor.diagnosis = kb_diagnosis_new (offline);
  answer = word != NULL ? kb_place_open (&place, word, &problem)
                        : kb_place_open_any (&place, &problem);
  if (answer == KB_DECLINED)
    return KB_EXIT_USAGE;
  if (answer == KB_OK)
    look_at_all (&doctor, word != NULL);
  else
    look_at_rest (&doctor, problem);
  return tell (doctor.diagnosis, json, streams, error);
}
