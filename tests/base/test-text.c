/* SPDX-License-Identifier: MIT */
/* Tests base/text: what is clean, how the rest is shown, encodings, numbers, random ids.
   Knows nothing of the rest of base. */
#include "base/text.h"

#include <string.h>

static gboolean
is_clean (const char *text)
{
  return kb_text_is_clean (text, strlen (text));
}

/* Both sides of the border of every range that is refused. */
static void
test_clean_points (void)
{
  static const gunichar clean[]
      = { 0x20,   0x7e,   0xa0,   0xe9,   0x61b,   0x61d,   0x200d,  0x2010,   0x2027,
          0x202f, 0x2065, 0x206a, 0xfefe, 0xd7ff,  0xe000,  0xff00,  0xffff,   0x10000,
          0x7ff,  0x800,  0xfff,  0x1000, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10ffff };
  static const gunichar refused[]
      = { 0x1,    0x9,    0xa,    0xd,    0x1b,   0x1f,   0x7f,
          0x80,   0x85,   0x9b,   0x9f,   0x61c,  0x200e, 0x200f,
          0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff };
  char utf8[8];

  for (gsize i = 0; i < G_N_ELEMENTS (clean); i++)
    g_assert_true (kb_text_is_clean (utf8, (gsize) g_unichar_to_utf8 (clean[i], utf8)));
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_false (
        kb_text_is_clean (utf8, (gsize) g_unichar_to_utf8 (refused[i], utf8)));
}

static void
test_clean_utf8 (void)
{
  static const char *const refused[] = { "\x80",
                                         "\xbf",
                                         "\xc0\xaf",
                                         "\xc1\xbf",
                                         "\xe0\x80\xaf",
                                         "\xe0\x9f\xbf",
                                         "\xed\xa0\x80",
                                         "\xed\xbf\xbf",
                                         "\xf0\x80\x80\xaf",
                                         "\xf0\x8f\xbf\xbf",
                                         "\xf4\x90\x80\x80",
                                         "\xf5\x80\x80\x80",
                                         "\xf8\x88\x80\x80\x80",
                                         "\xfe",
                                         "\xff",
                                         "\xc3",
                                         "\xe2\x82",
                                         "\xf0\x9f\x98",
                                         "\xc3(",
                                         "\xe2(\xa1",
                                         "\xe2\x82(",
                                         "\xe9t\xe9" };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *inside = g_strdup_printf ("ab%scd", refused[i]);

      g_assert_false (is_clean (refused[i]));
      g_assert_false (is_clean (inside));
    }
  g_assert_true (is_clean (""));
  g_assert_true (is_clean ("d\xc3\xa9v \xe2\x82\xac \xf0\x9f\x98\x80"));
  g_assert_false (kb_text_is_clean ("dev.azure.com\0.evil.example", 27));
  g_assert_false (kb_text_is_clean ("\xe2\x82\xac", 2)); /* LENGTH rules, not the NUL */
}

/* The same judgement by GLib's means. */
static gboolean
is_clean_by_glib (const char *text, gssize length)
{
  static const char refused[]
      = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
        "\u2066\u2067\u2068\u2069\ufeff";

  if (!g_utf8_validate_len (text, (gsize) length, NULL))
    return FALSE;
  for (const char *at = text; at < text + length; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at))
        || g_utf8_strchr (refused, -1, g_utf8_get_char (at)) != NULL)
      return FALSE;
  return TRUE;
}

/* All pairs of bytes, each with a third and a fourth from both sides of every border. */
static void
test_clean_like_glib (void)
{
  static const guint8 kinds[]
      = { 0x00, 0x20, 0x7f, 0x80, 0x8e, 0x8f, 0x90, 0xa6, 0xa9, 0xae, 0xbf, 0xc0, 0xff };

  for (guint pair = 0; pair < 0x10000; pair++)
    for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
      {
        const char bytes[] = { (char) (pair >> 8), (char) (pair & 0xff), (char) kinds[i],
                               (char) 0xbf, 0 };

        for (gsize length = 2; length <= 4; length++)
          g_assert_true (kb_text_is_clean (bytes, length)
                         == is_clean_by_glib (bytes, (gssize) length));
      }
}

