/* SPDX-License-Identifier: MIT */
/* Tests what doctor makes of git's configuration: who is asked, in which order, where.
   Knows nothing of modules: see tests/system/test-doctor. */
#include "commands/doctor.h"

#include <string.h>

/* What git prints: an origin, a key and a value for each. */
typedef struct
{
  const char *origin;
  const char *key;
  const char *value; /* NULL: a key alone */
} Setting;

static KbConfig *
config_new (void)
{
  static const char text[]
      = "[organizations x]\nurls=https://dev.azure.com/{organization}\n"
        "[organizations y]\nurls=https://{organization}.x.example/\n";
  g_autoptr (GError) error = NULL;
  KbConfig *config = kb_config_load_text ("test.conf", text, strlen (text), &error);

  g_assert_no_error (error);
  return config;
}

static KbDiagnosis *
judge (const char *address, const char *helper, const Setting *settings)
{
  g_autoptr (KbConfig) config = config_new ();
  g_autoptr (KbUrl) url = kb_url_parse (address, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  KbDiagnosis *diagnosis = kb_diagnosis_new (TRUE);

  for (; settings->key != NULL; settings++)
    {
      g_string_append_len (text, settings->origin,
                           (gssize) strlen (settings->origin) + 1);
      g_string_append (text, settings->key);
      if (settings->value != NULL)
        g_string_append_printf (text, "\n%s", settings->value);
      g_string_append_c (text, '\0');
    }
  kb_doctor_judge_git (config, url, text->str, text->len, helper, diagnosis);
  return diagnosis;
}

/* New: "name state text; ..." of all findings. */
static char *
told (const KbDiagnosis *diagnosis)
{
  static const char *const states[] = { "good", "bad", "unknown" };
  const GPtrArray *findings = kb_diagnosis_findings (diagnosis);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const KbFinding *finding = g_ptr_array_index (findings, i);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? "; " : "", states[finding->state],
                              finding->text);
    }
  return g_string_free (text, FALSE);
}

static const KbFinding *
first (const KbDiagnosis *diagnosis)
{
  return g_ptr_array_index (kb_diagnosis_findings (diagnosis), 0);
}

#define PLACE "https://dev.azure.com/contoso/p/_git/r"
#define USE_PATH                                                                         \
  {                                                                                      \
    "file:g", "credential.https://dev.azure.com.usehttppath", "true"                     \
  }
#define PATH_TOLD "good: git says which repository of dev.azure.com it wants"

static void
assert_told (const char *address, const Setting *settings, const char *expected)
{
  g_autoptr (KbDiagnosis) diagnosis = judge (address, "/usr/bin/x", settings);
  g_autofree char *text = told (diagnosis);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_alone (void)
{
  static const char *const ours[] = { "keybearer", "/usr/bin/git-credential-keybearer",
                                      "!keybearer git", "keybearer --x" };

  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      const Setting settings[]
          = { { "file:g", "credential.helper", ours[i] }, USE_PATH, { 0 } };

      assert_told (PLACE, settings, "good: git asks this program alone (g); " PATH_TOLD);
    }
}

/* Git prints names in lower case; a value is never shown. */
static void
test_secrets (void)
{
  const Setting settings[]
      = { { "file:g", "credential.helper", "keybearer" },
          { "file:g", "credential.azreposserviceprincipalsecret", "hunter2" },
          { "file:g", "credential.https://evil.example.oauthclientsecret", "hunter2" },
          { "file:g", "credential.oauthclientsecret", "" },
          USE_PATH,
          { 0 } };

  assert_told (PLACE, settings,
               "good: git asks this program alone (g); unknown: "
               "credential.azreposserviceprincipalsecret is a secret in plain text, "
               "readable to whoever reads g; " PATH_TOLD);
}

