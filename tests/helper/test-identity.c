/* SPDX-License-Identifier: MIT */
/* Tests identity and what session makes of it: who is meant, and who finds out.
   Knows nothing of any module that is shipped. */
#include "gitconfig.h"
#include "stage.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char stores[] = "cache;keep";

static void
assert_get (const char *url, const char *user, const char *expected)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  call_begin (&call, "a", stores, url, user);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, expected);
}

static void
begin (void)
{
  stage_new ();
  stage_set ("a", "finds-out", "1");
}

/* Nobody is known before the first answer; afterwards it is found without the source. */
static void
test_first_answer (void)
{
  begin ();
  assert_get ("https://place.example/", NULL, "ok a-1");
  g_free (stage_calls ());
  assert_get ("https://place.example/", NULL, "ok a-1");
  g_assert_cmpuint (stage_count ("a acquire"), ==, 0);
}

/* A second place means the one account that there is, and finds out what it is good for.
 */
static void
test_second_place (void)
{
  begin ();
  stage_set ("a", "rotates", "1");
  assert_get ("https://place.example/", NULL, "ok a-1");
  stage_set ("a", "account", "somebody-else");
  stage_set ("a", "realm", "another");
  assert_get ("https://other.example/", NULL, "ok a-2");
  g_assert_cmpuint (stage_count ("a signed-in"), ==, 1);
  assert_get ("https://place.example/", NULL, "ok a-1");
  assert_get ("https://other.example/", NULL, "ok a-2");
}

/* With two accounts nobody guesses: without a person it is an error that names them. */
static void
test_two_accounts (void)
{
  begin ();
  assert_get ("https://place.example/", "alice", "ok a-1");
  assert_get ("https://place.example/", "bob", "ok a-2");
  assert_get ("https://other.example/", NULL,
              "failed 4: several accounts have signed in (alice, bob): run: keybearer "
              "login other.example --account NAME");
  assert_get ("https://place.example/", "alice", "ok a-1");
  assert_get ("https://place.example/", "bob", "ok a-2");
}

/* A program that answers every question with what ANSWERS has, line by line. */
static KbTalk *
person (const char *answers)
{
  g_autofree char *program = g_build_filename (stage_folder (), "askpass", NULL);
  g_autofree char *script
      = g_strdup_printf ("#!/bin/sh\necho \"$1\" >>'%s/asked'\n"
                         "sed -n \"$(wc -l <'%s/asked')p\" <<END\n%s\nEND\n",
                         stage_folder (), stage_folder (), answers);
  KbTalk *talk;

  g_assert_true (g_file_set_contents (program, script, -1, NULL));
  g_assert_cmpint (chmod (program, 0700), ==, 0);
  g_setenv ("GIT_ASKPASS", program, TRUE);
  talk = kb_talk_new (FALSE, FALSE);
  g_unsetenv ("GIT_ASKPASS");
  return talk;
}

static void
assert_chooses (const char *answers, const char *expected, const char *account)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (KbTalk) talk = NULL;

  begin ();
  assert_get ("https://place.example/", "alice", "ok a-1");
  assert_get ("https://place.example/", "bob", "ok a-2");
  stage_set ("a", "account", "carol");
  talk = person (answers);
  call_begin (&call, "a", stores, "https://other.example/", NULL);
  kb_request_set_talk (call.request, talk);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, expected);
  g_assert_cmpstr (kb_session_account (call.session), ==, account);
  if (account != NULL) /* and nobody asks again */
    assert_get ("https://other.example/", NULL, expected);
}

static void
test_choice (void)
{
  assert_chooses ("1", "ok a-3", "alice");
  assert_chooses ("2", "ok a-3", "bob");
  assert_chooses ("3", "ok a-3", "carol");
  assert_chooses ("bob\n9\n2", "ok a-3", "bob");
  assert_chooses ("", "failed 3: no account was chosen for other.example", NULL);
  assert_chooses ("0\n-1\n2x", "failed 3: no account was chosen for other.example", NULL);
}

/* By name, and from then on it is the place's. */
static void
test_named_account (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  begin ();
  assert_get ("https://place.example/", NULL, "ok a-1");
  call_begin (&call, "a", stores, "https://place.example/", NULL);
  kb_request_set_hint (call.request, "account", "bob");
  kb_session_set_fresh (call.session, TRUE);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "ok a-2");
  g_assert_cmpstr (kb_session_account (call.session), ==, "bob");
  assert_get ("https://place.example/", NULL, "ok a-2");
}

static int
get_in_child (gpointer data)
{
  g_autofree char *answer = stage_get ("a", stores);

  return g_strcmp0 (answer, "ok a-1") == 0 ? 0 : 1;
}

