/* SPDX-License-Identifier: MIT */
/* Tests the source pat-minting without a server: options, places, whose token it takes,
   and what it remembers.  Knows nothing of requests, which the system tests see. */
#include "pat-minting/leftovers.h"
#include "source-host.h"

#include <string.h>

#define FIRST "7962f371-12ed-4a01-9edf-90f7994a7ea8"
#define SECOND "0f3c2a71-12ed-4a01-9edf-90f7994a7ea8"
/* {"alg":"none"}.{"appid":"x"}.sig */
#define APPLICATION "eyJhbGciOiJub25lIn0.eyJhcHBpZCI6IngifQ.c2ln"

static const KbNetwork network = { NULL, NULL };

static SourceHost *
host_with (const char *scope, const char *option, const char *value, GError **error)
{
  return source_host_new ("pat-minting", &network, error, "scope", scope, option, value,
                          NULL);
}

static SourceHost *
host_new (void)
{
  g_autoptr (GError) error = NULL;
  SourceHost *host = host_with ("code_write", NULL, NULL, &error);

  g_assert_no_error (error);
  return host;
}

/* ---- options -------------------------------------------------------------------- */

static void
test_options (void)
{
  static const struct
  {
    const char *scope;
    const char *option;
    const char *value;
    const char *says;
  } rows[] = {
    { "vso.nonsense", NULL, NULL, "*scope vso.nonsense*" },
    { "git-rea", NULL, NULL, "*scope git-rea*" },
    { " , ", NULL, NULL, "*no scope in this*" },
    { "vso.code", "lifetime", "9", "*10 seconds*" },
    { "vso.code", "lifetime", "31536001", "*a year*" },
    { "vso.code", "name", "", "*1 to 120 bytes*" },
    { "vso.code", "name", "a\tb", "*control character*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (host_with (rows[i].scope, rows[i].option, rows[i].value, &error));
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
      if (!g_pattern_match_simple (rows[i].says, error->message))
        g_error ("%s does not match %s", error->message, rows[i].says);
    }
}

/* ---- places and people ---------------------------------------------------------- */

static void
test_places (void)
{
  static const char *const hosts[]
      = { "dev.azure.com", "pkgs.dev.azure.com", "contoso.visualstudio.com",
          "contoso.pkgs.visualstudio.com" };
  static const char *const others[]
      = { "evil.example",     "dev.azure.com.evil.example", "evildev.azure.com",
          "visualstudio.com", "notvisualstudio.com",        "azure.com" };
  g_autoptr (SourceHost) host = host_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (hosts) + G_N_ELEMENTS (others); i++)
    {
      gboolean good = i < G_N_ELEMENTS (hosts);
      g_autoptr (KbRequest) request
          = source_host_request_for (good ? hosts[i] : others[i - G_N_ELEMENTS (hosts)]);
      g_autofree char *who = NULL;

      kb_request_set_organization (request, "contoso", TRUE);
      who = source_host_identify (host, request);
      g_assert_cmpstr (who, ==, good ? "(null) contoso vso.code_write" : NULL);
    }
}

static void
test_organization (void)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request_for ("dev.azure.com");
  g_autoptr (GError) error = NULL;
  KbIdentity identity = { 0 };

  g_assert_cmpint (
      host->module->source->identify (host->self, request, &identity, &error), ==,
      KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "useHttpPath"));
}

/* What it buys is the account's that the entry before it has. */
static void
test_account (void)
{
  g_autoptr (SourceHost) host = host_with ("git-read", NULL, NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbSecret) secret = kb_secret_new_text ("CANARY");
  g_autoptr (KbCredential) input = kb_credential_new (KB_SCHEME_BEARER, "x", secret);
  g_autofree char *who = NULL;

  kb_credential_set_identity (input, "alice@contoso.example", "elsewhere");
  kb_request_hand (request, NULL, FALSE, NULL, input);
  who = source_host_identify (host, request);
  g_assert_cmpstr (who, ==, "alice@contoso.example contoso vso.code");
}

