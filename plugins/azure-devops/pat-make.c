/* SPDX-License-Identifier: MIT */
/* keybearer pat create and update: least scope, a known end, and the secret to the
   keyring before anything else.  Knows nothing of the wire. */
#include "pat.h"

#include <string.h>
#include <unistd.h>

#include "base/arguments.h"
#include "base/clock.h"
#include "base/complain.h"
#include "base/text.h"
#include "pat-hand.h"
#include "pat-keep.h"
#include "pat-service.h"
#include "pat-show.h"
#include "common/devops-scopes.h"

#define DAY_S 86400
#define DAYS_DEFAULT 30
/* A server's clock that differs, and the time of the answer. */
#define CUT_S 3600

typedef struct
{
  const char *organization;
  const char *word; /* the name of a new one, else what is meant */
  const char *name; /* a new name */
  const char *scope;
  const char *job;
  const char *days;
  const char *until;
  const char *fd;
  const char *to;
  gboolean global;
  gboolean unkept;
  gboolean show;
  gboolean json;
} Wanted;

static gboolean
complain (const char *format, const char *what)
{
  g_auto (GStrv) parts = g_strsplit (format, "%s", 2);
  g_autofree char *text = g_strjoinv (what, parts);

  kb_complain (text);
  return FALSE;
}

/* ---- what is wanted ------------------------------------------------------------- */

static gboolean
read_name (const char *name)
{
  if (*name != '\0' && strlen (name) <= KB_PAT_NAME_MAX
      && kb_text_is_clean (name, strlen (name)))
    return TRUE;
  return complain ("pat: a token's name has 1 to 256 bytes and no control characters%s",
                   "");
}

/* *SCOPE is new, or NULL where none is named. */
static gboolean
read_scope (const Wanted *wanted, char **scope)
{
  g_autofree char *wrong = NULL;
  g_autofree char *warning = NULL;
  const char *text = wanted->job != NULL ? kb_scopes_for (wanted->job) : wanted->scope;

  if (wanted->job != NULL && (text == NULL || wanted->scope != NULL))
    return complain ("pat: --for is git-read, git-write, feed-read, feed-write, build or "
                     "work-items, and takes the place of --scope%s",
                     "");
  if (text == NULL)
    return TRUE;
  *scope = kb_scopes_normal (text, &wrong);
  if (*scope == NULL)
    return complain ("pat: there is no scope %s; see: keybearer pat scopes",
                     wrong != NULL ? wrong : "in this");
  warning = kb_scopes_warning (*scope);
  if (warning != NULL)
    kb_complain (warning);
  return TRUE;
}

/* *END is 0 where none is named. */
static gboolean
read_end (const Wanted *wanted, gint64 *end)
{
  gint64 days = 0;
  gint64 now = kb_clock_now ();
  g_autofree char *whole = NULL;

  if (wanted->days != NULL && wanted->until != NULL)
    return complain ("pat: --days or --until, not both%s", "");
  if (wanted->days != NULL)
    {
      if (!kb_text_to_int64 (wanted->days, KB_PAT_DAYS_MAX, &days) || days == 0)
        return complain ("pat: --days is 1 to 365, not %s", wanted->days);
      *end = now + days * DAY_S;
      return TRUE;
    }
  if (wanted->until == NULL)
    return TRUE;
  whole = strlen (wanted->until) == strlen ("2026-01-02")
              ? g_strconcat (wanted->until, "T23:59:59Z", NULL)
              : g_strdup (wanted->until);
  if (!kb_pat_read_time (whole, end))
    return complain ("pat: --until is a date, 2026-01-02, not %s", wanted->until);
  if (*end <= now)
    return complain ("pat: --until is in the past: %s", wanted->until);
  if (*end > now + (KB_PAT_DAYS_MAX + 1) * (gint64) DAY_S)
    return complain ("pat: a token lives for a year at the most, not until %s",
                     wanted->until);
  return TRUE;
}

/* A token that nobody gets is of no use. */
static gboolean
read_hand (const Wanted *wanted, KbPatHand *hand)
{
  if (!kb_pat_hand_read (wanted->fd, wanted->to, hand))
    return FALSE;
  hand->show = wanted->show;
  if (!wanted->unkept || wanted->show || hand->fd >= 0 || hand->command != NULL)
    return TRUE;
  return complain ("pat create: --no-keep goes with --to, --fd or --show%s", "");
}

/* ---- what the server made of it -------------------------------------------------- */

