/* SPDX-License-Identifier: MIT */
/* Tests the source pat: what it takes for a token, when it asks and what it gives.
   Knows nothing of other sources. */
#include "source-host.h"

#include "talk.h"

#include <glib/gstdio.h>
#include <string.h>

#define OLD_PAT "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"
#define TEN "Abcdefghi0"
#define NEW_PAT TEN TEN TEN TEN TEN TEN TEN "123456AZDOwxyz"

static char *folder;

static SourceHost *
host_new (const char *option, const char *value)
{
  g_autoptr (GError) error = NULL;
  SourceHost *host = source_host_new ("pat", NULL, &error, option, value, NULL);

  g_assert_no_error (error);
  return host;
}

/* An askpass program that gives ANSWER and keeps the question. */
static KbTalk *
talk_new (const char *answer)
{
  g_autofree char *program = g_build_filename (folder, "askpass", NULL);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\nprintf %%s \"$1\" >'%s/question'\n"
                                           "cat <<'END'\n%s\nEND\n",
                                           folder, answer);
  g_autoptr (GError) error = NULL;
  KbTalk *talk;

  g_file_set_contents (program, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (program, 0700), ==, 0);
  g_setenv ("GIT_ASKPASS", program, TRUE);
  talk = kb_talk_new (FALSE, FALSE);
  g_assert_nonnull (talk);
  return talk;
}

static KbAnswer
ask (const char *given, KbCredential **credential, GError **error)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbTalk) talk = talk_new (given);
  g_autoptr (KbRequest) request = source_host_request ();

  kb_request_set_talk (request, talk);
  return source_host_acquire (host, request, credential, error);
}

static void
assert_takes (const char *given)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, "question", NULL);
  g_autofree char *question = NULL;

  (void) ask (given, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_secret_peek (kb_credential_secret (credential)), ==, given);
  g_assert_cmpint (kb_credential_scheme (credential), ==, KB_SCHEME_BASIC);
  g_assert_cmpstr (kb_credential_user (credential), ==, "contoso");
  g_assert_cmpint (kb_credential_expires (credential), ==, 0);
  g_assert_false (kb_credential_ephemeral (credential));
  g_assert_true (g_file_get_contents (path, &question, NULL, NULL));
  g_assert_nonnull (
      strstr (question, "Personal access token for contoso (dev.azure.com)"));
}

static void
test_takes_tokens (void)
{
  assert_takes (OLD_PAT);
  assert_takes (NEW_PAT);
}

static void
test_refuses_others (void)
{
  static const char *const wrong[][2] = {
    { "correct horse battery staple", "blanks" },
    { OLD_PAT " ", "blanks" },
    { "hunter2", "password" },
    { OLD_PAT "x", "password" },
    { TEN TEN TEN TEN TEN TEN TEN "123456AZDXwxyz", "password" },
    { "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln", "JWT" },
    { "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRST", "password" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (KbCredential) credential = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (ask (wrong[i][0], &credential, &error), ==, KB_FAILED);
      g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
      g_assert_nonnull (strstr (error->message, wrong[i][1]));
      g_assert_null (strstr (error->message, wrong[i][0]));
    }
}

/* What another program kept is taken by its form alone, without network or person. */
static void
test_adopts (void)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbSecret) token = kb_secret_new_text (NEW_PAT);
  g_autoptr (KbSecret) password = kb_secret_new_text ("hunter2");
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (KbCredential) none = NULL;
  const KbSource *source = host->module->source;

  g_assert_cmpint (source->adopt (host->self, request, token, &credential, NULL), ==,
                   KB_OK);
  g_assert_true (kb_secret_equal (kb_credential_secret (credential), token));
  g_assert_cmpstr (kb_credential_user (credential), ==, "contoso");
  g_assert_cmpint (source->adopt (host->self, request, password, &none, NULL), ==,
                   KB_DECLINED);
  g_assert_null (none);
  g_assert_nonnull (kb_request_last_note (request));
  g_assert_null (strstr (kb_request_last_note (request), "hunter2"));
}

static void
test_nobody_to_ask (void)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autofree char *identity = source_host_identify (host, request);

  g_assert_cmpstr (identity, ==, "contoso contoso");
  g_assert_cmpint (source_host_acquire (host, request, &credential, NULL), ==,
                   KB_DECLINED);
  g_assert_nonnull (strstr (kb_request_last_note (request), "nobody may be asked"));
}

static void
test_no_organization (void)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request_for ("dev.azure.com");
  KbIdentity identity = { 0 };
  g_autoptr (GError) error = NULL;

  kb_request_set_organization (request, NULL, TRUE);
  g_assert_cmpint (
      host->module->source->identify (host->self, request, &identity, &error), ==,
      KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "useHttpPath"));
}

static void
test_prior (void)
{
  g_autoptr (SourceHost) host = host_new (NULL, NULL);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbSecret) secret = kb_secret_new_text (OLD_PAT);
  g_autoptr (KbCredential) prior = kb_credential_new (KB_SCHEME_BASIC, "ada", secret);
  g_autoptr (KbCredential) credential = NULL;

  kb_request_hand (request, prior, FALSE, NULL, NULL);
  g_assert_cmpint (source_host_acquire (host, request, &credential, NULL), ==, KB_OK);
  g_assert_true (credential == prior);
  g_clear_pointer (&credential, kb_credential_unref);
  kb_request_hand (request, prior, TRUE, NULL, NULL);
  g_assert_cmpint (source_host_acquire (host, request, &credential, NULL), ==,
                   KB_DECLINED);
}

static void
test_kept_elsewhere (void)
{
  g_autofree char *path = g_build_filename (folder, "kept", NULL);
  g_autofree char *reference = g_strconcat ("file:", path, NULL);
  g_autoptr (SourceHost) host = host_new ("secret", reference);
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, OLD_PAT "\n", -1, NULL);
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  kb_request_set_user (request, "ada");
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kb_secret_peek (kb_credential_secret (credential)), ==, OLD_PAT);
  g_assert_cmpstr (kb_credential_user (credential), ==, "ada");
  g_clear_pointer (&credential, kb_credential_unref);
  source_host_refuse (request, OLD_PAT);
  (void) source_host_acquire (host, request, &credential, &error);
  g_assert_error (error, KB_ERROR, KB_ERROR_DENIED);
}

static void
test_user (void)
{
  g_autoptr (SourceHost) host = host_new ("user", "grace");
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *configured = source_host_identify (host, request);
  g_autofree char *asked = NULL;

  kb_request_set_user (request, "ada");
  asked = source_host_identify (host, request);
  g_assert_cmpstr (configured, ==, "grace contoso");
  g_assert_cmpstr (asked, ==, "ada contoso");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_build_filename (g_getenv ("KB_SCRATCH"), "pat-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (folder));
  g_test_add_func ("/pat/takes-tokens", test_takes_tokens);
  g_test_add_func ("/pat/refuses-others", test_refuses_others);
  g_test_add_func ("/pat/nobody-to-ask", test_nobody_to_ask);
  g_test_add_func ("/pat/no-organization", test_no_organization);
  g_test_add_func ("/pat/adopts", test_adopts);
  g_test_add_func ("/pat/prior", test_prior);
  g_test_add_func ("/pat/kept-elsewhere", test_kept_elsewhere);
  g_test_add_func ("/pat/user", test_user);
  return g_test_run ();
}
