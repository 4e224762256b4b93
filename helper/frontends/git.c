/* SPDX-License-Identifier: MIT */
/* Speaks git's credential protocol (git-credential(1), gitcredentials(7)) with one git.
   Knows nothing of who makes or keeps credentials. */
#include "frontends/git.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/text.h"
#include "frontends/git-input.h"
#include "gitconfig.h"
#include "logins.h"
#include "request.h"

#define STATE_PREFIX "keybearer:"
#define READ_TIMEOUT_MS 15000

/* ---- what every operation needs ------------------------------------------------- */

typedef struct
{
  KbGitInput input;
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
  kb_git_input_clear (&call->input);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static KbRequest *
request_of (const KbGitInput *input, GError **error)
{
  KbUrl *url = kb_url_new (input->protocol, input->host, input->path, error);
  KbRequest *request;

  if (url == NULL)
    return NULL;
  request = kb_request_new (url);
  kb_request_set_program (request, "git");
  kb_request_set_user (request, input->username);
  for (guint i = 0; i < input->challenges->len; i++)
    kb_request_add_challenge (request, g_ptr_array_index (input->challenges, i));
  return request;
}

/* Over plain http the credential could be read by anybody; say so where the same place
   over https is ours, and be silent for all other hosts. */
static gboolean
refuse_http (const Call *call, GError **error)
{
  g_autoptr (KbUrl) secure = NULL;
  const KbStack *stack;

  if (!g_str_equal (kb_request_scheme (call->request), "http"))
    return FALSE;
  secure = kb_url_new ("https", call->input.host, call->input.path, NULL);
  stack = secure != NULL ? kb_config_match (kb_runtime_config (call->runtime), secure)
                         : NULL;
  if (stack == NULL || stack->sources->len == 0)
    return FALSE;
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL,
               "protocol: credentials for this host go over https only");
  return TRUE;
}

/* KB_DECLINED: not for us, and git goes on without a word. */
static KbAnswer
begin (const KbStreams *streams, Call *call, GError **error)
{
  if (!kb_git_input_read (streams->in, READ_TIMEOUT_MS, &call->input, error))
    return KB_FAILED;
  if (!kb_git_input_is_http (&call->input))
    return KB_DECLINED;
  call->request = request_of (&call->input, error);
  if (call->request == NULL)
    return KB_FAILED;
  call->runtime = kb_runtime_new_default (error);
  if (call->runtime == NULL)
    return KB_FAILED;
  call->session = kb_session_new (call->runtime, call->request);
  if (kb_session_stack (call->session) != NULL)
    return KB_OK;
  return refuse_http (call, error) ? KB_FAILED : KB_DECLINED;
}

static gboolean
is_storage (const Call *call)
{
  return kb_session_stack (call->session)->sources->len == 0;
}

/* ---- answers -------------------------------------------------------------------- */

static gboolean
append_basic (KbBuffer *answer, const char *user, const KbSecret *secret)
{
  return kb_lines_append (answer, "username", user)
         && kb_lines_append_secret (answer, "password", secret);
}

static gboolean
append_bearer (KbBuffer *answer, const KbSecret *secret)
{
  return kb_lines_append (answer, "capability[]", "authtype")
         && kb_lines_append (answer, "authtype", "Bearer")
         && kb_lines_append_secret (answer, "credential", secret)
         && kb_lines_append_int (answer, "ephemeral", 1);
}

/* `continue` makes git ask again in the same command when the server refuses: set only on
   the first answer, as on the last one it would hide git's own error. */
static gboolean
append_state (const Call *call, KbBuffer *answer, const KbCredential *credential)
{
  g_autofree char *mark = kb_session_mark (credential);
  g_autofree char *state = g_strconcat (STATE_PREFIX, mark, NULL);
  gboolean good = kb_lines_append (answer, "capability[]", "state")
                  && kb_lines_append (answer, "state[]", state);

  if (good && call->input.state == NULL && kb_session_renewable (call->session))
    good = kb_lines_append_int (answer, "continue", 1);
  return good;
}

/* A password goes with its own user name, as forges want one that is no person's; with a
   token as the password the user that git named stays as it is, an organization too. */
static const char *
user_for (const Call *call, const KbCredential *credential)
{
  if (kb_credential_scheme (credential) == KB_SCHEME_BASIC
      && *kb_credential_user (credential) != '\0')
    return kb_credential_user (credential);
  if (call->input.username != NULL && *call->input.username != '\0')
    return call->input.username;
  if (*kb_credential_user (credential) != '\0')
    return kb_credential_user (credential);
  return "keybearer";
}

static gboolean
append_credential (const Call *call, KbBuffer *answer, const KbCredential *credential)
{
  gboolean bearer = call->input.takes_authtype
                    && kb_credential_scheme (credential) == KB_SCHEME_BEARER;
  KbSecret *secret = kb_credential_secret ((KbCredential *) credential);
  gboolean good = bearer ? append_bearer (answer, secret)
                         : append_basic (answer, user_for (call, credential), secret);

  if (good && kb_credential_expires (credential) != 0)
    good = kb_lines_append_int (answer, "password_expiry_utc",
                                kb_credential_expires (credential));
  if (good && call->input.takes_state)
    good = append_state (call, answer, credential);
  return good;
}

