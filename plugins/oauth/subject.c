/* SPDX-License-Identifier: MIT */
/* Remembers the subject of each account by its hash, beside what the stores keep.
   Knows nothing of how a person signs in. */
#include "oauth/subject.h"

#include "common/memo.h"

#include <string.h>

/* New, or NULL: there is no such folder. */
static char *
folder_of (const KbOauthJob *job)
{
  const char *data = kb_instance_data_dir (job->settings->instance, NULL);

  return data != NULL ? g_build_filename (data, "subjects", NULL) : NULL;
}

/* New.  A guest has another subject in each tenant, and each tenant is an issuer. */
static char *
key_of (const KbOauthJob *job, const KbIdToken *id)
{
  return g_strdup_printf ("%s %s %s %s", kb_instance_name (job->settings->instance),
                          job->settings->client, id->issuer, id->account);
}

static gboolean
is_whole (const KbIdToken *id)
{
  return id->issuer != NULL && id->subject != NULL && id->account != NULL;
}

void
kb_oauth_subject_set (const KbOauthJob *job, const KbIdToken *id)
{
  g_autofree char *folder = is_whole (id) ? folder_of (job) : NULL;
  g_autofree char *key = folder != NULL ? key_of (job, id) : NULL;

  if (key != NULL)
    kb_memo_write (folder, key, id->subject, strlen (id->subject));
}

gboolean
kb_oauth_subject_is_same (const KbOauthJob *job, const KbIdToken *id, GError **error)
{
  g_autofree char *folder = is_whole (id) ? folder_of (job) : NULL;
  g_autofree char *key = folder != NULL ? key_of (job, id) : NULL;
  g_autoptr (KbSecret) known = NULL;

  if (key == NULL)
    return TRUE;
  known = kb_memo_read (folder, key, KB_MEMO_FOREVER);
  if (known != NULL && !g_str_equal (kb_secret_peek (known), id->subject))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_INTERACTION,
                   "the refresh was answered for somebody else than %s who signed in "
                   "(sub)",
                   id->account);
      return FALSE;
    }
  if (known == NULL)
    kb_oauth_subject_set (job, id);
  return TRUE;
}
