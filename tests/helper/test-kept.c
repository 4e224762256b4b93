/* SPDX-License-Identifier: MIT */
/* Tests kept, by way of maker: ages, and what is kept before it is given.
   Knows nothing of control words and of other processes. */
#include "maker.h"

#include <string.h>

#include "stage.h"

/* ---- ages ------------------------------------------------------------------------- */

static void
test_made_once (void)
{
  stage_new ();
  for (guint i = 0; i < 100; i++)
    stage_assert_get ("keep", "ok a-1");
  g_assert_cmpuint (stage_acquired (), ==, 1);
}

static void
test_fresh (void)
{
  stage_keep_aged (3000, 600, 0);
  stage_assert_get ("keep", "ok kept");
  g_assert_cmpuint (stage_acquired (), ==, 0);
}

static void
test_no_expiry (void)
{
  stage_keep_aged (1000000, 0, 0);
  stage_assert_get ("keep", "ok kept");
}

static void
test_ageing (void)
{
  stage_keep_aged (3000, 200, 0);
  stage_assert_get ("keep", "ok a-1");
  g_assert_cmpuint (stage_count ("a prior kept"), ==, 1);
}

static void
test_dead (void)
{
  stage_keep_aged (3000, -1, 0);
  stage_assert_get ("keep", "ok a-1");
}

/* One that lives ten minutes or less is used for half of its life. */
static void
test_short_lived (void)
{
  stage_keep_aged (10, 50, 0);
  stage_assert_get ("keep", "ok kept");
  stage_keep_aged (40, 20, 0);
  stage_assert_get ("keep", "ok a-1");
}

static void
test_welcome (void)
{
  stage_keep_aged (3000, 3000, -10);
  stage_assert_get ("keep", "ok a-1");
  stage_assert_get ("keep", "ok a-1");
}

static void
test_not_yet_welcome (void)
{
  stage_keep_aged (3000, 3000, 1000);
  stage_assert_get ("keep", "ok kept");
}

/* A new one is welcome but cannot be had: the old one serves, whatever went wrong. */
static void
test_welcome_but_failed (void)
{
  static const char *const ways[] = { "declined", "failed 2", "failed 3", "without" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      stage_keep_aged (3000, 3000, -10);
      stage_set ("a", "acquire", ways[i]);
      stage_assert_get ("keep", "ok kept");
    }
}

static void
test_ageing_but_failed (void)
{
  stage_keep_aged (3000, 200, 0);
  stage_set ("a", "acquire", "failed 2");
  stage_assert_get ("keep", "ok kept");
  stage_assert_get ("keep", "ok kept");
  g_assert_cmpuint (stage_acquired (), ==, 1);
}

/* It would end in the middle of the call that it is wanted for. */
static void
test_last_seconds (void)
{
  stage_keep_aged (3000, 5, 0);
  stage_set ("a", "acquire", "failed 2");
  stage_assert_get ("keep", "failed 2: a: *");
}

static void
test_dead_and_failed (void)
{
  stage_keep_aged (3000, -5, 0);
  stage_set ("a", "acquire", "failed 2");
  stage_assert_get ("keep", "failed 2: a: *");
}

/* ---- keeping ---------------------------------------------------------------------- */

static void
test_renewal_first (void)
{
  g_autofree char *calls = NULL;
  const char *renewal, *credential;

  stage_new ();
  stage_set ("a", "rotates", "1");
  stage_assert_get ("keep", "ok a-1");
  calls = stage_calls ();
  renewal = strstr (calls, "keep put renewal");
  credential = strstr (calls, "keep put credential");
  g_assert_nonnull (renewal);
  g_assert_nonnull (credential);
  g_assert_true (renewal < credential);
}

static void
test_renewal_is_handed_back (void)
{
  g_autoptr (KbRecord) renewal = NULL;

  stage_new ();
  stage_set ("a", "rotates", "1");
  stage_assert_get ("keep", "ok a-1");
  stage_keep ("keep", "a", "a-1", 1, 2, 0);
  stage_assert_get ("keep", "ok a-2");
  g_assert_cmpuint (stage_count ("a signed-in"), ==, 1);
  renewal = stage_kept ("keep", "renewal", "a");
  g_assert_cmpstr (kb_secret_peek (renewal->secret), ==, "renewal-2");
}

