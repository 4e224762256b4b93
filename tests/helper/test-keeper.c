/* SPDX-License-Identifier: MIT */
/* Tests keeper: order of stores, failures of caches, the choice that sticks.
   Knows nothing of what an item holds. */
#include "keeper.h"

#include "stage.h"

/* One call with these STORES; its keeper. */
static KbKeeper *
begin (Call *call, const char *stores)
{
  call_begin (call, "a", stores, "https://h.example/", NULL);
  return kb_session_keeper (call->session);
}

/* New: "ok VALUE", "declined" or "failed CODE". */
static char *
told (KbAnswer answer, const KbSecret *value, const GError *error)
{
  if (answer == KB_FAILED)
    return g_strdup_printf ("failed %d", error->code);
  if (answer == KB_DECLINED)
    return g_strdup ("declined");
  return g_strdup_printf ("ok%s%s", value != NULL ? " " : "",
                          value != NULL ? kb_secret_peek (value) : "");
}

static void
assert_get (const char *stores, const char *name, const char *expected)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *result = NULL;
  KbKeeper *keeper = begin (&call, stores);
  KbAnswer answer = kb_keeper_get (keeper, name, &value, &error);

  result = told (answer, value, error);
  g_assert_cmpstr (result, ==, expected);
}

static void
assert_put (const char *stores, const char *name, const char *text, const char *expected)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbSecret) value = kb_secret_new_text (text);
  g_autoptr (GError) error = NULL;
  g_autofree char *result = NULL;
  KbKeeper *keeper = begin (&call, stores);
  KbAnswer answer = kb_keeper_put (keeper, name, "label", value, 0, &error);

  result = told (answer, NULL, error);
  g_assert_cmpstr (result, ==, expected);
}

static void
assert_erase (const char *stores, const char *name, const char *expected)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *result = NULL;
  KbKeeper *keeper = begin (&call, stores);
  KbAnswer answer = kb_keeper_erase (keeper, name, &error);

  result = told (answer, NULL, error);
  g_assert_cmpstr (result, ==, expected);
}

static void
assert_calls (const char *expected)
{
  g_autofree char *calls = stage_calls ();

  g_assert_cmpstr (calls, ==, expected);
}

static void
test_caches_first (void)
{
  stage_new ();
  assert_put ("cache;keep", "login/a", "v", "ok");
  assert_calls ("cache open; keep open; keep put login; cache put login");
  assert_get ("cache;keep", "login/a", "ok v");
  assert_calls ("cache open; cache get login");
}

static void
test_two_caches (void)
{
  stage_new ();
  assert_put ("cache;cache2;keep", "login/a", "v", "ok");
  stage_set ("cache", "get", "declined");
  assert_get ("cache;cache2;keep", "login/a", "ok v");
  g_assert_cmpuint (stage_count ("keep get login"), ==, 0);
}

/* Whatever a cache does wrong, the durable store is asked. */
static void
test_cache_failures (void)
{
  static const char *const ways[]
      = { "declined", "failed 2", "failed 5", "without", "nothing", "odd" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      stage_new ();
      stage_set ("cache", "get", ways[i]);
      stage_set ("cache", "put", ways[i]);
      stage_set ("cache", "erase", ways[i]);
      assert_put ("cache;keep", "login/a", "v", "ok");
      assert_get ("cache;keep", "login/a", "ok v");
      assert_erase ("cache;keep", "login/a", "ok");
      assert_get ("cache;keep", "login/a", "declined");
    }
}

/* What the cache could not take must not be hidden by what it took before. */
static void
test_cache_never_stale (void)
{
  stage_new ();
  assert_put ("cache;keep", "login/a", "old", "ok");
  stage_set ("cache", "put", "failed 5");
  assert_put ("cache;keep", "login/a", "new", "ok");
  assert_get ("cache;keep", "login/a", "ok new");
}

/* A cache that does not open is passed over, and so is the one behind it used. */
static void
test_cache_does_not_open (void)
{
  stage_new ();
  stage_set ("cache", "open", "declined");
  assert_put ("cache;keep", "login/a", "v", "ok");
  assert_get ("cache;keep", "login/a", "ok v");
}

