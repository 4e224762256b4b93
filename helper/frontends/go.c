/* SPDX-License-Identifier: MIT */
/* Speaks Go's GOAUTH: headers for the URLs of organizations, before the first fetch and
   after one that failed.  Knows nothing of who makes credentials. */
#include "frontends/go.h"

#include <string.h>

#include "base/clock.h"
#include "base/input.h"
#include "base/text.h"
#include "frontends/ask.h"
#include "frontends/go-memory.h"
#include "target.h"

/* The go command waits for as long as it takes; nobody else should. */
#define DEADLINE_MS 12000
#define RESPONSE_MAX (256 * 1024)
#define HEADERS_MAX 200
/* Before a fetch all organizations are asked for in one call. */
#define ORGANIZATIONS_MAX 64

char **
kb_go_challenges (const char *answer, int *status)
{
  static const char name[] = "WWW-Authenticate:";
  g_auto (GStrv) lines = g_strsplit (answer, "\n", HEADERS_MAX);
  GPtrArray *values = g_ptr_array_new ();
  const char *blank = strchr (answer, ' ');

  *status = 0;
  if (g_str_has_prefix (answer, "HTTP/") && blank != NULL)
    *status = (int) g_ascii_strtoll (blank + 1, NULL, 10);
  for (char **line = lines; *status != 0 && *line != NULL; line++)
    {
      g_strchomp (*line);
      if (**line == '\0')
        break;
      if (g_ascii_strncasecmp (*line, name, strlen (name)) == 0
          && kb_text_is_clean (*line, strlen (*line)))
        g_ptr_array_add (values, g_strdup (g_strchug (*line + strlen (name))));
    }
  g_ptr_array_add (values, NULL);
  return (char **) g_ptr_array_free (values, FALSE);
}

/* The same organization may have places where another stack answers. */
static gboolean
is_of (const KbAsk *ask, const char *place)
{
  g_autoptr (KbUrl) url = kb_url_parse (place, NULL);

  return url != NULL
         && kb_config_match (kb_runtime_config (ask->runtime), url)
                == kb_session_stack (ask->session);
}

/* Without a slash at the end: the go command compares by cutting pieces off its URL. */
static void
append_place (KbBuffer *text, const char *place)
{
  gsize length = strlen (place);

  while (length > 0 && place[length - 1] == '/')
    length--;
  kb_buffer_append (text, place, length);
  kb_buffer_append_text (text, "\n");
}

static void
append_places (const KbAsk *ask, KbBuffer *text)
{
  const char *organization = kb_request_organization (ask->request);
  g_autofree char *origin = kb_url_origin (kb_request_url (ask->request));
  g_auto (GStrv) places
      = organization != NULL
            ? kb_config_places (kb_runtime_config (ask->runtime), organization)
            : NULL;

  for (char **place = places; place != NULL && *place != NULL; place++)
    if (is_of (ask, *place))
      append_place (text, *place);
  if (organization == NULL)
    append_place (text, origin);
}

/* What the go command is asked about. */
typedef struct
{
  KbWish wish;
  GPtrArray *memory;  /* of KbGoUrl */
  const char *failed; /* the URL of a fetch, or NULL: there was none yet */
  int status;         /* what the server said to it */
} Call;

/* New, or NULL: the organization of a URL that we remember; PLACE is new, the URL without
   its query, or NULL where it cannot be read. */
static char *
organization_of (const KbConfig *config, const KbGoUrl *entry, char **place)
{
  g_autofree char *plain = g_strndup (entry->url, strcspn (entry->url, "?#"));
  g_autoptr (KbUrl) url = kb_url_parse (plain, NULL);
  gboolean by_user;

  *place = url != NULL ? g_steal_pointer (&plain) : NULL;
  return url != NULL ? kb_config_organization (config, url, NULL, &by_user) : NULL;
}

