/* SPDX-License-Identifier: MIT */
/* Tests of what is remembered for the go command, and of when it was started.
   Knows nothing of GOAUTH, which the transcripts have. */
#include "frontends/go-memory.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "state.h"

#define URL "https://pkgs.dev.azure.com/contoso/x?go-get=1"

static void
test_keeps (void)
{
  g_autofree char *path = kb_state_path ("go", "urls");
  g_autoptr (GPtrArray) none = kb_go_memory_read ();
  g_autoptr (GPtrArray) one = NULL;
  g_autoptr (GPtrArray) both = NULL;
  gint64 now = kb_clock_now ();

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpint (kb_go_memory_since (none, URL), ==, 0);
  kb_go_memory_add (none, URL);
  one = kb_go_memory_read ();
  g_assert_cmpint (kb_go_memory_since (one, URL), >=, now);
  kb_go_memory_add (one, "https://other.example/");
  kb_go_memory_add (one, URL);
  both = kb_go_memory_read ();
  g_assert_cmpuint (both->len, ==, 2);
  g_assert_cmpstr (((KbGoUrl *) g_ptr_array_index (both, 0))->url, ==,
                   "https://other.example/");
  g_assert_cmpint (kb_go_memory_since (both, URL), ==, kb_go_memory_since (one, URL));
  g_assert_cmpint (unlink (path), ==, 0);
}

static void
test_keeps_out (void)
{
  static const char *const bad[] = { "http://pkgs.dev.azure.com/contoso",
                                     "https://me:secret@pkgs.dev.azure.com/x",
                                     "https://pkgs.dev.azure.com/a b",
                                     "https://pkgs.dev.azure.com/\nhttps://e.example",
                                     "https://pkgs.dev.azure.com/\xe2\x80\xae",
                                     "contoso",
                                     "" };
  g_autoptr (GPtrArray) none = kb_go_memory_parse ("", 0);
  g_autoptr (GPtrArray) after = NULL;
  g_autofree char *text = g_strnfill (4096, 'x');
  g_autofree char *longest = g_strconcat ("https://", text, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    kb_go_memory_add (none, bad[i]);
  kb_go_memory_add (none, longest);
  after = kb_go_memory_read ();
  g_assert_cmpuint (after->len, ==, 0);
}

static void
test_reads_lines (void)
{
  static const char text[] = "12 https://a.example/\n"
                             "0 https://b.example/\n"
                             "-5 https://c.example/\n"
                             "x https://d.example/\n"
                             "13  https://e.example/\n"
                             "14 http://f.example/\n"
                             "\n"
                             "15 https://g.example/";
  g_autoptr (GPtrArray) memory = kb_go_memory_parse (text, strlen (text));

  g_assert_cmpuint (memory->len, ==, 2);
  g_assert_cmpint (kb_go_memory_since (memory, "https://a.example/"), ==, 12);
  g_assert_cmpint (kb_go_memory_since (memory, "https://g.example/"), ==, 15);
}

static void
test_forgets_the_oldest (void)
{
  g_autofree char *path = kb_state_path ("go", "urls");
  g_autoptr (GPtrArray) last = NULL;

  for (guint i = 0; i < KB_GO_MEMORY_MAX + 3; i++)
    {
      g_autoptr (GPtrArray) memory = kb_go_memory_read ();
      g_autofree char *url = g_strdup_printf ("https://%u.example/", i);

      kb_go_memory_add (memory, url);
    }
  last = kb_go_memory_read ();
  g_assert_cmpuint (last->len, ==, KB_GO_MEMORY_MAX);
  g_assert_cmpint (kb_go_memory_since (last, "https://2.example/"), ==, 0);
  g_assert_cmpint (kb_go_memory_since (last, "https://3.example/"), >, 0);
  g_assert_cmpint (unlink (path), ==, 0);
}

/* The harness had to start before this test did. */
static void
test_parent (void)
{
  gint64 started = kb_go_parent_started ();

  g_assert_cmpint (started, >, 0);
  g_assert_cmpint (started, <=, kb_clock_now ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/go/memory/keeps", test_keeps);
  g_test_add_func ("/go/memory/keeps-out", test_keeps_out);
  g_test_add_func ("/go/memory/reads-lines", test_reads_lines);
  g_test_add_func ("/go/memory/forgets-the-oldest", test_forgets_the_oldest);
  g_test_add_func ("/go/parent", test_parent);
  return g_test_run ();
}
