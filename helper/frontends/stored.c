/* SPDX-License-Identifier: MIT */
/* Keeps a tool's login among those of its origin, under the tool's own path.
   Knows nothing of any tool's protocol. */
#include "frontends/stored.h"

#include "logins.h"

static char *
path_of (const char *tool)
{
  return g_strconcat (KB_LOGIN_TOOL_PREFIX, tool, NULL);
}

KbAnswer
kb_stored_get (const KbAsk *ask, const char *tool, KbRecord **record, GError **error)
{
  g_autofree char *path = path_of (tool);
  const KbLoginPattern pattern = { path, NULL, TRUE };
  g_autoptr (KbRecord) found = NULL;
  KbAnswer answer = kb_logins_get (kb_session_keeper (ask->session), ask->request,
                                   &pattern, &found, error);

  if (answer == KB_OK && found->secret == NULL)
    return KB_DECLINED;
  if (answer == KB_OK)
    *record = g_steal_pointer (&found);
  return answer;
}

KbAnswer
kb_stored_put (const KbAsk *ask, const char *tool, const char *user, KbSecret *secret,
               GError **error)
{
  g_autoptr (KbRecord) record = kb_record_new ();
  KbAnswer answer = kb_stored_erase (ask, tool, error);

  if (answer == KB_FAILED)
    return KB_FAILED;
  record->path = path_of (tool);
  record->user = g_strdup (user);
  record->secret = kb_secret_ref (secret);
  answer = kb_logins_put (kb_session_keeper (ask->session), ask->request, record, error);
  if (answer == KB_DECLINED
      && kb_keeper_first_without_durable (kb_session_keeper (ask->session)))
    kb_complain (KB_KEEPER_NO_DURABLE);
  return answer;
}

KbAnswer
kb_stored_erase (const KbAsk *ask, const char *tool, GError **error)
{
  g_autofree char *path = path_of (tool);
  const KbLoginPattern pattern = { path, NULL, TRUE };

  return kb_logins_erase (kb_session_keeper (ask->session), ask->request, &pattern, NULL,
                          error);
}
