/* SPDX-License-Identifier: MIT */
/* Offers what another program kept to the sources of a stack, keeps it under the
   account's lock and reads it back.  Knows nothing of any such program. */
#include "adopt.h"

#include "base/clock.h"
#include "binding.h"
#include "identity.h"
#include "kept.h"
#include "lock.h"
#include "logins.h"
#include "request.h"

typedef struct
{
  KbRuntime *runtime;
  const KbStack *stack;
  KbKeeper *keeper;
  KbRequest *request;
  const KbForeign *foreign;
  KbAdoption *adoption;
  const char *user;   /* whose it is, NULL for whoever asks */
  gboolean outranked; /* an earlier source would answer without it */
} Work;

void
kb_adoption_clear (KbAdoption *adoption)
{
  g_clear_pointer (&adoption->why, g_free);
}

static KbAnswer
leave (Work *work, const char *why)
{
  g_free (work->adoption->why);
  work->adoption->why = g_strdup (why);
  return KB_DECLINED;
}

static gboolean
is_over (gint64 expires)
{
  return expires != 0 && expires <= kb_clock_now ();
}

/* ---- what is kept already ------------------------------------------------------- */

/* New, empty when the store that lasts has no such item. */
static KbAnswer
read_durable (Work *work, const char *item, GPtrArray **records, GError **error)
{
  g_autoptr (KbSecret) value = NULL;
  KbAnswer answer = kb_keeper_get_durable (work->keeper, item, &value, error);

  if (answer == KB_FAILED)
    return KB_FAILED;
  if (answer == KB_OK)
    *records = kb_item_open (item, value, error);
  else
    *records = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
  return *records != NULL ? KB_OK : KB_FAILED;
}

/* Of RECORDS the login of this path and user, or the one credential there is. */
static const KbRecord *
find (const Work *work, const GPtrArray *records)
{
  const KbForeign *foreign = work->foreign;

  for (guint i = 0; i < records->len; i++)
    {
      const KbRecord *record = g_ptr_array_index (records, i);

      if (work->stack->sources->len > 0
          || (g_strcmp0 (record->path, foreign->path) == 0
              && g_strcmp0 (record->user, foreign->user) == 0))
        return record;
    }
  return NULL;
}

/* KB_OK: it may be written, unless *THERE.  What is ours and still good wins. */
static KbAnswer
judge (Work *work, const char *item, gboolean *there, GError **error)
{
  g_autoptr (GPtrArray) records = NULL;
  const KbRecord *kept;
  gboolean same;

  if (read_durable (work, item, &records, error) != KB_OK)
    return KB_FAILED;
  kept = find (work, records);
  same = kept != NULL && kb_secret_equal (kept->secret, work->foreign->secret);
  *there = same;
  if (same && kept->refused)
    return leave (work, "the server refused it");
  if (kept != NULL && !same && !kept->refused && !is_over (kept->expires))
    return leave (work, "another one is kept for the same place");
  return KB_OK;
}

/* Nothing counts as kept that the store does not give back. */
static KbAnswer
read_back (Work *work, const char *item, GError **error)
{
  gboolean there = FALSE;
  KbAnswer answer = judge (work, item, &there, error);

  if (answer == KB_OK && !there)
    g_set_error (error, KB_ERROR, KB_ERROR_LOCKED,
                 "%s does not give back what it was given", work->adoption->store);
  return answer == KB_OK && there ? KB_OK : KB_FAILED;
}

/* ---- logins --------------------------------------------------------------------- */

static KbAnswer
put_login (Work *work, GError **error)
{
  const KbForeign *foreign = work->foreign;
  g_autoptr (KbRecord) record = kb_record_new ();

  record->path = g_strdup (foreign->path);
  record->user = g_strdup (foreign->user);
  record->secret = kb_secret_ref (foreign->secret);
  record->renewal = foreign->renewal != NULL ? kb_secret_ref (foreign->renewal) : NULL;
  record->expires = foreign->expires;
  return kb_logins_put (work->keeper, work->request, record, error);
}

static KbAnswer
adopt_login (Work *work, GError **error)
{
  g_autofree char *origin = kb_url_origin (kb_request_url (work->request));
  g_autofree char *item = kb_item_name ("login", origin, NULL);
  KbAnswer answer = judge (work, item, &work->adoption->was_there, error);

  if (answer != KB_OK)
    return answer;
  work->adoption->answers = TRUE;
  if (work->adoption->was_there || work->adoption->dry)
    return KB_OK;
  if (put_login (work, error) == KB_FAILED)
    return KB_FAILED;
  return read_back (work, item, error);
}

/* ---- credentials of a source ---------------------------------------------------- */

static KbAnswer
put_credential (Work *work, KbKept *kept, KbCredential *credential, GError **error)
{
  g_autoptr (GPtrArray) notices = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *key = kb_kept_key (kept);
  g_autoptr (KbLock) lock = NULL;
  gboolean there = FALSE;
  KbAnswer answer = kb_lock_take (key, MAX (kb_request_remaining_ms (work->request), 1),
                                  NULL, NULL, &lock, error);

  if (answer == KB_OK)
    answer = judge (work, kb_kept_item (kept), &there, error);
  if (answer != KB_OK || there)
    return answer;
  kb_kept_put (kept, credential, notices);
  answer = read_back (work, kb_kept_item (kept), error);
  if (answer == KB_FAILED && notices->len > 0)
    g_prefix_error (error, "%s: ", (const char *) g_ptr_array_index (notices, 0));
  return answer;
}

