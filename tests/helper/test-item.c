/* SPDX-License-Identifier: MIT */
/* Tests item: round trips, suspicion of what a store answers, limits, names.
   Knows nothing of stores. */
#include "item.h"

#include <string.h>

#include "base/lines.h"
#include "base/text.h"

static GPtrArray *
new_records (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
}

static KbRecord *
add_record (GPtrArray *records, const char *user, const char *secret)
{
  KbRecord *record = kb_record_new ();

  record->user = g_strdup (user);
  record->secret = secret != NULL ? kb_secret_new_text (secret) : NULL;
  g_ptr_array_add (records, record);
  return record;
}

static void
assert_same_secret (const KbSecret *a, const KbSecret *b)
{
  g_assert_true (kb_secret_equal (a, b));
}

static void
assert_same (const KbRecord *a, const KbRecord *b)
{
  g_assert_cmpstr (a->path, ==, b->path);
  g_assert_cmpstr (a->user, ==, b->user);
  g_assert_cmpstr (a->authtype, ==, b->authtype);
  g_assert_cmpint (a->scheme, ==, b->scheme);
  assert_same_secret (a->secret, b->secret);
  assert_same_secret (a->renewal, b->renewal);
  g_assert_cmpint (a->made, ==, b->made);
  g_assert_cmpint (a->expires, ==, b->expires);
  g_assert_cmpint (a->refresh_after, ==, b->refresh_after);
  g_assert_cmpint (a->refused, ==, b->refused);
}

static void
check_round_trip (const GPtrArray *records)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbSecret) sealed = kb_item_seal ("login/a", records, &error);
  g_autoptr (GPtrArray) opened = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (strspn (kb_secret_peek (sealed), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                     "abcdefghijklmnopqrstuvwxyz"
                                                     "0123456789-_"),
                    ==, kb_secret_length (sealed));
  opened = kb_item_open ("login/a", sealed, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (opened->len, ==, records->len);
  for (guint i = 0; i < records->len; i++)
    assert_same (opened->pdata[i], records->pdata[i]);
}

static void
test_round_trip (void)
{
  g_autoptr (GPtrArray) records = new_records ();
  KbRecord *record = add_record (records, "alice@contoso.example", "s3cret=with=equals");

  record->scheme = KB_SCHEME_BEARER;
  record->path = g_strdup ("contoso/My Project/_git/repo");
  record->authtype = g_strdup ("Bearer");
  record->renewal = kb_secret_new_text ("renewal");
  record->made = 1;
  record->expires = G_MAXINT64;
  record->refresh_after = 3;
  record->refused = TRUE;
  add_record (records, "bj\xc3\xb6rn", "p\xc3\xa4ss");
  check_round_trip (records);
}

static void
test_null_is_not_empty (void)
{
  g_autoptr (GPtrArray) records = new_records ();
  KbRecord *record = add_record (records, "", "");

  record->path = g_strdup ("");
  record->renewal = kb_secret_new_text ("");
  add_record (records, NULL, NULL);
  check_round_trip (records);
}

static void
test_credential (void)
{
  g_autoptr (KbSecret) secret = kb_secret_new_text ("token");
  g_autoptr (KbCredential) credential = kb_credential_new (KB_SCHEME_BEARER, "u", secret);
  g_autoptr (KbCredential) again = NULL;
  g_autoptr (KbRecord) record = NULL;

  kb_credential_set_expires (credential, 100);
  kb_credential_set_refresh_after (credential, 50);
  record = kb_record_from_credential (credential);
  again = kb_record_to_credential (record);
  g_assert_cmpint (kb_credential_scheme (again), ==, KB_SCHEME_BEARER);
  g_assert_cmpstr (kb_credential_user (again), ==, "u");
  assert_same_secret (kb_credential_secret (again), secret);
  g_assert_cmpint (kb_credential_expires (again), ==, 100);
  g_assert_cmpint (kb_credential_refresh_after (again), ==, 50);
}

static KbSecret *
seal_one (const char *name)
{
  g_autoptr (GPtrArray) records = new_records ();

  add_record (records, "alice", "token");
  return kb_item_seal (name, records, NULL);
}

