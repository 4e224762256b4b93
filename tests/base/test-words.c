/* SPDX-License-Identifier: MIT */
/* Times in words.  Knows nothing of who says them. */
#include "base/clock.h"
#include "base/page.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

/* A slow machine may take some seconds between the two looks at the clock. */
static const struct
{
  gint64 from_now;
  const char *words;
} times[] = {
  { 30 * DAY, "in 30 days" },
  { 29 * DAY + 13 * HOUR, "in 30 days" },
  { 29 * DAY + 11 * HOUR, "in 29 days" },
  { 47 * HOUR, "in 47 h" },
  { 52 * MINUTE, "in 52 min" },
  { -3 * DAY, "3 days ago" },
  { -90 * MINUTE, "90 min ago" },
};

static void
test_when (void)
{
  g_autofree char *never = kb_words_when (0);

  g_assert_cmpstr (never, ==, "no end known");
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *words = kb_words_when (kb_clock_now () + times[i].from_now);

      g_assert_cmpstr (words, ==, times[i].words);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/a time is told as the nearest whole one", test_when);
  return g_test_run ();
}