/* A policy may have cut the end, and the server may know scopes otherwise than we. */
static void
tell_differences (const KbPatWanted *asked, const KbPat *made)
{
  g_autofree char *end = kb_pat_time (made->valid_to);
  g_autofree char *text = NULL;

  if (asked->valid_to != 0 && made->valid_to != 0
      && made->valid_to < asked->valid_to - CUT_S)
    {
      text = g_strdup_printf ("a policy has cut the life of %s: it ends on %s",
                              made->name, end);
      kb_complain (text);
    }
  if (asked->scope != NULL && kb_scopes_are_broader (made->scope, asked->scope))
    complain ("the server granted more than was asked for: %s", made->scope);
}

static int
tell (KbCall *call, const Wanted *wanted, const KbPat *pat, const char *kept,
      GError **error)
{
  g_auto (KbPage) page = { 0 };

  kb_page_open (&page, wanted->show ? STDERR_FILENO : kb_call_output (call));
  if (wanted->json)
    {
      kb_pat_to_json (page.text, pat, kept);
      kb_page_add (&page, "\n");
    }
  else
    kb_pat_show_one (&page, pat, kept);
  return kb_page_write (&page, error) ? 0 : KB_CALL_NOTHING;
}

/* ---- create --------------------------------------------------------------------- */

/* One fault is one line: what it left behind stands in the same one.  Takes TEXT. */
static void
add_to (GError *problem, char *text)
{
  char *message = g_strconcat (problem->message, "; ", text, NULL);

  g_free (problem->message);
  problem->message = message;
  g_free (text);
}

/* An answer that was lost may have left a token that nobody has. */
static void
name_orphans (KbClient *client, const KbPatWanted *asked, gint64 since, GError *problem)
{
  const KbPatFilter filter = { "active", "displayName", FALSE };
  g_autoptr (GPtrArray) pats = kb_pat_list (client, &filter, NULL);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; pats != NULL && i < pats->len; i++)
    {
      const KbPat *pat = g_ptr_array_index (pats, i);

      if (g_str_equal (pat->name, asked->name) && pat->valid_from >= since - CUT_S)
        g_string_append_printf (ids, " %s", pat->id);
    }
  if (ids->len > 0)
    add_to (problem, g_strdup_printf ("the server may have made it all the same; run: "
                                      "keybearer pat revoke%s",
                                      ids->str));
  else if (pats == NULL)
    add_to (problem, g_strdup ("whether the server made it all the same is not known; "
                               "see: keybearer pat list"));
}

/* What nobody has opens no door. */
static void
give_up (KbClient *client, const KbPat *pat, GError *problem)
{
  if (!kb_pat_revoke (client, pat->id, NULL))
    add_to (problem, g_strdup_printf ("the new token could not be revoked; run: "
                                      "keybearer pat revoke %s",
                                      pat->id));
}

/* Made and kept, or neither.  KEEP NULL: made. */
static KbPat *
make (KbClient *client, const KbPatWanted *asked, const char *keep, GError **error)
{
  gint64 since = kb_clock_now ();
  GError *problem = NULL;
  g_autoptr (KbPat) pat = kb_pat_create (client, asked, &problem);

  if (g_error_matches (problem, KB_ERROR, KB_ERROR_NETWORK))
    name_orphans (client, asked, since, problem);
  if (pat == NULL)
    {
      if (problem != NULL)
        g_propagate_error (error, problem);
      return NULL;
    }
  if (keep == NULL || kb_pat_keep (client, keep, pat, &problem) == KB_OK)
    return g_steal_pointer (&pat);
  give_up (client, pat, problem);
  g_propagate_prefixed_error (error, problem, "not kept, so not made: ");
  return NULL;
}

/* One that is kept stays good, as whoever was to have it may have it already; one that is
   not kept is nobody's. */
static gboolean
hand_on (KbCall *call, KbClient *client, const KbPatHand *hand, const KbPat *pat,
         const char *keep, GError **error)
{
  GError *problem = NULL;

  if (kb_pat_hand_on (hand, call, client, pat, &problem))
    return TRUE;
  if (keep == NULL)
    give_up (client, pat, problem);
  if (keep == NULL)
    g_propagate_prefixed_error (error, problem, "not handed on, so not made: ");
  else
    {
      g_set_error (error, problem->domain, problem->code,
                   "not handed on, but made and kept as store:%s; to end it, run: "
                   "keybearer pat revoke %s: %s",
                   keep, pat->id, problem->message);
      g_error_free (problem);
    }
  return FALSE;
}

static int
create (KbCall *call, const Wanted *wanted, const KbPatWanted *asked,
        const KbPatHand *hand, GError **error)
{
  g_autoptr (KbClient) client = NULL;
  g_autoptr (KbPat) pat = NULL;
  g_autofree char *keep = NULL;

  if (kb_client_new (call, wanted->organization, &client, error) != KB_OK)
    return KB_CALL_NOTHING;
  if (!wanted->unkept)
    keep = kb_pat_keep_name (kb_client_organization (client), asked->name);
  if (keep != NULL && kb_pat_keep_check (client, keep, NULL, error) != KB_OK)
    return KB_CALL_NOTHING;
  pat = make (client, asked, keep, error);
  if (pat == NULL)
    return KB_CALL_NOTHING;
  tell_differences (asked, pat);
  return hand_on (call, client, hand, pat, keep, error)
             ? tell (call, wanted, pat, keep, error)
             : KB_CALL_NOTHING;
}

