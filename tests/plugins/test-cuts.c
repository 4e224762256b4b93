/* SPDX-License-Identifier: MIT */
/* Cuts the network at every byte of each answer of Azure DevOps: what came is whole or an
   error, and no token is left that nobody has.  Knows nothing of the command line. */
#include "azure-devops/audit-event.h"
#include "common/devops-call.h"
#include "common/devops-refusal.h"
#include "common/pat-call.h"
#include "pat-minting/mint.h"
#include "source-host.h"

#include <fcntl.h>
#include <string.h>

/* No answer of the test is as long. */
#define BYTES_MAX 2000
#define DEADLINE_MS 60000

typedef struct
{
  HttpsServer *server;
  KbInstance *instance;
  KbRequest *request;
  KbCredential *credential;
  KbHttp *http;
} Place;

static Place place;

/* Bytes from one cut to the next: valgrind, which takes a second for a connection, sees a
   sample. */
static guint
step (void)
{
  return g_getenv ("KB_TEST_WRAPPER") != NULL && *g_getenv ("KB_TEST_WRAPPER") != '\0'
             ? 41
             : 1;
}

/* In place of http-trust.c, which joins the system's CAs with these: reading them takes
   more than all else that a connection does, and there are two thousand. */
char *
kb_http_trust_open (const char *ca_file, int *fd, GError **error)
{
  *fd = open (ca_file, O_RDONLY | O_CLOEXEC); /* says that these are all */
  return g_strdup (ca_file);
}

static void
place_open (void)
{
  static const KbModule module = { .abi = KB_MODULE_ABI, .name = "cuts", .summary = "x" };
  g_autofree char *origin = https_server_origin (place.server, "tunnel");
  g_autofree char *proxy = g_strconcat ("http", origin + strlen ("https"), NULL);
  const KbNetwork network = { place.server->ca_file, proxy };
  g_autoptr (KbSecret) token = kb_secret_new_text ("e30.e30.x");
  g_autoptr (GError) error = NULL;

  place.instance = kb_instance_new ("cuts", &module, NULL, 0, &network, &error);
  g_assert_no_error (error);
  place.request = source_host_request ();
  kb_request_set_deadline_ms (place.request, DEADLINE_MS);
  place.credential = kb_credential_new (KB_SCHEME_BEARER, "alice", token);
  place.http = kb_http_new (place.instance, &error);
  g_assert_no_error (error);
}

static void
place_close (void)
{
  kb_http_free (place.http);
  kb_credential_unref (place.credential);
  kb_request_free (place.request);
  kb_instance_free (place.instance);
  https_server_free (place.server);
}

/* ---- what is read --------------------------------------------------------------- */

/* TRUE: BODY is all that the server had to say; FALSE with ERROR. */
typedef gboolean (*Reader) (KbSecret *body, GError **error);

static gboolean
read_api (KbSecret *body, GError **error)
{
  g_autoptr (KbJson) json = kb_json_parse (body, error);

  if (json == NULL)
    return FALSE;
  g_assert_cmpuint (kb_json_size (json, kb_json_member (json, 0, "value")), ==, 2);
  return TRUE;
}

static gboolean
read_list (KbSecret *body, GError **error)
{
  g_autoptr (GPtrArray) pats
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_pat_free);
  g_autofree char *token = NULL;

  if (!kb_pat_read_page (body, pats, &token, error))
    return FALSE;
  g_assert_cmpuint (pats->len, ==, 2);
  g_assert_null (token);
  return TRUE;
}

static gboolean
read_made (KbSecret *body, GError **error)
{
  g_autoptr (KbPat) pat = kb_pat_read_result (body, error);

  if (pat == NULL)
    return FALSE;
  g_assert_cmpstr (kb_secret_peek (pat->secret), ==, "secret");
  return TRUE;
}

