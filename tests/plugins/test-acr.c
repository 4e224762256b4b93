/* SPDX-License-Identifier: MIT */
/* Tests the source acr without a registry: whom it would never send a token.
   Knows nothing of the exchange, which the system tests see. */
#include "source-host.h"

#include <string.h>

static KbRequest *
request_for (const char *url)
{
  g_autoptr (GError) error = NULL;
  KbUrl *parsed = kb_url_parse (url, &error);

  g_assert_no_error (error);
  return kb_request_new (parsed);
}

static SourceHost *
host_new (void)
{
  static const KbNetwork network = { NULL, NULL };
  g_autoptr (GError) error = NULL;
  SourceHost *host = source_host_new ("acr", &network, &error, NULL);

  g_assert_no_error (error);
  return host;
}

static gboolean
is_taken (const char *url, const char *realm)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = request_for (url);
  g_autoptr (GError) error = NULL;
  KbIdentity identity = { 0 };
  KbAnswer answer
      = host->module->source->identify (host->self, request, &identity, &error);

  g_assert_no_error (error);
  g_assert_null (identity.account);
  if (answer == KB_OK)
    g_assert_cmpstr (identity.realm, ==, realm);
  g_free (identity.realm);
  return answer == KB_OK;
}

static void
test_registries (void)
{
  static const char *const others[] = {
    "https://azurecr.io/",
    "https://contoso.azurecr.io.evil.example/",
    "https://evilazurecr.io/",
    "https://a.b.azurecr.io/",
    "https://contoso.azurecr.io:8443/",
    "http://contoso.azurecr.io/",
    "https://contoso.azurecr.com/",
    "https://dev.azure.com/contoso/",
  };

  g_assert_true (is_taken ("https://contoso.azurecr.io/", "contoso.azurecr.io"));
  g_assert_true (is_taken ("https://CONTOSO.azurecr.cn/v2/", "contoso.azurecr.cn"));
  g_assert_true (is_taken ("https://contoso.azurecr.us", "contoso.azurecr.us"));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (is_taken (others[i], NULL));
}

static void
test_scopes (void)
{
  static const struct
  {
    const char *scope;
    gboolean taken;
  } rows[] = { { "https://containerregistry.azure.net/.default", TRUE },
               { "https://management.azure.com/.default", TRUE },
               { "499b84ac-1321-427f-aa17-267ca6975798/.default", FALSE },
               { "https://containerregistry.azure.net.evil.example/.default", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SourceHost) host = host_new ();
      g_autoptr (KbRequest) request = request_for ("https://contoso.azurecr.io/");
      KbIdentity identity = { 0 };
      KbAnswer answer;

      g_assert_true (kb_request_set_scope (request, rows[i].scope));
      answer = host->module->source->identify (host->self, request, &identity, NULL);
      g_assert_cmpint (answer, ==, rows[i].taken ? KB_OK : KB_DECLINED);
      g_free (identity.realm);
    }
}

static void
assert_needs_token (KbCredential *input)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = request_for ("https://contoso.azurecr.io/");
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  kb_request_hand (request, NULL, FALSE, NULL, input);
  g_assert_cmpint (
      host->module->source->acquire (host->self, request, &credential, &error), ==,
      KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "requisite"));
}

/* Neither alone nor behind a password. */
static void
test_input (void)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text ("CANARY");
  g_autoptr (KbCredential) password
      = kb_credential_new (KB_SCHEME_BASIC, "alice", secret);

  assert_needs_token (NULL);
  assert_needs_token (password);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/acr/registries", test_registries);
  g_test_add_func ("/acr/scopes", test_scopes);
  g_test_add_func ("/acr/input", test_input);
  return g_test_run ();
}