int
kb_pat_run_create (KbCall *call, char **arguments, GError **error)
{
  Wanted wanted = { 0 };
  const KbArgument table[] = { { "--org", NULL, &wanted.organization },
                               { "--scope", NULL, &wanted.scope },
                               { "--for", NULL, &wanted.job },
                               { "--days", NULL, &wanted.days },
                               { "--until", NULL, &wanted.until },
                               { "--fd", NULL, &wanted.fd },
                               { "--to", NULL, &wanted.to },
                               { "--no-keep", &wanted.unkept, NULL },
                               { "--all-orgs", &wanted.global, NULL },
                               { "--show", &wanted.show, NULL },
                               { "--json", &wanted.json, NULL },
                               { NULL, NULL, NULL } };
  g_autofree char *scope = NULL;
  g_auto (KbPatHand) hand = { .fd = -1 };
  KbPatWanted asked = { 0 };

  if (!kb_arguments_read ("pat create", arguments, table, 1, &wanted.word, NULL)
      || wanted.word == NULL || !read_name (wanted.word) || !read_scope (&wanted, &scope)
      || !read_end (&wanted, &asked.valid_to) || !read_hand (&wanted, &hand))
    return KB_CALL_USAGE;
  if (scope == NULL)
    {
      kb_complain ("pat create: name its scopes with --scope, or a job with --for");
      return KB_CALL_USAGE;
    }
  asked.name = wanted.word;
  asked.scope = scope;
  asked.global = wanted.global;
  if (asked.valid_to == 0)
    asked.valid_to = kb_clock_now () + DAYS_DEFAULT * DAY_S;
  return create (call, &wanted, &asked, &hand, error);
}

/* ---- update --------------------------------------------------------------------- */

/* The API wants all fields: what is not named stays as it is. */
static KbPat *
change (KbClient *client, const KbPat *old, const KbPatWanted *asked, GError **error)
{
  const KbPatWanted all
      = { .id = old->id,
          .name = asked->name != NULL ? asked->name : old->name,
          .scope = asked->scope != NULL ? asked->scope : old->scope,
          .valid_to = asked->valid_to != 0 ? asked->valid_to : old->valid_to,
          .global = old->global };

  return kb_pat_update (client, &all, error);
}

static int
update (KbCall *call, const Wanted *wanted, const KbPatWanted *asked, GError **error)
{
  g_autoptr (KbClient) client = NULL;
  g_autoptr (KbPat) old = NULL;
  g_autoptr (KbPat) pat = NULL;
  g_autofree char *kept = NULL;

  if (kb_client_new (call, wanted->organization, &client, error) != KB_OK
      || kb_pat_find (client, wanted->word, &old, error) != KB_OK)
    return KB_CALL_NOTHING;
  pat = change (client, old, asked, error);
  if (pat == NULL)
    return KB_CALL_NOTHING;
  tell_differences (asked, pat);
  kept = kb_pat_keep_find (client, pat->id);
  return tell (call, wanted, pat, kept, error);
}

int
kb_pat_run_update (KbCall *call, char **arguments, GError **error)
{
  Wanted wanted = { 0 };
  const KbArgument table[]
      = { { "--org", NULL, &wanted.organization }, { "--name", NULL, &wanted.name },
          { "--scope", NULL, &wanted.scope },      { "--for", NULL, &wanted.job },
          { "--days", NULL, &wanted.days },        { "--until", NULL, &wanted.until },
          { "--json", &wanted.json, NULL },        { NULL, NULL, NULL } };
  g_autofree char *scope = NULL;
  KbPatWanted asked = { 0 };

  if (!kb_arguments_read ("pat update", arguments, table, 1, &wanted.word, NULL)
      || wanted.word == NULL || (wanted.name != NULL && !read_name (wanted.name))
      || !read_scope (&wanted, &scope) || !read_end (&wanted, &asked.valid_to))
    return KB_CALL_USAGE;
  asked.name = wanted.name;
  asked.scope = scope;
  if (asked.name == NULL && asked.scope == NULL && asked.valid_to == 0)
    {
      kb_complain (
          "pat update: name what is to change: --name, --scope, --for, --days or "
          "--until");
      return KB_CALL_USAGE;
    }
  return update (call, &wanted, &asked, error);
}