static int
give (const KbStreams *streams, KbBuffer *answer, gboolean good, GError **error)
{
  if (!good)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL,
                   "the credential has bytes that git's protocol cannot carry");
      return 0;
    }
  kb_write_all (streams->out, kb_buffer_peek (answer), kb_buffer_length (answer));
  return 0;
}

/* ---- get ------------------------------------------------------------------------ */

/* Git's own setting; asked for only when a question is about to be put. */
static gboolean
git_forbids (void)
{
  static const char *const no[] = { "0", "false", "no", "off", "never", NULL };
  g_autofree char *value = kb_gitconfig_get ("credential.interactive");
  g_autofree char *word = value != NULL ? g_ascii_strdown (value, -1) : NULL;

  return word != NULL && g_strv_contains (no, word);
}

static KbTalk *
find_way (void)
{
  g_autoptr (KbTalk) talk = kb_permitted_talk ();

  return talk != NULL && !git_forbids () ? g_steal_pointer (&talk) : NULL;
}

static int
get_login (const KbStreams *streams, Call *call, GError **error)
{
  KbLoginPattern pattern
      = { call->input.path, call->input.username, call->input.takes_authtype };
  g_autoptr (KbBuffer) answer = kb_buffer_new (0);
  g_autoptr (KbRecord) record = NULL;

  if (kb_logins_get (kb_session_keeper (call->session), call->request, &pattern, &record,
                     error)
      != KB_OK)
    return 0;
  return give (streams, answer, kb_git_append_record (answer, record), error);
}

/* A person who was asked, here or for a process beside this one, is not asked once more
   by git; nor where an identity was refused, as the error says what to mend. */
static int
get_made (const KbStreams *streams, Call *call, GError **error)
{
  g_autoptr (KbBuffer) answer = kb_buffer_new (0);
  g_autoptr (KbCredential) credential = NULL;
  gboolean asked = FALSE;
  KbAnswer result;

  kb_session_set_refused (call->session, call->input.state);
  result = kb_get_or_ask (call->session, call->request, find_way, &asked, &credential,
                          error);
  kb_complain_notices (call->session);
  if (result == KB_OK)
    return give (streams, answer, append_credential (call, answer, credential), error);
  if (asked || g_error_matches (*error, KB_ERROR, KB_ERROR_DENIED))
    return give (streams, answer, kb_lines_append_int (answer, "quit", 1), NULL);
  return 0;
}

static int
get (const KbStreams *streams, GError **error)
{
  g_auto (Call) call = { 0 };

  if (begin (streams, &call, error) != KB_OK)
    return 0;
  return is_storage (&call) ? get_login (streams, &call, error)
                            : get_made (streams, &call, error);
}

/* ---- store and erase ------------------------------------------------------------ */

static int
store (const KbStreams *streams, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbRecord) record = NULL;

  if (begin (streams, &call, error) != KB_OK)
    return 0;
  if (!is_storage (&call))
    {
      if (kb_git_input_secret (&call.input) != NULL)
        kb_session_accept (call.session, kb_git_input_secret (&call.input), error);
      return 0;
    }
  record = kb_git_input_record (&call.input);
  if (record != NULL
      && kb_logins_put (kb_session_keeper (call.session), call.request, record, error)
             == KB_DECLINED
      && kb_keeper_first_without_durable (kb_session_keeper (call.session)))
    kb_complain (KB_KEEPER_NO_DURABLE);
  return 0;
}

static int
erase (const KbStreams *streams, GError **error)
{
  g_auto (Call) call = { 0 };
  KbLoginPattern pattern = { 0 };

  if (begin (streams, &call, error) != KB_OK)
    return 0;
  if (!is_storage (&call))
    {
      kb_session_refuse (call.session, kb_git_input_secret (&call.input), error);
      return 0;
    }
  pattern.path = call.input.path;
  pattern.user = call.input.username;
  pattern.with_authtype = TRUE;
  kb_logins_erase (kb_session_keeper (call.session), call.request, &pattern,
                   kb_git_input_secret (&call.input), error);
  return 0;
}

static int
capability (const KbStreams *streams)
{
  static const char text[] = "version 0\ncapability authtype\ncapability state\n";

  kb_write_all (streams->out, text, sizeof text - 1);
  return 0;
}

/* An operation that a newer git knows is none of our business: silence, as git asks. */
int
kb_frontend_git (const KbStreams *streams, char **arguments, GError **error)
{
  const char *operation = arguments[0];

  if (operation == NULL)
    return KB_EXIT_USAGE;
  if (g_str_equal (operation, "get"))
    return get (streams, error);
  if (g_str_equal (operation, "store"))
    return store (streams, error);
  if (g_str_equal (operation, "erase"))
    return erase (streams, error);
  if (g_str_equal (operation, "capability"))
    return capability (streams);
  return 0;
}