static void
assert_refused (const char *name, const KbSecret *text, const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (kb_item_open (name, text, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

/* Opens the envelope of LINES. */
static void
assert_lines_refused (const char *lines, const char *pattern)
{
  g_autofree char *text = kb_text_base64url ((const guint8 *) lines, strlen (lines));
  g_autoptr (KbSecret) sealed = kb_secret_new_text (text);

  assert_refused ("a", sealed, pattern);
}

static void
test_another_name (void)
{
  g_autoptr (KbSecret) sealed = seal_one ("credential/a");

  assert_refused ("credential/b", sealed, "credential/b: *another item");
}

static void
test_not_an_item (void)
{
  static const char *const damaged[]
      = { "",
          "\n",
          "keybearer=2\nname=a\nrecord=basic\n",
          "name=a\nkeybearer=1\nrecord=basic\n",
          "keybearer=1\nrecord=basic\n",
          "keybearer=1\nname=a\n",
          "keybearer=1\nname=a\nuser=alice\n",
          "keybearer=1\nname=a\nrecord=basic\nexpires=-1\n",
          "keybearer=1\nname=a\nrecord=basic\nexpires=soon\n",
          "keybearer=1\nname=a\nrecord=basic\nmade=99999999999999999999\n",
          "keybearer=1\nname=a\nrecord=basic\nuser=a\rb\n",
          "keybearer=1\nname=a\nrecord=digest\nsecret=x\n",
          "keybearer=1\nname=a\nrecord=basic\nno equals sign\n" };

  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    assert_lines_refused (damaged[i], "a: *");
}

static void
test_newer_minor (void)
{
  const char *lines
      = "keybearer=1\nname=a\nhint=x\nrecord=bearer\ncolour=blue\nsecret=t\n";
  g_autofree char *text = kb_text_base64url ((const guint8 *) lines, strlen (lines));
  g_autoptr (KbSecret) sealed = kb_secret_new_text (text);
  g_autoptr (GPtrArray) records = kb_item_open ("a", sealed, NULL);
  const KbRecord *record;

  g_assert_nonnull (records);
  record = records->pdata[0];
  g_assert_cmpint (record->scheme, ==, KB_SCHEME_BEARER);
  g_assert_cmpstr (kb_secret_peek (record->secret), ==, "t");
}

/* A changed byte may change what is in the item, as only a store can seal; it never makes
   it an item of another name, and never crashes. */
static void
test_tampered (void)
{
  g_autoptr (KbSecret) sealed = seal_one ("credential/alice");
  const char *text = kb_secret_peek (sealed);

  for (gsize i = 0; i < kb_secret_length (sealed); i++)
    {
      g_autofree char *changed = g_strdup (text);
      g_autoptr (KbSecret) value = NULL;
      g_autoptr (GPtrArray) records = NULL;

      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      value = kb_secret_new_text (changed);
      g_assert_null (kb_item_open ("credential/bob", value, NULL));
      records = kb_item_open ("credential/alice", value, NULL);
      g_assert_true (records == NULL || records->len == 1);
    }
}

static void
test_not_base64url (void)
{
  static const char *const damaged[] = { "", "=", "ab=", "a", "a b", "a+b/", "YQ\n" };

  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autoptr (KbSecret) text = kb_secret_new_text (damaged[i]);

      assert_refused ("a", text, "a: *damaged*");
    }
}

/* Two tokens of 2.5 kB four times over fit; what a store need not take is refused
   here. */
static void
test_limits (void)
{
  g_autoptr (GPtrArray) records = new_records ();
  g_autofree char *token = g_strnfill (2500, 'x');
  g_autofree char *huge = g_strnfill (KB_STORE_ITEM_MAX, 'x');
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 4; i++)
    add_record (records, "alice", token)->renewal = kb_secret_new_text (token);
  check_round_trip (records);
  add_record (records, "alice", huge);
  g_assert_null (kb_item_seal ("login/a", records, &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, "xxxx"));
}

static void
test_unclean (void)
{
  static const char *const unclean[]
      = { "a\nb", "a\rb", "\xc2\x85", "\xe2\x80\xa8", "\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (unclean); i++)
    {
      g_autoptr (GPtrArray) records = new_records ();
      g_autoptr (GError) error = NULL;

      add_record (records, "alice", unclean[i]);
      g_assert_null (kb_item_seal ("login/a", records, &error));
      g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
    }
}

static void
test_sealed_is_within_the_limit (void)
{
  for (gsize length = 49000; length < 49200; length++)
    {
      g_autoptr (GPtrArray) records = new_records ();
      g_autofree char *token = g_strnfill (length, 'x');
      g_autoptr (KbSecret) sealed = NULL;

      add_record (records, NULL, token);
      sealed = kb_item_seal ("a", records, NULL);
      g_assert_true (sealed == NULL || kb_secret_length (sealed) <= KB_STORE_ITEM_MAX);
    }
}

static void
test_name (void)
{
  g_autofree char *plain = kb_item_name ("login", "https://a.example:8443", NULL);
  g_autofree char *odd = kb_item_name ("credential", "a/b", "", "Bj\xc3\xb6rn x", NULL);
  g_autofree char *a = kb_item_name ("k", "a/b", "c", NULL);
  g_autofree char *b = kb_item_name ("k", "a", "b/c", NULL);

  g_assert_cmpstr (plain, ==, "login/https:%2f%2fa.example:8443");
  g_assert_cmpstr (odd, ==, "credential/a%2fb//%42j%c3%b6rn%20x");
  g_assert_cmpstr (a, !=, b);
}

static void
test_long_name (void)
{
  g_autofree char *part = g_strnfill (2000, 'a');
  g_autofree char *other = g_strnfill (2001, 'a');
  g_autofree char *name = kb_item_name ("login", part, NULL);
  g_autofree char *again = kb_item_name ("login", part, NULL);
  g_autofree char *longer = kb_item_name ("login", other, NULL);

  g_assert_cmpuint (strlen (name), ==, 512);
  g_assert_cmpstr (name, ==, again);
  g_assert_cmpstr (name, !=, longer);
}

static void
test_expires (void)
{
  g_autoptr (GPtrArray) records = new_records ();

  add_record (records, "a", "x")->expires = 5;
  add_record (records, "b", "x")->expires = 9;
  g_assert_cmpint (kb_item_expires (records), ==, 9);
  add_record (records, "c", "x");
  g_assert_cmpint (kb_item_expires (records), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/item/round-trip", test_round_trip);
  g_test_add_func ("/item/null-is-not-empty", test_null_is_not_empty);
  g_test_add_func ("/item/credential", test_credential);
  g_test_add_func ("/item/another-name", test_another_name);
  g_test_add_func ("/item/not-an-item", test_not_an_item);
  g_test_add_func ("/item/newer-minor", test_newer_minor);
  g_test_add_func ("/item/tampered", test_tampered);
  g_test_add_func ("/item/not-base64url", test_not_base64url);
  g_test_add_func ("/item/limits", test_limits);
  g_test_add_func ("/item/unclean", test_unclean);
  g_test_add_func ("/item/sealed-is-within-the-limit", test_sealed_is_within_the_limit);
  g_test_add_func ("/item/name", test_name);
  g_test_add_func ("/item/long-name", test_long_name);
  g_test_add_func ("/item/expires", test_expires);
  return g_test_run ();
}