/* A stale copy of the renewal in a cache would end the whole family of tokens. */
static void
test_renewal_of_the_durable_store (void)
{
  stage_new ();
  stage_set ("a", "rotates", "1");
  stage_assert_get ("cache;keep", "ok a-1");
  stage_assert_get ("keep", "ok a-1");
  stage_keep ("keep", "a", "a-1", 1, 2, 0);
  stage_assert_get ("keep", "ok a-2");
  stage_keep ("keep", "a", "a-2", 1, 2, 0);
  stage_keep ("cache", "a", "a-2", 1, 2, 0);
  stage_assert_get ("cache;keep", "ok a-3");
  g_assert_cmpuint (stage_count ("a reused"), ==, 0);
}

static void
test_store_refuses (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *answer = NULL;

  stage_new ();
  stage_set ("keep", "put", "failed 5");
  stage_set ("a", "rotates", "1");
  call_begin (&call, "a", "cache;keep", "https://place.example/", NULL);
  answer = call_get (&call);
  g_assert_cmpstr (answer, ==, "ok a-1");
  g_assert_true (g_str_has_suffix (kb_session_notices (call.session)[0],
                                   ": keep: put was told to fail"));
  g_assert_null (kb_session_notices (call.session)[1]);
  stage_assert_get ("cache;keep", "ok a-1");
}

/* What is locked may hold an answer, so nobody is asked to type it again. */
static void
test_locked (void)
{
  stage_new ();
  stage_set ("keep", "get", "failed 5");
  stage_set ("a", "asks", "1");
  stage_assert_get ("keep", "failed 5: keep: get was told to fail");
  g_assert_cmpuint (stage_count ("a quiet"), ==, 1);
}

static void
test_locked_but_made (void)
{
  stage_new ();
  stage_set ("keep", "get", "failed 5");
  stage_assert_get ("keep", "ok a-1");
}

/* An item that another version wrote, or that is damaged, stands in nobody's way. */
static void
test_damaged_item (void)
{
  g_autofree char *name = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *key = NULL;

  stage_new ();
  name = kb_item_name ("credential", "a", "alice", "realm", NULL);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  key = g_strconcat ("item.", hash, NULL);
  stage_set ("keep", key, "damaged");
  stage_assert_get ("keep", "ok a-1");
  stage_assert_get ("keep", "ok a-1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kept/made-once", test_made_once);
  g_test_add_func ("/kept/fresh", test_fresh);
  g_test_add_func ("/kept/no-expiry", test_no_expiry);
  g_test_add_func ("/kept/ageing", test_ageing);
  g_test_add_func ("/kept/dead", test_dead);
  g_test_add_func ("/kept/short-lived", test_short_lived);
  g_test_add_func ("/kept/welcome", test_welcome);
  g_test_add_func ("/kept/not-yet-welcome", test_not_yet_welcome);
  g_test_add_func ("/kept/welcome-but-failed", test_welcome_but_failed);
  g_test_add_func ("/kept/ageing-but-failed", test_ageing_but_failed);
  g_test_add_func ("/kept/last-seconds", test_last_seconds);
  g_test_add_func ("/kept/dead-and-failed", test_dead_and_failed);
  g_test_add_func ("/kept/renewal-first", test_renewal_first);
  g_test_add_func ("/kept/renewal-is-handed-back", test_renewal_is_handed_back);
  g_test_add_func ("/kept/renewal-of-the-durable-store",
                   test_renewal_of_the_durable_store);
  g_test_add_func ("/kept/store-refuses", test_store_refuses);
  g_test_add_func ("/kept/locked", test_locked);
  g_test_add_func ("/kept/locked-but-made", test_locked_but_made);
  g_test_add_func ("/kept/damaged-item", test_damaged_item);
  return g_test_run ();
}
