/* SPDX-License-Identifier: MIT */
/* keybearer store migrate: what other programs keep becomes ours.
   Knows nothing of how they keep it. */
#ifndef KB_COMMANDS_MIGRATE_H
#define KB_COMMANDS_MIGRATE_H

#include "adopt.h"
#include "commands/page.h"

G_BEGIN_DECLS

typedef enum
{
  KB_MIGRATED_COPIED,
  KB_MIGRATED_KEPT, /* it was ours before */
  KB_MIGRATED_LEFT,
  KB_MIGRATED_FAILED
} KbMigrated;

/* One thing that another program keeps, and what became of it. */
typedef struct
{
  KbForeign foreign; /* with strings and secrets of its own */
  const KbOpened *where;
  KbMigrated result;
  gboolean deleted;
  const char *source; /* or NULL; borrowed */
  const char *store;  /* or NULL; borrowed */
  char *note;         /* why it is left, or what is to be known; or NULL */
} KbOld;

typedef struct
{
  const char *from; /* an origin, or NULL for all */
  gboolean delete;
  gboolean dry;
  gboolean json;
  GPtrArray *olds; /* of KbOld */
} KbMigration;

/* What follows `store migrate`. */
int kb_command_migrate (const KbStreams *streams, char **arguments, GError **error);

void kb_migration_show (const KbMigration *migration, KbPage *page);
void kb_migration_to_json (const KbMigration *migration, KbPage *page);

/* New: what a person knows the place by. */
char *kb_old_place (const KbOld *old);

G_END_DECLS

#endif
