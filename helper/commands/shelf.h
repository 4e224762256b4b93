/* SPDX-License-Identifier: MIT */
/* The stores as a person sees them: which are there, what each keeps, until when.
   Knows nothing of who made what is kept. */
#ifndef KB_COMMANDS_SHELF_H
#define KB_COMMANDS_SHELF_H

#include "item.h"
#include "runtime.h"

G_BEGIN_DECLS

/* One store, or the emergency place (emergency.h), which is a shelf when something waits
   there.  Nothing here unlocks, chooses or starts one. */
typedef struct
{
  const char *name;
  gboolean emergency;
  const KbOpened *opened; /* NULL for the emergency place, and when it has no module */
  KbAnswer state;         /* what probe said, or why it could not be opened */
  char *why;              /* of KB_DECLINED and KB_FAILED; may be NULL */
} KbShelf;

/* New, of KbShelf: the stores of STACK in its order, or of all stacks when it is NULL,
   and the emergency place. */
GPtrArray *kb_shelves_new (KbRuntime *runtime, const KbStack *stack, KbRequest *request);

gboolean kb_shelf_is_cache (const KbShelf *shelf);

/* A word for scripts: there, absent, unusable. */
const char *kb_shelf_state (const KbShelf *shelf);

/* New: "there", "there, as a cache", "absent: ...", "cannot be used now: ...". */
char *kb_shelf_words (const KbShelf *shelf);

/* New: names of what it keeps, sorted; NULL when it cannot or will not say. */
GPtrArray *kb_shelf_names (const KbShelf *shelf, const KbRequest *request);

/* New, of KbRecord, or NULL when it has no such item that can be read. */
GPtrArray *kb_shelf_look (const KbShelf *shelf, const KbRequest *request,
                          const char *item);

KbAnswer kb_shelf_erase (const KbShelf *shelf, const KbRequest *request, const char *item,
                         GError **error);

/* ---- one item, wherever it is --------------------------------------------------- */

typedef struct
{
  GPtrArray *places; /* of const char *, the names of stores */
  gboolean kept;
  gboolean refused;
  gint64 made;
  gint64 expires; /* of the one that lives longest */
} KbFound;

void kb_found_clear (KbFound *found);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbFound, kb_found_clear)

/* Looks into every shelf. */
void kb_found_look (KbFound *found, const GPtrArray *shelves, const KbRequest *request,
                    const char *item);

/* New: "fresh, expires in 52 min", "refused by the server", ... */
char *kb_found_words (const KbFound *found);

/* A word for scripts: none, fresh, ageing, expired, refused. */
const char *kb_found_state (const KbFound *found);

/* One item with where it is. */
typedef struct
{
  char *name;
  char **parts; /* kb_item_parts */
  KbFound found;
} KbItem;

/* New, of KbItem, sorted by name: all that SHELVES keep and let themselves be asked
   for. */
GPtrArray *kb_items_new (const GPtrArray *shelves, const KbRequest *request);

/* Borrowed: the part at INDEX, "" when there are fewer. */
const char *kb_item_part (const KbItem *item, guint index);

/* The member "stores" of a JSON object. */
void kb_found_to_json (const KbFound *found, KbBuffer *json);
void kb_shelf_to_json (const KbShelf *shelf, KbBuffer *json);

G_END_DECLS

#endif
