/* SPDX-License-Identifier: MIT */
/* Fuzzes secret-service/secret-service-neighbour: what is given on is an address and
   lines that git's protocol can carry.  Knows nothing of D-Bus. */
#include "secret-service/secret-service-neighbour.h"

#include "base/text.h"
#include "base/url.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Lines NAME=VALUE up to an empty one are attributes; what follows is the content. */
static GVariant *
read_attributes (char *text, char **content)
{
  GVariantBuilder builder;
  char *line = text;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  while (*line != '\0' && *line != '\n')
    {
      char *end = line + strcspn (line, "\n");
      char *equals = memchr (line, '=', (gsize) (end - line));
      char *next = *end != '\0' ? end + 1 : end;

      *end = '\0';
      if (equals != NULL)
        *equals = '\0';
      if (equals != NULL && g_utf8_validate (line, -1, NULL)
          && g_utf8_validate (equals + 1, -1, NULL))
        g_variant_builder_add (&builder, "{ss}", line, equals + 1);
      line = next;
    }
  *content = *line == '\n' ? line + 1 : line;
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
check_line (const KbSecret *secret)
{
  if (secret != NULL)
    g_assert_true (kb_text_is_clean (kb_secret_peek (secret), kb_secret_length (secret)));
}

static void
check (const Neighbour *neighbour)
{
  KbForeign foreign = neighbour_tell (neighbour);
  g_autoptr (KbUrl) url = NULL;

  if (neighbour->why != NULL)
    {
      g_assert_null (neighbour->secret);
      g_assert_null (neighbour->renewal);
      return;
    }
  g_assert_true (neighbour_is (neighbour, &foreign));
  url = kb_url_new (foreign.scheme, foreign.host, foreign.path, NULL);
  g_assert_nonnull (url);
  check_line (foreign.secret);
  check_line (foreign.renewal);
  g_assert_cmpint (foreign.expires, >=, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  char *rest = NULL;
  g_autoptr (GVariant) attributes = read_attributes (text, &rest);
  g_autoptr (KbSecret) content = kb_secret_new_text (rest);
  const char *origin = neighbour_origin (attributes, "Git: ");
  g_autoptr (Neighbour) neighbour = NULL;

  if (origin == NULL)
    return 0;
  g_assert_true (neighbour_is_possible (attributes));
  neighbour = neighbour_read (origin, attributes, content);
  check (neighbour);
  return 0;
}
