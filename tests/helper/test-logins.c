/* SPDX-License-Identifier: MIT */
/* Tests logins: what git's own suite asks of a storage helper, and what it does not.
   Knows nothing of the tool's protocol. */
#include "logins.h"

#include <unistd.h>

#include "base/clock.h"
#include "stage.h"

#define HOST "https://h.example/"

/* ---- one call each -------------------------------------------------------------- */

typedef struct
{
  const char *url;
  const char *path;
  const char *user;
  const char *secret;
  const char *authtype;
  const char *renewal;
  gint64 expires;
} Login;

static const char *stores = "keep";

static void
assert_put (const Login *login)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbRecord) record = kb_record_new ();
  g_autoptr (GError) error = NULL;

  record->path = g_strdup (login->path);
  record->user = g_strdup (login->user);
  record->authtype = g_strdup (login->authtype);
  record->secret = kb_secret_new_text (login->secret);
  record->renewal = login->renewal != NULL ? kb_secret_new_text (login->renewal) : NULL;
  record->expires = login->expires;
  call_begin (&call, "", stores, login->url, NULL);
  g_assert_cmpint (
      kb_logins_put (kb_session_keeper (call.session), call.request, record, &error), ==,
      KB_OK);
  g_assert_no_error (error);
}

static void
put (const char *url, const char *path, const char *user, const char *secret)
{
  assert_put (&(Login){ .url = url, .path = path, .user = user, .secret = secret });
}

static KbRecord *
find (const char *url, const char *path, const char *user, gboolean with_authtype)
{
  g_auto (Call) call = { 0 };
  KbLoginPattern pattern = { path, user, with_authtype };
  g_autoptr (GError) error = NULL;
  KbRecord *record = NULL;

  call_begin (&call, "", stores, url, NULL);
  (void) kb_logins_get (kb_session_keeper (call.session), call.request, &pattern, &record,
                        &error);
  g_assert_no_error (error);
  return record;
}

/* EXPECTED is "USER:SECRET", or NULL for nothing. */
static void
assert_get (const char *url, const char *path, const char *user, const char *expected)
{
  g_autoptr (KbRecord) record = find (url, path, user, FALSE);
  g_autofree char *found
      = record != NULL ? g_strdup_printf (
            "%s:%s", record->user,
            record->secret != NULL ? kb_secret_peek (record->secret) : "(none)")
                       : NULL;

  g_assert_cmpstr (found, ==, expected);
}

static void
assert_erase (const char *url, const char *path, const char *user, const char *secret,
              KbAnswer expected)
{
  g_auto (Call) call = { 0 };
  KbLoginPattern pattern = { path, user, TRUE };
  g_autoptr (KbSecret) compared = secret != NULL ? kb_secret_new_text (secret) : NULL;
  g_autoptr (GError) error = NULL;

  call_begin (&call, "", stores, url, NULL);
  g_assert_cmpint (kb_logins_erase (kb_session_keeper (call.session), call.request,
                                    &pattern, compared, &error),
                   ==, expected);
  g_assert_no_error (error);
}

static void
begin (void)
{
  stage_new ();
  stage_set_extra ("[stack plain]\nmatch=http://h.example/\nsources=\nstores=keep");
  stores = "keep";
}

/* ---- the rules ------------------------------------------------------------------ */

static void
test_nothing (void)
{
  begin ();
  assert_get (HOST, NULL, NULL, NULL);
  assert_erase (HOST, NULL, NULL, NULL, KB_DECLINED);
}

static void
test_store_and_get (void)
{
  begin ();
  put (HOST, NULL, "alice", "one");
  assert_get (HOST, NULL, NULL, "alice:one");
  assert_get (HOST, NULL, "alice", "alice:one");
}

static void
test_origin_must_match (void)
{
  begin ();
  put (HOST, NULL, "alice", "one");
  assert_get ("http://h.example/", NULL, NULL, NULL);
  assert_get ("https://i.example/", NULL, NULL, NULL);
  assert_get ("https://h.example:8443/", NULL, NULL, NULL);
  assert_get ("https://h.example:443/", NULL, NULL, "alice:one");
}

static void
test_user_must_match (void)
{
  begin ();
  put (HOST, NULL, "alice", "one");
  assert_get (HOST, NULL, "bob", NULL);
  assert_get (HOST, NULL, "", NULL);
  assert_get (HOST, NULL, "Alice", NULL);
}

