/* SPDX-License-Identifier: MIT */
/* Tests loader: what is found, what is refused and why, what stays loaded.
   Knows nothing of real modules; tests/helper/fixtures/module.c makes small ones. */
#include "loader.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harden.h"

#define NOBODY 65534

typedef struct
{
  char *top;     /* a private folder */
  char *modules; /* TOP/modules, 0755 */
  KbLoader *loader;
} World;

static void
world_init (World *world, gconstpointer data)
{
  const char *folders[2] = { NULL, NULL };

  world->top = g_dir_make_tmp ("kb-loader-XXXXXX", NULL);
  world->modules = g_build_filename (world->top, "modules", NULL);
  g_assert_cmpint (g_mkdir (world->modules, 0755), ==, 0);
  folders[0] = world->modules;
  world->loader = kb_loader_new (folders);
}

static void
world_clear (World *world, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", world->top, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
                               NULL, NULL, NULL, NULL, NULL));
  kb_loader_free (world->loader);
  g_free (world->modules);
  g_free (world->top);
}

/* New: the path of modules/NAME.so, a copy of the fixture. */
static char *
install (const World *world, const char *fixture, const char *name)
{
  g_autofree char *from = g_strdup_printf ("%s/tests/helper/fixtures/.libs/%s.so",
                                           g_getenv ("KB_BUILDDIR"), fixture);
  char *to = g_strdup_printf ("%s/%s.so", world->modules, name);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_file_get_contents (from, &bytes, &length, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (to, bytes, (gssize) length, NULL));
  g_assert_cmpint (g_chmod (to, 0644), ==, 0);
  return to;
}

static void
put (const World *world, const char *fixture, const char *name)
{
  g_free (install (world, fixture, name));
}

