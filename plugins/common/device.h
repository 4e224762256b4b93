/* SPDX-License-Identifier: MIT */
/* The device authorization grant to the letter of RFC 8628: ask for a code, then ask at
   the pace that the server sets whether somebody has typed it.  Knows nothing of how the
   code is shown. */
#ifndef KB_DEVICE_H
#define KB_DEVICE_H

#include "common/oauth2.h"

G_BEGIN_DECLS

/* RFC 8628 3.2 and 3.5. */
#define KB_DEVICE_INTERVAL_S 5
#define KB_DEVICE_SLOWER_S 5
/* What nobody would wait for is not what the RFC means. */
#define KB_DEVICE_INTERVAL_MAX_S 300
#define KB_DEVICE_LIFE_MAX_S (24 * 3600)

typedef struct
{
  KbSecret *code; /* what is polled with */
  char *user_code;
  char *address;  /* https, to be opened by a person */
  char *complete; /* the same with the code in it, or NULL: for a QR code */
  gint64 life;    /* seconds */
  gint64 interval;
} KbDevice;

void kb_device_free (KbDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbDevice, kb_device_free)

/* New, or NULL.  KB_ERROR_PROTOCOL also when code or address could not be shown as they
   are. */
KbDevice *kb_device_parse (const KbJson *json, GError **error);

/* Time, so that a test can let it pass. */
typedef struct
{
  gint64 (*now_ms) (gpointer data);
  void (*sleep_ms) (gpointer data, gint64 milliseconds);
  gpointer data;
} KbDeviceClock;

/* One question to the token endpoint: new, or NULL with ERROR and REFUSAL. */
typedef KbOauth2Token *(*KbDevicePoll) (gpointer data, KbOauth2Refusal *refusal,
                                        GError **error);

/* New, or NULL.  Waits before each poll; `authorization_pending` goes on, `slow_down`
   goes on 5 s slower, no answer (KB_ERROR_NETWORK) goes on twice as slow; everything else
   ends it.  KB_ERROR_INTERACTION: the code or the request's own deadline has run out, or
   the request was cancelled.  CLOCK NULL: the real one. */
KbOauth2Token *kb_device_wait (const KbDevice *device, const KbRequest *request,
                               const KbDeviceClock *clock, KbDevicePoll poll,
                               gpointer data, GError **error);

G_END_DECLS

#endif
