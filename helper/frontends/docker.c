/* SPDX-License-Identifier: MIT */
/* Speaks the protocol of docker-credential-helpers with Docker, Podman and other tools
   for container registries.  Knows nothing of who makes credentials. */
#include "frontends/docker.h"

#include <string.h>

#include "base/input.h"
#include "base/json.h"
#include "base/lines.h"
#include "frontends/stored.h"
#include "logins.h"

#define TOOL "docker"
#define INPUT_MAX (256 * 1024)
#define READ_TIMEOUT_MS 10000

/* Word for word: every client compares it, and takes another text as a failure that may
   cost it the credentials of all registries. */
#define NOT_FOUND "credentials not found in native keychain\n"

/* ---- what is read --------------------------------------------------------------- */

char *
kb_docker_url (const KbSecret *server)
{
  g_autofree char *text = g_strstrip (g_strdup (kb_secret_peek (server)));

  if (*text == '\0' || strlen (kb_secret_peek (server)) != kb_secret_length (server))
    return NULL;
  if (strstr (text, "://") != NULL)
    return g_steal_pointer (&text);
  return g_strconcat ("https://", text, NULL);
}

void
kb_docker_login_clear (KbDockerLogin *login)
{
  g_free (login->url);
  g_free (login->user);
  kb_secret_unref (login->secret);
}

gboolean
kb_docker_login_read (KbSecret *text, KbDockerLogin *login, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (text, error);
  g_autoptr (KbSecret) server = NULL;

  if (json == NULL)
    return FALSE;
  server = kb_json_secret (json, kb_json_member (json, 0, "ServerURL"));
  login->url = server != NULL ? kb_docker_url (server) : NULL;
  login->user = kb_json_string (json, kb_json_member (json, 0, "Username"));
  login->secret = kb_json_secret (json, kb_json_member (json, 0, "Secret"));
  if (login->url != NULL && login->user != NULL && login->secret != NULL)
    return TRUE;
  g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                       "ServerURL, Username or Secret is missing");
  return FALSE;
}

/* New, or NULL: the URL of the server that is named; *SERVER is as the client wrote it,
   which looks the answer up by it. */
static char *
read_server (const KbStreams *streams, char **server, GError **error)
{
  g_autoptr (KbSecret) text
      = kb_input_all (streams->in, INPUT_MAX, READ_TIMEOUT_MS, error);

  if (text == NULL)
    return NULL;
  *server = g_strstrip (g_strdup (kb_secret_peek (text)));
  return kb_docker_url (text);
}

/* ---- get ------------------------------------------------------------------------ */

/* Where anything else is wrong, too: the reason is on standard error. */
static int
not_found (const KbStreams *streams, const GError *problem)
{
  if (problem != NULL)
    kb_complain (problem->message);
  kb_write_all (streams->out, NOT_FOUND, strlen (NOT_FOUND));
  return KB_EXIT_NOTHING;
}

static int
give (const KbStreams *streams, const char *server, const char *user,
      const KbSecret *secret)
{
  g_autoptr (KbBuffer) text = kb_buffer_new (0);

  kb_json_open (text, NULL, '{');
  kb_json_text (text, "ServerURL", server);
  kb_json_text (text, "Username", user);
  kb_json_text (text, "Secret", kb_secret_peek (secret));
  kb_json_close (text, '}');
  kb_buffer_append_text (text, "\n");
  return kb_ask_answer (streams, text);
}

static int
get (const KbStreams *streams)
{
  const KbWish wish = { .program = TOOL };
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbRecord) record = NULL;
  g_autofree char *server = NULL;
  g_autofree char *url = read_server (streams, &server, &problem);
  KbAnswer answer = url != NULL ? kb_ask_open (&ask, url, &wish, &problem) : KB_DECLINED;

  if (answer != KB_OK)
    return not_found (streams, problem);
  if (kb_ask_is_storage (&ask))
    return kb_stored_get (&ask, TOOL, &record, &problem) == KB_OK
               ? give (streams, server, record->user, record->secret)
               : not_found (streams, problem);
  if (kb_ask_get (&ask, &credential, &problem) != KB_OK)
    return not_found (streams, problem);
  return give (streams, server, kb_ask_user (&ask, credential),
               kb_credential_secret (credential));
}

/* ---- store and erase ------------------------------------------------------------ */

/* The client shows what stands on standard output. */
static int
tell (const KbStreams *streams, const char *text)
{
  g_autofree char *line = g_strdup_printf ("keybearer: %s\n", text);

  kb_write_all (streams->out, line, strlen (line));
  return KB_EXIT_NOTHING;
}