static void
assert_loads (const World *world, const char *name)
{
  g_autoptr (GError) error = NULL;
  const KbModule *module = kb_loader_load (world->loader, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (module->name, ==, name);
}

static void
assert_refused (const World *world, const char *name, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kb_loader_load (world->loader, name, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, KB_ERROR, KB_ERROR_MODULE);
  g_assert_nonnull (strstr (error->message, says));
}

static guint
count_descriptors (void)
{
  GDir *folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;
  if (folder != NULL)
    g_dir_close (folder);
  return n;
}

/* Each keeps its descriptor: were it closed, its number and so its name would be used
   again, and the second module would be the first one. */
static void
test_loads (World *world, gconstpointer data)
{
  guint before = count_descriptors ();

  put (world, "good", "good");
  put (world, "other", "other");
  assert_loads (world, "good");
  assert_loads (world, "other");
  assert_loads (world, "good");
  g_assert_cmpuint (count_descriptors (), ==, before + 2);
  g_assert_true (kb_loader_load (world->loader, "good", NULL)
                 != kb_loader_load (world->loader, "other", NULL));
}

static void
test_names (World *world, gconstpointer data)
{
  static const char *const bad[]
      = { "../good", "/tmp/good", "good.so", "Good", "", "a/b", "..", "-a", "a\x1b[0m" };
  g_auto (GStrv) names = NULL;
  g_autofree char *joined = NULL;

  put (world, "good", "good");
  put (world, "other", "other");
  put (world, "good", "Not_a_name");
  names = kb_loader_names (world->loader);
  joined = g_strjoinv (" ", names);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (world, bad[i], "a name of a module");
  g_assert_cmpstr (joined, ==, "good other");
  assert_refused (world, "absent", "not installed");
}

static void
test_build_tree (World *world, gconstpointer data)
{
  const char *fixtures[] = { "good", NULL };
  g_autofree char *folder = g_build_filename (world->modules, "good", ".libs", NULL);
  g_autofree char *at = g_build_filename (folder, "good.so", NULL);
  g_autofree char *from = install (world, "good", fixtures[0]);
  g_auto (GStrv) names = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_cmpint (g_rename (from, at), ==, 0);
  names = kb_loader_names (world->loader);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  assert_loads (world, "good");
}

static void
test_contents (World *world, gconstpointer data)
{
  static const struct
  {
    const char *fixture, *says;
  } cases[] = { { "abi", "ABI 2.0" },
                { "minor", "ABI 1.1" },
                { "none", "no kb_module" },
                { "undefined", "kb_fixture_that_nobody_defines" },
                { "good", "another name" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("case%u", i);

      put (world, cases[i].fixture, name);
      assert_refused (world, name, cases[i].says);
      assert_refused (world, name, cases[i].says);
    }
}

static void
test_no_library (World *world, gconstpointer data)
{
  g_autofree char *text = g_build_filename (world->modules, "text.so", NULL);
  g_autofree char *folder = g_build_filename (world->modules, "folder.so", NULL);
  g_autofree char *part = install (world, "good", "part");

  g_assert_true (g_file_set_contents (text, "no ELF\x1b[2J", -1, NULL));
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_cmpint (truncate (part, 600), ==, 0);
  assert_refused (world, "text", "cannot be loaded");
  assert_refused (world, "folder", "no regular file");
  assert_refused (world, "part", "cannot be loaded");
}

static void
test_modes (World *world, gconstpointer data)
{
  g_autofree char *good = install (world, "good", "good");

  g_assert_cmpint (g_chmod (good, 0664), ==, 0);
  assert_refused (world, "good", "writable by others");
  g_assert_cmpint (g_chmod (good, 0646), ==, 0);
  assert_refused (world, "good", "writable by others");
  g_assert_cmpint (g_chmod (good, 0444), ==, 0);
  assert_loads (world, "good");
}

static void
test_links (World *world, gconstpointer data)
{
  g_autofree char *good = install (world, "good", "good");
  g_autofree char *elsewhere = g_build_filename (world->top, "elsewhere.so", NULL);
  g_autofree char *door = g_build_filename (world->top, "door", NULL);
  const char *folders[] = { door, NULL };
  g_autoptr (KbLoader) through = kb_loader_new (folders);

  g_assert_cmpint (symlink (world->modules, door), ==, 0);
  g_assert_nonnull (kb_loader_load (through, "good", NULL));
  g_assert_cmpint (g_rename (good, elsewhere), ==, 0);
  g_assert_cmpint (symlink (elsewhere, good), ==, 0);
  assert_refused (world, "good", "symbolic link");
}

static void
test_parents (World *world, gconstpointer data)
{
  put (world, "good", "good");
  g_assert_cmpint (g_chmod (world->modules, 0775), ==, 0);
  assert_refused (world, "good", "writable by others");
  g_assert_cmpint (g_chmod (world->modules, 01777), ==, 0);
  assert_refused (world, "good", "writable by others");
  g_assert_cmpint (g_chmod (world->modules, 0755), ==, 0);
  g_assert_cmpint (g_chmod (world->top, 0777), ==, 0);
  assert_refused (world, "good", "writable by others");
  g_assert_cmpint (g_chmod (world->top, 01777), ==, 0);
  assert_loads (world, "good");
}

static void
test_owners (World *world, gconstpointer data)
{
  g_autofree char *good = install (world, "good", "good");

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  g_assert_cmpint (chown (good, NOBODY, NOBODY), ==, 0);
  assert_refused (world, "good", "owned by somebody else");
  g_assert_cmpint (chown (good, 0, 0), ==, 0);
  g_assert_cmpint (chown (world->modules, NOBODY, NOBODY), ==, 0);
  assert_refused (world, "good", "owned by somebody else");
  g_assert_cmpint (chown (world->modules, 0, 0), ==, 0);
  assert_loads (world, "good");
}

/* A constructor that writes to standard output does not reach who reads our answer. */
static void
test_noise (World *world, gconstpointer data)
{
  int saved = dup (STDOUT_FILENO);
  char got[16] = "";
  int ends[2];
  int private;

  put (world, "noise", "noise");
  fflush (NULL);
  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (dup2 (ends[1], STDOUT_FILENO), ==, STDOUT_FILENO);
  private = kb_guard_stdout ();
  g_assert_nonnull (kb_loader_load (world->loader, "noise", NULL));
  g_assert_cmpint (write (private, "answer", 6), ==, 6);
  g_assert_cmpint (dup2 (saved, STDOUT_FILENO), ==, STDOUT_FILENO);
  g_assert_cmpint (read (ends[0], got, sizeof got), ==, 6);
  g_assert_cmpstr (got, ==, "answer");
  g_assert_cmpint (close (ends[0]) + close (ends[1]) + close (private), ==, 0);
  g_assert_cmpint (close (saved), ==, 0);
}

/* The first folder that has a file of the name decides, also when that file is bad. */
static void
test_order (World *world, gconstpointer data)
{
  g_autofree char *first = g_build_filename (world->top, "first", NULL);
  g_autofree char *bad = g_build_filename (first, "good.so", NULL);
  const char *folders[] = { "relative", "/nonexistent", first, world->modules, NULL };
  g_autoptr (KbLoader) loader = kb_loader_new (folders);
  g_autoptr (GError) error = NULL;

  put (world, "good", "good");
  g_assert_cmpint (g_mkdir (first, 0755), ==, 0);
  g_assert_true (g_file_set_contents (bad, "bad", -1, NULL));
  g_assert_null (kb_loader_load (loader, "good", &error));
  g_assert_nonnull (strstr (error->message, first));
  g_assert_cmpint (g_unlink (bad), ==, 0);
  g_assert_nonnull (kb_loader_load (loader, "good", NULL));
}

static void
test_relative (void)
{
  const char *folders[] = { "tests/helper/fixtures/.libs", NULL };
  g_autoptr (KbLoader) loader = kb_loader_new (folders);
  g_autoptr (GError) error = NULL;
  g_autofree char *here = g_get_current_dir ();

  g_assert_cmpint (g_chdir (g_getenv ("KB_BUILDDIR")), ==, 0);
  g_assert_null (kb_loader_load (loader, "good", &error));
  g_assert_nonnull (strstr (error->message, "no absolute path"));
  g_assert_cmpint (g_chdir (here), ==, 0);
}

/* ---- promises ------------------------------------------------------------------- */

static KbAnswer
open_any (const KbInstance *instance, gpointer *self, GError **error)
{
  return KB_DECLINED;
}

static void
close_any (gpointer self)
{
}

static KbAnswer
identify (gpointer self, const KbRequest *request, KbIdentity *identity, GError **error)
{
  return KB_DECLINED;
}

static KbAnswer
acquire (gpointer self, const KbRequest *request, KbCredential **credential,
         GError **error)
{
  return KB_DECLINED;
}

static void
assert_broken (KbModule module, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (kb_module_check (&module, "x", &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, KB_ERROR, KB_ERROR_MODULE);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_promises (void)
{
  KbSource whole = {
    .open = open_any, .close = close_any, .identify = identify, .acquire = acquire
  };
  KbSource half = { .open = open_any, .close = close_any, .identify = identify };
  KbStore store = { .open = open_any, .close = close_any };
  static const KbCommand nameless[] = { { .name = "x" }, { .name = NULL } };
  KbModule module
      = { .abi = KB_MODULE_ABI, .name = "x", .summary = "a summary", .source = &whole };

  g_assert_true (kb_module_check (&module, "x", NULL));
  module.source = &half;
  assert_broken (module, "function of the source");
  module.source = NULL;
  assert_broken (module, "neither a source nor a store");
  module.store = &store;
  assert_broken (module, "function of the store");
  module.source = &whole;
  module.store = NULL;
  module.commands = nameless;
  assert_broken (module, "a command");
  module.commands = NULL;
  module.summary = "";
  assert_broken (module, "summary");
  module.name = NULL;
  assert_broken (module, "another name");
}

static void
test_tables (void)
{
  static const KbOption end = { .name = NULL };
  static const struct
  {
    KbOption option;
    const char *says;
  } cases[] = { { { "Name", KB_OPTION_STRING, FALSE, NULL, "s" }, "a-z" },
                { { "a", (KbOptionType) 9, FALSE, NULL, "s" }, "type" },
                { { "a", KB_OPTION_STRING, FALSE, NULL, NULL }, "summary" },
                { { "a", KB_OPTION_BOOLEAN, FALSE, "yes", "s" }, "fallback" },
                { { "a", KB_OPTION_INTEGER, FALSE, "-1", "s" }, "fallback" },
                { { "a", KB_OPTION_SECRET, FALSE, "x", "s" }, "fallback" },
                { { "module", KB_OPTION_STRING, FALSE, NULL, "s" }, "'module'" },
                { { "same", KB_OPTION_STRING, FALSE, NULL, "s" }, "one name" } };
  KbSource whole = {
    .open = open_any, .close = close_any, .identify = identify, .acquire = acquire
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      KbOption table[] = { { "same", KB_OPTION_LIST, TRUE, "a;b", "s" }, end, end };
      KbModule module = { .abi = KB_MODULE_ABI,
                          .name = "x",
                          .summary = "a summary",
                          .options = table,
                          .source = &whole };

      g_assert_true (kb_module_check (&module, "x", NULL));
      table[1] = cases[i].option;
      assert_broken (module, cases[i].says);
    }
}

/* What the program has in itself is asked first, held to the same promises, and named. */
static void
test_builtins (World *world, gconstpointer data)
{
  KbSource whole = {
    .open = open_any, .close = close_any, .identify = identify, .acquire = acquire
  };
  const KbModule good = {
    .abi = KB_MODULE_ABI, .name = "good", .summary = "a summary", .source = &whole
  };
  const KbModule bad
      = { .abi = KB_MODULE_ABI, .name = "bad", .summary = "", .source = &whole };
  const KbModule *const table[] = { &good, &bad, NULL };
  g_auto (GStrv) names = NULL;
  g_autofree char *joined = NULL;

  put (world, "good", "good");
  put (world, "other", "other");
  kb_loader_set_builtins (table);
  names = kb_loader_names (world->loader);
  joined = g_strjoinv (" ", names);
  g_assert_cmpstr (joined, ==, "bad good other");
  g_assert_true (kb_loader_load (world->loader, "good", NULL) == &good);
  assert_loads (world, "other");
  assert_refused (world, "bad", "has no summary");
  kb_loader_set_builtins (NULL);
}

static void
add (const char *name, void (*test) (World *, gconstpointer))
{
  g_test_add (name, World, NULL, world_init, test, world_clear);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/loader/loads", test_loads);
  add ("/loader/names", test_names);
  add ("/loader/build-tree", test_build_tree);
  add ("/loader/contents", test_contents);
  add ("/loader/no-library", test_no_library);
  add ("/loader/modes", test_modes);
  add ("/loader/links", test_links);
  add ("/loader/parents", test_parents);
  add ("/loader/owners", test_owners);
  add ("/loader/order", test_order);
  add ("/loader/noise", test_noise);
  add ("/loader/builtins", test_builtins);
  g_test_add_func ("/loader/relative", test_relative);
  g_test_add_func ("/loader/promises", test_promises);
  g_test_add_func ("/loader/tables", test_tables);
  return g_test_run ();
}
