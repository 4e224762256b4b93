/* SPDX-License-Identifier: MIT */
/* Tests what needs no server: the form encoder, authorities, tenants, AADSTS sentences.
   Knows nothing of HTTP. */
#include "common/aadsts.h"
#include "common/authority.h"
#include "common/oauth2.h"

#include <string.h>

static void
test_form (void)
{
  g_autoptr (KbBuffer) form = kb_buffer_new (0);
  g_autoptr (KbBuffer) small = kb_buffer_new (8);
  g_autoptr (KbSecret) secret = kb_secret_new ("a\0b+ ~/%", 8);

  g_assert_true (kb_oauth2_append (form, "scope", "x/.default y"));
  g_assert_true (kb_oauth2_append_secret (form, "s&", secret));
  g_assert_cmpstr (kb_buffer_peek (form), ==,
                   "scope=x%2F.default%20y&s%26=a%00b%2B%20~%2F%25");
  g_assert_false (kb_oauth2_append (small, "name", "too-long"));
}

static void
test_authorities (void)
{
  static const char *const wrong[] = { "http://login.microsoftonline.com",
                                       "https://login.microsoftonline.com/x",
                                       "https://login.microsoftonline.com@evil.example",
                                       "https://evil.example?x",
                                       "",
                                       "login.microsoftonline.com/x" };
  static const char *const foreign[]
      = { "https://login.evil.example", "https://login.microsoftonline.com.evil.example",
          "https://login.microsoftonline.com:8443", "https://xlogin.microsoftonline.com",
          "https://microsoftonline.com" };
  g_autofree char *plain = kb_authority_parse ("https://Login.Windows.NET/", TRUE, NULL);
  g_autofree char *bare = kb_authority_parse ("login.microsoftonline.us", TRUE, NULL);
  g_autofree char *own = kb_authority_parse ("https://localhost:8443/", FALSE, NULL);

  g_assert_cmpstr (plain, ==, "https://login.windows.net");
  g_assert_cmpstr (bare, ==, "https://login.microsoftonline.us");
  g_assert_cmpstr (own, ==, "https://localhost:8443");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (kb_authority_parse (wrong[i], FALSE, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    g_assert_null (kb_authority_parse (foreign[i], TRUE, NULL));
}

static void
test_tenants (void)
{
  static const char *const good[]
      = { "72f988bf-86f1-41af-91ab-2d7cd011db47", "contoso.onmicrosoft.com",
          "xn--bcher-kva.example" };
  static const char *const bad[]
      = { "",        "common",       "organizations", "consumers",   "..",
          "../evil", "a..b",         "a.b/c",         "-a.example",  "a-.example",
          "a_b.c",   "a.example?x=", "a.b%2fc",       "\xc3\xbc.de", ".example" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (kb_tenant_is_valid (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (kb_tenant_is_valid (bad[i]));
}

static void
test_sentences (void)
{
  g_assert_nonnull (strstr (kb_aadsts_sentence (7000215), "Secret ID"));
  g_assert_nonnull (kb_aadsts_sentence (7002138));
  g_assert_null (kb_aadsts_sentence (0));
  g_assert_null (kb_aadsts_sentence (-1));
  g_assert_null (kb_aadsts_sentence (1));
}

/* The same `error` with a number that says something else means the same. */
static void
test_number_decides_nothing (void)
{
  static const char *const errors[]
      = { "invalid_grant", "invalid_client", "invalid_scope", "temporarily_unavailable",
          "no_such_error" };
  static const KbErrorCode codes[]
      = { KB_ERROR_INTERACTION, KB_ERROR_DENIED, KB_ERROR_CONFIG, KB_ERROR_NETWORK,
          KB_ERROR_DENIED };
  static const int numbers[] = { 7000215, 53003, 90055, 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (errors) * G_N_ELEMENTS (numbers); i++)
    {
      gsize row = i / G_N_ELEMENTS (numbers);
      g_autofree char *text = g_strdup_printf (
          "{\"error\":\"%s\",\"error_codes\":[%d],\"error_description\":\"AADSTS1: x\"}",
          errors[row], numbers[i % G_N_ELEMENTS (numbers)]);
      g_autoptr (KbSecret) body = kb_secret_new_text (text);
      KbHttpAnswer answer = { .status = 400, .type = (char *) "", .body = body };
      g_autoptr (GError) error = NULL;

      kb_oauth2_set_error (&error, &answer, NULL);
      g_assert_error (error, KB_ERROR, (int) codes[row]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oauth2/form", test_form);
  g_test_add_func ("/oauth2/authorities", test_authorities);
  g_test_add_func ("/oauth2/tenants", test_tenants);
  g_test_add_func ("/oauth2/sentences", test_sentences);
  g_test_add_func ("/oauth2/number-decides-nothing", test_number_decides_nothing);
  return g_test_run ();
}
