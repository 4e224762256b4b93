/* SPDX-License-Identifier: MIT */
/* The lines of one configuration file as groups of keys, each with its place.
   Knows nothing of what groups and keys mean. */
#ifndef KB_CONFIG_SCAN_H
#define KB_CONFIG_SCAN_H

#include <glib.h>

G_BEGIN_DECLS

/* The syntax is GKeyFile's, less what surprises: everything that is accepted here means
   the same to GKeyFile (tests/fuzz/fuzz-config.c), and besides
   - a key is [a-z0-9-] and stands once in its group, a group once in its file;
   - a group is [KIND] or [KIND NAME], each kb_text_is_name;
   - blanks around a value are no part of it: "\s" is a blank, "\\" a backslash, and there
     are no other escapes, as no value may hold a control character;
   - lines end in LF, and CR stands nowhere (CVE-2025-48384). */

/* More keys than any module's options, so that a hostile file ends early. */
#define KB_CONFIG_KEYS_MAX 128

typedef struct
{
  const char *name;
  const char *value; /* escapes undone */
  guint line;
} KbConfigKey;

typedef struct
{
  const char *file; /* safe to show */
  guint line;
  const char *kind;
  const char *name; /* "" when there is none */
  const KbConfigKey *keys;
  guint n_keys;
} KbConfigGroup;

/* All groups of a file in order; the strings live as long as this does. */
typedef struct _KbConfigScan KbConfigScan;

/* New.  FILE names the text in errors (KB_ERROR_CONFIG, "FILE:LINE: what"), which never
   quote a line.  Groups that are there twice are the caller's to find. */
KbConfigScan *kb_config_scan (const char *file, const char *text, gsize length,
                              GError **error);
void kb_config_scan_free (KbConfigScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbConfigScan, kb_config_scan_free)

const KbConfigGroup *kb_config_scan_groups (const KbConfigScan *scan, guint *n_groups);

/* Borrowed, or NULL. */
const KbConfigKey *kb_config_group_key (const KbConfigGroup *group, const char *name);

/* Sets "FILE:LINE: " and the message.  Always FALSE. */
gboolean kb_config_fail (GError **error, const KbConfigGroup *group, guint line,
                         const char *format, ...) G_GNUC_PRINTF (4, 5);

G_END_DECLS

#endif
