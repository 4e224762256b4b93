/* SPDX-License-Identifier: MIT */
/* Tests base/json: the corpus by its names, look-up, values, the writer, the caps.
   Knows nothing of the rest of base. */
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#include <string.h>

static KbJson *
parse_bytes (const char *bytes, gsize length, GError **error)
{
  g_autoptr (KbSecret) text = kb_secret_new (bytes, length);

  return kb_json_parse (text, error);
}

static KbJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  KbJson *json = parse_bytes (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (json);
  return json;
}

static void
assert_refused (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse_bytes (text, strlen (text), &error));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  g_assert_cmpstr (error->message, ==, message);
}

static void
check_corpus_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KbJson) json = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  json = parse_bytes (bytes, length, &error);
  if ((json != NULL) != g_str_has_prefix (name, "accept-"))
    g_error ("%s: %s", name, error != NULL ? error->message : "accepted");
  if (json != NULL)
    return;
  g_assert_true (g_str_has_prefix (name, "refuse-"));
  g_assert_error (error, KB_ERROR, KB_ERROR_PROTOCOL);
  g_assert_true (kb_text_is_clean (error->message, strlen (error->message)));
}

static void
test_corpus (void)
{
  const char *top = g_getenv ("top_srcdir");
  g_autofree char *folder
      = g_build_filename (top != NULL ? top : ".", "tests", "corpus", "json", NULL);
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  g_assert_nonnull (files);
  for (; (name = g_dir_read_name (files)) != NULL; count++)
    check_corpus_file (folder, name);
  g_assert_cmpuint (count, >=, 60);
}

static void
test_error_place (void)
{
  assert_refused ("", "JSON: it ends too early at byte 0");
  assert_refused ("<html>", "JSON: neither an object nor an array at byte 0");
  assert_refused ("{\"a\":01}", "JSON: neither a comma nor the right bracket at byte 6");
  assert_refused ("{\"a\":tru}", "JSON: no value where one must be at byte 5");
  assert_refused ("{}{}", "JSON: more than one document at byte 2");
  assert_refused ("\xef\xbb\xbf[\"\xff\"]", "JSON: not UTF-8, or a NUL at byte 5");
  assert_refused ("\xef\xbb\xbf {\"a\":1,\"b\":2,\"\\u0061\":3}",
                  "JSON: a key that stands twice at byte 18");
}

static void
test_member_is_of_that_object (void)
{
  g_autoptr (KbJson) json
      = parse ("{\"x\":{\"user\":\"evil\"},\"user\":\"good\",\"v\":\"w\"}");
  g_autofree char *user = kb_json_string (json, kb_json_member (json, 0, "user"));

  g_assert_cmpstr (user, ==, "good");
  g_assert_cmpint (kb_json_member (json, 0, "w"), <, 0);
  g_assert_cmpint (kb_json_member (json, 0, "good"), <, 0);
  g_assert_cmpint (kb_json_member (json, 0, "use"), <, 0);
  g_assert_cmpint (kb_json_member (json, 0, "users"), <, 0);
  g_assert_cmpint (kb_json_member (json, 0, ""), <, 0);
}

static void
test_member_by_escaped_name (void)
{
  g_autoptr (KbJson) json
      = parse ("{\"\\u0061\\/\\ud83d\\ude00\":1,\"\\\\n\":2,\"\\n\":3}");
  gint64 value = 0;

  g_assert_true (kb_json_int64 (json, kb_json_member (json, 0, "a/\xf0\x9f\x98\x80"),
                                FALSE, &value));
  g_assert_cmpint (value, ==, 1);
  g_assert_true (kb_json_int64 (json, kb_json_member (json, 0, "\\n"), FALSE, &value));
  g_assert_cmpint (value, ==, 2);
  g_assert_true (kb_json_int64 (json, kb_json_member (json, 0, "\n"), FALSE, &value));
  g_assert_cmpint (value, ==, 3);
}

static void
test_walk (void)
{
  g_autoptr (KbJson) json = parse (" {\"b\":[1,[2],{}],\"a\":null}");
  KbJsonNode list = kb_json_at (json, 0, 0);
  g_autofree char *first = kb_json_key_at (json, 0, 0);
  g_autofree char *second = kb_json_key_at (json, 0, 1);

  g_assert_cmpuint (kb_json_size (json, 0), ==, 2);
  g_assert_cmpstr (first, ==, "b");
  g_assert_cmpstr (second, ==, "a");
  g_assert_cmpint (kb_json_member (json, 0, "b"), ==, list);
  g_assert_cmpuint (kb_json_size (json, list), ==, 3);
  g_assert_cmpint (kb_json_type (json, kb_json_at (json, list, 0)), ==, KB_JSON_NUMBER);
  g_assert_cmpint (kb_json_type (json, kb_json_at (json, list, 1)), ==, KB_JSON_ARRAY);
  g_assert_cmpint (kb_json_type (json, kb_json_at (json, list, 2)), ==, KB_JSON_OBJECT);
  g_assert_cmpint (kb_json_type (json, kb_json_at (json, 0, 1)), ==, KB_JSON_NULL);
}

