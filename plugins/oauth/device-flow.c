/* SPDX-License-Identifier: MIT */
/* Shows a code to whoever sits at the terminal and waits until somebody has typed it
   elsewhere.  Knows nothing of browsers. */
#include "oauth/sign-in.h"

#include "common/device.h"
#include "oauth/qr.h"
#include "oauth/subject.h"

/* For 15 minutes whoever is shown the code could be somebody else's: the long form, as
   the RFC has it. */
#define GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* The code ends by its own clock, and then the server says so. */
#define GRACE_MS 5000

static KbDevice *
ask_code (const KbOauthJob *job, GError **error)
{
  g_autofree char *endpoint = kb_oauth_job_endpoint (job, KB_OAUTH_DEVICECODE);
  g_autoptr (KbBuffer) form = kb_oauth_job_form (job, NULL);
  KbOauth2Call call = {
    .endpoint = endpoint, .form = form, .secret = job->client_secret, .basic = job->basic
  };
  g_autoptr (KbJson) json = NULL;

  (void) kb_oauth_job_add_scope (job, form);
  json = kb_oauth2_send (job->http, job->request, &call, error);
  return json != NULL ? kb_device_parse (json, error) : NULL;
}

static void
show_qr (const KbRequest *request, const KbDevice *device)
{
  g_auto (GStrv) lines
      = kb_oauth_qr (device->complete != NULL ? device->complete : device->address);

  for (gsize i = 0; lines != NULL && lines[i] != NULL; i++)
    (void) kb_request_tell (request, lines[i]);
}

/* Said before the network is asked: where nobody can read it, there is no use in a
   code. */
static gboolean
announce (const KbRequest *request, GError **error)
{
  g_autofree char *what = g_strdup_printf ("Sign in to %s with a code on another device.",
                                           kb_request_place (request));

  if (kb_request_tell (request, what))
    return TRUE;
  g_set_error_literal (
      error, KB_ERROR, KB_ERROR_INTERACTION,
      "there is no browser here, and no terminal that could show a code");
  return FALSE;
}

/* The terminal and nothing else: who reads the code over a log could not use it, but who
   sends it to somebody else could. */
static void
show (const KbOauthJob *job, const KbDevice *device)
{
  const KbRequest *request = job->request;
  g_autofree char *what = g_strdup_printf ("Open %s on any device and type: %s",
                                           device->address, device->user_code);

  (void) kb_request_tell (request, what);
  show_qr (request, device);
  (void) kb_request_tell (request,
                          "Type it only if you asked for it yourself, here and now:");
  (void) kb_request_tell (request, "whoever sent it to you would be signed in.");
}

typedef struct
{
  const KbOauthJob *job;
  const KbBuffer *form;
  const KbDevice *device;
} Poll;

static KbOauth2Token *
poll_once (gpointer data, KbOauth2Refusal *refusal, GError **error)
{
  const Poll *poll = data;

  return kb_oauth_job_ask (poll->job, poll->form, poll->device->code, refusal, error);
}

static KbOauth2Token *
wait_for_token (const KbOauthJob *job, const KbDevice *device, GError **error)
{
  g_autoptr (KbBuffer) form = kb_oauth_job_form (job, GRANT);
  Poll poll = { job, form, device };

  if (!kb_oauth2_append_secret (form, "device_code", device->code))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                           "the device_code is too long");
      return NULL;
    }
  return kb_device_wait (device, job->request, NULL, poll_once, &poll, error);
}

KbAnswer
kb_oauth_device (const KbOauthJob *job, KbCredential **credential, GError **error)
{
  g_autoptr (KbDevice) device = NULL;
  g_autoptr (KbOauth2Token) token = NULL;
  g_auto (KbIdToken) id = { 0 };

  if (!announce (job->request, error))
    return KB_FAILED;
  device = ask_code (job, error);
  if (device == NULL)
    return KB_FAILED;
  kb_request_begin_sign_in (job->request, device->life * 1000 + GRACE_MS);
  show (job, device);
  token = wait_for_token (job, device, error);
  if (token == NULL || !kb_oauth_job_who (job, token, NULL, &id, error)
      || !kb_oauth_check_person (job, &id, error))
    return KB_FAILED;
  kb_oauth_subject_set (job, &id);
  return kb_oauth_job_finish (job, token, &id, NULL, credential, error);
}
