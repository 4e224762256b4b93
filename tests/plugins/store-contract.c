/* SPDX-License-Identifier: MIT */
/* What every store must do, whatever it keeps its items in.
   Knows nothing of any one store. */
#include "store-contract.h"

#include "base/clock.h"
#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITER "--store-writer"
#define WRITERS 8
#define WRITES 12

static const KbStoreSubject *subject;
static char *run_id; /* names are of this run alone: some stores are shared by others */

/* A cache may be full of what it is just letting go of. */
static void
put_ok (KbStoreHandle *handle, const char *name, const char *text)
{
  gboolean cache = (handle->api->flags & KB_STORE_VOLATILE) != 0;
  KbAnswer answer = KB_DECLINED;

  for (int i = 0; answer == KB_DECLINED && i < (cache ? 40 : 1); i++)
    {
      g_autoptr (GError) error = NULL;

      if (i > 0)
        kb_clock_sleep_ms (50);
      answer = kb_store_put_text (handle, name, text, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpint (answer, ==, KB_OK);
}

static KbAnswer
erase (KbStoreHandle *handle, const char *name)
{
  g_autoptr (GError) error = NULL;
  KbAnswer answer;

  kb_request_set_deadline_ms (handle->request, KB_DEADLINE_MS);
  answer = handle->api->erase (handle->self, handle->request, name, &error);
  g_assert_no_error (error);
  return answer;
}

static char *
name_for (const char *rest)
{
  return g_strconcat ("test/", run_id, "/", rest, NULL);
}

/* NULL after a skip. */
static KbStoreHandle *
open_subject (void)
{
  g_autoptr (KbStoreHandle) handle
      = kb_store_handle_new (subject->module, subject->settings, subject->n_settings);
  g_autoptr (GError) error = NULL;
  KbAnswer answer = handle->api->probe (handle->self, handle->request, &error);

  g_assert_no_error (error);
  if (answer == KB_OK)
    return g_steal_pointer (&handle);
  kb_store_skip (kb_request_last_note (handle->request));
  return NULL;
}

static gboolean
is_volatile (const KbStoreHandle *handle)
{
  return (handle->api->flags & KB_STORE_VOLATILE) != 0;
}

/* ---- the tests ------------------------------------------------------------------ */

static void
test_round_trip (void)
{
  g_autoptr (KbStoreHandle) handle = open_subject ();
  g_autofree char *name = name_for ("round");

  if (handle == NULL)
    return;
  kb_store_assert_missing (handle, name);
  g_assert_cmpint (erase (handle, name), ==, KB_DECLINED);
  put_ok (handle, name, "Zmlyc3Q");
  kb_store_assert_text (handle, name, "Zmlyc3Q");
  put_ok (handle, name, "c2Vjb25kLCBsb25nZXI");
  kb_store_assert_text (handle, name, "c2Vjb25kLCBsb25nZXI");
  g_assert_cmpint (erase (handle, name), ==, KB_OK);
  kb_store_assert_missing (handle, name);
  g_assert_cmpint (erase (handle, name), ==, KB_DECLINED);
}

static char *
filler (gsize length)
{
  static const char alphabet[]
      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = alphabet[(i * 7 + length) % (sizeof alphabet - 1)];
  text[length] = '\0';
  return text;
}

static void
test_sizes (void)
{
  static const gsize sizes[] = { 1,    2,    15,    16,    17,    255,   256,   1023,
                                 4095, 4096, 16384, 32766, 32767, 32768, 65535, 65536 };
  g_autoptr (KbStoreHandle) handle = open_subject ();
  g_autofree char *name = name_for ("size");

  for (gsize i = 0; handle != NULL && i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = filler (sizes[i]);

      if (sizes[i] <= subject->value_max)
        {
          put_ok (handle, name, text);
          kb_store_assert_text (handle, name, text);
        }
      else
        {
          /* A miss from now on: the shorter value before it must not be served. */
          g_assert_true (is_volatile (handle));
          g_assert_cmpint (kb_store_put_text (handle, name, text, NULL), ==, KB_DECLINED);
          kb_store_assert_missing (handle, name);
        }
    }
  if (handle != NULL)
    erase (handle, name);
}

static void
test_names (void)
{
  g_autoptr (KbStoreHandle) handle = open_subject ();
  g_autofree char *every = name_for ("abcdefghijklmnopqrstuvwxyz0123456789/._@:+%-");
  g_autofree char *start = name_for ("");
  g_autofree char *longest = g_strnfill (512, 'n');
  g_autofree char *other = g_strnfill (512, 'n');

  if (handle == NULL)
    return;
  memcpy (longest, start, strlen (start));
  memcpy (other, start, strlen (start));
  other[511] = 'm';
  put_ok (handle, every, "ZXZlcnk");
  put_ok (handle, longest, "bG9uZ2VzdA");
  kb_store_assert_missing (handle, other);
  put_ok (handle, other, "b3RoZXI");
  kb_store_assert_text (handle, every, "ZXZlcnk");
  kb_store_assert_text (handle, longest, "bG9uZ2VzdA");
  kb_store_assert_text (handle, other, "b3RoZXI");
  g_assert_cmpint (erase (handle, every), ==, KB_OK);
  g_assert_cmpint (erase (handle, longest), ==, KB_OK);
  kb_store_assert_text (handle, other, "b3RoZXI");
  g_assert_cmpint (erase (handle, other), ==, KB_OK);
}

static void
test_similar_names (void)
{
  static const char *const rest[]
      = { "a", "a/", "a//", "a/b", "a.b", "ab", "a%", "a%2f", "a:b", "a-b", "b", "%61" };
  g_autoptr (KbStoreHandle) handle = open_subject ();

  for (gsize i = 0; handle != NULL && i < G_N_ELEMENTS (rest); i++)
    {
      g_autofree char *name = name_for (rest[i]);

      kb_store_assert_missing (handle, name);
      put_ok (handle, name, name);
    }
  for (gsize i = 0; handle != NULL && i < G_N_ELEMENTS (rest); i++)
    {
      g_autofree char *name = name_for (rest[i]);

      kb_store_assert_text (handle, name, name);
      g_assert_cmpint (erase (handle, name), ==, KB_OK);
    }
}

/* A cache forgets; what lasts keeps an item whose credential is over, for the renewal in
   it is not. */
static void
test_expiry (void)
{
  g_autoptr (KbStoreHandle) handle = open_subject ();
  g_autoptr (KbSecret) value = kb_secret_new_text ("ZXhwaXJlcw");
  g_autofree char *name = name_for ("expiry");
  KbAnswer answer;

  if (handle == NULL)
    return;
  answer = handle->api->put (handle->self, handle->request, name, KB_STORE_LABEL, value,
                             kb_clock_now () - 1, NULL);
  g_assert_cmpint (answer, ==, is_volatile (handle) ? KB_DECLINED : KB_OK);
  answer = handle->api->put (handle->self, handle->request, name, KB_STORE_LABEL, value,
                             kb_clock_now () + 2, NULL);
  g_assert_cmpint (answer, ==, KB_OK);
  kb_store_assert_text (handle, name, "ZXhwaXJlcw");
  if (is_volatile (handle))
    kb_clock_sleep_ms (3100);
  if (is_volatile (handle))
    kb_store_assert_missing (handle, name);
  else
    kb_store_assert_text (handle, name, "ZXhwaXJlcw");
  erase (handle, name);
}

static gboolean
has_name (GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL);
}

static void
assert_listed (KbStoreHandle *handle, guint expected)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *start = name_for ("many-");
  g_autoptr (GError) error = NULL;
  guint found = 0;

  if (handle->api->list == NULL)
    return;
  g_ptr_array_add (names, g_strdup ("what was there"));
  g_assert_cmpint (handle->api->list (handle->self, handle->request, names, &error), ==,
                   KB_OK);
  g_assert_no_error (error);
  g_assert_true (has_name (names, "what was there"));
  for (guint i = 0; i < names->len; i++)
    found += g_str_has_prefix (names->pdata[i], start);
  g_assert_cmpuint (found, ==, expected);
}