static void
test_others (void)
{
  const Setting before[] = { { "file:s", "credential.helper", "manager" },
                             { "file:g", "credential.helper", "keybearer" },
                             USE_PATH,
                             { 0 } };
  const Setting after[] = { { "file:g", "credential.helper", "keybearer" },
                            { "command line:", "credential.helper", "store --file x" },
                            USE_PATH,
                            { 0 } };
  const Setting reset[]
      = { { "file:s", "credential.helper", "manager" },
          { "file:g", "credential.https://dev.azure.com.helper", "" },
          { "file:g", "credential.https://dev.azure.com.helper", "keybearer" },
          USE_PATH,
          { 0 } };
  const Setting without[]
      = { { "file:s", "credential.helper", "libsecret" }, USE_PATH, { 0 } };
  const Setting none[] = { USE_PATH, { 0 } };

  assert_told (
      PLACE, before,
      "bad: git asks manager first (s), and takes what that answers; " PATH_TOLD);
  assert_told (PLACE, after,
               "bad: git also hands store what is given here (command line:), and that "
               "may keep it; " PATH_TOLD);
  assert_told (PLACE, reset, "good: git asks this program alone (g); " PATH_TOLD);
  assert_told (PLACE, without, "bad: git asks others and not this program; " PATH_TOLD);
  assert_told (PLACE, none, "bad: git has no credential helper; " PATH_TOLD);
}

/* What stands in a helper's command is not for a terminal that somebody may look at. */
static void
test_secret (void)
{
  const Setting settings[]
      = { { "file:g", "credential.helper", "!f() { echo password=hunter2; }; f" },
          { "file:g", "credential.helper", "keybearer" },
          USE_PATH,
          { 0 } };

  assert_told (PLACE, settings,
               "bad: git asks a shell command first (g), and takes what that "
               "answers; " PATH_TOLD);
}

static void
test_patterns (void)
{
  static const char *const counts[]
      = { "credential.https://dev.azure.com.helper", "credential.dev.azure.com.helper",
          "credential.https://bob@dev.azure.com/contoso.helper",
          "credential.https://*.azure.com.helper",
          "credential.https://dev.azure.com/contoso/.helper" };
  static const char *const ignored[]
      = { "credential.https://example.com.helper",
          "credential.https://azure.com.helper",
          "credential.https://dev.azure.com/other.helper",
          "credential.helpers",
          "credential.https://dev.azure.com/{organization}.helper",
          "core.helper",
          "credential." };

  for (gsize i = 0; i < G_N_ELEMENTS (ignored); i++)
    {
      const Setting settings[] = { { "file:g", "credential.helper", "keybearer" },
                                   { "file:g", ignored[i], "manager" },
                                   USE_PATH,
                                   { 0 } };

      assert_told (PLACE, settings, "good: git asks this program alone (g); " PATH_TOLD);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      const Setting settings[]
          = { { "file:g", counts[i], "keybearer" }, USE_PATH, { 0 } };

      assert_told (PLACE, settings, "good: git asks this program alone (g); " PATH_TOLD);
    }
}

static void
test_path (void)
{
  const Setting none[] = { { "file:g", "credential.helper", "keybearer" }, { 0 } };
  const Setting alone[] = { { "file:g", "credential.helper", "keybearer" },
                            { "file:g", "credential.usehttppath", NULL },
                            { 0 } };
  const Setting taken_back[] = { { "file:g", "credential.helper", "keybearer" },
                                 USE_PATH,
                                 { "file:l", "credential.usehttppath", "no" },
                                 { 0 } };

  assert_told (PLACE, none,
               "good: git asks this program alone (g); bad: git does not say which "
               "repository of dev.azure.com it wants, so the organization is unknown "
               "here");
  assert_told (PLACE, alone, "good: git asks this program alone (g); " PATH_TOLD);
  assert_told (PLACE, taken_back,
               "good: git asks this program alone (g); bad: git does not say which "
               "repository of dev.azure.com it wants, so the organization is unknown "
               "here");
  assert_told ("https://contoso.x.example/r", none,
               "good: git asks this program alone (g)");
  assert_told ("https://elsewhere.example/r", none,
               "good: git asks this program alone (g)");
}

