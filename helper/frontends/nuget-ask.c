/* SPDX-License-Identifier: MIT */
/* Turns a source's URL into a call of a session, and the credential into what NuGet
   takes. Knows nothing of messages, of processes or of the command line. */
#include "frontends/nuget-ask.h"

#include <string.h>

#include "base/clock.h"
#include "frontend.h"
#include "session.h"

/* What Microsoft's own provider answers; feeds look at the password alone. */
#define USER_OF_TOKEN "EntraToken"
#define USER_OF_PAT "VssSessionToken"

void
kb_nuget_answer_clear (KbNugetAnswer *answer)
{
  g_clear_pointer (&answer->user, g_free);
  g_clear_pointer (&answer->secret, kb_secret_unref);
  g_clear_pointer (&answer->mark, g_free);
  g_clear_pointer (&answer->log, g_ptr_array_unref);
}

typedef struct
{
  KbRuntime *runtime;
  KbRequest *request;
  KbSession *session;
} Call;

static void
call_clear (Call *call)
{
  kb_session_free (call->session);
  kb_request_free (call->request);
  kb_runtime_free (call->runtime);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static void
add_log (KbNugetAnswer *answer, const char *text)
{
  g_ptr_array_add (answer->log, g_strdup (text));
}

/* ---- whose it is ---------------------------------------------------------------- */

/* A URL that nobody can read twice the same way gets no credential.  Where its host is
   ours, NuGet must not hear that we have nothing for that host: it would not ask again
   for another organization. */
static gboolean
host_is_ours (const Call *call, const char *uri)
{
  const char *authority = strstr (uri, "://");
  gsize length = authority != NULL ? 3 + strcspn (authority + 3, "/?#\\") : 0;
  g_autofree char *origin
      = length > 0 ? g_strndup (uri, (gsize) (authority - uri) + length) : g_strdup ("");
  g_autoptr (KbUrl) url = kb_url_parse (origin, NULL);
  const KbStack *stack
      = url != NULL ? kb_config_match (kb_runtime_config (call->runtime), url) : NULL;

  return stack != NULL && stack->sources->len > 0;
}

static void
refuse_url (const Call *call, const char *uri, const GError *problem,
            KbNugetAnswer *answer)
{
  if (host_is_ours (call, uri))
    g_ptr_array_add (answer->log,
                     g_strdup_printf ("the source's URL: %s", problem->message));
  else
    answer->outcome = KB_NUGET_FOREIGN;
}

/* FALSE: the answer is complete. */
static gboolean
begin (Call *call, const KbNugetQuestion *question, KbNugetAnswer *answer)
{
  g_autoptr (GError) problem = NULL;
  KbUrl *url = NULL;

  call->runtime = kb_runtime_new_default (&problem);
  if (call->runtime == NULL)
    add_log (answer, problem->message);
  else
    url = kb_url_parse (question->uri, &problem);
  if (url == NULL && call->runtime != NULL)
    refuse_url (call, question->uri, problem, answer);
  if (url == NULL)
    return FALSE;
  call->request = kb_request_new (url);
  kb_request_set_program (call->request, "nuget");
  call->session = kb_session_new (call->runtime, call->request);
  if (kb_session_stack (call->session) == NULL
      || kb_session_stack (call->session)->sources->len == 0)
    {
      answer->outcome = KB_NUGET_FOREIGN;
      return FALSE;
    }
  return TRUE;
}

/* ---- getting it ----------------------------------------------------------------- */

/* Neither a browser nor an askpass program may open a window. */
static void
forbid_windows (void)
{
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  g_setenv ("GIT_ASKPASS", "", TRUE);
}

static KbAnswer
get (Call *call, const KbNugetQuestion *question, KbCredential **credential,
     GError **error)
{
  gboolean asked = FALSE;

  return kb_get_or_ask (call->session, call->request,
                        question->may_ask ? kb_permitted_talk : NULL, &asked, credential,
                        error);
}

/* Whether the retry means that MARK, which would be given now, is refused. */
static gboolean
is_refused (const Call *call, const KbNugetQuestion *question, const char *mark)
{
  gboolean known = question->given != NULL && g_str_equal (question->given, mark);

  if (!question->retry || (!known && !question->alone))
    return FALSE;
  return question->times > 1
         || kb_clock_now () - kb_session_made (call->session) >= KB_NUGET_YOUNG_S;
}

static KbAnswer
get_unrefused (Call *call, const KbNugetQuestion *question, KbCredential **credential,
               GError **error)
{
  g_autoptr (KbCredential) first = NULL;
  g_autofree char *mark = NULL;
  KbAnswer result = get (call, question, &first, error);

  if (result != KB_OK)
    return result;
  mark = kb_session_mark (first);
  if (is_refused (call, question, mark))
    {
      kb_session_set_refused (call->session, mark);
      return get (call, question, credential, error);
    }
  *credential = g_steal_pointer (&first);
  return KB_OK;
}

/* ---- what is told --------------------------------------------------------------- */

/* An organization's token says by itself who it is; elsewhere the name may matter. */
static void
fill_in (const Call *call, KbCredential *credential, KbNugetAnswer *answer)
{
  const char *user = kb_credential_user (credential);

  if (kb_credential_scheme (credential) == KB_SCHEME_BEARER)
    user = USER_OF_TOKEN;
  else if (*user == '\0' || kb_request_organization (call->request) != NULL)
    user = USER_OF_PAT;
  answer->outcome = KB_NUGET_GIVEN;
  answer->user = g_strdup (user);
  answer->secret = kb_secret_ref (kb_credential_secret (credential));
  answer->mark = kb_session_mark (credential);
}

static void
tell_why (const Call *call, GError *problem, KbNugetAnswer *answer)
{
  const char *organization = kb_request_organization (call->request);
  const char *note = kb_request_last_note (call->request);
  g_autofree char *origin = kb_url_origin (kb_request_url (call->request));
  const char *word = organization != NULL ? organization : origin;

  if (problem != NULL)
    {
      kb_add_hint (problem, word);
      add_log (answer, problem->message);
      return;
    }
  g_ptr_array_add (answer->log,
                   g_strdup_printf ("nothing to give for %s%s%s; run: keybearer login %s",
                                    kb_request_place (call->request),
                                    note != NULL ? ": " : "", note != NULL ? note : "",
                                    word));
}

void
kb_nuget_ask (const KbNugetQuestion *question, KbNugetAnswer *answer)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) problem = NULL;

  *answer = (KbNugetAnswer){ .log = g_ptr_array_new_with_free_func (g_free) };
  if (!begin (&call, question, answer))
    return;
  if (!question->may_show)
    forbid_windows ();
  if (get_unrefused (&call, question, &credential, &problem) == KB_OK)
    fill_in (&call, credential, answer);
  else
    tell_why (&call, problem, answer);
  for (const char *const *notice = kb_session_notices (call.session); *notice != NULL;
       notice++)
    add_log (answer, *notice);
}