static void
test_many (void)
{
  g_autoptr (KbStoreHandle) handle = open_subject ();
  guint kept = 0;

  for (guint i = 0; handle != NULL && i < subject->many; i++)
    {
      g_autofree char *rest = g_strdup_printf ("many-%u", i);
      g_autofree char *name = name_for (rest);

      kept += kb_store_put_text (handle, name, name, NULL) == KB_OK;
    }
  if (handle == NULL)
    return;
  g_assert_true (kept == subject->many || is_volatile (handle));
  kb_request_set_deadline_ms (handle->request, KB_DEADLINE_MS);
  assert_listed (handle, kept);
  for (guint i = 0; i < subject->many; i++)
    {
      g_autofree char *rest = g_strdup_printf ("many-%u", i);
      g_autofree char *name = name_for (rest);

      if (!is_volatile (handle))
        kb_store_assert_text (handle, name, name);
      kept -= erase (handle, name) == KB_OK;
    }
  g_assert_cmpuint (kept, ==, 0);
  assert_listed (handle, 0);
}

/* Whatever the answer is, it comes at once and touches an output only when it is
   KB_OK. */
static void
test_deadline_past (void)
{
  g_autoptr (KbStoreHandle) handle = open_subject ();
  g_autoptr (KbStoreHandle) fresh = NULL;
  g_autofree char *name = name_for ("late");
  gint64 start = kb_clock_boot_ms ();
  KbSecret *value = NULL;
  g_autoptr (GError) error = NULL;
  KbAnswer answer;

  if (handle == NULL)
    return;
  fresh = kb_store_handle_new (subject->module, subject->settings, subject->n_settings);
  kb_request_set_deadline_ms (fresh->request, 0);
  answer = fresh->api->get (fresh->self, fresh->request, name, &value, &error);
  g_assert_cmpint (kb_clock_boot_ms () - start, <, 14000);
  g_assert_cmpint (answer, !=, KB_OK);
  g_assert_null (value);
  g_assert_true ((answer == KB_FAILED) == (error != NULL));
  g_assert_true (error == NULL || error->domain == KB_ERROR);
}

