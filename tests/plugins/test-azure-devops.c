/* SPDX-License-Identifier: MIT */
/* Tests what the commands for Azure DevOps are made of: hosts, queries, refusals, bodies.
   Knows nothing of networks. */
#include "azure-devops/api-body.h"
#include "common/devops-refusal.h"
#include "common/devops-route.h"

/* ---- hosts ---------------------------------------------------------------------- */

static void
test_hosts (void)
{
  static const char *const rows[][2] = {
    { "_apis/projects", "https://dev.azure.com/contoso/_apis/projects" },
    { "/_apis/projects?$top=1", "https://dev.azure.com/contoso/_apis/projects?$top=1" },
    { "My Project/_apis/wit/wiql",
      "https://dev.azure.com/contoso/My%20Project/_apis/wit/wiql" },
    { "_apis/tokens/pats", "https://vssps.dev.azure.com/contoso/_apis/tokens/pats" },
    { "_apis/Graph/Users", "https://vssps.dev.azure.com/contoso/_apis/Graph/Users" },
    { "_apis/graphics", "https://dev.azure.com/contoso/_apis/graphics" },
    { "_apis/audit/auditlog",
      "https://auditservice.dev.azure.com/contoso/_apis/audit/auditlog" },
    { "_apis/packaging/feeds",
      "https://feeds.dev.azure.com/contoso/_apis/packaging/feeds" },
    { "_apis/packaging/feeds/f/nuget/packages/p",
      "https://pkgs.dev.azure.com/contoso/_apis/packaging/feeds/f/nuget/packages/p" },
    { "_apis/userentitlements",
      "https://vsaex.dev.azure.com/contoso/_apis/userentitlements" },
    { "demo/_apis/release/releases?a=_apis/graph",
      "https://vsrm.dev.azure.com/contoso/demo/_apis/release/releases?a=_apis/graph" },
    { "https://dev.azure.com/Contoso/_apis/x", "https://dev.azure.com/Contoso/_apis/x" },
    { "https://contoso.visualstudio.com/_apis/x",
      "https://contoso.visualstudio.com/_apis/x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *url = kb_route_url ("contoso", rows[i][0], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (url, ==, rows[i][1]);
    }
}

/* Whatever is sent there is sent the token. */
static void
test_foreign (void)
{
  static const char *const paths[] = {
    "https://evil.example/contoso/_apis/x",
    "https://dev.azure.com.evil.example/contoso/_apis/x",
    "https://dev.azure.com@evil.example/contoso/_apis/x",
    "https://user@dev.azure.com/contoso/_apis/x",
    "https://dev.azure.com:8443/contoso/_apis/x",
    "https://dev.azure.com/adventure/_apis/x",
    "https://dev.azure.com/contosoo/_apis/x",
    "https://dev.azure.com/",
    "https://contoso.visualstudio.com.evil.example/_apis/x",
    "https://adventure.visualstudio.com/_apis/x",
    "http://dev.azure.com/contoso/_apis/x",
    "../adventure/_apis/x",
    "x/../../adventure/_apis/x",
    "%2e%2e/adventure/_apis/x",
    "a\\b/_apis/x",
    "_apis/x\r\nHost: evil.example",
    "_apis/x#fragment",
    "_apis/\xff",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *url = kb_route_url ("contoso", paths[i], &error);

      g_assert_null (url);
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
    }
}

static void
test_queries (void)
{
  g_autofree char *first = kb_route_with ("https://h/p", "a", "1 2");
  g_autofree char *second = kb_route_with ("https://h/p?b=2&A=0&c=3", "a", "x&y");

  g_assert_cmpstr (first, ==, "https://h/p?a=1%202");
  g_assert_cmpstr (second, ==, "https://h/p?b=2&c=3&a=x%26y");
  g_assert_true (kb_route_has ("https://h/p?API-Version=7.1", "api-version"));
  g_assert_false (kb_route_has ("https://h/p?x=api-version", "api-version"));
}

/* ---- refusals ------------------------------------------------------------------- */

typedef struct
{
  guint status;
  const char *type;
  const char *body;
  const char *challenge; /* or NULL */
  gboolean credential;   /* the sign-in was refused */
  const char *says;      /* a pattern of the error */
} Refusal;

static const Refusal refusals[] = {
  { 401, "application/json",
    "{\"message\":\"TF400813: The user 'x' is not authorized.\"}", "TFS-Federated", TRUE,
    "*TF400813*no member*keybearer login contoso*" },
  { 401, "", "", "Basic realm=\"https://x/\"", TRUE, "*lacks the scope*" },
  { 401, "", "", "TFS-Federated", TRUE, "*was not taken*keybearer login contoso*" },
  { 203, "text/html", "<html>", NULL, TRUE, "*HTTP 203*was not taken*" },
  { 302, "text/html", "<html>", NULL, TRUE, "*was not taken*" },
  { 200, "text/html", "<html>", NULL, TRUE, "*was not taken*" },
  { 403, "application/json", "{\"message\":\"VS403463: The policy has failed.\"}", NULL,
    FALSE, "*Conditional Access*" },
  { 403, "application/json", "{}", NULL, FALSE, "*Stakeholder*" },
  { 404, "text/plain", "The controller was\r\n not \033[2Jfound.", NULL, FALSE,
    "*controller was%0D%0A not %1B[2Jfound*" },
  { 429, "application/json", "{\"message\":\"Request was blocked\"}", NULL, FALSE,
    "*Request was blocked*try again*" },
  { 503, "application/json", "\xef\xbb\xbf{\"message\":\"TF24668: stopped\"}", NULL,
    FALSE, "*TF24668*is stopped*" },
  { 500, "application/json", "not json", NULL, FALSE,
    "*HTTP 500; the server has a fault*" },
};

static void
assert_refusal (const Refusal *row)
{
  g_autofree char *line = g_strconcat ("WWW-Authenticate: ", row->challenge, NULL);
  char *kept[] = { row->challenge != NULL ? line : NULL, NULL };
  g_autoptr (KbSecret) body = kb_secret_new_text (row->body);
  const KbHttpAnswer answer
      = { .status = row->status, .type = (char *) row->type, .body = body, .kept = kept };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (kb_refusal_of_credential (&answer), ==, row->credential);
  kb_refusal_set (&error, &answer, "contoso", "contoso");
  if (!g_pattern_match_simple (row->says, error->message))
    g_error ("%s does not match %s", error->message, row->says);
}

static void
test_refusals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    assert_refusal (&refusals[i]);
}

/* ---- bodies --------------------------------------------------------------------- */

static void
test_fields (void)
{
  static const char *const good[]
      = { "query=SELECT [a] = \"b\"", "n:=3", "o:={\"a\":[1]}" };
  static const char *const bad[] = { "novalue", "=x", "n:=nope", "n:=1,2", "n:=" };
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();
  g_autoptr (KbBuffer) body = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_ptr_array_add (fields, (gpointer) good[i]);
  body = kb_api_body_of_fields (fields, NULL);
  g_assert_cmpstr (kb_buffer_peek (body), ==,
                   "{\"query\":\"SELECT [a] = \\\"b\\\"\",\"n\":3,\"o\":{\"a\":[1]}}");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_ptr_array_set_size (fields, 0);
      g_ptr_array_add (fields, (gpointer) bad[i]);
      g_assert_null (kb_api_body_of_fields (fields, &error));
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/azure-devops/a path has one host", test_hosts);
  g_test_add_func ("/azure-devops/no other host gets the token", test_foreign);
  g_test_add_func ("/azure-devops/queries", test_queries);
  g_test_add_func ("/azure-devops/refusals in plain words", test_refusals);
  g_test_add_func ("/azure-devops/fields make JSON", test_fields);
  return g_test_run ();
}