static void
test_not_found (void)
{
  const Setting settings[]
      = { { "file:g", "credential.helper", "keybearer" }, USE_PATH, { 0 } };
  g_autoptr (KbDiagnosis) diagnosis = judge (PLACE, NULL, settings);

  g_assert_cmpint (first (diagnosis)->state, ==, KB_FINDING_BAD);
  g_assert_nonnull (strstr (first (diagnosis)->text, "not in PATH"));
}

static void
test_command (void)
{
  const Setting before[] = { { "file:s", "credential.helper", "manager" },
                             { "file:g", "credential.helper", "keybearer" },
                             { 0 } };
  g_autoptr (KbDiagnosis) diagnosis = judge (PLACE, "x", before);
  const KbFinding *path = g_ptr_array_index (kb_diagnosis_findings (diagnosis), 1);

  g_assert_cmpstr (first (diagnosis)->command, ==,
                   "keybearer connect git https://dev.azure.com");
  g_assert_cmpstr (path->command, ==,
                   "git config --global credential.https://dev.azure.com.useHttpPath "
                   "true");
}

/* Cut short anywhere it is read as far as it goes. */
static void
test_cut (void)
{
  static const char text[] = "file:g\0credential.helper\nkeybearer\0file:g\0credential."
                             "https://dev.azure.com.usehttppath\ntrue";
  g_autoptr (KbUrl) url = kb_url_parse (PLACE, NULL);

  for (gsize length = 0; length < sizeof text; length++)
    {
      g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (TRUE);
      g_autofree char *copy = g_malloc0 (length + 1);

      memcpy (copy, text, length);
      kb_doctor_judge_git (NULL, url, copy, length, "x", diagnosis);
      g_assert_cmpuint (kb_diagnosis_findings (diagnosis)->len, ==, 1);
    }
}

/* ---- how it is shown ------------------------------------------------------------ */

static void
test_json (void)
{
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (TRUE);
  g_auto (KbPage) page = { 0 };

  kb_page_open (&page, -1);
  kb_diagnosis_set_from (diagnosis, "one");
  kb_diagnosis_add (diagnosis, KB_FINDING_BAD, "a\"b", "c\033[2J", "d");
  kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, "e", "f", NULL);
  kb_doctor_to_json (diagnosis, &page);
  g_assert_cmpstr (
      kb_buffer_peek (page.text), ==,
      "{\"findings\":[{\"name\":\"a\\\"b\",\"from\":\"one\",\"state\":\"bad\",\"text\":"
      "\"c\\u001b[2J\",\"command\":\"d\"},{\"name\":\"e\",\"from\":\"one\",\"state\":"
      "\"unknown\",\"text\":\"f\",\"command\":null}],\"bad\":1,\"unknown\":1,\"good\":0}"
      "\n");
}

/* Nothing from outside reaches the terminal as it is; a command stays on one line. */
static void
test_table (void)
{
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (TRUE);
  g_auto (KbPage) page = { 0 };

  kb_page_open (&page, -1);
  page.width = 40;
  kb_diagnosis_add (diagnosis, KB_FINDING_BAD, "na\nme",
                    "a text that is longer than the line is",
                    "a command that is longer "
                    "than the line is");
  kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, "x", "y\033[2J", NULL);
  kb_doctor_show (diagnosis, &page);
  g_assert_cmpstr (kb_buffer_peek (page.text), ==,
                   "BAD   na%0Ame  a text that is longer\n"
                   "             than the line is\n"
                   "             run: a command that is longer than the line is\n"
                   "good  x      y%1B[2J\n"
                   "\n"
                   "something is wrong: 1 bad, 0 unknown, 1 good\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/doctor/alone", test_alone);
  g_test_add_func ("/doctor/secrets", test_secrets);
  g_test_add_func ("/doctor/others", test_others);
  g_test_add_func ("/doctor/secret", test_secret);
  g_test_add_func ("/doctor/patterns", test_patterns);
  g_test_add_func ("/doctor/path", test_path);
  g_test_add_func ("/doctor/not-found", test_not_found);
  g_test_add_func ("/doctor/command", test_command);
  g_test_add_func ("/doctor/cut", test_cut);
  g_test_add_func ("/doctor/json", test_json);
  g_test_add_func ("/doctor/table", test_table);
  return g_test_run ();
}
