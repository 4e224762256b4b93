/* SPDX-License-Identifier: MIT */
/* Draws what libqrencode computes, two rows of squares in a line of characters.
   Knows nothing of what it says, nor of terminals. */
#include "oauth/qr.h"

#include <qrencode.h>
#include <string.h>

/* The standard wants four; two are enough for telephones, and lines are few. */
#define QUIET 2
/* Wider than this, 80 columns would break it. */
#define WIDTH_MAX 76

static gboolean
is_light (const QRcode *code, int x, int y)
{
  if (x < 0 || y < 0 || x >= code->width || y >= code->width)
    return TRUE;
  return (code->data[y * code->width + x] & 1) == 0;
}

static char *
draw_line (const QRcode *code, int y)
{
  static const char *const halves[] = { " ", "▀", "▄", "█" };
  GString *line = g_string_new (NULL);

  for (int x = -QUIET; x < code->width + QUIET; x++)
    g_string_append (line, halves[is_light (code, x, y) + 2 * is_light (code, x, y + 1)]);
  return g_string_free (line, FALSE);
}

static char **
draw (const QRcode *code)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();

  for (int y = -QUIET; y < code->width + QUIET; y += 2)
    g_ptr_array_add (lines, draw_line (code, y));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&lines), FALSE);
}

/* As setlocale(3) has it, which the program never calls. */
static gboolean
is_utf8_terminal (void)
{
  static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
  const char *value = NULL;
  g_autofree char *lower = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names) && (value == NULL || *value == '\0'); i++)
    value = g_getenv (names[i]);
  lower = g_ascii_strdown (value != NULL ? value : "", -1);
  return strstr (lower, "utf-8") != NULL || strstr (lower, "utf8") != NULL;
}

char **
kb_oauth_qr (const char *text)
{
  QRcode *code;
  char **lines = NULL;

  if (!is_utf8_terminal ())
    return NULL;
  code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L);
  if (code == NULL)
    return NULL;
  if (code->width + 2 * QUIET <= WIDTH_MAX)
    lines = draw (code);
  QRcode_free (code);
  return lines;
}
