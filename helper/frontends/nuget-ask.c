/* SPDX-License-Identifier: MIT */
/* Turns a source's URL into a call of a session, and the credential into what NuGet
   takes. Knows nothing of messages, of processes or of the command line. */
#include "frontends/nuget-ask.h"

#include <string.h>

#include "base/clock.h"
#include "frontends/ask.h"

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
host_is_ours (const char *uri, const KbWish *wish)
{
  const char *authority = strstr (uri, "://");
  gsize length = authority != NULL ? 3 + strcspn (authority + 3, "/?#\\") : 0;
  g_autofree char *origin
      = length > 0 ? g_strndup (uri, (gsize) (authority - uri) + length) : g_strdup ("");
  g_auto (KbAsk) ask = { 0 };

  return kb_ask_open (&ask, origin, wish, NULL) == KB_OK && !kb_ask_is_storage (&ask);
}

static void
refuse_url (const KbWish *wish, const char *uri, const GError *problem,
            KbNugetAnswer *answer)
{
  if (host_is_ours (uri, wish))
    g_ptr_array_add (answer->log,
                     g_strdup_printf ("the source's URL: %s", problem->message));
  else
    answer->outcome = KB_NUGET_FOREIGN;
}

/* FALSE: the answer is complete. */
static gboolean
begin (KbAsk *ask, const KbNugetQuestion *question, KbNugetAnswer *answer)
{
  const KbWish wish = { .program = "nuget",
                        .way = question->may_ask ? kb_permitted_talk : NULL,
                        .any_organization = TRUE };
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbUrl) url = kb_url_parse (question->uri, &problem);
  KbAnswer opened;

  if (url == NULL)
    {
      refuse_url (&wish, question->uri, problem, answer);
      return FALSE;
    }
  opened = kb_ask_open (ask, question->uri, &wish, &problem);
  if (opened == KB_FAILED)
    add_log (answer, problem->message);
  else if (opened == KB_DECLINED || kb_ask_is_storage (ask))
    answer->outcome = KB_NUGET_FOREIGN;
  else
    return TRUE;
  return FALSE;
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

/* Whether the retry means that MARK, which would be given now, is refused. */
static gboolean
is_refused (const KbAsk *ask, const KbNugetQuestion *question, const char *mark)
{
  gboolean known = question->given != NULL && g_str_equal (question->given, mark);

  if (!question->retry || (!known && !question->alone))
    return FALSE;
  return question->times > 1
         || kb_clock_now () - kb_session_made (ask->session) >= KB_NUGET_YOUNG_S;
}

static KbAnswer
get_unrefused (KbAsk *ask, const KbNugetQuestion *question, KbCredential **credential,
               GError **error)
{
  g_autoptr (KbCredential) first = NULL;
  g_autofree char *mark = NULL;

  if (kb_ask_take (ask, &first, error) != KB_OK)
    return KB_FAILED;
  mark = kb_session_mark (first);
  if (is_refused (ask, question, mark))
    {
      kb_session_set_refused (ask->session, mark);
      return kb_ask_take (ask, credential, error);
    }
  *credential = g_steal_pointer (&first);
  return KB_OK;
}

/* ---- what is told --------------------------------------------------------------- */

/* An organization's token says by itself who it is; elsewhere the name may matter. */
static void
fill_in (const KbAsk *ask, KbCredential *credential, KbNugetAnswer *answer)
{
  const char *user = kb_credential_user (credential);

  if (kb_credential_scheme (credential) == KB_SCHEME_BEARER)
    user = USER_OF_TOKEN;
  else if (*user == '\0' || kb_request_organization (ask->request) != NULL)
    user = USER_OF_PAT;
  answer->outcome = KB_NUGET_GIVEN;
  answer->user = g_strdup (user);
  answer->secret = kb_secret_ref (kb_credential_secret (credential));
  answer->mark = kb_session_mark (credential);
}

void
kb_nuget_ask (const KbNugetQuestion *question, KbNugetAnswer *answer)
{
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) problem = NULL;

  *answer = (KbNugetAnswer){ .log = g_ptr_array_new_with_free_func (g_free) };
  if (!begin (&ask, question, answer))
    return;
  if (!question->may_show)
    forbid_windows ();
  if (get_unrefused (&ask, question, &credential, &problem) == KB_OK)
    fill_in (&ask, credential, answer);
  else
    add_log (answer, problem->message);
  for (const char *const *notice = kb_session_notices (ask.session); *notice != NULL;
       notice++)
    add_log (answer, *notice);
}
