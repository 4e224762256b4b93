/* SPDX-License-Identifier: MIT */
/* Tests base/clock: what is left of a deadline, and how far one is stretched.
   Knows nothing of what is waited for. */
#include "base/clock.h"

static void
test_left (void)
{
  gint64 now = kb_clock_boot_ms ();

  g_assert_cmpint (kb_clock_left_ms (now - 1), ==, 0);
  g_assert_cmpint (kb_clock_left_ms (now + 3600000), >, 0);
  g_assert_cmpint (kb_clock_left_ms (now + 3600000), <=, 3600000);
}

/* Whatever is no number of the range leaves a deadline as it is: none is ever shorter. */
static void
test_patience (void)
{
  static const struct
  {
    const char *text;
    gint64 expected;
  } cases[]
      = { { NULL, 15000 },  { "1", 15000 },  { "8", 120000 }, { "60", 900000 },
          { "61", 15000 },  { "0", 15000 },  { "-2", 15000 }, { "", 15000 },
          { "2.5", 15000 }, { "3x", 15000 }, { " 3", 15000 }, { "4294967297", 15000 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (cases[i].text != NULL)
        g_setenv ("KEYBEARER_PATIENCE", cases[i].text, TRUE);
      else
        g_unsetenv ("KEYBEARER_PATIENCE");
      g_assert_cmpint (kb_clock_patient_ms (15000), ==, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/left", test_left);
  g_test_add_func ("/clock/patience", test_patience);
  return g_test_run ();
}
