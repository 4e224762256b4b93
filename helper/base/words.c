/* SPDX-License-Identifier: MIT */
/* Times and lists in words.
   Knows nothing of what they say. */
#include <string.h>

#include "base/clock.h"
#include "base/page.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* New.  Coarse as people are: the minutes of days do not matter. */
static char *
span (gint64 seconds)
{
  if (seconds < 2 * MINUTE)
    return g_strdup_printf ("%d s", (int) seconds);
  if (seconds < 2 * HOUR)
    return g_strdup_printf ("%d min", (int) (seconds / MINUTE));
  if (seconds < 2 * DAY)
    return g_strdup_printf ("%d h", (int) (seconds / HOUR));
  return g_strdup_printf ("%" G_GINT64_FORMAT " days", seconds / DAY);
}

char *
kb_words_when (gint64 when)
{
  gint64 left = when - kb_clock_now ();
  g_autofree char *words = NULL;

  if (when == 0)
    return g_strdup ("no end known");
  words = span (ABS (left));
  return left > 0 ? g_strconcat ("in ", words, NULL) : g_strconcat (words, " ago", NULL);
}

const char *
kb_words_without (const char *name, const char *message)
{
  gsize length = strlen (name);

  if (strncmp (message, name, length) == 0 && g_str_has_prefix (message + length, ": "))
    return message + length + strlen (": ");
  return message;
}

char *
kb_words_list (const GPtrArray *texts, const char *last)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    {
      if (i > 0 && i + 1 == texts->len)
        g_string_append_printf (list, " %s ", last);
      else if (i > 0)
        g_string_append (list, ", ");
      g_string_append (list, g_ptr_array_index (texts, i));
    }
  return g_string_free (list, FALSE);
}