static void
test_durable_failures (void)
{
  stage_new ();
  stage_set ("keep", "get", "failed 5");
  assert_get ("cache;keep", "login/a", "failed 5");
  stage_set ("keep", "get", "without");
  assert_get ("cache;keep", "login/a", "failed 6");
  stage_set ("keep", "get", "nothing");
  assert_get ("cache;keep", "login/a", "failed 6");
  stage_set ("keep", "get", "odd");
  assert_get ("cache;keep", "login/a", "failed 6");
}

static void
test_put_failure_is_cached (void)
{
  stage_new ();
  stage_set ("keep", "put", "failed 5");
  assert_put ("cache;keep", "login/a", "v", "failed 5");
  assert_get ("cache;keep", "login/a", "ok v");
}

static void
test_only_store_is_not_probed (void)
{
  stage_new ();
  stage_set ("keep", "probe", "declined");
  assert_put ("cache;keep", "login/a", "v", "ok");
  g_assert_cmpuint (stage_count ("keep probe"), ==, 0);
}

static void
test_first_there_is_chosen (void)
{
  stage_new ();
  stage_set ("keep", "probe", "declined");
  assert_put ("cache;keep;keep2", "login/a", "v", "ok");
  assert_calls ("cache open; keep open; keep probe; keep2 open; keep2 probe; "
                "keep2 put login; cache put login");
}

/* The choice outlives the reason for it: what is kept is where it was put. */
static void
test_choice_sticks (void)
{
  stage_new ();
  stage_set ("keep", "probe", "declined");
  assert_put ("keep;keep2", "login/a", "v", "ok");
  stage_set ("keep", "probe", NULL);
  assert_get ("keep;keep2", "login/a", "ok v");
  g_assert_cmpuint (stage_count ("keep probe"), ==, 1);
  g_assert_cmpuint (stage_count ("keep2 probe"), ==, 1);
}

static void
test_chosen_store_gone (void)
{
  stage_new ();
  assert_put ("keep;keep2", "login/a", "v", "ok");
  stage_set ("keep", "get", "failed 5");
  stage_set ("keep", "put", "failed 5");
  stage_set ("keep", "probe", "declined");
  assert_get ("keep;keep2", "login/a", "failed 5");
  assert_put ("keep;keep2", "login/a", "w", "failed 5");
  g_assert_cmpuint (stage_count ("keep2 open"), ==, 0);
}

/* It was chosen, so secrets are in it: that it has nothing to do here now is an error,
   and no leave to go on with less. */
static void
test_chosen_store_declines_to_open (void)
{
  stage_new ();
  assert_put ("cache;keep;keep2", "login/a", "v", "ok");
  stage_set ("keep", "open", "declined");
  stage_set ("cache", "get", "declined");
  assert_get ("cache;keep;keep2", "login/a", "failed 5");
  assert_put ("cache;keep;keep2", "login/a", "w", "failed 5");
  g_assert_cmpuint (stage_count ("keep2 open"), ==, 0);
}

/* Locked or slow is not absent: no other store takes its place, and nothing is chosen. */
static void
test_failed_probe_chooses_nothing (void)
{
  stage_new ();
  stage_set ("keep", "probe", "failed 5");
  assert_put ("keep;keep2", "login/a", "v", "failed 5");
  g_assert_cmpuint (stage_count ("keep2 open"), ==, 0);
  stage_set ("keep", "probe", NULL);
  assert_put ("keep;keep2", "login/a", "v", "ok");
  g_assert_cmpuint (stage_count ("keep put login"), ==, 1);
}

static void
test_nothing_durable (void)
{
  stage_new ();
  stage_set ("keep", "probe", "declined");
  stage_set ("keep2", "probe", "declined");
  assert_put ("cache;keep;keep2", "login/a", "v", "declined");
  assert_get ("cache;keep;keep2", "login/a", "ok v");
  assert_erase ("cache;keep;keep2", "login/a", "ok");
  assert_erase ("cache;keep;keep2", "login/a", "declined");
}

