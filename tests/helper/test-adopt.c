/* SPDX-License-Identifier: MIT */
/* Tests adopt: what another program kept becomes ours, is read back, and takes the place
   of nothing that is still good.  Knows nothing of any such program. */
#include "adopt.h"
#include "stage.h"

#include "base/clock.h"

#include <string.h>

#define PLACE "https://place.example/"

/* New: "kept", "there", "left: WHY" or "failed CODE". */
static char *
adopt_in (const char *sources, const char *user, const char *secret, gint64 expires,
          gboolean dry)
{
  g_autoptr (KbSecret) held = kb_secret_new_text (secret);
  const KbForeign foreign = { .origin = "other",
                              .scheme = "https",
                              .host = "place.example",
                              .user = user,
                              .secret = held,
                              .expires = expires,
                              .handle = "1" };
  g_auto (Call) call = { 0 };
  g_auto (KbAdoption) adoption = { .dry = dry };
  g_autoptr (GError) error = NULL;
  KbAnswer answer;

  call_begin (&call, sources, "cache;keep", PLACE, user);
  answer
      = kb_adopt (call.runtime, call.session, call.request, &foreign, &adoption, &error);
  if (answer == KB_FAILED)
    return g_strdup_printf ("failed %d", error->code);
  if (answer == KB_DECLINED)
    return g_strdup_printf ("left: %s", adoption.why);
  g_assert_cmpstr (adoption.store, ==, "keep");
  return g_strdup (adoption.was_there ? "there" : "kept");
}

static void
assert_adopt (const char *sources, const char *user, const char *secret,
              const char *expected)
{
  g_autofree char *result = adopt_in (sources, user, secret, 0, FALSE);

  g_assert_cmpstr (result, ==, expected);
}

static void
assert_kept (const char *secret)
{
  g_autoptr (KbRecord) record = stage_kept ("keep", "credential", "a");

  if (secret == NULL)
    g_assert_null (record);
  else
    g_assert_cmpstr (kb_secret_peek (record->secret), ==, secret);
}

/* It serves from then on, and no source is asked to make another. */
static void
test_kept (void)
{
  g_autofree char *given = NULL;

  stage_new ();
  assert_adopt ("a", NULL, "old", "kept");
  assert_kept ("old");
  given = stage_get ("a", "cache;keep");
  g_assert_cmpstr (given, ==, "ok old");
  g_assert_cmpuint (stage_acquired (), ==, 0);
  assert_adopt ("a", NULL, "old", "there");
}

static void
test_dry (void)
{
  g_autofree char *result = NULL;

  stage_new ();
  result = adopt_in ("a", NULL, "old", 0, TRUE);
  g_assert_cmpstr (result, ==, "kept");
  assert_kept (NULL);
}

static void
test_ours_wins (void)
{
  stage_keep_aged (10, 3600, 0);
  assert_adopt ("a", NULL, "old", "left: another one is kept for the same place");
  stage_keep_aged (7200, -3600, 0);
  assert_adopt ("a", NULL, "old", "kept");
  assert_kept ("old");
}

static void
test_expired (void)
{
  g_autofree char *result = NULL;

  stage_new ();
  result = adopt_in ("a", NULL, "old", kb_clock_now () - 1, FALSE);
  g_assert_cmpstr (result, ==, "left: it has expired");
  assert_kept (NULL);
}

/* The first source of the stack that takes it has it. */
static void
test_sources (void)
{
  stage_new ();
  stage_set ("a", "adopt", "declined");
  assert_adopt ("a", NULL, "old", "left: it is none of mine");
  stage_set ("b", "identify", "declined");
  assert_adopt ("b;a", NULL, "old", "left: it is none of mine");
  stage_set ("a", "adopt", NULL);
  assert_adopt ("b;a", NULL, "old", "kept");
  stage_set ("a", "adopt", "failed 0");
  assert_adopt ("a", NULL, "other", "failed 0");
  stage_set ("a", "adopt", "nothing");
  assert_adopt ("a", NULL, "other", "failed 6");
}

/* What the store does not take or give back is not kept, so that nobody deletes the
   other. */
static void
test_store_fails (void)
{
  stage_new ();
  stage_set ("keep", "put", "failed 5");
  assert_adopt ("a", NULL, "old", "failed 5");
  stage_set ("keep", "put", "declined");
  assert_adopt ("a", NULL, "old", "failed 5");
  stage_set ("keep", "put", NULL);
  stage_set ("keep", "get", "failed 5");
  assert_adopt ("a", NULL, "old", "failed 5");
  stage_set ("keep", "get", NULL);
  assert_adopt ("a", NULL, "old", "kept");
}

static void
test_no_store (void)
{
  stage_new ();
  stage_set ("keep", "probe", "declined");
  stage_set ("keep", "open", "declined");
  assert_adopt ("a", NULL, "old", "left: the stack has no store here that lasts");
}

/* Storage keeps it as a login, one for each user. */
static void
test_logins (void)
{
  stage_new ();
  assert_adopt ("", "alice", "one", "kept");
  assert_adopt ("", "alice", "one", "there");
  assert_adopt ("", "bob", "two", "kept");
  assert_adopt ("", "alice", "three", "left: another one is kept for the same place");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/adopt/kept", test_kept);
  g_test_add_func ("/adopt/dry", test_dry);
  g_test_add_func ("/adopt/ours-wins", test_ours_wins);
  g_test_add_func ("/adopt/expired", test_expired);
  g_test_add_func ("/adopt/sources", test_sources);
  g_test_add_func ("/adopt/store-fails", test_store_fails);
  g_test_add_func ("/adopt/no-store", test_no_store);
  g_test_add_func ("/adopt/logins", test_logins);
  return g_test_run ();
}