/* `docker login` stores what it was given even where the registry is one whose
   credentials are made: those stay what they are. */
static int
store (const KbStreams *streams)
{
  const KbWish wish = { .program = TOOL };
  g_auto (KbAsk) ask = { 0 };
  g_auto (KbDockerLogin) login = { 0 };
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbSecret) text
      = kb_input_all (streams->in, INPUT_MAX, READ_TIMEOUT_MS, &problem);
  KbAnswer answer;

  if (text == NULL || !kb_docker_login_read (text, &login, &problem))
    return tell (streams, problem->message);
  answer = kb_ask_open (&ask, login.url, &wish, &problem);
  if (answer == KB_DECLINED)
    return tell (streams, "no stack keeps logins for this registry; see "
                          "keybearer-tools(7)");
  if (answer == KB_OK && kb_ask_is_storage (&ask))
    answer = kb_stored_put (&ask, TOOL, login.user, login.secret, &problem);
  return answer == KB_FAILED ? tell (streams, problem->message) : 0;
}

static int
erase (const KbStreams *streams)
{
  const KbWish wish = { .program = TOOL };
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (GError) problem = NULL;
  g_autofree char *server = NULL;
  g_autofree char *url = read_server (streams, &server, &problem);
  KbAnswer answer = url != NULL ? kb_ask_open (&ask, url, &wish, &problem) : KB_DECLINED;

  if (answer == KB_OK && kb_ask_is_storage (&ask))
    answer = kb_stored_erase (&ask, TOOL, &problem);
  return problem != NULL ? tell (streams, problem->message) : 0;
}

/* ---- list ----------------------------------------------------------------------- */

static void
add_login (const char *origin, const KbRecord *record, gpointer data)
{
  const char *server
      = g_str_has_prefix (origin, "https://") ? origin + strlen ("https://") : origin;

  g_hash_table_replace (data, g_strdup (server), g_strdup (record->user));
}

static void
add_stored (KbRuntime *runtime, const KbStack *stack, GHashTable *all)
{
  const KbLoginPattern pattern = { KB_LOGIN_TOOL_PREFIX TOOL, NULL, TRUE };
  KbUrl *url = kb_url_parse ("https://localhost/", NULL);
  g_autoptr (KbRequest) request = kb_request_new (url);
  g_autoptr (KbKeeper) keeper = kb_keeper_new (runtime, stack, request);
  g_autoptr (GError) problem = NULL;

  if (kb_logins_each (keeper, &pattern, add_login, all, &problem) == KB_FAILED)
    kb_complain (problem->message);
}

static int
list (const KbStreams *streams)
{
  g_autoptr (GHashTable) all
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbRuntime) runtime = kb_runtime_new_default (&problem);
  const GPtrArray *stacks
      = runtime != NULL ? kb_config_stacks (kb_runtime_config (runtime)) : NULL;
  GHashTableIter iterator;
  gpointer server, user;

  if (stacks == NULL)
    return tell (streams, problem->message);
  for (guint i = 0; i < stacks->len; i++)
    if (((const KbStack *) g_ptr_array_index (stacks, i))->sources->len == 0)
      add_stored (runtime, g_ptr_array_index (stacks, i), all);
  kb_json_open (text, NULL, '{');
  g_hash_table_iter_init (&iterator, all);
  while (g_hash_table_iter_next (&iterator, &server, &user))
    kb_json_text (text, server, user);
  kb_json_close (text, '}');
  kb_buffer_append_text (text, "\n");
  return kb_ask_answer (streams, text);
}

/* ---- the verb ------------------------------------------------------------------- */

static int
version (const KbStreams *streams)
{
  static const char text[]
      = "docker-credential-keybearer (" PACKAGE_NAME ") v" PACKAGE_VERSION "\n";

  return kb_write_all (streams->out, text, strlen (text)) ? 0 : KB_EXIT_NOTHING;
}

int
kb_frontend_docker (const KbStreams *streams, char **arguments, GError **error)
{
  static const struct
  {
    const char *name;
    int (*run) (const KbStreams *streams);
  } operations[] = { { "get", get },
                     { "store", store },
                     { "erase", erase },
                     { "list", list },
                     { "version", version } };

  if (arguments[0] == NULL || arguments[1] != NULL)
    return KB_EXIT_USAGE;
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (arguments[0], operations[i].name))
      return operations[i].run (streams);
  return KB_EXIT_USAGE;
}
