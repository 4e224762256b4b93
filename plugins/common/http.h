/* SPDX-License-Identifier: MIT */
/* One synchronous HTTPS request at a time over libcurl, with nothing carried over.
   Knows nothing of what is asked or of what the answer means. */
#ifndef KB_HTTP_H
#define KB_HTTP_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* The longest wait for one request, whatever the deadline (MSAL's own limit too). */
#define KB_HTTP_TIMEOUT_MS 30000
/* Token answers have 8 kB; beyond this it is not what was asked for. */
#define KB_HTTP_ANSWER_MAX (256 * 1024)

/* One principal's connection: never share it between accounts.  Proxy and CAs are those
   of the instance ([network]), which must outlive it.  KB_ERROR_CONFIG when the CA file
   cannot be read. */
typedef struct _KbHttp KbHttp;

KbHttp *kb_http_new (const KbInstance *instance, GError **error);
void kb_http_free (KbHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbHttp, kb_http_free)

typedef struct
{
  const char *url;            /* https only, without user info */
  const char *const *headers; /* "Name: value" lines, NULL-terminated; NULL for none */
  const KbBuffer *body;       /* sent as a POST; NULL for GET; borrowed, not changed */
  const char *body_type;      /* its media type */
  const char *method;         /* NULL: POST with a body, else GET */
  gboolean probe;             /* HEAD, and any status is an answer: only headers matter */
  gboolean pages;             /* sign-in pages and redirects are answers too */
  gsize most;                 /* bytes of the answer; 0: KB_HTTP_ANSWER_MAX */
  const char *const *wanted;  /* names of headers to keep, NULL-terminated; NULL: none */
} KbHttpCall;

typedef struct
{
  guint status;
  char *type;         /* media type in lower case without parameters, never NULL */
  gint64 retry_after; /* seconds from now, 0 when the server did not say */
  gint64 date;        /* the server's clock, 0 when it did not say */
  KbSecret *body;     /* never NULL */
  char **kept; /* "name: value" of each wanted header that came, as WANTED spells it,
                  never NULL */
} KbHttpAnswer;

void kb_http_answer_free (KbHttpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbHttpAnswer, kb_http_answer_free)

/* New, or NULL with ERROR.  Stays within the deadline of REQUEST and stops when it is
   cancelled.  KB_ERROR_NETWORK: no answer, no time left, a certificate that is not
   trusted, a proxy that refuses, an answer that is cut short or too long, or one that
   only a sign-in page or captive portal gives (203, 3xx, 511, text/html below 500) unless
   the call wants those too.
   KB_ERROR_CONFIG: the URL is not https, or the proxy is none.  Any other answer, 4xx and
   5xx too, is the caller's to judge.  Redirects are never followed. */
KbHttpAnswer *kb_http_send (KbHttp *http, const KbRequest *request,
                            const KbHttpCall *call, GError **error);

/* libcurl copies bodies and headers: its allocator is replaced by one that wipes whatever
   is freed.  Called by kb_http_new; FALSE with KB_ERROR_MODULE when libcurl fails. */
gboolean kb_http_memory_init (GError **error);

/* The system's CAs and those of CA_FILE, in a form that libcurl can open: new, NULL where
   libcurl's own default will do.  *FD is to be closed after the last request, or -1. */
char *kb_http_trust_open (const char *ca_file, int *fd, GError **error);

G_END_DECLS

#endif
