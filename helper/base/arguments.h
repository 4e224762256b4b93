/* SPDX-License-Identifier: MIT */
/* Strict reading of a verb's arguments: what is not known is an error.
   Knows nothing of what the options mean. */
#ifndef KB_ARGUMENTS_H
#define KB_ARGUMENTS_H

#include <glib.h>

G_BEGIN_DECLS

/* One option: `--name`, which sets FLAG, or `--name VALUE` and `--name=VALUE`, which set
   VALUE (borrowed from the arguments).  A NULL name ends the table. */
typedef struct
{
  const char *name;
  gboolean *flag;
  const char **value;
} KbArgument;

/* Options may stand anywhere before `--`; other words go to WORDS, which has room for
   MOST and is filled up with NULL.  REST, when not NULL, gets what follows `--`, or NULL
   where there is no `--`; when it is NULL, what follows `--` are words.  FALSE after a
   complaint that names the culprit: an unknown or repeated option, a value that is
   missing or not wanted, a word too many. */
gboolean kb_arguments_read (const char *verb, char **arguments, const KbArgument *table,
                            guint most, const char **words, char ***rest);

/* For the many verbs that take nothing but --json. */
gboolean kb_arguments_json (const char *verb, char **arguments, gboolean *json);

G_END_DECLS

#endif
