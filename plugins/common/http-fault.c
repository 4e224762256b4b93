/* SPDX-License-Identifier: MIT */
/* Turns libcurl's codes into one sentence that says what can be done.
   Knows nothing of what was asked. */
#include "common/http-fault.h"

#include "base/text.h"

#include <string.h>

typedef struct
{
  CURLcode code;
  KbErrorCode error;
  const char *sentence;
} Sentence;

static const Sentence sentences[] = {
  { CURLE_UNSUPPORTED_PROTOCOL, KB_ERROR_NETWORK, "it does not answer in HTTP" },
  { CURLE_URL_MALFORMAT, KB_ERROR_CONFIG,
    "the URL, or that of [network] proxy, is none" },
  { CURLE_COULDNT_RESOLVE_PROXY, KB_ERROR_NETWORK,
    "the proxy's name is unknown: see [network] proxy and https_proxy" },
  { CURLE_COULDNT_RESOLVE_HOST, KB_ERROR_NETWORK, "its name cannot be resolved" },
  { CURLE_COULDNT_CONNECT, KB_ERROR_NETWORK, "it, or the proxy, takes no connection" },
  { CURLE_OPERATION_TIMEDOUT, KB_ERROR_NETWORK, "no answer in time" },
  { CURLE_ABORTED_BY_CALLBACK, KB_ERROR_NETWORK, "the request was cancelled" },
  { CURLE_PARTIAL_FILE, KB_ERROR_NETWORK, "the answer was cut short" },
  { CURLE_RECV_ERROR, KB_ERROR_NETWORK, "the answer was cut short" },
  { CURLE_GOT_NOTHING, KB_ERROR_NETWORK, "it closed the connection without an answer" },
  { CURLE_WEIRD_SERVER_REPLY, KB_ERROR_NETWORK, "it does not answer in HTTP" },
  { CURLE_SSL_CONNECT_ERROR, KB_ERROR_NETWORK, "TLS could not be agreed on" },
  { CURLE_SSL_CACERT_BADFILE, KB_ERROR_CONFIG,
    "the certificate authorities cannot be read: see [network] ca-file" },
  { CURLE_PROXY, KB_ERROR_NETWORK, "the proxy refuses: see [network] proxy" },
};

/* The issuer of the last certificate that the server sent: new, or NULL. */
static char *
issuer (CURL *curl)
{
  struct curl_certinfo *chain = NULL;

  (void) curl_easy_getinfo (curl, CURLINFO_CERTINFO, &chain);
  if (chain == NULL || chain->num_of_certs < 1)
    return NULL;
  for (const struct curl_slist *line = chain->certinfo[chain->num_of_certs - 1];
       line != NULL; line = line->next)
    if (g_str_has_prefix (line->data, "Issuer:"))
      return kb_text_escape (line->data + strlen ("Issuer:"),
                             strlen (line->data) - strlen ("Issuer:"), 120);
  return NULL;
}

/* libcurl's reason up to the place where it names files that are not the person's. */
static char *
reason (const char *text)
{
  const char *files = strstr (text, ". CAfile");

  if (*text == '\0')
    return g_strdup ("its certificate is not trusted");
  return kb_text_escape (text, files != NULL ? (gsize) (files - text) : strlen (text),
                         160);
}

static void
set_untrusted (GError **error, CURL *curl, const char *host, const char *text)
{
  gboolean other_host = strstr (text, "does not match") != NULL;
  g_autofree char *why = reason (text);
  g_autofree char *who = issuer (curl);

  g_set_error (error, KB_ERROR, KB_ERROR_NETWORK,
               "%s: TLS: %s; the certificate's issuer is %s%s", host, why,
               who != NULL ? who : "unknown",
               other_host ? ""
                          : ": if that is your company's, name a file with its CA in "
                            "[network] ca-file");
}

/* What a proxy said to CONNECT, or 0. */
static long
proxy_status (CURL *curl)
{
  long status = 0;

  (void) curl_easy_getinfo (curl, CURLINFO_HTTP_CONNECTCODE, &status);
  return status >= 200 && status < 300 ? 0 : status;
}

void
kb_http_fault_set (GError **error, CURL *curl, CURLcode code, const char *host,
                   const KbHttpFault *fault)
{
  long proxy = proxy_status (curl);

  if (fault->too_long)
    g_set_error (error, KB_ERROR, KB_ERROR_NETWORK, "%s: the answer is too long", host);
  else if (proxy != 0)
    g_set_error (
        error, KB_ERROR, KB_ERROR_NETWORK,
        "%s: the proxy answered %ld instead of connecting: see [network] proxy and "
        "https_proxy",
        host, proxy);
  else if (code == CURLE_PEER_FAILED_VERIFICATION)
    set_untrusted (error, curl, host, fault->text);
  if (fault->too_long || proxy != 0 || code == CURLE_PEER_FAILED_VERIFICATION)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (sentences[i].code == code)
      {
        g_set_error (error, KB_ERROR, sentences[i].error, "%s: %s", host,
                     sentences[i].sentence);
        return;
      }
  g_set_error (error, KB_ERROR, KB_ERROR_NETWORK, "%s: %s", host,
               curl_easy_strerror (code));
}
