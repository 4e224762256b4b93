/* SPDX-License-Identifier: MIT */
/* What a rotation has done so far, in a file that survives kill -9, and one lock for each
   token.  Holds no secret; knows nothing of servers and stores. */
#ifndef KB_AZURE_DEVOPS_JOURNAL_H
#define KB_AZURE_DEVOPS_JOURNAL_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* clang-format off */
/* The machine.  Each arrow is one kb_journal_write, after what stands on it was done; who
   finds a journal goes on at its step.

     (no file)
        |     about to create: the new one's display name ends in a MARK of its own
        v
     MAKING   The server may have made it or not, and its secret may be lost.  Goes on by
        |     looking for the mark in the list: one whose secret waits in the store under
        |     the fresh name is taken, any other is revoked, and making begins anew with
        |     another mark.  A mark that the list does not have yet becomes LOST: looked
        |     for at the end and, as a request may be under way, in later runs.
        |
        |     created; the secret is in the store under the fresh name
        v
     KEPT     The old one is where it always was.  Goes on by proving: refused, the new
        |     one is revoked and all is as before; secret gone, it is made again.
        |
        |     proven; the secret is in the store under the token's own name, where the
        |     old one was
        v
     HANDING  `hooks` of the hooks are done.  A hook that fails leaves it here, with both
        |     tokens good.  Goes on by proving and with the hook that is due.  Where the
        |     new one has died since, it joins the old ones and making begins anew.
        |
        |     all hooks are done
        v
     ENDING   The old ones are revoked, then the new one gets the token's name.  What
        |     fails is a warning and is done by the next run.
        |
        |     file removed; or SWEPT while lost marks are younger than KB_JOURNAL_LOST_S
        v
     SWEPT    Nothing is under way: only lost marks are to be looked for.

   So at every moment the token's own name holds a secret that the server takes: the old
   one's up to the proof, the new one's from then on, and the old one dies last. */
/* clang-format on */
typedef enum
{
  KB_STEP_MAKING,
  KB_STEP_KEPT,
  KB_STEP_HANDING,
  KB_STEP_ENDING,
  KB_STEP_SWEPT
} KbStep;

/* No request is under way for longer: a token that the list does not have by then was
   never made.  One request has a minute (client.h) and the server as much again. */
#define KB_JOURNAL_LOST_S 300

typedef struct
{
  char *organization;
  char *keep; /* what the token is kept as; of file and lock, too */
  char *name; /* its display name */
  char *scope;
  gboolean global;
  gint64 life; /* seconds that the new one is to live */
  KbStep step;
  char *mark;      /* of the new one, or NULL before there is any */
  gint64 made;     /* when the mark was chosen, seconds since 1970 */
  char *id;        /* of the new one, or NULL: not known */
  gint64 hooks;    /* done */
  GPtrArray *old;  /* of char *: ids that are to be revoked in the end */
  GPtrArray *lost; /* of char *: "MARK TIME" */
} KbJournal;

/* New: MAKING, with no mark. */
KbJournal *kb_journal_new (const char *organization, const char *keep);
void kb_journal_free (KbJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbJournal, kb_journal_free)

/* Whole and durable, mode 0600, in $XDG_STATE_HOME/keybearer/rotations.  KB_ERROR_LOCKED
   when the disk is full or the like. */
gboolean kb_journal_write (const KbJournal *journal, GError **error);

/* JOURNAL is new.  KB_DECLINED: there is none.  KB_FAILED: what is there is none of ours
   or damaged; it stays, and the error names the file. */
KbAnswer kb_journal_read (const char *keep, KbJournal **journal, GError **error);

/* What is written: FALSE when JSON has no room for it. */
gboolean kb_journal_to_json (const KbJournal *journal, KbBuffer *json);

/* New, of the content of such a file, or NULL: it is none. */
KbJournal *kb_journal_parse (KbSecret *text);

/* One that is not there is no error. */
gboolean kb_journal_remove (const char *keep, GError **error);

/* New, of KbJournal with its free function: those of ORGANIZATION, sorted by what they
   are kept as.  NULL with an error: one cannot be read. */
GPtrArray *kb_journal_all (const char *organization, GError **error);

/* The new token's display name while it has no better one: the NAME, cut where it is too
   long, and the mark.  New. */
char *kb_journal_title (const char *name, const char *mark);

/* Whether TITLE ends in MARK as kb_journal_title wrote it; with MARK NULL, in any. */
gboolean kb_journal_is_title (const char *title, const char *mark);

/* New: TITLE without the mark, TITLE itself where it has none. */
char *kb_journal_plain (const char *title);

/* Whether TITLE bears the mark of this rotation, or one that it lost. */
gboolean kb_journal_knows (const KbJournal *journal, const char *title);

/* Moves the mark to the lost ones, which are looked for again; none when there is none.
 */
void kb_journal_lose (KbJournal *journal);

/* Drops the lost marks that are older than KB_JOURNAL_LOST_S at NOW; *LEFT is how many
   remain. */
void kb_journal_forget (KbJournal *journal, gint64 now, guint *left);

/* A descriptor that holds the lock of KEEP until it is closed or the process ends.  -1
   without an error: another process has it. */
int kb_journal_lock (const char *keep, GError **error);

G_END_DECLS

#endif
