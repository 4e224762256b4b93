/* SPDX-License-Identifier: MIT */
/* Speaks Go's GOAUTH: headers for the URLs of organizations, before the first fetch and
   after one that failed.  Knows nothing of who makes credentials. */
#include "frontends/go.h"

#include <string.h>

#include "base/clock.h"
#include "base/input.h"
#include "base/text.h"
#include "frontends/ask.h"
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

/* URLs, a blank line, headers, a blank line; the go command takes nothing less.  Go 1.24
   finds nothing but the very URL and whole hosts, so what failed is among them. */
static gboolean
append_block (const KbAsk *ask, KbBuffer *text, const char *failed,
              const KbCredential *credential)
{
  if (failed != NULL && kb_text_is_clean (failed, strlen (failed)))
    kb_buffer_printf (text, "%s\n", failed);
  append_places (ask, text);
  return kb_buffer_length (text) > 0 && kb_buffer_append_text (text, "\nAuthorization: ")
         && kb_ask_append_header (ask, text, credential)
         && kb_buffer_append_text (text, "\n\n");
}

/* Appends what is known for WORD, an organization or a URL; its own PROBLEM is no reason
   to fail for the others. */
static void
append_for (KbBuffer *text, const char *word, const KbWish *wish, GError **problem)
{
  g_auto (KbAsk) ask = { 0 };
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbBuffer) block = kb_buffer_new (0);
  const char *failed = strstr (word, "://") != NULL ? word : NULL;
  KbAnswer answer = failed != NULL ? kb_ask_open (&ask, failed, wish, problem)
                                   : kb_ask_open_word (&ask, word, wish, problem);

  if (answer == KB_OK && !kb_ask_is_storage (&ask)
      && kb_ask_get (&ask, &credential, problem) == KB_OK
      && append_block (&ask, block, failed, credential))
    kb_buffer_append (text, kb_buffer_peek (block), kb_buffer_length (block));
}

static void
append_or_complain (KbBuffer *text, const char *word, const KbWish *wish)
{
  g_autoptr (GError) problem = NULL;

  append_for (text, word, wish, &problem);
  if (problem != NULL)
    kb_complain (problem->message);
}

/* New, or NULL when the configuration cannot be used. */
static char **
known_organizations (GError **error)
{
  g_autoptr (KbRuntime) runtime = kb_runtime_new_default (error);

  return runtime != NULL ? kb_target_organizations (kb_runtime_config (runtime)) : NULL;
}

/* All of them in the time of one. */
static void
append_known (KbBuffer *text, char **known)
{
  gint64 end = kb_clock_boot_ms () + DEADLINE_MS;
  KbWish wish = { .program = "go" };

  for (guint i = 0; known[i] != NULL && i < ORGANIZATIONS_MAX; i++)
    {
      wish.deadline_ms = kb_clock_left_ms (end);
      if (wish.deadline_ms == 0)
        return;
      append_for (text, known[i], &wish, NULL);
    }
}

/* A server that does not say 401 leads to no second call, so the first one tells all that
   is known.  Nobody named those organizations: what fails for one of them is silent. */
static int
before_fetch (const KbStreams *streams, char **named, GError **error)
{
  const KbWish wish = { .program = "go", .deadline_ms = DEADLINE_MS };
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_auto (GStrv) known = named[0] == NULL ? known_organizations (error) : NULL;

  if (named[0] == NULL && known == NULL)
    return KB_EXIT_ERROR;
  for (guint i = 0; named[i] != NULL; i++)
    append_or_complain (text, named[i], &wish);
  if (known != NULL)
    append_known (text, known);
  return kb_ask_answer (streams, text);
}

static int
after_fetch (const KbStreams *streams, const char *url)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (KbSecret) answer
      = kb_input_all (streams->in, RESPONSE_MAX, DEADLINE_MS, &problem);
  g_autoptr (KbBuffer) text = kb_buffer_new (0);
  g_auto (GStrv) challenges = NULL;
  int status = 0;
  KbWish wish = { .program = "go", .deadline_ms = DEADLINE_MS };

  if (answer != NULL)
    challenges = kb_go_challenges (kb_secret_peek (answer), &status);
  else
    kb_complain (problem->message);
  wish.challenges = (const char *const *) challenges;
  append_or_complain (text, url, &wish);
  return kb_ask_answer (streams, text);
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
