/* SPDX-License-Identifier: MIT */
/* A stage for the core's tests: empty folders, a stack of fake modules, one call.
   Knows nothing of what is tested. */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include "item.h"
#include "request.h"
#include "session.h"

G_BEGIN_DECLS

/* Empty state and behaviour: first of all in every test. */
void stage_new (void);
const char *stage_folder (void);

/* What INSTANCE does from now on (fake.h); VALUE NULL is its default again. */
void stage_set (const char *instance, const char *key, const char *value);

/* New: the lines of the calls so far, joined by "; "; it begins anew. */
char *stage_calls (void);

/* How often the line "INSTANCE WHAT" was noted. */
guint stage_count (const char *line);

/* Two lists of entries and the URL: the sources a, b, c, x (which is passing), s (which
   heeds scopes) and r (whose renewals serve once), the stores keep, keep2, cache, cache2.
   NULL means the same as last time. */
typedef struct
{
  KbRuntime *runtime;
  KbRequest *request;
  KbSession *session;
} Call;

void call_clear (Call *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

void call_begin (Call *call, const char *sources, const char *stores, const char *url,
                 const char *user);

/* Lines that the configuration has besides; "" for none. */
void stage_set_extra (const char *lines);

/* New: "ok SECRET", "declined" or "failed CODE: MESSAGE". */
char *call_get (Call *call);

/* The same in a call of its own for https://place.example/. */
char *stage_get (const char *sources, const char *stores);

/* Puts what INSTANCE, account alice, realm realm, is said to have made into STORE. */
void stage_keep (const char *store, const char *instance, const char *secret, gint64 made,
                 gint64 expires, gint64 refresh_after);

/* An empty stage where the store keep has what a made MADE_AGO seconds ago; LEFT and
   REFRESH_IN are seconds from now, 0 for unknown. */
void stage_keep_aged (gint64 made_ago, gint64 left, gint64 refresh_in);

/* stage_get of the source a must match EXPECTED, where '*' is any text. */
void stage_assert_get (const char *stores, const char *expected);

/* How often a was asked to make one. */
guint stage_acquired (void);

/* Puts VALUE into STORE as the item NAME. */
void stage_put (const char *store, const char *name, const KbSecret *value);

/* New: the record of that item of STORE, or NULL. */
KbRecord *stage_kept (const char *store, const char *kind, const char *instance);

/* COUNT, or 8 under valgrind, where a crowd would run into its own deadlines. */
guint stage_crowd (guint count);

/* Runs FUNC in stage_crowd (COUNT) processes at once and waits for them; TRUE when all
   exited 0. */
typedef int (*StageFunc) (gpointer data);
gboolean stage_fork (guint count, StageFunc func, gpointer data);

G_END_DECLS

#endif