/* A missing member can be handed on without a check at each step. */
static void
test_nowhere (void)
{
  g_autoptr (KbJson) json = parse ("{\"a\":[\"b\"]}");
  KbJsonNode none = kb_json_member (json, 0, "z");
  gboolean truth = 5;
  gint64 value = 5;

  g_assert_cmpint (kb_json_type (json, none), ==, KB_JSON_NONE);
  g_assert_cmpint (kb_json_type (json, 99), ==, KB_JSON_NONE);
  g_assert_cmpint (kb_json_member (json, none, "a"), <, 0);
  g_assert_cmpint (kb_json_member (json, kb_json_at (json, 0, 0), "b"), <, 0);
  g_assert_cmpint (kb_json_at (json, none, 0), <, 0);
  g_assert_cmpint (kb_json_at (json, 0, 1), <, 0);
  g_assert_cmpuint (kb_json_size (json, none), ==, 0);
  g_assert_null (kb_json_key_at (json, 0, 1));
  g_assert_null (kb_json_key_at (json, kb_json_at (json, 0, 0), 0));
  g_assert_null (kb_json_string (json, none));
  g_assert_null (kb_json_secret (json, 0));
  g_assert_false (kb_json_int64 (json, none, TRUE, &value));
  g_assert_false (kb_json_boolean (json, none, &truth));
  g_assert_true (value == 5 && truth == 5);
}

static void
test_string (void)
{
  g_autoptr (KbJson) json = parse (
      "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\uD83d\\uDe00 \xc3\xa9\",\"\"]");
  g_autoptr (KbSecret) secret = kb_json_secret (json, kb_json_at (json, 0, 0));
  g_autofree char *text = kb_json_string (json, kb_json_at (json, 0, 0));
  g_autofree char *empty = kb_json_string (json, kb_json_at (json, 0, 1));

  g_assert_cmpstr (text, ==,
                   "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \xc3\xa9");
  g_assert_cmpstr (kb_secret_peek (secret), ==, text);
  g_assert_cmpuint (kb_secret_length (secret), ==, strlen (text));
  g_assert_cmpstr (empty, ==, "");
}

/* The text may be let go of by who gave it. */
static void
test_secret_outlives (void)
{
  g_autoptr (KbSecret) token = NULL;
  g_autofree char *digits = g_strnfill (3000, '7');
  g_autofree char *text = g_strdup_printf ("{\"t\":\"%s\"}", digits);
  KbJson *json = parse (text);

  token = kb_json_secret (json, kb_json_member (json, 0, "t"));
  kb_json_free (json);
  kb_json_free (NULL);
  g_assert_cmpstr (kb_secret_peek (token), ==, digits);
}

static void
assert_int64 (const char *written, gboolean lenient, gboolean is, gint64 expected)
{
  g_autofree char *text = g_strdup_printf ("[%s]", written);
  g_autoptr (KbJson) json = parse (text);
  gint64 value = 12345;

  g_assert_true (kb_json_int64 (json, kb_json_at (json, 0, 0), lenient, &value) == is);
  g_assert_cmpint (value, ==, is ? expected : 12345);
}

static void
test_int64 (void)
{
  static const char *const refused[] = { "9223372036854775808",
                                         "-9223372036854775809",
                                         "99999999999999999999999",
                                         "1.0",
                                         "1e3",
                                         "1E0",
                                         "-0.0",
                                         "0e0",
                                         "true",
                                         "null",
                                         "\"3599\"",
                                         "[1]",
                                         "{}" };

  assert_int64 ("3599", FALSE, TRUE, 3599);
  assert_int64 ("-1", FALSE, TRUE, -1);
  assert_int64 ("0", FALSE, TRUE, 0);
  assert_int64 ("-0", FALSE, TRUE, 0);
  assert_int64 ("9223372036854775807", FALSE, TRUE, G_MAXINT64);
  assert_int64 ("-9223372036854775808", FALSE, TRUE, G_MININT64);
  assert_int64 ("12345678901", TRUE, TRUE, 12345678901);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    assert_int64 (refused[i], FALSE, FALSE, 0);
}

static void
test_int64_lenient (void)
{
  static const char *const refused[] = { "\"\"",
                                         "\"-1\"",
                                         "\"+1\"",
                                         "\" 1\"",
                                         "\"1 \"",
                                         "\"1.0\"",
                                         "\"1e3\"",
                                         "\"0x1\"",
                                         "\"01\"",
                                         "\"00000000000\"",
                                         "\"12345678901\"",
                                         "\"\\u0031\"",
                                         "\"\xd9\xa1\"",
                                         "\"a\"",
                                         "1.5",
                                         "[\"1\"]",
                                         "true" };

  assert_int64 ("\"3599\"", TRUE, TRUE, 3599);
  assert_int64 ("\"0\"", TRUE, TRUE, 0);
  assert_int64 ("\"9999999999\"", TRUE, TRUE, 9999999999);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    assert_int64 (refused[i], TRUE, FALSE, 0);
}

