/* SPDX-License-Identifier: MIT */
/* Tests that the module to copy does what its comments say.
   Knows nothing of other modules. */
#include "diagnosis.h"
#include "source-host.h"

static SourceHost *
host_new (void)
{
  g_autoptr (GError) error = NULL;
  SourceHost *host
      = source_host_new ("template", NULL, &error, "token", "env:TEMPLATE_TOKEN", NULL);

  g_assert_no_error (error);
  return host;
}

static void
test_source (void)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbRequest) other = source_host_request_for ("example.org");
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *identity = source_host_identify (host, request);

  g_assert_cmpstr (identity, ==, "nobody contoso");
  g_assert_null (source_host_identify (host, other));
  g_unsetenv ("TEMPLATE_TOKEN");
  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==,
                   KB_DECLINED);
  g_setenv ("TEMPLATE_TOKEN", "x", TRUE);
  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==, KB_OK);
  g_clear_pointer (&credential, kb_credential_unref);
  source_host_refuse (request, "x");
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
}

static void
test_bad_option (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (source_host_new ("template", NULL, &error, "lifetime", "0", NULL));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
}

static const KbFinding *
finding_for (const char *lifetime, KbDiagnosis *diagnosis)
{
  g_autoptr (SourceHost) host
      = source_host_new ("template", NULL, NULL, "lifetime", lifetime, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  const GPtrArray *findings = kb_diagnosis_findings (diagnosis);

  host->module->source->diagnose (host->self, request, diagnosis);
  return g_ptr_array_index (findings, findings->len - 1);
}

static void
test_diagnose (void)
{
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (TRUE);

  g_assert_cmpint (finding_for ("3600", diagnosis)->state, ==, KB_FINDING_GOOD);
  g_assert_cmpint (finding_for ("60", diagnosis)->state, ==, KB_FINDING_BAD);
}

static void
test_store (void)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbSecret) value = kb_secret_new_text ("value");
  g_autoptr (KbSecret) found = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const KbStore *store = host->module->store;
  gpointer self = NULL;

  g_assert_cmpint (store->open (host->instance, &self, NULL), ==, KB_OK);
  g_assert_cmpint (store->probe (self, request, NULL), ==, KB_OK);
  g_assert_cmpint (store->get (self, request, "a", &found, NULL), ==, KB_DECLINED);
  g_assert_cmpint (store->put (self, request, "a", "A", value, 0, NULL), ==, KB_OK);
  g_assert_cmpint (store->get (self, request, "a", &found, NULL), ==, KB_OK);
  g_assert_true (kb_secret_equal (found, value));
  g_assert_cmpint (store->list (self, request, names, NULL), ==, KB_OK);
  g_assert_cmpuint (names->len, ==, 1);
  g_assert_cmpint (store->erase (self, request, "a", NULL), ==, KB_OK);
  g_assert_cmpint (store->erase (self, request, "a", NULL), ==, KB_DECLINED);
  store->close (self);
  store->close (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/template/source", test_source);
  g_test_add_func ("/template/bad-option", test_bad_option);
  g_test_add_func ("/template/diagnose", test_diagnose);
  g_test_add_func ("/template/store", test_store);
  return g_test_run ();
}