static void
assert_escaped (const char *text, gsize limit, const char *expected)
{
  g_autofree char *shown = kb_text_escape (text, strlen (text), limit);

  g_assert_cmpstr (shown, ==, expected);
  g_assert_true (is_clean (shown));
}

static void
test_escape (void)
{
  assert_escaped ("", 0, "");
  assert_escaped ("plain 100% \xc3\xa9", 0, "plain 100% \xc3\xa9");
  assert_escaped ("\alatrix", 0, "%07latrix");
  assert_escaped ("a\r\nb\x1b[31m\x7f", 0, "a%0D%0Ab%1B[31m%7F");
  assert_escaped ("\xc2\x9b\xe2\x80\xae\xef\xbb\xbf", 0, "%C2%9B%E2%80%AE%EF%BB%BF");
  assert_escaped ("\xff\xe2\x82", 0, "%FF%E2%82");
  assert_escaped ("\xe2\x80\x8b\xf3\xa0\x80\x81", 0, "%E2%80%8B%F3%A0%80%81");
  assert_escaped ("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81!", 0,
                  "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81%CC%81!");
}

static void
test_escape_limit (void)
{
  g_autofree char *many = g_strnfill (300, 'x');
  g_autofree char *shown = kb_text_escape (many, 300, 0);
  g_autofree char *nul = kb_text_escape ("a\0b", 3, 0);

  assert_escaped ("abcdef", 6, "abcdef");
  assert_escaped ("abcdef", 5, "abcde...");
  assert_escaped ("ab\xe2\x82\xac", 4, "ab...");
  assert_escaped ("ab\xe2\x82\xac", 5, "ab\xe2\x82\xac");
  g_assert_cmpuint (strlen (shown), ==, 256 + 3);
  g_assert_cmpstr (nul, ==, "a%00b");
}

static void
test_escape_anything (void)
{
  for (guint round = 0; round < 20000; round++)
    {
      char bytes[16];
      g_autofree char *shown = NULL;

      for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = (char) g_test_rand_int_range (round % 2 == 0 ? 0x80 : 0, 256);
      shown = kb_text_escape (bytes, sizeof bytes,
                              (gsize) g_test_rand_int_range (0, sizeof bytes + 2));
      g_assert_true (is_clean (shown));
    }
}

static void
test_name (void)
{
  g_autofree char *longest = g_strnfill (64, 'a');
  g_autofree char *longer = g_strnfill (65, 'a');

  g_assert_true (kb_text_is_name ("a"));
  g_assert_true (kb_text_is_name ("secret-service"));
  g_assert_true (kb_text_is_name ("0--9"));
  g_assert_true (kb_text_is_name (longest));
  g_assert_false (kb_text_is_name (longer));
  g_assert_false (kb_text_is_name (""));
  g_assert_false (kb_text_is_name ("-"));
  g_assert_false (kb_text_is_name ("-a"));
  g_assert_false (kb_text_is_name ("a-"));
  g_assert_false (kb_text_is_name ("A"));
  g_assert_false (kb_text_is_name ("../a"));
  g_assert_false (kb_text_is_name ("a_b"));
  g_assert_false (kb_text_is_name ("\xc3\xa9"));
}