static void
append_remembered (const KbAsk *ask, const Call *call, KbBuffer *text)
{
  const KbConfig *config = kb_runtime_config (ask->runtime);
  const char *organization = kb_request_organization (ask->request);

  for (guint i = 0; organization != NULL && i < call->memory->len; i++)
    {
      const KbGoUrl *entry = g_ptr_array_index (call->memory, i);
      g_autofree char *place = NULL;
      g_autofree char *its = organization_of (config, entry, &place);

      if (g_strcmp0 (its, organization) == 0 && is_of (ask, place))
        kb_buffer_printf (text, "%s\n", entry->url);
    }
}

/* URLs, a blank line, headers, a blank line; the go command takes nothing less.  Go 1.24
   finds nothing but the very URL and whole hosts, so what failed is among them. */
static gboolean
append_block (const KbAsk *ask, const Call *call, KbBuffer *text, const char *url,
              const KbCredential *credential)
{
  if (url != NULL && kb_text_is_clean (url, strlen (url)))
    kb_buffer_printf (text, "%s\n", url);
  else
    append_remembered (ask, call, text);
  append_places (ask, text);
  return kb_buffer_length (text) > 0 && kb_buffer_append_text (text, "\nAuthorization: ")
         && kb_ask_append_header (ask, text, credential)
         && kb_buffer_append_text (text, "\n\n");
}

/* Whether the host of the fetch that failed is one of the places as a whole. */
static gboolean
is_whole_host (const KbAsk *ask)
{
  g_autoptr (KbBuffer) places = kb_buffer_new (0);
  g_autofree char *origin = kb_url_origin (kb_request_url (ask->request));
  g_auto (GStrv) lines = NULL;

  append_places (ask, places);
  lines = g_strsplit (kb_buffer_peek (places), "\n", -1);
  return kb_request_organization (ask->request) != NULL
         && g_strv_contains ((const char *const *) lines, origin);
}

/* Whether the server refused what would be given now.  It said 401 to a fetch that had
   our token if the same go command was told it before: it was told the token that there
   was, for whole hosts and for the URLs that we remember. */
static gboolean
is_refused (const KbAsk *ask, const Call *call)
{
  gint64 started = call->status == 401 ? kb_go_parent_started () : 0;
  gint64 made = kb_session_made (ask->session);
  gint64 since = kb_go_memory_since (call->memory, call->failed);

  return started != 0 && made != 0 && made < started
         && ((since != 0 && since < started) || is_whole_host (ask));
}

static KbAnswer
get (KbAsk *ask, const Call *call, KbCredential **credential, GError **problem)
{
  g_autoptr (KbCredential) first = NULL;
  g_autofree char *mark = NULL;
  KbAnswer answer = kb_ask_get (ask, &first, problem);

  if (answer != KB_OK || call->failed == NULL || !is_refused (ask, call))
    {
      *credential = g_steal_pointer (&first);
      return answer;
    }
  mark = kb_session_mark (first);
  kb_session_set_refused (ask->session, mark);
  return kb_ask_get (ask, credential, problem);
}

/* Appends what is known for WORD, an organization or a URL; its own PROBLEM is no reason
   to fail for the others. */
static void
append_for (KbBuffer *text, const char *word, const Call *call, GError **problem)
{
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbBuffer) block = kb_buffer_new (0);
  const char *url = strstr (word, "://") != NULL ? word : NULL;
  KbAnswer answer = url != NULL ? kb_ask_open (&ask, url, &call->wish, problem)
                                : kb_ask_open_word (&ask, word, &call->wish, problem);

  if (answer != KB_OK || kb_ask_is_storage (&ask)
      || get (&ask, call, &credential, problem) != KB_OK
      || !append_block (&ask, call, block, url, credential))
    return;
  kb_buffer_append (text, kb_buffer_peek (block), kb_buffer_length (block));
  if (call->status == 401)
    kb_go_memory_add (call->memory, word);
}