static void
test_boolean (void)
{
  g_autoptr (KbJson) json = parse ("[true,false,null,\"true\",1]");
  gboolean value = FALSE;

  g_assert_true (kb_json_boolean (json, kb_json_at (json, 0, 0), &value) && value);
  g_assert_true (kb_json_boolean (json, kb_json_at (json, 0, 1), &value) && !value);
  for (guint i = 2; i < 5; i++)
    g_assert_false (kb_json_boolean (json, kb_json_at (json, 0, i), &value));
}

static void
test_write (void)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (0);

  kb_buffer_append_text (buffer, "{");
  kb_json_append_name (buffer, "a\"\\\n");
  kb_json_append_string (buffer, "\x01\x7f/\xc3\xa9\xf0\x9f\x98\x80\xff\xe2\x82");
  kb_json_append_name (buffer, "b");
  kb_buffer_append_text (buffer, "[");
  kb_json_append_string (buffer, "\xc2\x85\xe2\x80\xa8\xef\xbb\xbf{");
  kb_buffer_append_text (buffer, "]");
  kb_json_append_name (buffer, "c");
  kb_buffer_append_text (buffer, "{");
  kb_json_append_name (buffer, "");
  kb_buffer_append_text (buffer, "7}}");
  g_assert_cmpstr (
      kb_buffer_peek (buffer), ==,
      "{\"a\\\"\\\\\\u000a\":"
      "\"\\u0001\\u007f/\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\","
      "\"b\":[\"\\u0085\\u2028\\ufeff{\"],\"c\":{\"\":7}}");
}

static void
test_write_limit (void)
{
  g_autoptr (KbBuffer) buffer = kb_buffer_new (10);

  g_assert_true (kb_json_append_name (buffer, "abc"));
  g_assert_false (kb_json_append_string (buffer, "abc"));
  g_assert_false (kb_json_append_name (buffer, "ab"));
  g_assert_cmpstr (kb_buffer_peek (buffer), ==, "\"abc\":");
  g_assert_true (kb_json_append_string (buffer, "ab"));
}

/* "[ITEM,ITEM,...]" */
static char *
list_of (const char *item, guint count)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < count; i++)
    {
      g_string_append (text, i > 0 ? "," : "");
      g_string_append (text, item);
    }
  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

static void
test_caps (void)
{
  g_autofree char *most = list_of ("[]", KB_JSON_TOKENS_MAX - 1);
  g_autofree char *more = list_of ("1", KB_JSON_TOKENS_MAX);
  g_autofree char *longest = g_strnfill (KB_JSON_BYTES_MAX + 1, ' ');
  g_autoptr (KbJson) json = parse (most);
  g_autoptr (KbJson) padded = NULL;

  g_assert_cmpuint (kb_json_size (json, 0), ==, KB_JSON_TOKENS_MAX - 1);
  assert_refused (more, "JSON: too many values at byte 131071");
  memcpy (longest, "{}", 2);
  assert_refused (longest, "JSON: longer than allowed at byte 1048576");
  padded = parse_bytes (longest, KB_JSON_BYTES_MAX, NULL);
  g_assert_nonnull (padded);
}

/* Takes a tenth of a second; a quadratic one would pass the bound under sanitizers. */
static void
test_many_names (void)
{
  GString *text = g_string_new ("{");
  g_autofree char *document = NULL;
  g_autoptr (KbJson) json = NULL;
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < KB_JSON_TOKENS_MAX / 2 - 1; i++)
    g_string_append_printf (text, "%s\"common-prefix-%08u\":1", i > 0 ? "," : "",
                            i * 7919);
  document = g_string_free (g_string_append_c (text, '}'), FALSE);
  json = parse (document);
  for (guint i = 0; i < kb_json_size (json, 0); i++)
    {
      g_autofree char *name = kb_json_key_at (json, 0, i);

      g_assert_cmpint (kb_json_member (json, 0, name), ==, kb_json_at (json, 0, i));
    }
  g_assert_cmpint (g_get_monotonic_time () - start, <, 100 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/corpus", test_corpus);
  g_test_add_func ("/json/error-place", test_error_place);
  g_test_add_func ("/json/member/of-that-object", test_member_is_of_that_object);
  g_test_add_func ("/json/member/escaped-name", test_member_by_escaped_name);
  g_test_add_func ("/json/walk", test_walk);
  g_test_add_func ("/json/nowhere", test_nowhere);
  g_test_add_func ("/json/string", test_string);
  g_test_add_func ("/json/secret-outlives", test_secret_outlives);
  g_test_add_func ("/json/int64", test_int64);
  g_test_add_func ("/json/int64/lenient", test_int64_lenient);
  g_test_add_func ("/json/boolean", test_boolean);
  g_test_add_func ("/json/write", test_write);
  g_test_add_func ("/json/write/limit", test_write_limit);
  g_test_add_func ("/json/caps", test_caps);
  g_test_add_func ("/json/many-names", test_many_names);
  return g_test_run ();
}
