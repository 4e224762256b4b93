/* SPDX-License-Identifier: MIT */
/* Tests what is read of personal access tokens, what is asked for, and their scopes.
   Knows nothing of networks. */
#include "azure-devops/pat-keep.h"
#include "common/pat-record.h"
#include "common/devops-scopes.h"

#include <string.h>

#define ID "7962f371-12ed-4a01-9edf-90f7994a7ea8"
#define MEMBERS                                                                          \
  "\"displayName\":\"d\",\"validTo\":\"2022-05-27T15:03:45.6266667Z\",\"scope\":"        \
  "\"app_token\",\"targetAccounts\":[\"x\"],\"validFrom\":\"2022-04-27T15:03:45Z\","     \
  "\"authorizationId\":\"" ID "\",\"token\":\"secret\""

static KbPat *
read_text (const char *text, GError **error)
{
  g_autoptr (KbSecret) body = kb_secret_new_text (text);

  return kb_pat_read_result (body, error);
}

static void
test_result (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbPat) pat
      = read_text ("{\"patToken\":{" MEMBERS "},\"patTokenError\":\"none\"}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (pat->id, ==, ID);
  g_assert_cmpstr (pat->name, ==, "d");
  g_assert_cmpint (pat->valid_to, ==, 1653663825);
  g_assert_cmpint (pat->valid_from, ==, 1651071825);
  g_assert_false (pat->global);
  g_assert_cmpstr (kb_secret_peek (pat->secret), ==, "secret");
}