static gboolean
read_error (KbSecret *body, GError **error)
{
  g_autoptr (GError) problem = NULL;

  g_assert_null (kb_pat_read_result (body, &problem));
  if (g_error_matches (problem, KB_ERROR, KB_ERROR_DENIED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
read_revoked (KbSecret *body, GError **error)
{
  g_assert_cmpuint (kb_secret_length (body), ==, 0);
  return kb_pat_read_revoked (body, error);
}

static gboolean
read_audit (KbSecret *body, GError **error)
{
  g_autoptr (GPtrArray) events
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_audit_event_free);
  g_autofree char *token = NULL;
  const KbAuditEvent *event;

  if (!kb_audit_read_page (body, events, &token, error))
    return FALSE;
  g_assert_cmpuint (events->len, ==, 1);
  event = g_ptr_array_index (events, 0);
  g_assert_cmpstr (event->details, ==, "made");
  return TRUE;
}

/* ---- every byte ----------------------------------------------------------------- */

static gboolean
ask (const char *kind, guint bytes, Reader reader, GError **error)
{
  g_autofree char *url
      = g_strdup_printf ("https://vssps.dev.azure.com/x/cut/%s/%u", kind, bytes);
  const KbDevopsCall call = { url, "GET", NULL, NULL };
  g_autoptr (KbHttpAnswer) answer = NULL;

  kb_request_set_deadline_ms (place.request, DEADLINE_MS);
  answer = kb_devops_send (place.http, place.request, place.credential, &call, error);
  if (answer == NULL)
    return FALSE;
  g_assert_false (kb_refusal_of_credential (answer));
  return reader (answer->body, error);
}

/* A cut is the network's fault, and says so: nothing else would be tried again. */
static void
sweep (const char *kind, guint least, Reader reader)
{
  guint bytes = 0;
  gboolean whole = FALSE;

  for (; !whole && bytes < BYTES_MAX; bytes += step ())
    {
      g_autoptr (GError) error = NULL;

      whole = ask (kind, bytes, reader, &error);
      g_assert_true (whole == (error == NULL));
      if (whole)
        break;
      if (!g_error_matches (error, KB_ERROR, KB_ERROR_NETWORK))
        g_error ("%s cut after %u bytes: %s", kind, bytes, error->message);
    }
  g_test_message ("%s: %u cuts", kind, bytes);
  g_assert_true (whole);
  g_assert_cmpuint (bytes, >=, least);
}

static void
test_answers (void)
{
  sweep ("api", 100, read_api);
  sweep ("list", 500, read_list);
  sweep ("made", 300, read_made);
  sweep ("error", 150, read_error);
  sweep ("revoked", 40, read_revoked);
  sweep ("audit", 250, read_audit);
}

/* ---- no orphan ------------------------------------------------------------------ */

static guint
left_on_server (const char *organization)
{
  const KbPatFilter filter = { "active", NULL, FALSE };
  g_autofree char *url = kb_pat_url_of_list (organization, &filter);
  const KbDevopsCall call = { url, "GET", NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (KbHttpAnswer) answer
      = kb_devops_send (place.http, place.request, place.credential, &call, &error);
  g_autoptr (GPtrArray) pats
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_pat_free);
  g_autofree char *token = NULL;

  g_assert_no_error (error);
  g_assert_true (kb_pat_read_page (answer->body, pats, &token, &error));
  return pats->len;
}

/* However the answer to `create` ends, there is the token that we have, or none. */
static void
test_minting (void)
{
  guint bytes = 0;
  gboolean whole = FALSE;

  for (; !whole && bytes < BYTES_MAX; bytes += step ())
    {
      g_autofree char *organization = g_strdup_printf ("cut-%u", bytes);
      const KbMint mint = { place.http, place.request, place.credential, organization };
      const KbPatWanted wanted
          = { .name = "n", .scope = "vso.code", .valid_to = 4102444800 };
      g_autoptr (GError) error = NULL;
      g_autoptr (KbPat) pat = NULL;

      kb_request_set_deadline_ms (place.request, DEADLINE_MS);
      pat = kb_mint_create (&mint, &wanted, &error);
      whole = pat != NULL;
      g_assert_true (whole == (error == NULL));
      g_assert_cmpuint (left_on_server (organization), ==, whole ? 1 : 0);
    }
  g_test_message ("%u cuts", bytes);
  g_assert_true (whole);
  g_assert_cmpuint (bytes, >, 300);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  place.server = https_server_new ();
  if (place.server == NULL)
    {
      g_print ("1..0 # SKIP python3-cryptography is missing\n");
      return 0;
    }
  place_open ();
  g_test_add_func ("/cuts/answers", test_answers);
  g_test_add_func ("/cuts/minting", test_minting);
  status = g_test_run ();
  place_close ();
  return status;
}
