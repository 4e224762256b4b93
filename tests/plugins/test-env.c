/* SPDX-License-Identifier: MIT */
/* Tests the source env: which variable wins, for whom, and in which form.
   Knows nothing of other sources. */
#include "source-host.h"

#include <string.h>

#define OLD_PAT "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"

static const char *const variables[]
    = { "AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN", "TF_BUILD", "MINE", "OTHER" };

static void
clean (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
}

static SourceHost *
host_new (void)
{
  g_autoptr (GError) error = NULL;
  SourceHost *host
      = source_host_new ("env", NULL, &error, "variables", "MINE;OTHER", NULL);

  g_assert_no_error (error);
  return host;
}

static void
assert_identity (const KbRequest *request, const char *expected)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autofree char *identity = source_host_identify (host, request);

  g_assert_cmpstr (identity, ==, expected);
}

static void
test_order (void)
{
  g_autoptr (KbRequest) request = source_host_request ();

  clean ();
  assert_identity (request, NULL);
  g_setenv ("SYSTEM_ACCESSTOKEN", "job", TRUE);
  assert_identity (request, NULL);
  g_setenv ("TF_BUILD", "True", TRUE);
  assert_identity (request, "environment:SYSTEM_ACCESSTOKEN contoso");
  g_setenv ("AZURE_DEVOPS_EXT_PAT", OLD_PAT, TRUE);
  assert_identity (request, "environment:AZURE_DEVOPS_EXT_PAT contoso");
  g_setenv ("OTHER", "x", TRUE);
  assert_identity (request, "environment:OTHER contoso");
  g_setenv ("MINE", "", TRUE);
  assert_identity (request, "environment:OTHER contoso");
  g_setenv ("MINE", "$(Mine)", TRUE);
  assert_identity (request, "environment:OTHER contoso");
  g_setenv ("MINE", "y", TRUE);
  assert_identity (request, "environment:MINE contoso");
}

static void
test_foreign_hosts (void)
{
  g_autoptr (KbRequest) other = source_host_request_for ("github.com");
  g_autoptr (KbRequest) alike = source_host_request_for ("evilvisualstudio.com");
  g_autoptr (KbRequest) longer = source_host_request_for ("dev.azure.com.evil.example");
  g_autoptr (KbRequest) port = source_host_request_for ("git.example:8443");
  g_autoptr (KbRequest) good = source_host_request_for ("dev.azure.com");

  clean ();
  g_setenv ("AZURE_DEVOPS_EXT_PAT", OLD_PAT, TRUE);
  assert_identity (other, NULL);
  assert_identity (alike, NULL);
  assert_identity (longer, NULL);
  assert_identity (good, "environment:AZURE_DEVOPS_EXT_PAT https://dev.azure.com");
  g_setenv ("MINE", "x", TRUE);
  assert_identity (port, "environment:MINE https://git.example:8443");
}

static KbCredential *
acquire (const char *value, KbAnswer expected, GError **error)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  KbCredential *credential = NULL;

  clean ();
  g_setenv ("MINE", value, TRUE);
  g_assert_cmpint (source_host_acquire (host, request, &credential, error), ==, expected);
  return credential;
}

static void
test_forms (void)
{
  g_autoptr (KbCredential) pat = acquire (OLD_PAT, KB_OK, NULL);
  /* {"alg":"none"}.{"exp":4102444800}. */
  g_autoptr (KbCredential) jwt
      = acquire ("eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln", KB_OK, NULL);
  g_autoptr (KbCredential) dotted = acquire ("a.b.c", KB_OK, NULL);

  g_assert_cmpint (kb_credential_scheme (pat), ==, KB_SCHEME_BASIC);
  g_assert_true (kb_credential_ephemeral (pat));
  g_assert_cmpstr (kb_credential_user (pat), ==, "token");
  g_assert_cmpint (kb_credential_expires (pat), ==, 0);
  g_assert_cmpint (kb_credential_scheme (jwt), ==, KB_SCHEME_BEARER);
  g_assert_cmpint (kb_credential_expires (jwt), ==, 4102444800);
  g_assert_cmpint (kb_credential_scheme (dotted), ==, KB_SCHEME_BASIC);
}

static void
test_unusable (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (acquire ("one\ntwo", KB_FAILED, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_null (strstr (error->message, "two"));
  /* {"exp":1} */
  g_assert_null (acquire ("eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln", KB_DECLINED, NULL));
}

static void
test_refused (void)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  clean ();
  g_setenv ("MINE", "again", TRUE);
  source_host_refuse (request, "again");
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
  g_setenv ("MINE", "another", TRUE);
  g_clear_error (&error);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
}

static void
test_bad_option (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (source_host_new ("env", NULL, &error, "variables", "A=B", NULL));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/env/order", test_order);
  g_test_add_func ("/env/foreign-hosts", test_foreign_hosts);
  g_test_add_func ("/env/forms", test_forms);
  g_test_add_func ("/env/unusable", test_unusable);
  g_test_add_func ("/env/refused", test_refused);
  g_test_add_func ("/env/bad-option", test_bad_option);
  return g_test_run ();
}