/* Without a choice the next call looks again: a keyring may be there by then. */
static void
test_nothing_durable_is_no_choice (void)
{
  stage_new ();
  stage_set ("keep", "probe", "declined");
  stage_set ("keep2", "probe", "declined");
  assert_put ("keep;keep2", "login/a", "v", "declined");
  stage_set ("keep", "probe", NULL);
  assert_put ("keep;keep2", "login/a", "v", "ok");
}

/* A cache that stands behind a durable store does not become one. */
static void
test_cache_is_never_durable (void)
{
  stage_new ();
  stage_set ("keep", "probe", "declined");
  assert_put ("keep;cache", "login/a", "v", "declined");
  g_assert_cmpuint (stage_count ("cache put login"), ==, 0);
}

static void
test_caches_alone (void)
{
  stage_new ();
  assert_put ("cache", "login/a", "v", "declined");
  assert_get ("cache", "login/a", "ok v");
  assert_get ("cache", "login/b", "declined");
}

static void
test_no_store (void)
{
  stage_new ();
  assert_put ("", "login/a", "v", "declined");
  assert_get ("", "login/a", "declined");
  assert_erase ("", "login/a", "declined");
}

static void
test_erase_everywhere (void)
{
  stage_new ();
  assert_put ("cache;keep", "login/a", "v", "ok");
  assert_erase ("cache;keep", "login/a", "ok");
  assert_get ("cache;keep", "login/a", "declined");
  assert_erase ("cache;keep", "login/a", "declined");
  stage_set ("keep", "erase", "failed 5");
  assert_erase ("cache;keep", "login/a", "failed 5");
}

static void
test_told_once (void)
{
  g_auto (Call) call = { 0 };
  g_auto (Call) other = { 0 };

  stage_new ();
  g_assert_true (kb_keeper_first_without_durable (begin (&call, "cache;keep")));
  g_assert_false (kb_keeper_first_without_durable (begin (&other, "cache;keep")));
}

/* Whoever names caches alone knows how long they last. */
static void
test_told_nobody (void)
{
  g_auto (Call) call = { 0 };

  stage_new ();
  g_assert_false (kb_keeper_first_without_durable (begin (&call, "cache")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keeper/caches-first", test_caches_first);
  g_test_add_func ("/keeper/two-caches", test_two_caches);
  g_test_add_func ("/keeper/cache-failures", test_cache_failures);
  g_test_add_func ("/keeper/cache-never-stale", test_cache_never_stale);
  g_test_add_func ("/keeper/cache-does-not-open", test_cache_does_not_open);
  g_test_add_func ("/keeper/durable-failures", test_durable_failures);
  g_test_add_func ("/keeper/put-failure-is-cached", test_put_failure_is_cached);
  g_test_add_func ("/keeper/only-store-is-not-probed", test_only_store_is_not_probed);
  g_test_add_func ("/keeper/first-there-is-chosen", test_first_there_is_chosen);
  g_test_add_func ("/keeper/choice-sticks", test_choice_sticks);
  g_test_add_func ("/keeper/chosen-store-gone", test_chosen_store_gone);
  g_test_add_func ("/keeper/chosen-store-declines-to-open",
                   test_chosen_store_declines_to_open);
  g_test_add_func ("/keeper/failed-probe-chooses-nothing",
                   test_failed_probe_chooses_nothing);
  g_test_add_func ("/keeper/nothing-durable", test_nothing_durable);
  g_test_add_func ("/keeper/nothing-durable-is-no-choice",
                   test_nothing_durable_is_no_choice);
  g_test_add_func ("/keeper/cache-is-never-durable", test_cache_is_never_durable);
  g_test_add_func ("/keeper/caches-alone", test_caches_alone);
  g_test_add_func ("/keeper/no-store", test_no_store);
  g_test_add_func ("/keeper/erase-everywhere", test_erase_everywhere);
  g_test_add_func ("/keeper/told-once", test_told_once);
  g_test_add_func ("/keeper/told-nobody", test_told_nobody);
  return g_test_run ();
}
