/* SPDX-License-Identifier: MIT */
/* Waits on the loopback interface for the one answer that an authorization server sends
   through a person's browser.  Knows nothing of what the answer is exchanged for. */
#ifndef KB_LISTENER_H
#define KB_LISTENER_H

#include "common/listener-page.h"
#include "keybearer-module.h"

G_BEGIN_DECLS

/* Connections at a time; beyond them the oldest one goes, never the newest: fifty that
   say nothing hold up nobody, and a browser speaks within milliseconds. */
#define KB_LISTENER_CONNECTIONS 128
/* From accept to the last byte of the request, so that drops of bytes gain nothing. */
#define KB_LISTENER_REQUEST_MS 5000
/* Names and values of all headers.  Cookies count, which other programs on localhost may
   have set, whatever their port. */
#define KB_LISTENER_HEADERS_MAX (8 * 1024)
/* Entra's code has 1 to 2 kB; with client_info and session_state it stays below 6. */
#define KB_LISTENER_BODY_MAX (16 * 1024)
/* How long the browser may take to fetch the last page, when it no longer reads. */
#define KB_LISTENER_FINISH_MS 1000

/* What came back: CODE or ERROR, never both.  The texts are escaped (kb_text_escape) and
   may be shown; what they say is a server's, not ours.  Start from { .code = NULL }. */
typedef struct
{
  KbSecret *code;          /* good once, with the verifier alone */
  char *error;             /* "access_denied" */
  char *error_description; /* or NULL */
  char *iss;               /* RFC 9207, or NULL: the caller compares it */
} KbSignIn;

void kb_sign_in_clear (KbSignIn *sign_in);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbSignIn, kb_sign_in_clear)

typedef struct _KbListener KbListener;

/* New.  Bound to 127.0.0.1 and [::1] on the same PORT, 0 for a random one; to 127.0.0.1
   alone where the computer has no [::1], as nobody else can listen there then.  NULL with
   KB_ERROR_CONFIG (the port is in use) or KB_ERROR_MODULE.  One thread; nothing runs in
   the background: it answers inside wait and finish only. */
KbListener *kb_listener_new (guint port, GError **error);

/* Closes the port.  A browser that still waits is told that the sign-in was cut off. */
void kb_listener_free (KbListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbListener, kb_listener_free)

guint kb_listener_port (const KbListener *listener);

/* "http://localhost:PORT": the browser adds the '/'. */
const char *kb_listener_redirect_uri (const KbListener *listener);

/* Whether somebody knocks whom nobody has let in yet. */
gboolean kb_listener_has_visitor (const KbListener *listener);

/* Required before wait.  STATE: at least 128 bits that nobody can guess, for one sign-in.
   ALLOW_GET: the provider has no form_post, so a code in the URL is taken.  ORIGINS: the
   pages that may post ("https://login.example"), NULL-terminated; copied. */
void kb_listener_expect (KbListener *listener, const char *state, gboolean allow_get,
                         const char *const *origins);

/* Up to the first request that carries STATE with a code or an error, and is right in
   every other way: whatever else comes is refused with a page and a note (without its
   values), and the wait goes on.  On KB_OK the port is closed and the browser is left
   waiting for kb_listener_finish.  KB_ERROR_INTERACTION when nobody signed in before
   the deadline of REQUEST, or it was cancelled. */
KbAnswer kb_listener_wait (KbListener *listener, const KbRequest *request, KbSignIn *out,
                           GError **error);

/* Answers the waiting browser, once: call it when the code has been redeemed, so that the
   page says what is true.  Until then the browser waits, so the bound is the caller's
   deadline.  Nothing happens when no browser waits. */
void kb_listener_finish (KbListener *listener, const KbPage *page);

G_END_DECLS

#endif
