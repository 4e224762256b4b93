/* SPDX-License-Identifier: MIT */
/* Reads the answer to a device authorization request and paces the polls.
   Knows nothing of people, screens or forms. */
#include "common/device.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"

#include <string.h>

/* Ctrl-C and an end of the request are seen within this. */
#define NAP_MS 200
#define CODE_MAX 64
#define ADDRESS_MAX 512

void
kb_device_free (KbDevice *device)
{
  if (device == NULL)
    return;
  kb_secret_unref (device->code);
  g_free (device->user_code);
  g_free (device->address);
  g_free (device->complete);
  g_free (device);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "the device answer %s", what);
  return FALSE;
}

/* New: what a person can read and type, or NULL. */
static char *
readable (const KbJson *json, const char *name, gsize longest)
{
  g_autofree char *text = kb_json_string (json, kb_json_member (json, 0, name));

  if (text == NULL || *text == '\0' || strlen (text) > longest)
    return NULL;
  for (const char *c = text; *c != '\0'; c++)
    if (*c < 0x20 || *c > 0x7e)
      return NULL;
  return g_steal_pointer (&text);
}

/* New: an https address, or NULL.  Google and others call it verification_url. */
static char *
address (const KbJson *json, const char *name)
{
  g_autofree char *text = readable (json, name, ADDRESS_MAX);
  g_autofree char *bare = NULL;
  g_autoptr (KbUrl) url = NULL;

  if (text == NULL)
    return NULL;
  bare = g_strndup (text, strcspn (text, "?#"));
  url = kb_url_parse (bare, NULL);
  if (url == NULL || !g_str_equal (url->scheme, "https") || url->user != NULL
      || strpbrk (text, " \"'<>\\") != NULL)
    return NULL;
  return g_steal_pointer (&text);
}

/* FALSE when it is there and no number from 1 to LARGEST. */
static gboolean
seconds (const KbJson *json, const char *name, gint64 largest, gint64 *value)
{
  KbJsonNode node = kb_json_member (json, 0, name);

  if (node < 0)
    return TRUE;
  if (!kb_json_int64 (json, node, TRUE, value) || *value <= 0)
    return FALSE;
  *value = MIN (*value, largest);
  return TRUE;
}

KbDevice *
kb_device_parse (const KbJson *json, GError **error)
{
  g_autoptr (KbDevice) device = g_new0 (KbDevice, 1);

  device->interval = KB_DEVICE_INTERVAL_S;
  device->code = kb_json_secret (json, kb_json_member (json, 0, "device_code"));
  device->user_code = readable (json, "user_code", CODE_MAX);
  device->address = address (json, "verification_uri");
  if (device->address == NULL)
    device->address = address (json, "verification_url");
  device->complete = address (json, "verification_uri_complete");
  if (device->code == NULL || kb_secret_length (device->code) == 0)
    (void) refuse (error, "has no device_code");
  else if (device->user_code == NULL || device->address == NULL)
    (void) refuse (error, "has no user_code and https address that can be shown");
  else if (!seconds (json, "expires_in", KB_DEVICE_LIFE_MAX_S, &device->life)
           || device->life == 0)
    (void) refuse (error, "does not say when the code expires");
  else if (!seconds (json, "interval", KB_DEVICE_INTERVAL_MAX_S, &device->interval))
    (void) refuse (error, "has an interval that is no positive number");
  else
    return g_steal_pointer (&device);
  return NULL;
}

/* ---- waiting -------------------------------------------------------------------- */

typedef struct
{
  const KbRequest *request;
  const KbDeviceClock *clock;
  gint64 end;      /* of the code, by the clock */
  gint64 interval; /* as the server sets it, ms */
  gint64 pause;    /* before the next poll, ms: longer after silence */
} Wait;

static gint64
real_now_ms (gpointer data)
{
  return kb_clock_boot_ms ();
}

static void
real_sleep_ms (gpointer data, gint64 milliseconds)
{
  kb_clock_sleep_ms (milliseconds);
}

static gboolean
is_over (const Wait *wait, GError **error)
{
  if (kb_request_cancelled (wait->request))
    g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                         "the sign-in was cancelled");
  else if (wait->clock->now_ms (wait->clock->data) >= wait->end)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                         "the code has expired before anybody typed it: try again");
  else if (kb_request_remaining_ms (wait->request) <= 0)
    g_set_error_literal (error, KB_ERROR, KB_ERROR_INTERACTION,
                         "nobody typed the code in time: try again");
  else
    return FALSE;
  return TRUE;
}

/* FALSE with ERROR when there is no time for another poll. */
static gboolean
pause_a_while (const Wait *wait, GError **error)
{
  const KbDeviceClock *clock = wait->clock;
  gint64 until = clock->now_ms (clock->data) + wait->pause;
  gint64 now;

  while ((now = clock->now_ms (clock->data)) < until)
    {
      if (is_over (wait, error))
        return FALSE;
      clock->sleep_ms (clock->data, MIN (until - now, NAP_MS));
    }
  return !is_over (wait, error);
}

/* Whether to poll again, and when. */
static gboolean
goes_on (Wait *wait, const KbOauth2Refusal *refusal, const GError *problem)
{
  if (g_error_matches (problem, KB_ERROR, KB_ERROR_NETWORK))
    {
      wait->pause = MIN (wait->pause * 2, KB_DEVICE_INTERVAL_MAX_S * 1000);
      return TRUE;
    }
  if (g_strcmp0 (refusal->error, "slow_down") == 0)
    wait->interval += KB_DEVICE_SLOWER_S * 1000;
  else if (g_strcmp0 (refusal->error, "authorization_pending") != 0)
    return FALSE;
  wait->pause = wait->interval;
  return TRUE;
}

static KbOauth2Token *
poll_until_done (Wait *wait, KbDevicePoll poll, gpointer data, GError **error)
{
  KbOauth2Token *token = NULL;
  gboolean again = TRUE;

  while (again)
    {
      g_auto (KbOauth2Refusal) refusal = { 0 };
      g_autoptr (GError) problem = NULL;

      if (!pause_a_while (wait, error))
        return NULL;
      token = poll (data, &refusal, &problem);
      again = token == NULL && goes_on (wait, &refusal, problem);
      if (token == NULL && !again)
        g_propagate_error (error, g_steal_pointer (&problem));
    }
  return token;
}

KbOauth2Token *
kb_device_wait (const KbDevice *device, const KbRequest *request,
                const KbDeviceClock *clock, KbDevicePoll poll, gpointer data,
                GError **error)
{
  static const KbDeviceClock real = { real_now_ms, real_sleep_ms, NULL };
  Wait wait = { .request = request, .clock = clock != NULL ? clock : &real };

  wait.end = wait.clock->now_ms (wait.clock->data) + device->life * 1000;
  wait.interval = device->interval * 1000;
  wait.pause = wait.interval;
  return poll_until_done (&wait, poll, data, error);
}