/* USER gets it there from now on, unless something else answers already. */
static void
bind_place (Work *work, const KbKept *kept, const char *user)
{
  g_auto (KbBinding) before = { 0 };
  g_autofree char *asked = g_strdup (kb_request_user (work->request));
  const KbBinding binding
      = { (char *) kb_kept_instance (kept), (char *) kb_kept_account (kept),
          (char *) kb_kept_realm (kept) };

  kb_request_set_user (work->request, user);
  if (!kb_binding_read (work->stack, work->request, &before))
    kb_binding_write (work->stack, work->request, &binding);
  kb_request_set_user (work->request, asked);
}

static KbAnswer
keep_credential (Work *work, const KbOpened *source, const KbIdentity *identity,
                 KbCredential *credential, GError **error)
{
  g_autoptr (KbKept) kept
      = kb_kept_new (work->request, work->keeper, source->name, identity);
  KbAnswer answer = judge (work, kb_kept_item (kept), &work->adoption->was_there, error);

  if (answer != KB_OK)
    return answer;
  work->adoption->instance = source->name;
  work->adoption->answers = !work->outranked;
  if (work->adoption->dry)
    return KB_OK;
  if (!work->adoption->was_there)
    answer = put_credential (work, kept, credential, error);
  if (answer == KB_OK && !work->outranked)
    {
      bind_place (work, kept, kb_request_user (work->request));
      bind_place (work, kept, work->user);
    }
  return answer;
}

/* Whether SOURCE would answer by what it has. */
static KbAnswer
identify (Work *work, const KbOpened *source, KbIdentity *identity, GError **error)
{
  return kb_identity_ask (kb_runtime_config (work->runtime), work->stack, work->request,
                          source, FALSE, identity, error);
}

static KbAnswer
take_it (const Work *work, const KbOpened *source, KbCredential **credential,
         GError **error)
{
  GError *problem = NULL;
  KbAnswer answer = source->module->source->adopt (
      source->self, work->request, work->foreign->secret, credential, &problem);

  answer = kb_answer_check (answer, source->name, *credential, &problem);
  if (answer == KB_OK && work->foreign->expires != 0)
    kb_credential_set_expires (*credential, work->foreign->expires);
  if (answer == KB_FAILED)
    g_propagate_prefixed_error (error, problem, "%s: ", source->name);
  return answer;
}

/* KB_DECLINED: the next source is to be asked. */
static KbAnswer
offer (Work *work, const KbEntry *entry, GError **error)
{
  const KbOpened *source = NULL;
  g_auto (KbIdentity) identity = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) problem = NULL;
  KbAnswer answer = kb_runtime_source (work->runtime, entry, &source, &problem);
  gboolean adopts = answer == KB_OK && source->module->source->adopt != NULL;

  kb_request_clear_note (work->request);
  if (answer == KB_OK)
    answer = identify (work, source, &identity, &problem);
  if (answer == KB_FAILED)
    return leave (work, problem->message);
  if (answer == KB_DECLINED || !kb_identity_is_whole (&identity))
    return KB_DECLINED;
  if (adopts)
    answer = take_it (work, source, &credential, error);
  if (adopts && answer == KB_OK)
    return keep_credential (work, source, &identity, credential, error);
  if (adopts && answer == KB_DECLINED)
    return leave (work, kb_request_last_note (work->request));
  work->outranked = TRUE;
  return answer == KB_FAILED ? KB_FAILED : KB_DECLINED;
}

static KbAnswer
offer_to_all (Work *work, const char *user, GError **error)
{
  const GArray *sources = work->stack->sources;
  KbAnswer answer = KB_DECLINED;

  work->outranked = FALSE;
  kb_request_set_user (work->request, user);
  for (guint i = 0; i < sources->len && answer == KB_DECLINED; i++)
    answer = offer (work, &g_array_index (sources, KbEntry, i), error);
  if (answer == KB_DECLINED && work->adoption->why == NULL)
    leave (work, "no source of the stack takes what another program kept");
  return answer;
}

/* Most URLs name no user, so it is kept for whoever asks; where somebody else's is kept
   so already, for its own user. */
static KbAnswer
adopt_credential (Work *work, GError **error)
{
  g_autofree char *user = g_strdup (kb_request_user (work->request));
  KbAnswer answer;

  if (is_over (work->foreign->expires))
    return leave (work, "it has expired");
  work->user = user;
  answer = offer_to_all (work, NULL, error);
  if (answer == KB_DECLINED && user != NULL)
    answer = offer_to_all (work, user, error);
  work->user = NULL;
  return answer;
}

KbAnswer
kb_adopt (KbRuntime *runtime, KbSession *session, KbRequest *request,
          const KbForeign *foreign, KbAdoption *adoption, GError **error)
{
  Work work = { .runtime = runtime,
                .stack = kb_session_stack (session),
                .keeper = kb_session_keeper (session),
                .request = request,
                .foreign = foreign,
                .adoption = adoption };
  const KbOpened *durable = NULL;
  KbAnswer answer = kb_keeper_durable (work.keeper, &durable, error);

  if (answer == KB_FAILED)
    return KB_FAILED;
  if (answer == KB_DECLINED)
    return leave (&work, "the stack has no store here that lasts");
  adoption->store = durable->name;
  if (is_over (foreign->expires) && foreign->renewal == NULL)
    return leave (&work, "it has expired");
  return work.stack->sources->len == 0 ? adopt_login (&work, error)
                                       : adopt_credential (&work, error);
}