/* One process signs in, the others adopt what it found out. */
static void
test_many (void)
{
  begin ();
  stage_set ("a", "sleep", "200");
  g_assert_true (stage_fork (32, get_in_child, NULL));
  g_assert_cmpuint (stage_count ("a acquire"), ==, 1);
}

/* Many in a place that is new to an account that is known: one finds out. */
static void
test_many_in_a_new_place (void)
{
  begin ();
  assert_get ("https://other.example/", NULL, "ok a-1");
  stage_set ("a", "secret", "a-1");
  stage_set ("a", "sleep", "200");
  g_assert_true (stage_fork (32, get_in_child, NULL));
  g_assert_cmpuint (stage_count ("a acquire"), ==, 2);
}

/* A new sign-in means nobody who answered before. */
static void
test_fresh (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  begin ();
  assert_get ("https://place.example/", NULL, "ok a-1");
  stage_set ("a", "account", "bob");
  call_begin (&call, "a", stores, "https://place.example/", NULL);
  kb_session_set_fresh (call.session, TRUE);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "ok a-2");
  g_assert_cmpstr (kb_session_account (call.session), ==, "bob");
  assert_get ("https://place.example/", NULL, "ok a-2");
}

static void
assert_account (const char *url, const char *user, const char *expected)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  call_begin (&call, "a", stores, url, user);
  answer = call_get (&call);
  g_assert_true (g_str_has_prefix (answer, "ok "));
  g_assert_cmpstr (kb_session_account (call.session), ==, expected);
}

/* Git's configuration may say who is meant where nobody has answered yet, no longer. */
static void
test_git_account (void)
{
  begin ();
  stage_set_extra ("[organizations o]\nurls=https://place.example/{organization}\n"
                   "git-account=credential.azrepos:org/{organization}.username");
  assert_account ("https://place.example/other", "alice", "alice");
  g_setenv ("GIT_CONFIG_COUNT", "1", TRUE);
  g_setenv ("GIT_CONFIG_KEY_0", "credential.azrepos:org/Contoso.username", TRUE);
  g_setenv ("GIT_CONFIG_VALUE_0", "bob", TRUE);
  kb_gitconfig_forget ();
  assert_account ("https://place.example/contoso", NULL, "bob");
  assert_account ("https://place.example/contoso", "alice", "alice");
  g_setenv ("GIT_CONFIG_VALUE_0", "alice", TRUE);
  kb_gitconfig_forget ();
  assert_account ("https://place.example/contoso", NULL, "bob");
  g_unsetenv ("GIT_CONFIG_COUNT");
  kb_gitconfig_forget ();
}

/* Pairs of a variable of the environment and one of git's. */
static void
test_git_variables (void)
{
  static const char *const bad[]
      = { "X=core.editor",     "x=credential.y", "X=credential.", "=credential.y", "X",
          "X=y;Z=credential.y" };
  static const char text[] = "[organizations o]\nurls=https://place.example/\n"
                             "git-variables=FLOW=credential.flow;P_2=credential.p\n";
  g_autoptr (KbConfig) config = kb_config_load_text ("t", text, sizeof text - 1, NULL);
  g_autoptr (KbUrl) url = kb_url_parse ("https://place.example/x", NULL);
  g_autoptr (KbUrl) other = kb_url_parse ("https://other.example/", NULL);
  const char *const *variables = kb_config_git_variables (config, url);

  g_assert_cmpstr (variables[0], ==, "FLOW=credential.flow");
  g_assert_cmpstr (variables[1], ==, "P_2=credential.p");
  g_assert_null (variables[2]);
  g_assert_null (kb_config_git_variables (config, other));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *wrong = g_strdup_printf ("[organizations o]\n"
                                                "urls=https://place.example/\n"
                                                "git-variables=%s\n",
                                                bad[i]);

      g_assert_null (kb_config_load_text ("t", wrong, strlen (wrong), NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/identity/first-answer", test_first_answer);
  g_test_add_func ("/identity/second-place", test_second_place);
  g_test_add_func ("/identity/two-accounts", test_two_accounts);
  g_test_add_func ("/identity/choice", test_choice);
  g_test_add_func ("/identity/named-account", test_named_account);
  g_test_add_func ("/identity/many", test_many);
  g_test_add_func ("/identity/many-in-a-new-place", test_many_in_a_new_place);
  g_test_add_func ("/identity/fresh", test_fresh);
  g_test_add_func ("/identity/git-account", test_git_account);
  g_test_add_func ("/identity/git-variables", test_git_variables);
  return g_test_run ();
}
