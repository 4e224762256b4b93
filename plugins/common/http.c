/* SPDX-License-Identifier: MIT */
/* One HTTPS request over libcurl: no redirect, no netrc, no cookie, one deadline.
   Knows nothing of what is asked or of what the answer means. */
#include "common/http.h"

#include "base/clock.h"
#include "base/text.h"
#include "common/http-fault.h"

#include <curl/curl.h>
#include <string.h>
#include <unistd.h>

struct _KbHttp
{
  CURL *curl;
  char *proxy; /* or NULL */
  char *trust; /* or NULL */
  gboolean trust_is_all;
  int trust_fd; /* or -1 */
};

/* What one request needs while libcurl runs. */
typedef struct
{
  const KbRequest *request;
  const KbHttpCall *call;
  KbBuffer *body;
  gboolean headed; /* the line that ends the headers has come */
  KbHttpFault fault;
} Transfer;

KbHttp *
kb_http_new (const KbInstance *instance, GError **error)
{
  const char *ca_file = kb_instance_ca_file (instance);
  g_autoptr (KbHttp) http = g_new0 (KbHttp, 1);
  g_autoptr (GError) unsafe = NULL;

  http->trust_fd = -1;
  if (!kb_http_memory_init (error))
    return NULL;
  http->trust = kb_http_trust_open (ca_file, &http->trust_fd, &unsafe);
  if (unsafe != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&unsafe));
      return NULL;
    }
  http->trust_is_all = ca_file == NULL || http->trust_fd >= 0;
  http->proxy = g_strdup (kb_instance_proxy (instance));
  http->curl = curl_easy_init ();
  if (http->curl == NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE, "libcurl does not start");
      return NULL;
    }
  return g_steal_pointer (&http);
}

void
kb_http_free (KbHttp *http)
{
  if (http == NULL)
    return;
  if (http->curl != NULL)
    curl_easy_cleanup (http->curl);
  if (http->trust_fd >= 0)
    (void) close (http->trust_fd);
  g_free (http->trust);
  g_free (http->proxy);
  g_free (http);
}

void
kb_http_answer_free (KbHttpAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->type);
  kb_secret_unref (answer->body);
  g_strfreev (answer->kept);
  g_free (answer);
}

static size_t
on_body (char *bytes, size_t size, size_t count, void *data)
{
  Transfer *transfer = data;

  if (kb_buffer_append (transfer->body, bytes, size * count))
    return size * count;
  transfer->fault.too_long = TRUE;
  return 0;
}

/* libcurl takes a connection that is closed within the headers for an answer with no
   body.  Each head begins anew: a proxy's, and an interim one's. */
static size_t
on_header (char *bytes, size_t size, size_t count, void *data)
{
  Transfer *transfer = data;
  gsize length = size * count;

  if (length > 5 && memcmp (bytes, "HTTP/", 5) == 0)
    transfer->headed = FALSE;
  else if (length > 0 && (bytes[0] == '\r' || bytes[0] == '\n'))
    transfer->headed = TRUE;
  return length;
}

static int
on_progress (void *data, curl_off_t total, curl_off_t now, curl_off_t up_total,
             curl_off_t up)
{
  const Transfer *transfer = data;

  return kb_request_cancelled (transfer->request) ? 1 : 0;
}

/* What no request may ever do.  FALSE when this libcurl does not know one of the options,
   for then it would do what they forbid. */
static gboolean
set_rules (CURL *curl)
{
  gboolean set = TRUE;

  set &= curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_REDIR_PROTOCOLS_STR, "https") == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_UNRESTRICTED_AUTH, 0L) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_COOKIEFILE, NULL) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2)
         == CURLE_OK;
  /* HTTP/2 would put bodies and headers through a library whose memory is not wiped. */
  set &= curl_easy_setopt (curl, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1)
         == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) == CURLE_OK;
  set &= curl_easy_setopt (curl, CURLOPT_USERAGENT, "keybearer/" PACKAGE_VERSION)
         == CURLE_OK;
  return set;
}

