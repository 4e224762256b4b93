/* SPDX-License-Identifier: MIT */
/* Sends requests with the organization's credential and heeds what the server asks for.
   Knows nothing of what is asked. */
#include "client.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/complain.h"
#include "common/devops-refusal.h"

#define TRIES 5
#define SLICE_US 50000
#define CHALLENGE "WWW-Authenticate: "

struct _KbClient
{
  KbTarget *target;
  KbHttp *http;
  KbCredential *credential; /* or NULL: none yet */
  const KbInstance *instance;
  gint64 *quiet_until; /* g_get_monotonic_time; what a delayed answer asked for */
  gint64 own_quiet;
};

void
kb_client_free (KbClient *client)
{
  if (client == NULL)
    return;
  kb_credential_unref (client->credential);
  kb_http_free (client->http);
  kb_target_free (client->target);
  g_free (client);
}

KbAnswer
kb_client_new (KbCall *call, const char *word, KbClient **client, GError **error)
{
  g_autoptr (KbClient) made = g_new0 (KbClient, 1);
  KbAnswer answer = kb_call_target (call, word, &made->target, error);

  if (answer != KB_OK)
    return answer;
  if (kb_client_organization (made) == NULL)
    {
      kb_complain ("which organization? name it with --org");
      return KB_DECLINED;
    }
  made->instance = kb_call_instance (call);
  made->quiet_until = &made->own_quiet;
  made->http = kb_http_new (made->instance, error);
  if (made->http == NULL)
    return KB_FAILED;
  *client = g_steal_pointer (&made);
  return KB_OK;
}

const char *
kb_client_organization (const KbClient *client)
{
  return kb_request_organization (kb_target_request (client->target));
}

KbTarget *
kb_client_target (KbClient *client)
{
  return client->target;
}

const KbInstance *
kb_client_instance (const KbClient *client)
{
  return client->instance;
}

/* ---- one request ---------------------------------------------------------------- */

/* FALSE without an error: the person was told that nobody is signed in. */
static gboolean
ready (KbClient *client, GError **error)
{
  return client->credential != NULL
         || kb_target_credential (client->target, &client->credential, error) == KB_OK;
}

static KbHttpAnswer *
send_once (KbClient *client, KbHttp *http, const KbCredential *credential,
           const KbClientCall *call, GError **error)
{
  kb_target_allow_ms (client->target, KB_CLIENT_REQUEST_MS);
  return kb_devops_send (http, kb_target_request (client->target), credential, call,
                         error);
}

void
kb_client_share_quiet (KbClient *client, gint64 *quiet)
{
  client->quiet_until = quiet;
}

static gint64
quiet_left (const KbClient *client)
{
  return __atomic_load_n (client->quiet_until, __ATOMIC_RELAXED)
         - g_get_monotonic_time ();
}

/* FALSE when a person ended it. */
static gboolean
wait_quietly (KbClient *client, GError **error)
{
  for (gint64 left = quiet_left (client); left > 0; left = quiet_left (client))
    {
      kb_target_allow_ms (client->target, left / 1000 + KB_CLIENT_REQUEST_MS);
      if (kb_request_cancelled (kb_target_request (client->target)))
        {
          g_set_error_literal (error, KB_ERROR, KB_ERROR_NETWORK, "cancelled");
          return FALSE;
        }
      g_usleep (SLICE_US);
    }
  return TRUE;
}

/* A delayed answer may come with status 200 and Retry-After: the next request waits. */
static void
heed (KbClient *client, const KbHttpAnswer *answer, gboolean refused)
{
  gint64 seconds = MIN (answer->retry_after, KB_CLIENT_WAIT_MAX_S);
  g_autofree char *text = NULL;

  if (seconds == 0 && refused)
    seconds = 1;
  if (seconds == 0 || quiet_left (client) >= seconds * G_USEC_PER_SEC)
    return;
  /* Of several that ask together the first tells it. */
  refused &= quiet_left (client) <= 0;
  __atomic_store_n (client->quiet_until,
                    g_get_monotonic_time () + seconds * G_USEC_PER_SEC, __ATOMIC_RELAXED);
  text = g_strdup_printf ("%s asks to wait for %d s", kb_client_organization (client),
                          (int) seconds);
  if (refused)
    kb_complain (text);
}

