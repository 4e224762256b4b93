/* SPDX-License-Identifier: MIT */
/* What the fake modules share: each behaviour is a small file in the folder of a test, so
   that it can change between two calls without changing the configuration.
   Knows nothing of sources and stores. */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* One option: the folder. */
extern const KbOption fake_options[];

/* New: the content of FOLDER/INSTANCE.KEY without its end of line, else FALLBACK. */
char *fake_text (const KbInstance *instance, const char *key, const char *fallback);
gint64 fake_number (const KbInstance *instance, const char *key, gint64 fallback);

/* New: FOLDER/INSTANCE.KEY. */
char *fake_path (const KbInstance *instance, const char *key);

/* Writes it whole, by way of another name. */
void fake_write (const KbInstance *instance, const char *key, const char *value);

/* Appends the line "INSTANCE WHAT" to FOLDER/calls; the number of such lines then. */
guint fake_note (const KbInstance *instance, const char *what);

/* What the file KEY says of an answer: "ok", "declined", "failed CODE", "without" (FAILED
   without an error), "nothing" (OK without a result), "odd" (no answer that exists).
   *GIVES: the result is to be set. */
KbAnswer fake_answer (const KbInstance *instance, const char *key, gboolean *gives,
                      GError **error);

G_END_DECLS

#endif