/* RFC 4648 section 10, without padding. */
static void
test_base64url_vectors (void)
{
  static const char *const encoded[]
      = { "", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy" };

  for (gsize i = 0; i < G_N_ELEMENTS (encoded); i++)
    {
      g_autofree char *text = kb_text_base64url ((const guint8 *) "foobar", i);
      gsize length = 99;
      g_autofree guint8 *bytes = kb_text_base64url_decode (encoded[i], &length);

      g_assert_cmpstr (text, ==, encoded[i]);
      g_assert_cmpmem (bytes, (int) length, "foobar", (int) i);
      g_assert_cmpuint (bytes[length], ==, 0);
    }
}

static void
test_base64url_round_trip (void)
{
  guint8 bytes[67];

  for (guint round = 0; round < 2000; round++)
    {
      gsize count = round % (sizeof bytes + 1), length = 0;
      g_autofree char *text = NULL;
      g_autofree guint8 *again = NULL;

      for (gsize i = 0; i < count; i++)
        bytes[i] = (guint8) g_test_rand_int_range (0, 256);
      text = kb_text_base64url (bytes, count);
      again = kb_text_base64url_decode (text, &length);
      g_assert_cmpmem (again, (int) length, bytes, (int) count);
    }
}

static void
test_base64url_refused (void)
{
  static const char *const refused[]
      = { "Z",     "Zh",   "Zm9",  "Zm9vZ", "Zg==",     "Zg=",  "Zm9v\n",
          " Zm9v", "Zm+v", "Zm/v", "Zm.v",  "\xc3\xa9", "____x" };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      gsize length = 99;

      g_assert_null (kb_text_base64url_decode (refused[i], &length));
      g_assert_cmpuint (length, ==, 99);
    }
}

static void
test_int64 (void)
{
  static const char *const refused[] = { "",
                                         "-1",
                                         "+1",
                                         " 1",
                                         "1 ",
                                         "01",
                                         "00",
                                         "0x1",
                                         "1.0",
                                         "9223372036854775808",
                                         "99999999999999999999" };
  gint64 value = 7;

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_false (kb_text_to_int64 (refused[i], G_MAXINT64, &value));
  g_assert_false (kb_text_to_int64 ("101", 100, &value));
  g_assert_false (kb_text_to_int64 ("6", 5, &value));
  g_assert_false (kb_text_to_int64 ("0", -1, &value));
  g_assert_cmpint (value, ==, 7);
  g_assert_true (kb_text_to_int64 ("100", 100, &value));
  g_assert_cmpint (value, ==, 100);
  g_assert_true (kb_text_to_int64 ("0", 0, &value));
  g_assert_cmpint (value, ==, 0);
  g_assert_true (kb_text_to_int64 ("9223372036854775807", G_MAXINT64, &value));
  g_assert_cmpint (value, ==, G_MAXINT64);
}

/* FIPS 180-2, appendix B. */
static void
test_sha256 (void)
{
  g_autofree char *abc = kb_text_sha256 ("abc", 3);
  g_autofree char *empty = kb_text_sha256 (NULL, 0);

  g_assert_cmpstr (abc, ==,
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  g_assert_cmpstr (empty, ==,
                   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void
test_random_id (void)
{
  g_autofree char *id = kb_text_random_id (FALSE);
  g_autofree char *other = kb_text_random_id (FALSE);
  g_autofree char *guid = kb_text_random_id (TRUE);

  g_assert_cmpuint (strlen (id), ==, 32);
  g_assert_cmpuint (strspn (id, "0123456789abcdef"), ==, 32);
  g_assert_cmpstr (id, !=, other);
  g_assert_true (g_uuid_string_is_valid (guid));
  g_assert_true (guid[14] == '4' && strchr ("89ab", guid[19]) != NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/clean/points", test_clean_points);
  g_test_add_func ("/text/clean/utf-8", test_clean_utf8);
  g_test_add_func ("/text/clean/like-glib", test_clean_like_glib);
  g_test_add_func ("/text/escape", test_escape);
  g_test_add_func ("/text/escape/limit", test_escape_limit);
  g_test_add_func ("/text/escape/anything", test_escape_anything);
  g_test_add_func ("/text/name", test_name);
  g_test_add_func ("/text/base64url/vectors", test_base64url_vectors);
  g_test_add_func ("/text/base64url/round-trip", test_base64url_round_trip);
  g_test_add_func ("/text/base64url/refused", test_base64url_refused);
  g_test_add_func ("/text/int64", test_int64);
  g_test_add_func ("/text/sha256", test_sha256);
  g_test_add_func ("/text/random-id", test_random_id);
  return g_test_run ();
}
