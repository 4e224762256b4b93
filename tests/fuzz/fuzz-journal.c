/* SPDX-License-Identifier: MIT */
/* Fuzzes a rotation's journal: what is accepted is written again as the same, and its
   marks are found in the titles that are made of them.  Knows nothing of rotations. */
#include "azure-devops/journal.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* New. */
static KbSecret *
write_again (const KbJournal *journal)
{
  g_autoptr (KbBuffer) json = kb_buffer_new (16 * 1024 * 1024);

  g_assert_true (kb_journal_to_json (journal, json));
  return kb_buffer_steal (json);
}

static void
check_titles (const KbJournal *journal, const char *mark)
{
  g_autofree char *title = kb_journal_title (journal->name, mark);
  g_autofree char *plain = kb_journal_plain (title);

  g_assert_true (g_str_has_prefix (journal->name, plain));
  g_assert_true (kb_journal_is_title (title, mark));
  g_assert_true (g_utf8_validate (title, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (KbSecret) text = kb_secret_new ((const char *) data, size);
  g_autoptr (KbJournal) journal = kb_journal_parse (text);
  g_autoptr (KbJournal) again = NULL;
  g_autoptr (KbSecret) once = NULL;
  g_autoptr (KbSecret) twice = NULL;
  guint left = 0;

  if (journal == NULL)
    return 0;
  once = write_again (journal);
  again = kb_journal_parse (once);
  g_assert_nonnull (again);
  twice = write_again (again);
  g_assert_true (kb_secret_equal (once, twice));
  check_titles (journal, "0123456789abcdef");
  (void) kb_journal_knows (journal, journal->name);
  kb_journal_lose (journal);
  kb_journal_forget (journal, 1653663825, &left);
  g_assert_cmpuint (left, ==, journal->lost->len);
  return 0;
}