/* FALSE after a complaint. */
static gboolean
append_or_complain (KbBuffer *text, const char *word, const Call *call)
{
  g_autoptr (GError) problem = NULL;

  append_for (text, word, call, &problem);
  if (problem != NULL)
    kb_complain (problem->message);
  return problem == NULL;
}

/* Organizations, then the URLs that have none. */
static GPtrArray *
known_words (const Call *call, GError **error)
{
  g_autoptr (KbRuntime) runtime = kb_runtime_new_default (error);
  const KbConfig *config = runtime != NULL ? kb_runtime_config (runtime) : NULL;
  g_auto (GStrv) known = config != NULL ? kb_target_organizations (config) : NULL;
  GPtrArray *words = known != NULL ? g_ptr_array_new_with_free_func (g_free) : NULL;

  for (char **name = known; words != NULL && *name != NULL; name++)
    g_ptr_array_add (words, g_strdup (*name));
  for (guint i = 0; words != NULL && i < call->memory->len; i++)
    {
      const KbGoUrl *entry = g_ptr_array_index (call->memory, i);
      g_autofree char *place = NULL;
      g_autofree char *its = organization_of (config, entry, &place);

      if (place != NULL && its == NULL)
        g_ptr_array_add (words, g_strdup (entry->url));
    }
  return words;
}

/* All of them in the time of one. */
static void
append_known (KbBuffer *text, const GPtrArray *words, Call *call)
{
  gint64 end = kb_clock_boot_ms () + DEADLINE_MS;

  for (guint i = 0; i < words->len && i < ORGANIZATIONS_MAX; i++)
    {
      call->wish.deadline_ms = kb_clock_left_ms (end);
      if (call->wish.deadline_ms == 0)
        return;
      append_for (text, g_ptr_array_index (words, i), call, NULL);
    }
}

/* A server that does not say 401 leads to no second call, so the first one tells all that
   is known.  Nobody named those organizations: what fails for one of them is silent. */
static int
before_fetch (const KbStreams *streams, char **named, GError **error)
{
  g_autoptr (GPtrArray) memory = kb_go_memory_read ();
  Call call = { { .program = "go", .deadline_ms = DEADLINE_MS }, memory, NULL, 0 };
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_autoptr (GPtrArray) known = named[0] == NULL ? known_words (&call, error) : NULL;

  if (named[0] == NULL && known == NULL)
    return KB_EXIT_ERROR;
  for (guint i = 0; named[i] != NULL; i++)
    (void) append_or_complain (text, named[i], &call);
  if (known != NULL)
    append_known (text, known, &call);
  return kb_ask_answer (streams, text);
}

/* What stands on standard error the go command shows only for a status that is not 0,
   and only with -x. */
static int
after_fetch (const KbStreams *streams, const char *url)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbSecret) answer
      = kb_input_all (streams->in, RESPONSE_MAX, DEADLINE_MS, &problem);
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_autoptr (GPtrArray) memory = kb_go_memory_read ();
  g_auto (GStrv) challenges = NULL;
  Call call = { { .program = "go", .deadline_ms = DEADLINE_MS }, memory, url, 0 };

  if (answer != NULL)
    challenges = kb_go_challenges (kb_secret_peek (answer), &call.status);
  else
    kb_complain (problem->message);
  call.wish.challenges = (const char *const *) challenges;
  return append_or_complain (text, url, &call) ? kb_ask_answer (streams, text)
                                               : KB_EXIT_NOTHING;
}

/* The go command adds the URL as the last argument; an organization has no "://". */
int
kb_frontend_go (const KbStreams *streams, char **arguments, GError **error)
{
  guint count = g_strv_length (arguments);

  for (guint i = 0; i < count; i++)
    if (arguments[i][0] == '-')
      return KB_EXIT_USAGE;
  if (count > 0 && strstr (arguments[count - 1], "://") != NULL)
    return after_fetch (streams, arguments[count - 1]);
  return before_fetch (streams, arguments, error);
}