/* HTTP 200 with an error in it is a failure; words that nobody knows too. */
static void
test_errors (void)
{
  static const struct
  {
    const char *text;
    KbErrorCode code;
    const char *says;
  } rows[] = {
    { "{\"patToken\":null,\"patTokenError\":\"invalidScope\"}", KB_ERROR_DENIED,
      "there is no such scope*" },
    { "{\"patToken\":null,\"patTokenError\":\"FULLSCOPEPATPOLICYVIOLATION\"}",
      KB_ERROR_DENIED, "a policy forbids tokens of full access*" },
    { "{\"patToken\":{" MEMBERS "},\"patTokenError\":\"accessDenied\"}", KB_ERROR_DENIED,
      "this account may not*" },
    { "{\"patTokenError\":\"somethingNew\",\"patTokenErrorMessage\":\"be\\u001b[2J\"}",
      KB_ERROR_DENIED, "the server refuses it (be%1B*" },
    { "{\"patToken\":null,\"patTokenError\":\"none\"}", KB_ERROR_PROTOCOL,
      "*names none" },
    { "{\"patToken\":{\"authorizationId\":\"../x\"},\"patTokenError\":\"none\"}",
      KB_ERROR_PROTOCOL, "*names none" },
    { "{\"patToken\":{\"authorizationId\":\"" ID "\"},\"patTokenError\":\"none\"}",
      KB_ERROR_PROTOCOL, "*not whole" },
    { "<html>", KB_ERROR_PROTOCOL, "*" },
    { "", KB_ERROR_PROTOCOL, "*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_text (rows[i].text, &error));
      g_assert_error (error, KB_ERROR, (gint) rows[i].code);
      if (!g_pattern_match_simple (rows[i].says, error->message))
        g_error ("%s does not match %s", error->message, rows[i].says);
    }
}

/* The whole of the documented enum, but for "none" (entra-and-azure-devops 4.1). */
static void
test_sentences (void)
{
  static const char words[]
      = "displayNameRequired invalidDisplayName invalidValidTo invalidScope "
        "userIdRequired invalidUserId invalidUserType accessDenied "
        "failedToIssueAccessToken invalidClient invalidClientType invalidClientId "
        "invalidTargetAccounts hostAuthorizationNotFound authorizationNotFound "
        "failedToUpdateAccessToken sourceNotSupported invalidSourceIP invalidSource "
        "duplicateHash sshPolicyDisabled invalidToken tokenNotFound "
        "invalidAuthorizationId failedToReadTenantPolicy globalPatPolicyViolation "
        "fullScopePatPolicyViolation patLifespanPolicyViolation invalidTokenType "
        "invalidAudience invalidSubject deploymentHostNotSupported "
        "disablePatCreationPolicyViolation failedToReadOrgPolicy "
        "globalPATCreationBlocked "
        "expiredPatCannotBeExtended";
  g_auto (GStrv) all = g_strsplit (words, " ", -1);

  for (char **word = all; *word != NULL; word++)
    g_assert_cmpstr (kb_pat_error_sentence (*word), !=, kb_pat_error_sentence ("new"));
}

static void
test_times (void)
{
  static const char *const bad[] = { "", "soon", "2026-13-01T00:00:00Z", "2026-01-02" };
  g_autofree char *text = kb_pat_time (1653663825);
  gint64 seconds = 0;

  g_assert_cmpstr (text, ==, "2022-05-27T15:03:45Z");
  g_assert_true (kb_pat_read_time ("2022-05-27T17:03:45.6266667+02:00", &seconds));
  g_assert_cmpint (seconds, ==, 1653663825);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (kb_pat_read_time (bad[i], &seconds));
  g_assert_false (kb_pat_read_time (NULL, &seconds));
}

static void
test_bodies (void)
{
  const KbPatWanted made
      = { .name = "a \"b\"", .scope = "vso.code", .valid_to = 1653663825 };
  const KbPatWanted changed = { .id = ID, .name = "n" };
  g_autoptr (KbBuffer) first = kb_pat_body (&made);
  g_autoptr (KbBuffer) second = kb_pat_body (&changed);

  g_assert_cmpstr (kb_buffer_peek (first), ==,
                   "{\"displayName\":\"a \\\"b\\\"\",\"scope\":\"vso.code\","
                   "\"validTo\":\"2022-05-27T15:03:45Z\",\"allOrgs\":false}");
  g_assert_cmpstr (kb_buffer_peek (second), ==,
                   "{\"authorizationId\":\"" ID "\",\"displayName\":\"n\"}");
}

static void
test_scopes (void)
{
  g_autofree char *wrong = NULL;
  g_autofree char *none = NULL;
  g_autofree char *normal
      = kb_scopes_normal ("packaging, vso.Code_Write packaging", &none);
  g_autofree char *bad = kb_scopes_normal ("code vso.cod", &wrong);
  g_autofree char *empty = kb_scopes_normal (" , ", &none);
  g_autofree char *full = kb_scopes_warning (KB_SCOPE_FULL);
  g_autofree char *minting = kb_scopes_warning ("vso.code vso.pats_manage");
  g_autofree char *small = kb_scopes_warning ("vso.code_write vso.packaging");

  g_assert_cmpstr (normal, ==, "vso.code_write vso.packaging");
  g_assert_null (bad);
  g_assert_cmpstr (wrong, ==, "vso.cod");
  g_assert_null (empty);
  g_assert_null (none);
  g_assert_nonnull (full);
  g_assert_nonnull (strstr (minting, "further tokens"));
  g_assert_null (small);
  g_assert_cmpstr (kb_scopes_for ("feed-read"), ==, "vso.packaging");
  g_assert_null (kb_scopes_for ("everything"));
  g_assert_true (kb_scopes_are_broader ("vso.code vso.work", "vso.code"));
  g_assert_false (kb_scopes_are_broader ("vso.code", "vso.code vso.work"));
}

/* Every scope of the list is its own normal form, and they are sorted. */
static void
test_table (void)
{
  const char *before = "";

  for (const char *const *scope = kb_scopes (); *scope != NULL; before = *scope++)
    {
      g_autofree char *wrong = NULL;
      g_autofree char *normal = kb_scopes_normal (*scope, &wrong);

      g_assert_cmpstr (normal, ==, *scope);
      g_assert_cmpint (strcmp (before, *scope), <, 0);
    }
}

static void
test_names (void)
{
  static const char *const rows[][2] = {
    { "deploy", "pat/contoso/deploy" },
    { "Build Agent 7", "pat/contoso/build-agent-7" },
    { "../../x", "pat/contoso/..-..-x" },
    { "\xc3\x9c"
      "ber  all",
      "pat/contoso/-ber-all" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = kb_pat_keep_name ("contoso", rows[i][0]);

      g_assert_cmpstr (name, ==, rows[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pat/a token is read", test_result);
  g_test_add_func ("/pat/an error in a good answer is a failure", test_errors);
  g_test_add_func ("/pat/times", test_times);
  g_test_add_func ("/pat/sentences", test_sentences);
  g_test_add_func ("/pat/bodies", test_bodies);
  g_test_add_func ("/pat/scopes", test_scopes);
  g_test_add_func ("/pat/the table of scopes", test_table);
  g_test_add_func ("/pat/names to keep them under", test_names);
  return g_test_run ();
}