static void
test_path_must_match (void)
{
  begin ();
  put (HOST, "foo.git", "alice", "one");
  assert_get (HOST, "foo.git", NULL, "alice:one");
  assert_get (HOST, "bar.git", NULL, NULL);
  assert_get (HOST, "foo.git/x", NULL, NULL);
  put (HOST, "bar.git", "alice", "two");
  assert_get (HOST, "foo.git", NULL, "alice:one");
  assert_get (HOST, "bar.git", NULL, "alice:two");
}

/* What was stored for the whole host is not for a path that is asked for by name. */
static void
test_path_is_no_wildcard (void)
{
  begin ();
  put (HOST, NULL, "alice", "one");
  assert_get (HOST, "foo.git", NULL, NULL);
}

static void
test_overwrite (void)
{
  begin ();
  put (HOST, NULL, "alice", "one");
  put (HOST, NULL, "alice", "two");
  assert_get (HOST, NULL, "alice", "alice:two");
  assert_erase (HOST, NULL, "alice", "two", KB_OK);
  assert_get (HOST, NULL, "alice", NULL);
}

static void
test_two_users (void)
{
  begin ();
  put (HOST, NULL, "alice", "one");
  put (HOST, NULL, "bob", "two");
  assert_get (HOST, NULL, "alice", "alice:one");
  assert_get (HOST, NULL, "bob", "bob:two");
  assert_get (HOST, NULL, NULL, "bob:two");
  assert_erase (HOST, NULL, "alice", NULL, KB_OK);
  assert_get (HOST, NULL, "alice", NULL);
}

static void
test_erase_compares (void)
{
  begin ();
  put (HOST, NULL, "alice", "new");
  assert_erase (HOST, NULL, "alice", "old", KB_DECLINED);
  assert_erase (HOST, NULL, "alice", "", KB_DECLINED);
  assert_get (HOST, NULL, "alice", "alice:new");
}

static void
test_erase_host (void)
{
  begin ();
  put (HOST, NULL, "alice", "one");
  put (HOST, "foo.git", "bob", "two");
  put ("https://i.example/", NULL, "alice", "three");
  assert_erase (HOST, NULL, NULL, NULL, KB_OK);
  assert_get (HOST, NULL, NULL, NULL);
  assert_get ("https://i.example/", NULL, NULL, "alice:three");
}

static void
test_erase_of_one_secret (void)
{
  begin ();
  put (HOST, NULL, "alice", "same");
  put (HOST, NULL, "bob", "other");
  assert_erase (HOST, NULL, NULL, "same", KB_OK);
  assert_get (HOST, NULL, NULL, "bob:other");
}

static void
test_empty (void)
{
  begin ();
  put (HOST, NULL, "", "");
  assert_get (HOST, NULL, NULL, ":");
  assert_get (HOST, NULL, "", ":");
  assert_erase (HOST, NULL, "", "x", KB_DECLINED);
  assert_erase (HOST, NULL, "", "", KB_OK);
  assert_get (HOST, NULL, NULL, NULL);
}

static void
test_expiry (void)
{
  g_autoptr (KbRecord) record = NULL;
  gint64 later = kb_clock_now () + 1000;

  begin ();
  assert_put (
      &(Login){ .url = HOST, .user = "alice", .secret = "one", .expires = later });
  record = find (HOST, NULL, NULL, FALSE);
  g_assert_cmpint (record->expires, ==, later);
  put (HOST, NULL, "alice", "one");
  kb_record_free (record);
  record = find (HOST, NULL, NULL, FALSE);
  g_assert_cmpint (record->expires, ==, 0);
}

static void
test_expired_is_not_served (void)
{
  begin ();
  assert_put (&(Login){ .url = HOST, .user = "alice", .secret = "one", .expires = 5 });
  assert_get (HOST, NULL, NULL, NULL);
  put (HOST, NULL, "bob", "two");
  assert_put (&(Login){ .url = HOST, .user = "carol", .secret = "x", .expires = 5 });
  assert_get (HOST, NULL, NULL, "bob:two");
}

