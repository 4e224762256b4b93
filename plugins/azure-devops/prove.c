/* SPDX-License-Identifier: MIT */
/* Asks who is there with a token and nothing else, until the server knows or time is up.
   Knows nothing of how it was made. */
#include "prove.h"

#include "base/clock.h"
#include "base/json.h"
#include "common/devops-refusal.h"
#include "common/devops-route.h"

/* A preview resource: it answers without a version, and not to 7.1
   (recorded-exchanges R3, R9).  Agents and feeds' clients ask it with tokens of a single
   scope, so none is too narrow for it. */
#define PATH "_apis/connectionData"
/* Whom a public organization takes a stranger for. */
#define ANONYMOUS "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
#define PAUSE_FIRST_MS 250
#define PAUSE_MOST_MS 4000

static gboolean
names_somebody (KbSecret *body)
{
  g_autoptr (KbJson) json = kb_json_parse (body, NULL);
  KbJsonNode user = json != NULL ? kb_json_member (json, 0, "authenticatedUser") : -1;
  g_autofree char *id
      = user >= 0 ? kb_json_string (json, kb_json_member (json, user, "id")) : NULL;

  return id != NULL && g_ascii_strcasecmp (id, ANONYMOUS) != 0;
}

/* KB_DECLINED: not taken, perhaps not yet. */
static KbAnswer
ask_once (KbClient *client, const KbCredential *credential, const char *url,
          GError **error)
{
  const KbClientCall call = { url, "GET", NULL, NULL };
  g_autoptr (KbHttpAnswer) answer = kb_client_try (client, credential, &call, error);

  if (answer == NULL)
    return KB_FAILED;
  if (kb_refusal_of_credential (answer))
    return KB_DECLINED;
  if (answer->status < 300)
    return names_somebody (answer->body) ? KB_OK : KB_DECLINED;
  kb_refusal_set (error, answer, kb_client_organization (client),
                  kb_client_organization (client));
  return KB_FAILED;
}

KbAnswer
kb_prove (KbClient *client, KbSecret *secret, gint64 seconds, GError **error)
{
  g_autoptr (KbCredential) credential = kb_credential_new (KB_SCHEME_BASIC, "", secret);
  g_autofree char *url = kb_route_url (kb_client_organization (client), PATH, error);
  const KbRequest *request = kb_target_request (kb_client_target (client));
  gint64 deadline = kb_clock_boot_ms () + seconds * 1000;
  gint64 pause = PAUSE_FIRST_MS;
  KbAnswer answer;

  if (url == NULL)
    return KB_FAILED;
  answer = ask_once (client, credential, url, error);
  while (answer == KB_DECLINED && kb_clock_left_ms (deadline) > 0
         && !kb_request_cancelled (request))
    {
      kb_clock_sleep_ms (MIN (pause, kb_clock_left_ms (deadline)));
      pause = MIN (pause * 2, PAUSE_MOST_MS);
      answer = ask_once (client, credential, url, error);
    }
  return answer;
}
