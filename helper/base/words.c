/* SPDX-License-Identifier: MIT */
/* Times and lists in words.
   Knows nothing of what they say. */
#include <string.h>

#include "base/clock.h"
#include "base/page.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* New.  The nearest one: who asks for 30 days is told of 30 a second later. */
static char *
span_in (gint64 seconds, gint64 unit, const char *name)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %s", (seconds + unit / 2) / unit, name);
}

/* New.  Coarse as people are: the minutes of days do not matter. */
static char *
span (gint64 seconds)
{
  if (seconds < 2 * MINUTE)
    return span_in (seconds, 1, "s");
  if (seconds < 2 * HOUR)
    return span_in (seconds, MINUTE, "min");
  if (seconds < 2 * DAY)
    return span_in (seconds, HOUR, "h");
  return span_in (seconds, DAY, "days");
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