/* Without [network] proxy libcurl reads https_proxy, all_proxy and no_proxy itself. */
static gboolean
set_network (const KbHttp *http)
{
  CURL *curl = http->curl;
  gboolean set = TRUE;

  if (http->proxy != NULL)
    set &= curl_easy_setopt (curl, CURLOPT_PROXY, http->proxy) == CURLE_OK;
  (void) curl_easy_setopt (curl, CURLOPT_PROXYAUTH, CURLAUTH_ANY);
  if (http->trust == NULL)
    return set;
  set &= curl_easy_setopt (curl, CURLOPT_CAINFO, http->trust) == CURLE_OK;
  (void) curl_easy_setopt (curl, CURLOPT_PROXY_CAINFO, http->trust);
  if (!http->trust_is_all)
    return set;
  (void) curl_easy_setopt (curl, CURLOPT_CAPATH, NULL);
  (void) curl_easy_setopt (curl, CURLOPT_PROXY_CAPATH, NULL);
  return set;
}

static void
set_transfer (CURL *curl, Transfer *transfer, gint64 left)
{
  (void) curl_easy_setopt (curl, CURLOPT_TIMEOUT_MS, (long) left);
  (void) curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT_MS, (long) left);
  (void) curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  (void) curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  (void) curl_easy_setopt (curl, CURLOPT_XFERINFODATA, transfer);
  (void) curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  (void) curl_easy_setopt (curl, CURLOPT_WRITEDATA, transfer);
  (void) curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, on_header);
  (void) curl_easy_setopt (curl, CURLOPT_HEADERDATA, transfer);
  (void) curl_easy_setopt (curl, CURLOPT_ERRORBUFFER, transfer->fault.text);
  (void) curl_easy_setopt (curl, CURLOPT_CERTINFO, 1L); /* the issuer, for the error */
}

/* The body is sent from the caller's own buffer: POSTFIELDS does not copy.  "Expect:" is
   taken out, as it would cost a round trip. */
static struct curl_slist *
set_call (CURL *curl, const KbHttpCall *call)
{
  struct curl_slist *headers = NULL;

  for (gsize i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
    headers = curl_slist_append (headers, call->headers[i]);
  if (call->body != NULL)
    {
      g_autofree char *type = g_strdup_printf ("Content-Type: %s", call->body_type);
      const char *body = kb_buffer_peek (call->body);

      headers = curl_slist_append (headers, type);
      headers = curl_slist_append (headers, "Expect:");
      (void) curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE,
                               (long) kb_buffer_length (call->body));
      (void) curl_easy_setopt (curl, CURLOPT_POSTFIELDS, body);
    }
  if (call->method != NULL)
    (void) curl_easy_setopt (curl, CURLOPT_CUSTOMREQUEST, call->method);
  if (call->probe || g_strcmp0 (call->method, "HEAD") == 0)
    (void) curl_easy_setopt (curl, CURLOPT_NOBODY, 1L);
  (void) curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  return headers;
}

static char *
media_type (CURL *curl)
{
  const char *type = NULL;
  g_autofree char *bare = NULL;

  (void) curl_easy_getinfo (curl, CURLINFO_CONTENT_TYPE, &type);
  if (type == NULL)
    return g_strdup ("");
  bare = g_strndup (type, strcspn (type, "; \t"));
  return g_ascii_strdown (bare, -1);
}

static gint64
server_date (CURL *curl)
{
  struct curl_header *header = NULL;

  if (curl_easy_header (curl, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
    return 0;
  return MAX ((gint64) curl_getdate (header->value, NULL), 0);
}

static void
keep_header (GPtrArray *kept, CURL *curl, const char *name)
{
  struct curl_header *header = NULL;

  for (size_t i = 0;
       curl_easy_header (curl, name, i, CURLH_HEADER, -1, &header) == CURLHE_OK; i++)
    g_ptr_array_add (kept, g_strconcat (name, ": ", header->value, NULL));
}

static char **
keep_headers (CURL *curl, const char *const *wanted)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (gsize i = 0; wanted != NULL && wanted[i] != NULL; i++)
    keep_header (kept, curl, wanted[i]);
  g_ptr_array_add (kept, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&kept), FALSE);
}