static void
test_open_twice (void)
{
  g_autoptr (KbStoreHandle) one = open_subject ();
  g_autoptr (KbStoreHandle) two = NULL;
  g_autofree char *name = name_for ("twice");

  if (one == NULL)
    return;
  two = kb_store_handle_new (subject->module, subject->settings, subject->n_settings);
  put_ok (one, name, "b25l");
  kb_store_assert_text (two, name, "b25l");
  put_ok (two, name, "dHdv");
  kb_store_assert_text (one, name, "dHdv");
  g_assert_cmpint (erase (one, name), ==, KB_OK);
  kb_store_assert_missing (two, name);
  one->api->close (NULL);
}

/* ---- writers in other processes ------------------------------------------------- */

/* A value that tells whether it is whole: LENGTH times one letter, and what that was. */
static char *
writer_value (guint writer, guint round)
{
  guint length = 1 + (writer * 577 + round * 131) % 3000;
  g_autofree char *fill = g_strnfill (length, 'a' + (char) ((writer + round) % 26));

  return g_strdup_printf ("%u.%u.%s.%u", writer, round, fill, length);
}

static gboolean
is_whole (const char *text)
{
  unsigned int writer = 0;
  unsigned int round = 0;
  g_autofree char *expected = NULL;

  if (sscanf (text, "%u.%u.", &writer, &round) != 2)
    return FALSE;
  expected = writer_value (writer, round);
  return strcmp (expected, text) == 0;
}

static pid_t
start_writer (const char *name, guint writer, guint rounds)
{
  g_autofree char *number = g_strdup_printf ("%u", writer);
  g_autofree char *count = g_strdup_printf ("%u", rounds);
  g_autofree char *program
      = g_file_read_link ("/proc/self/exe", NULL); /* not valgrind's */
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid != 0)
    return pid;
  execl (program, "store-writer", WRITER, name, number, count, (char *) NULL);
  _exit (99);
}

