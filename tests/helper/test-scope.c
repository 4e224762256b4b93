/* SPDX-License-Identifier: MIT */
/* Tests requests for another scope: who is asked, and that tokens never mix.
   Knows nothing of any provider's scopes. */
#include "binding.h"
#include "session.h"
#include "stage.h"

/* New: as call_get, for https://place.example/ and SCOPE. */
static char *
get (const char *sources, const char *scope)
{
  g_auto (Call) call = { 0 };

  call_begin (&call, sources, "keep", "https://place.example/", NULL);
  g_assert_true (kb_request_set_scope (call.request, scope));
  return call_get (&call);
}

static void
assert_get (const char *sources, const char *scope, const char *expected)
{
  g_autofree char *got = get (sources, scope);

  g_assert_cmpstr (got, ==, expected);
}

static void
test_words (void)
{
  static const char *const bad[]
      = { "", " ", " a", "a ", "a  b", "a\nb", "a\tb", "a\"b", "a\\b", "\xc3\xa4" };
  KbRequest *request = kb_request_new (kb_url_parse ("https://place.example/", NULL));

  g_assert_true (kb_request_set_scope (request, "a/.default b"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (kb_request_set_scope (request, bad[i]));
  g_assert_cmpstr (kb_request_scope (request), ==, "a/.default b");
  g_assert_true (kb_request_set_scope (request, NULL));
  g_assert_null (kb_request_scope (request));
  kb_request_free (request);
}

/* A source that knows no scopes would give what is good for something else. */
static void
test_passed_over (void)
{
  stage_new ();
  assert_get ("a;x", "other", "declined");
  g_assert_cmpuint (stage_count ("a identify"), ==, 0);
  g_assert_cmpuint (stage_count ("x identify"), ==, 0);
  assert_get ("a;x;s", "other", "ok s-1");
  assert_get ("a", NULL, "ok a-1");
}

/* Not even where it has answered before for the same place. */
static void
test_passed_over_when_bound (void)
{
  stage_new ();
  assert_get ("a;s", NULL, "ok a-1");
  assert_get ("a;s", "other", "ok s-1");
  assert_get ("a;s", NULL, "ok a-1");
  assert_get ("a;s", "other", "ok s-1");
}

static void
test_kept_apart (void)
{
  stage_new ();
  assert_get ("s", NULL, "ok s-1");
  assert_get ("s", "one", "ok s-2");
  assert_get ("s", "two", "ok s-3");
  assert_get ("s", "one", "ok s-2");
  assert_get ("s", "two", "ok s-3");
  assert_get ("s", NULL, "ok s-1");
  g_assert_cmpuint (stage_count ("s acquire"), ==, 3);
}

/* That nobody consented to one scope does not stop what everybody needs. */
static void
test_breakers_apart (void)
{
  stage_new ();
  stage_set ("s", "acquire", "failed 2");
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *failed = get ("s", "other");

      g_assert_true (g_str_has_prefix (failed, "failed 2"));
    }
  stage_set ("s", "acquire", NULL);
  g_assert_cmpuint (stage_count ("s acquire"), <, 5);
  {
    g_autofree char *good = get ("s", NULL);

    g_assert_true (g_str_has_prefix (good, "ok s-"));
  }
}

static void
note_scope (const KbBound *bound, gpointer data)
{
  g_string_append_printf (data, "%s %s;", bound->origin,
                          bound->scope != NULL ? bound->scope : "-");
}

static void
test_bindings_tell (void)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GString) seen = g_string_new (NULL);

  stage_new ();
  assert_get ("s", "other", "ok s-1");
  call_begin (&call, "s", "keep", "https://place.example/", NULL);
  kb_binding_each (kb_config_stacks (kb_runtime_config (call.runtime)), note_scope, seen);
  g_assert_cmpstr (seen->str, ==, "https://place.example other;");
}

/* What a stack says counts where the request says nothing. */
static void
test_stack_says (void)
{
  g_auto (Call) call = { 0 };
  g_auto (Call) other = { 0 };
  g_autofree char *got = NULL;
  g_autofree char *more = NULL;

  stage_new ();
  stage_set_extra ("[stack told]\nmatch=https://told.example/\nscope=one two\n"
                   "sources=a;s\nstores=keep\n");
  call_begin (&call, "s", "keep", "https://told.example/", NULL);
  got = call_get (&call);
  g_assert_cmpstr (got, ==, "ok s-1");
  g_assert_cmpstr (kb_request_scope (call.request), ==, "one two");
  g_assert_cmpuint (stage_count ("a identify"), ==, 0);
  call_begin (&other, "s", "keep", "https://told.example/", NULL);
  g_assert_true (kb_request_set_scope (other.request, "three"));
  more = call_get (&other);
  g_assert_cmpstr (more, ==, "ok s-2");
  stage_set_extra ("");
}

static void
test_stack_says_nonsense (void)
{
  static const char text[]
      = "[stack x]\nmatch=https://x.example/\nsources=a\nstores=\nscope=one  two\n";
  g_autoptr (GError) error = NULL;

  g_assert_null (kb_config_load_text ("f", text, sizeof text - 1, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
  g_assert_true (g_str_has_prefix (error->message, "f:5: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scope/words", test_words);
  g_test_add_func ("/scope/passed-over", test_passed_over);
  g_test_add_func ("/scope/passed-over-when-bound", test_passed_over_when_bound);
  g_test_add_func ("/scope/kept-apart", test_kept_apart);
  g_test_add_func ("/scope/breakers-apart", test_breakers_apart);
  g_test_add_func ("/scope/bindings-tell", test_bindings_tell);
  g_test_add_func ("/scope/stack-says", test_stack_says);
  g_test_add_func ("/scope/stack-says-nonsense", test_stack_says_nonsense);
  return g_test_run ();
}