static void
assert_input (KbCredential *input, KbErrorCode code, const char *says)
{
  g_autoptr (SourceHost) host = host_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  kb_request_hand (request, NULL, FALSE, NULL, input);
  g_assert_cmpint (source_host_acquire (host, request, &credential, &error), ==,
                   KB_FAILED);
  g_assert_error (error, KB_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_input (void)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text ("CANARY");
  g_autoptr (KbSecret) token = kb_secret_new_text (APPLICATION);
  g_autoptr (KbCredential) password
      = kb_credential_new (KB_SCHEME_BASIC, "alice", secret);
  g_autoptr (KbCredential) application
      = kb_credential_new (KB_SCHEME_BEARER, "ci", token);

  assert_input (NULL, KB_ERROR_CONFIG, "requisite");
  assert_input (password, KB_ERROR_CONFIG, "requisite");
  assert_input (application, KB_ERROR_DENIED, "service principals cannot own");
}

/* ---- what it remembers ---------------------------------------------------------- */

static char *
ids_of (KbSecret *renewal, const char *organization)
{
  g_autoptr (GPtrArray) ids = kb_leftovers_of (renewal, organization);

  g_ptr_array_add (ids, NULL);
  return g_strjoinv (" ", (char **) ids->pdata);
}

static void
assert_ids (KbSecret *renewal, const char *organization, const char *wanted)
{
  g_autofree char *ids = ids_of (renewal, organization);

  g_assert_cmpstr (ids, ==, wanted);
}

static KbSecret *
with (KbSecret *renewal, const char *organization, const char *first, const char *second)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  if (first != NULL)
    g_ptr_array_add (ids, (char *) first);
  if (second != NULL)
    g_ptr_array_add (ids, (char *) second);
  return kb_leftovers_with (renewal, organization, ids);
}

static void
test_leftovers (void)
{
  g_autoptr (KbSecret) one = with (NULL, "contoso", FIRST, NULL);
  g_autoptr (KbSecret) both = with (one, "fabrikam", SECOND, FIRST);
  g_autoptr (KbSecret) changed = with (both, "contoso", SECOND, NULL);
  g_autoptr (KbSecret) none = with (changed, "fabrikam", NULL, NULL);

  assert_ids (NULL, "contoso", "");
  assert_ids (one, "contoso", FIRST);
  assert_ids (one, "fabrikam", "");
  assert_ids (both, "contoso", FIRST);
  assert_ids (both, "fabrikam", SECOND " " FIRST);
  assert_ids (changed, "contoso", SECOND);
  assert_ids (changed, "fabrikam", SECOND " " FIRST);
  g_assert_cmpstr (kb_secret_peek (none), ==, "{\"contoso\":\"" SECOND "\"}");
}

/* What is kept may be of another version, or damaged: it names nothing then, and above
   all no part of an address. */
static void
test_damaged_leftovers (void)
{
  static const char *const texts[] = { "",
                                       "x",
                                       "[]",
                                       "[\"" FIRST "\"]",
                                       "{\"contoso\":1}",
                                       "{\"contoso\":\"../../other " FIRST "x\"}",
                                       "{\"contoso\":{\"id\":\"" FIRST "\"}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (KbSecret) damaged = kb_secret_new_text (texts[i]);
      g_autoptr (KbSecret) mended = with (damaged, "contoso", FIRST, NULL);

      assert_ids (damaged, "contoso", "");
      g_assert_cmpstr (kb_secret_peek (mended), ==, "{\"contoso\":\"" FIRST "\"}");
    }
}

/* A server that never lets anything be revoked must not make it grow. */
static void
test_many_leftovers (void)
{
  g_autoptr (KbSecret) renewal = NULL;

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GPtrArray) ids = kb_leftovers_of (renewal, "contoso");

      g_ptr_array_insert (ids, 0,
                          g_strdup_printf ("%08x"
                                           "-12ed-4a01-9edf-90f7994a7ea8",
                                           i));
      g_clear_pointer (&renewal, kb_secret_unref);
      renewal = kb_leftovers_with (NULL, "contoso", ids);
    }
  g_assert_cmpuint (kb_secret_length (renewal), <, 400);
  g_assert_nonnull (strstr (kb_secret_peek (renewal), "\"00000063-"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pat-minting/options", test_options);
  g_test_add_func ("/pat-minting/places", test_places);
  g_test_add_func ("/pat-minting/organization", test_organization);
  g_test_add_func ("/pat-minting/account", test_account);
  g_test_add_func ("/pat-minting/input", test_input);
  g_test_add_func ("/pat-minting/leftovers", test_leftovers);
  g_test_add_func ("/pat-minting/damaged-leftovers", test_damaged_leftovers);
  g_test_add_func ("/pat-minting/many-leftovers", test_many_leftovers);
  return g_test_run ();
}