/* What renews it is worth having when the password is not. */
static void
test_expired_with_renewal (void)
{
  g_autoptr (KbRecord) record = NULL;
  Login login = { .url = HOST, .user = "a", .secret = "x", .expires = 5, .renewal = "r" };

  begin ();
  assert_put (&login);
  record = find (HOST, NULL, NULL, FALSE);
  g_assert_null (record->secret);
  g_assert_cmpstr (kb_secret_peek (record->renewal), ==, "r");
  put (HOST, NULL, "bob", "two");
  assert_get (HOST, NULL, NULL, "bob:two");
}

static void
test_renewal (void)
{
  g_autoptr (KbRecord) record = NULL;
  Login login = { .url = HOST, .user = "alice", .secret = "one", .renewal = "renewal" };

  begin ();
  assert_put (&login);
  record = find (HOST, NULL, NULL, FALSE);
  g_assert_cmpstr (kb_secret_peek (record->renewal), ==, "renewal");
}

static void
test_authtype (void)
{
  g_autoptr (KbRecord) record = NULL;
  Login login = { .url = HOST, .secret = "token", .authtype = "Bearer" };

  begin ();
  assert_put (&login);
  assert_get (HOST, NULL, NULL, NULL);
  record = find (HOST, NULL, NULL, TRUE);
  g_assert_cmpstr (record->authtype, ==, "Bearer");
  g_assert_cmpstr (kb_secret_peek (record->secret), ==, "token");
  g_assert_null (record->user);
}

static void
test_authtype_and_user (void)
{
  g_autoptr (KbRecord) record = NULL;
  Login login = { .url = HOST, .user = "alice", .secret = "t", .authtype = "Bearer" };

  begin ();
  assert_put (&login);
  record = find (HOST, NULL, "bob", TRUE);
  g_assert_null (record);
  record = find (HOST, NULL, "alice", TRUE);
  g_assert_nonnull (record);
  put (HOST, NULL, "bob", "two");
  assert_get (HOST, NULL, NULL, "bob:two");
}

/* ---- costs and limits ----------------------------------------------------------- */

/* Git stores after every success. */
static void
test_same_again_writes_nothing (void)
{
  begin ();
  put (HOST, NULL, "alice", "one");
  put (HOST, NULL, "alice", "one");
  g_assert_cmpuint (stage_count ("keep put login"), ==, 1);
}

static void
test_many_users (void)
{
  begin ();
  for (guint i = 0; i < 70; i++)
    {
      g_autofree char *user = g_strdup_printf ("user-%u", i);

      put (HOST, NULL, user, "x");
    }
  assert_get (HOST, NULL, "user-5", NULL);
  assert_get (HOST, NULL, "user-6", "user-6:x");
  assert_get (HOST, NULL, "user-69", "user-69:x");
}

/* Long tokens fill an item long before that; the oldest go, the new one always fits. */
static void
test_many_long_tokens (void)
{
  g_autofree char *token = g_strnfill (2500, 'x');
  g_autofree char *expected = g_strconcat ("user-39:", token, NULL);

  begin ();
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *user = g_strdup_printf ("user-%u", i);

      put (HOST, NULL, user, token);
    }
  assert_get (HOST, NULL, NULL, expected);
  assert_get (HOST, NULL, "user-0", NULL);
}

static int
put_one (gpointer data)
{
  g_autofree char *user = g_strdup_printf ("user-%d", (int) getpid ());

  put (HOST, NULL, user, "x");
  return 0;
}

static void
test_parallel (void)
{
  g_auto (Call) call = { 0 };
  g_autofree char *name = kb_item_name ("login", "https://h.example", NULL);
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GPtrArray) records = NULL;

  begin ();
  g_assert_true (stage_fork (32, put_one, NULL));
  call_begin (&call, "", stores, HOST, NULL);
  kb_keeper_get (kb_session_keeper (call.session), name, &value, NULL);
  records = kb_item_open (name, value, NULL);
  g_assert_cmpuint (records->len, ==, stage_crowd (32));
}