static KbHttpAnswer *
read_answer (CURL *curl, const KbHttpCall *call, KbBuffer *body)
{
  KbHttpAnswer *answer = g_new0 (KbHttpAnswer, 1);
  curl_off_t retry_after = 0;
  long status = 0;

  (void) curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  (void) curl_easy_getinfo (curl, CURLINFO_RETRY_AFTER, &retry_after);
  answer->status = (guint) status;
  answer->type = media_type (curl);
  answer->retry_after = MAX ((gint64) retry_after, 0);
  answer->date = server_date (curl);
  answer->body = kb_buffer_steal (body);
  answer->kept = keep_headers (curl, call->wanted);
  return answer;
}

/* Sign-in pages and captive portals, which answer 200 like the real thing. */
static gboolean
is_portal (const KbHttpAnswer *answer)
{
  if (answer->status == 203 || answer->status == 511
      || (answer->status >= 300 && answer->status < 400))
    return TRUE;
  return answer->status < 500 && answer->status != 429
         && (g_str_equal (answer->type, "text/html")
             || g_str_equal (answer->type, "application/xhtml+xml"));
}

static KbHttpAnswer *
judge (CURLcode code, CURL *curl, const char *host, Transfer *transfer, GError **error)
{
  g_autoptr (KbHttpAnswer) answer = NULL;

  if (code == CURLE_OK && !transfer->headed)
    code = CURLE_PARTIAL_FILE;
  if (code != CURLE_OK)
    {
      kb_http_fault_set (error, curl, code, host, &transfer->fault);
      return NULL;
    }
  answer = read_answer (curl, transfer->call, transfer->body);
  if (transfer->call->probe || transfer->call->pages || !is_portal (answer))
    return g_steal_pointer (&answer);
  g_set_error (error, KB_ERROR, KB_ERROR_NETWORK,
               "%s: a sign-in page or captive portal answered (HTTP %u): open a browser, "
               "sign in to the network and try again",
               host, answer->status);
  return NULL;
}

static KbHttpAnswer *
transfer_now (KbHttp *http, const KbRequest *request, const KbHttpCall *call,
              const char *host, gint64 left, GError **error)
{
  g_autoptr (KbBuffer) body
      = kb_buffer_new (call->most != 0 ? call->most : KB_HTTP_ANSWER_MAX);
  Transfer transfer = { .request = request, .call = call, .body = body };
  struct curl_slist *headers;
  KbHttpAnswer *answer;

  curl_easy_reset (http->curl);
  if (!set_rules (http->curl) || !set_network (http))
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_MODULE,
                           "this libcurl cannot do what a safe request needs");
      return NULL;
    }
  set_transfer (http->curl, &transfer, left);
  (void) curl_easy_setopt (http->curl, CURLOPT_URL, call->url);
  headers = set_call (http->curl, call);
  answer = judge (curl_easy_perform (http->curl), http->curl, host, &transfer, error);
  curl_easy_reset (http->curl);
  curl_slist_free_all (headers);
  return answer;
}

/* New.  The host of an https URL as people may see it, or NULL. */
static char *
shown_host (const char *url)
{
  const char *host = g_str_has_prefix (url, "https://") ? url + strlen ("https://") : "";
  gsize length = strcspn (host, "/?#");

  if (length == 0 || memchr (host, '@', length) != NULL)
    return NULL;
  return kb_text_escape (host, length, 0);
}

KbHttpAnswer *
kb_http_send (KbHttp *http, const KbRequest *request, const KbHttpCall *call,
              GError **error)
{
  gint64 left
      = MIN (kb_request_remaining_ms (request), kb_clock_patient_ms (KB_HTTP_TIMEOUT_MS));
  g_autofree char *host = shown_host (call->url);

  if (host == NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "only https URLs without user info are asked");
      return NULL;
    }
  if (left <= 0 || kb_request_cancelled (request))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_NETWORK, "%s: no time is left to ask it",
                   host);
      return NULL;
    }
  return transfer_now (http, request, call, host, left, error);
}
