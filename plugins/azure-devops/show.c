/* SPDX-License-Identifier: MIT */
/* Walks a JSON document and prints it indented.
   Knows nothing of what it says. */
#include "show.h"

#include <string.h>

#define STEP 2

static void
add_string (KbPage *page, KbStyle style, const char *text)
{
  g_autoptr (KbBuffer) quoted = kb_buffer_new (0);

  if (!kb_json_append_string (quoted, text))
    return;
  kb_page_show (page, style, kb_buffer_peek (quoted));
}

static void
show_scalar (KbPage *page, const KbJson *json, KbJsonNode node)
{
  g_autofree char *text = kb_json_string (json, node);
  gsize length = 0;
  const char *source = kb_json_source (json, node, &length);
  g_autofree char *word = NULL;

  if (text != NULL)
    {
      add_string (page, KB_STYLE_GOOD, text);
      return;
    }
  word = g_strndup (source, length);
  kb_page_show (page, KB_STYLE_PLAIN, word);
}

static void
new_line (KbPage *page, guint depth)
{
  kb_page_printf (page, "\n%*s", (int) (depth * STEP), "");
}

/* No deeper than KB_JSON_DEPTH_MAX. */
static void
show_node (KbPage *page, const KbJson *json, KbJsonNode node, guint depth)
{
  gboolean object = kb_json_type (json, node) == KB_JSON_OBJECT;
  guint size = kb_json_size (json, node);

  if (!object && kb_json_type (json, node) != KB_JSON_ARRAY)
    {
      show_scalar (page, json, node);
      return;
    }
  kb_page_add (page, object ? "{" : "[");
  for (guint i = 0; i < size; i++)
    {
      g_autofree char *key = kb_json_key_at (json, node, i);

      new_line (page, depth + 1);
      if (key != NULL)
        {
          add_string (page, KB_STYLE_BOLD, key);
          kb_page_add (page, ": ");
        }
      show_node (page, json, kb_json_at (json, node, i), depth + 1);
      if (i + 1 < size)
        kb_page_add (page, ",");
    }
  if (size > 0)
    new_line (page, depth);
  kb_page_add (page, object ? "}" : "]");
}

void
kb_show_json (KbPage *page, const KbJson *json)
{
  show_node (page, json, 0, 0);
  kb_page_add (page, "\n");
}

gboolean
kb_show_copy (KbBuffer *buffer, const KbJson *json, KbJsonNode node)
{
  gsize length = 0;
  const char *source = kb_json_source (json, node, &length);

  return source != NULL && kb_buffer_append (buffer, source, length);
}
