/* SPDX-License-Identifier: MIT */
/* Tests which pasted addresses are taken, with a person played by an askpass program.
   Knows nothing of browsers and servers. */
#include "source-host.h"

#include "oauth/paste.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define URI "http://localhost:4711"
#define STATE "mFq8yK2rT1xVb0Zt5sWc7A"

/* One line an attempt. */
static KbTalk *
person (const char *folder, const char *answers)
{
  g_autofree char *program = g_build_filename (folder, "askpass", NULL);
  g_autofree char *script
      = g_strdup_printf ("#!/bin/sh\necho >>'%s/asked'\n"
                         "sed -n \"$(wc -l <'%s/asked')p\" <<'END'\n%s\nEND\n",
                         folder, folder, answers);
  KbTalk *talk;

  g_assert_true (g_file_set_contents (program, script, -1, NULL));
  g_assert_cmpint (chmod (program, 0700), ==, 0);
  g_setenv ("GIT_ASKPASS", program, TRUE);
  talk = kb_talk_new (FALSE, FALSE);
  g_unsetenv ("GIT_ASKPASS");
  return talk;
}

static void
remove_folder (const char *folder)
{
  static const char *const names[] = { "askpass", "asked" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      (void) unlink (path);
    }
  (void) rmdir (folder);
}

/* New: the code, "error: ...", or what was wrong. */
static char *
paste (const char *answers)
{
  g_autofree char *folder = g_dir_make_tmp ("paste-XXXXXX", NULL);
  g_autoptr (KbTalk) talk = person (folder, answers);
  g_autoptr (KbRequest) request = source_host_request ();
  g_auto (KbSignIn) sign_in = { 0 };
  g_autoptr (GError) error = NULL;
  KbAnswer answer;

  kb_request_set_talk (request, talk);
  answer = kb_oauth_paste (request, URI, STATE, &sign_in, &error);
  remove_folder (folder);
  if (answer != KB_OK)
    {
      g_assert_error (error, KB_ERROR, KB_ERROR_INTERACTION);
      return g_strdup (error->message);
    }
  return sign_in.code != NULL ? g_strdup (kb_secret_peek (sign_in.code))
                              : g_strconcat ("error: ", sign_in.error, NULL);
}

static void
assert_paste (const char *answers, const char *expected)
{
  g_autofree char *got = paste (answers);

  g_assert_cmpstr (got, ==, expected);
}

static void
test_taken (void)
{
  assert_paste (URI "/?code=abc&state=" STATE, "abc");
  assert_paste ("  " URI "?state=" STATE "&code=a%2Dc#  ", "a-c");
  assert_paste (URI "/?error=access_denied&state=" STATE, "error: access_denied");
  assert_paste ("nonsense\n" URI "/?code=x&state=guess\n" URI "/?code=abc&state=" STATE,
                "abc");
}

static void
test_refused (void)
{
  static const char *const other = "http://localhost:47110/?code=x&state=" STATE;
  static const char *const evil
      = "http://localhost:4711.evil.example/?code=x&state=" STATE;

  assert_paste ("", "nothing was pasted");
  assert_paste ("abc\nabc\nabc\n" URI "/?code=abc&state=" STATE,
                "there is no answer of this sign-in in what was pasted");
  for (guint i = 0; i < 2; i++)
    {
      const char *text = i == 0 ? other : evil;
      g_autofree char *thrice = g_strdup_printf ("%s\n%s\n%s", text, text, text);

      assert_paste (thrice, "there is no answer at all in what was pasted");
    }
  assert_paste (URI "/?code=x&state=a\n" URI "/?code=x&state=b\n" URI "/?code=x&state=c",
                "there is another state in what was pasted");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oauth-paste/taken", test_taken);
  g_test_add_func ("/oauth-paste/refused", test_refused);
  return g_test_run ();
}
