/* SPDX-License-Identifier: MIT */
/* Tests diagnosis: what is added stands there once, in order, with who found it.
   Knows nothing of what is looked at. */
#include "diagnosis.h"

static const KbFinding *
at (const KbDiagnosis *diagnosis, guint index)
{
  return g_ptr_array_index (kb_diagnosis_findings (diagnosis), index);
}

static void
test_order (void)
{
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (FALSE);
  char name[] = "bus";

  kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, name, "answers", NULL);
  name[0] = 'X';
  kb_diagnosis_set_from (diagnosis, "keyring");
  kb_diagnosis_add (diagnosis, KB_FINDING_BAD, "lock", "is locked", "unlock it");
  g_assert_cmpuint (kb_diagnosis_findings (diagnosis)->len, ==, 2);
  g_assert_cmpstr (at (diagnosis, 0)->name, ==, "bus");
  g_assert_null (at (diagnosis, 0)->from);
  g_assert_null (at (diagnosis, 0)->command);
  g_assert_cmpstr (at (diagnosis, 1)->from, ==, "keyring");
  g_assert_cmpstr (at (diagnosis, 1)->command, ==, "unlock it");
  g_assert_cmpint (at (diagnosis, 1)->state, ==, KB_FINDING_BAD);
  g_assert_false (kb_diagnosis_offline (diagnosis));
}

/* Two instances on one bus say the same of it. */
static void
test_once (void)
{
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (TRUE);

  kb_diagnosis_set_from (diagnosis, "one");
  kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, "bus", "answers", NULL);
  kb_diagnosis_set_from (diagnosis, "two");
  kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, "bus", "answers", NULL);
  kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, "bus", "answers", "a command");
  kb_diagnosis_add (diagnosis, KB_FINDING_BAD, "bus", "answers", NULL);
  g_assert_cmpuint (kb_diagnosis_findings (diagnosis)->len, ==, 3);
  g_assert_cmpstr (at (diagnosis, 0)->from, ==, "one");
  g_assert_true (kb_diagnosis_offline (diagnosis));
}

/* What is absent is no question where something else does its work. */
static void
test_needless (void)
{
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (FALSE);

  kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, "bus", "nobody knows", "look");
  kb_diagnosis_add (diagnosis, KB_FINDING_BAD, "folder", "is not safe", "mend");
  kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, "file", "none was made", "make");
  kb_diagnosis_needless (diagnosis, 1, "keyring keeps what lasts");
  g_assert_cmpint (at (diagnosis, 0)->state, ==, KB_FINDING_UNKNOWN);
  g_assert_cmpstr (at (diagnosis, 0)->command, ==, "look");
  g_assert_cmpint (at (diagnosis, 1)->state, ==, KB_FINDING_BAD);
  g_assert_cmpstr (at (diagnosis, 1)->command, ==, "mend");
  g_assert_cmpint (at (diagnosis, 2)->state, ==, KB_FINDING_GOOD);
  g_assert_null (at (diagnosis, 2)->command);
  g_assert_cmpstr (at (diagnosis, 2)->text, ==,
                   "none was made, nor needed: keyring keeps what lasts");
}

/* A module is not trusted to pass what the header says. */
static void
test_nonsense (void)
{
  g_autoptr (KbDiagnosis) diagnosis = kb_diagnosis_new (FALSE);

  kb_diagnosis_add (diagnosis, (KbFindingState) 17, NULL, NULL, NULL);
  g_assert_cmpint (at (diagnosis, 0)->state, ==, KB_FINDING_UNKNOWN);
  g_assert_cmpstr (at (diagnosis, 0)->name, ==, "");
  g_assert_cmpstr (at (diagnosis, 0)->text, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/diagnosis/order", test_order);
  g_test_add_func ("/diagnosis/once", test_once);
  g_test_add_func ("/diagnosis/nonsense", test_nonsense);
  g_test_add_func ("/diagnosis/needless", test_needless);
  return g_test_run ();
}