/* ROUNDS 0: until it is killed.  A program of its own, for GDBus does not survive a
   fork. */
static int
write_rounds (const char *name, const char *writer, const char *rounds)
{
  g_autoptr (KbStoreHandle) handle
      = kb_store_handle_new (subject->module, subject->settings, subject->n_settings);
  guint64 last = g_ascii_strtoull (rounds, NULL, 10);

  for (guint i = 0; last == 0 || i < last; i++)
    {
      g_autofree char *text
          = writer_value ((guint) g_ascii_strtoull (writer, NULL, 10), i);
      g_autoptr (GError) error = NULL;

      if (kb_store_put_text (handle, name, text, &error) == KB_FAILED)
        g_printerr ("writer: %s\n", error->message);
      if (error != NULL)
        return 1;
    }
  return 0;
}

static void
assert_whole (KbStoreHandle *handle, const char *name, gboolean may_miss)
{
  g_autoptr (KbSecret) value = NULL;
  KbAnswer answer = kb_store_get (handle, name, &value);

  g_assert_true (answer == KB_OK || may_miss);
  g_assert_true (value == NULL || is_whole (kb_secret_peek (value)));
}

static void
test_concurrent (void)
{
  g_autoptr (KbStoreHandle) handle = open_subject ();
  g_autofree char *name = name_for ("shared");
  pid_t pids[WRITERS];
  guint running = 0;

  if (handle == NULL)
    return;
  g_setenv ("KEYBEARER_PATIENCE", "20", TRUE); /* late is not wrong */
  for (; running < WRITERS; running++)
    pids[running] = start_writer (name, running, WRITES);
  for (guint i = 0; i < WRITERS; i++)
    {
      int status = 0;

      while (waitpid (pids[i], &status, WNOHANG) == 0)
        assert_whole (handle, name, TRUE);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
    }
  assert_whole (handle, name, is_volatile (handle));
  erase (handle, name);
  g_unsetenv ("KEYBEARER_PATIENCE");
}

static void
test_killed_writer (void)
{
  g_autoptr (KbStoreHandle) handle = open_subject ();
  g_autofree char *name = name_for ("killed");
  g_autofree char *other = name_for ("bystander");

  if (handle == NULL)
    return;
  put_ok (handle, name, "0.0.a.1");
  put_ok (handle, other, "Ynlz");
  for (guint i = 0; i < subject->kills; i++)
    {
      pid_t pid = start_writer (name, i % WRITERS, 0);

      g_usleep ((gulong) g_random_int_range (0, 20000));
      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
      assert_whole (handle, name, is_volatile (handle));
    }
  kb_store_assert_text (handle, other, "Ynlz");
  put_ok (handle, name, "YWZ0ZXI");
  kb_store_assert_text (handle, name, "YWZ0ZXI");
  g_assert_cmpint (erase (handle, name), ==, KB_OK);
  g_assert_cmpint (erase (handle, other), ==, KB_OK);
}

/* ---- the suite ------------------------------------------------------------------ */

void
kb_store_contract_init (int *argc, char ***argv, const KbStoreSubject *about)
{
  subject = about;
  run_id = kb_text_random_id (FALSE);
  if (*argc == 5 && strcmp ((*argv)[1], WRITER) == 0)
    _exit (write_rounds ((*argv)[2], (*argv)[3], (*argv)[4]));
}

void
kb_store_contract_add (const char *prefix, const KbStoreSubject *about)
{
  static const struct
  {
    const char *name;
    GTestFunc test;
  } tests[] = {
    { "round-trip", test_round_trip },
    { "sizes", test_sizes },
    { "names", test_names },
    { "similar-names", test_similar_names },
    { "expiry", test_expiry },
    { "many", test_many },
    { "deadline-past", test_deadline_past },
    { "open-twice", test_open_twice },
    { "concurrent-writers", test_concurrent },
    { "killed-writer", test_killed_writer },
  };

  subject = about;
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat (prefix, "/contract/", tests[i].name, NULL);

      g_test_add_func (path, tests[i].test);
    }
}