static gboolean
is_throttled (const KbHttpAnswer *answer)
{
  return answer->status == 429 || (answer->status == 503 && answer->retry_after > 0);
}

/* The token may have ended since it was kept, or the server wants more of a sign-in than
   it has: once another one is asked for. */
static gboolean
take_another (KbClient *client, const KbHttpAnswer *answer)
{
  g_autoptr (KbCredential) refused = g_steal_pointer (&client->credential);
  g_autoptr (GPtrArray) challenges = g_ptr_array_new ();

  for (char **line = answer->kept; *line != NULL; line++)
    if (g_str_has_prefix (*line, CHALLENGE))
      g_ptr_array_add (challenges, *line + strlen (CHALLENGE));
  g_ptr_array_add (challenges, NULL);
  kb_target_refuse (client->target, refused, (const char *const *) challenges->pdata);
  if (ready (client, NULL))
    return TRUE;
  client->credential = g_steal_pointer (&refused);
  return FALSE;
}

static KbHttpAnswer *
send_patiently (KbClient *client, KbHttp *http, const KbCredential *credential,
                const KbClientCall *call, GError **error)
{
  g_autoptr (KbHttpAnswer) answer = NULL;

  for (guint try = 0; try < TRIES; try++)
    {
      g_clear_pointer (&answer, kb_http_answer_free);
      if (!wait_quietly (client, error))
        return NULL;
      answer = send_once (client, http, credential, call, error);
      if (answer == NULL)
        return NULL;
      heed (client, answer, is_throttled (answer));
      if (!is_throttled (answer))
        break;
    }
  return g_steal_pointer (&answer);
}

KbHttpAnswer *
kb_client_send (KbClient *client, const KbClientCall *call, GError **error)
{
  g_autoptr (KbHttpAnswer) answer = NULL;

  if (!ready (client, error))
    return NULL;
  answer = send_patiently (client, client->http, client->credential, call, error);
  if (answer != NULL && kb_refusal_of_credential (answer)
      && take_another (client, answer))
    {
      g_clear_pointer (&answer, kb_http_answer_free);
      answer = send_patiently (client, client->http, client->credential, call, error);
    }
  if (answer != NULL && answer->status < 300 && !kb_refusal_of_credential (answer))
    return g_steal_pointer (&answer);
  kb_client_progress (0, TRUE);
  if (answer == NULL)
    return NULL;
  kb_refusal_set (error, answer, kb_client_organization (client),
                  kb_client_organization (client));
  return NULL;
}

/* Another principal's request has a connection of its own. */
KbHttpAnswer *
kb_client_try (KbClient *client, const KbCredential *credential, const KbClientCall *call,
               GError **error)
{
  g_autoptr (KbHttp) http = kb_http_new (client->instance, error);

  return http != NULL ? send_patiently (client, http, credential, call, error) : NULL;
}

void
kb_client_progress (guint count, gboolean end)
{
  static gboolean shown;

  if ((end && !shown) || !isatty (STDERR_FILENO))
    return;
  dprintf (STDERR_FILENO, end ? "\r\033[K" : "\r%u so far ...", count);
  shown = !end;
}

char *
kb_client_continuation (const KbHttpAnswer *answer)
{
  static const char prefix[] = KB_DEVOPS_CONTINUATION ": ";

  for (char **line = answer->kept; *line != NULL; line++)
    if (g_str_has_prefix (*line, prefix) && (*line)[strlen (prefix)] != '\0')
      return g_strdup (*line + strlen (prefix));
  return NULL;
}