/* Two sessions with a cache each and one keyring: neither undoes what the other did. */
static void
test_other_session (void)
{
  begin ();
  stores = "cache;keep";
  put (HOST, NULL, "alice", "one");
  stores = "cache2;keep";
  put (HOST, NULL, "alice", "two");
  put (HOST, NULL, "bob", "three");
  stores = "cache;keep";
  assert_get (HOST, NULL, "alice", "alice:one");
  assert_erase (HOST, NULL, "alice", "one", KB_DECLINED);
  assert_get (HOST, NULL, "alice", "alice:two");
  put (HOST, NULL, "carol", "four");
  assert_get (HOST, NULL, "bob", "bob:three");
  stores = "cache2;keep";
  assert_erase (HOST, NULL, NULL, NULL, KB_OK);
  stores = "cache;keep";
  assert_erase (HOST, NULL, NULL, NULL, KB_DECLINED);
  assert_get (HOST, NULL, NULL, NULL);
}

static KbAnswer
put_where (const char *where)
{
  g_auto (Call) call = { 0 };
  g_autoptr (KbRecord) record = kb_record_new ();
  g_autoptr (GError) ignored = NULL;

  stores = where;
  record->user = g_strdup ("alice");
  record->secret = kb_secret_new_text ("one");
  call_begin (&call, "", stores, HOST, NULL);
  return kb_logins_put (kb_session_keeper (call.session), call.request, record, &ignored);
}

static void
test_caches_alone (void)
{
  begin ();
  g_assert_cmpint (put_where ("cache"), ==, KB_DECLINED);
  put (HOST, NULL, "alice", "one");
  assert_get (HOST, NULL, NULL, "alice:one");
  assert_erase (HOST, NULL, "bob", NULL, KB_DECLINED);
  assert_erase (HOST, NULL, NULL, NULL, KB_OK);
  assert_get (HOST, NULL, NULL, NULL);
  stage_set ("cache", "put", "failed 5");
  g_assert_cmpint (put_where ("cache"), ==, KB_FAILED);
}

static void
test_locked (void)
{
  g_auto (Call) call = { 0 };
  KbLoginPattern pattern = { NULL, NULL, FALSE };
  g_autoptr (KbRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  begin ();
  put (HOST, NULL, "alice", "one");
  stage_set ("keep", "get", "failed 5");
  call_begin (&call, "", stores, HOST, NULL);
  g_assert_cmpint (kb_logins_get (kb_session_keeper (call.session), call.request,
                                  &pattern, &record, &error),
                   ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_clear_error (&error);
  g_assert_cmpint (kb_logins_erase (kb_session_keeper (call.session), call.request,
                                    &pattern, NULL, &error),
                   ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  stage_set ("keep", "get", NULL);
  assert_get (HOST, NULL, NULL, "alice:one");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/logins/nothing", test_nothing);
  g_test_add_func ("/logins/store-and-get", test_store_and_get);
  g_test_add_func ("/logins/origin-must-match", test_origin_must_match);
  g_test_add_func ("/logins/user-must-match", test_user_must_match);
  g_test_add_func ("/logins/path-must-match", test_path_must_match);
  g_test_add_func ("/logins/path-is-no-wildcard", test_path_is_no_wildcard);
  g_test_add_func ("/logins/overwrite", test_overwrite);
  g_test_add_func ("/logins/two-users", test_two_users);
  g_test_add_func ("/logins/erase-compares", test_erase_compares);
  g_test_add_func ("/logins/erase-host", test_erase_host);
  g_test_add_func ("/logins/erase-of-one-secret", test_erase_of_one_secret);
  g_test_add_func ("/logins/empty", test_empty);
  g_test_add_func ("/logins/expiry", test_expiry);
  g_test_add_func ("/logins/expired-is-not-served", test_expired_is_not_served);
  g_test_add_func ("/logins/expired-with-renewal", test_expired_with_renewal);
  g_test_add_func ("/logins/renewal", test_renewal);
  g_test_add_func ("/logins/authtype", test_authtype);
  g_test_add_func ("/logins/authtype-and-user", test_authtype_and_user);
  g_test_add_func ("/logins/same-again-writes-nothing", test_same_again_writes_nothing);
  g_test_add_func ("/logins/many-users", test_many_users);
  g_test_add_func ("/logins/many-long-tokens", test_many_long_tokens);
  g_test_add_func ("/logins/parallel", test_parallel);
  g_test_add_func ("/logins/other-session", test_other_session);
  g_test_add_func ("/logins/caches-alone", test_caches_alone);
  g_test_add_func ("/logins/locked", test_locked);
  return g_test_run ();
}
