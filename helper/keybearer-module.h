/* SPDX-License-Identifier: MIT */
/* The contract between Keybearer and its modules, ABI 1.0: sources make credentials,
   stores keep opaque items.  Knows nothing of any provider, keyring or calling tool. */
#ifndef KEYBEARER_MODULE_H
#define KEYBEARER_MODULE_H

#include "base/error.h"
#include "base/secret.h"

G_BEGIN_DECLS

/* Rules that hold for every function of this header unless it says otherwise:
   - One thread.  A module is opened, used and closed by the thread that loaded it.
   - Strings are UTF-8 and belong to the object that returned them; `char *` results and
     `KbX *` results marked "new" belong to the caller.
   - Times are seconds since 1970 (gint64); durations are milliseconds; 0 is "unknown".
   - An output is written only on KB_OK.  KB_FAILED sets ERROR; the others never do.
   - A module prints nothing, never exits, and asks a person only by kb_request_ask. */

/* Major in the upper half.  The loader refuses another major or a newer minor. */
#define KB_MODULE_ABI 0x00010000u

typedef enum
{
  KB_OK,       /* done: the outputs are set */
  KB_DECLINED, /* not mine, nothing to give; cost no network and no prompt */
  KB_FAILED    /* mine, and it went wrong: ERROR is set */
} KbAnswer;

/* ---- options -------------------------------------------------------------------- */

typedef enum
{
  KB_OPTION_STRING,
  KB_OPTION_SECRET,  /* a reference (file:, env:, fd:, cred:, store:) */
  KB_OPTION_BOOLEAN, /* true, false */
  KB_OPTION_INTEGER, /* decimal, 0 to 2^31-1 */
  KB_OPTION_LIST     /* strings separated by ';' */
} KbOptionType;

typedef struct
{
  const char *name; /* [a-z0-9-]; NULL ends the table */
  KbOptionType type;
  gboolean required;
  const char *fallback; /* what holds when it is absent, or NULL for nothing */
  const char *summary;  /* one line, no full stop */
} KbOption;

/* ---- the instance: a module with the options of one configuration group --------- */

typedef struct _KbInstance KbInstance;

const char *kb_instance_name (const KbInstance *instance);

/* The configured value, else the table's fallback, else NULL / FALSE / 0. */
const char *kb_instance_string (const KbInstance *instance, const char *option);
gboolean kb_instance_boolean (const KbInstance *instance, const char *option);
gint64 kb_instance_integer (const KbInstance *instance, const char *option);
const char *const *kb_instance_list (const KbInstance *instance, const char *option);

/* Follows the reference now.  KB_DECLINED: the option is absent, or what it names does
   not exist (an unset variable).  SECRET is new. */
KbAnswer kb_instance_secret (const KbInstance *instance, const char *option,
                             KbSecret **secret, GError **error);

/* From [network]: a file of extra CAs, or NULL; a proxy's URL, or NULL for what the
   environment says. */
const char *kb_instance_ca_file (const KbInstance *instance);
const char *kb_instance_proxy (const KbInstance *instance);

/* A directory (mode 0700, made when first asked for) that is this user's own and survives
   a restart: for files that a store keeps.  NULL with an error when it cannot be made. */
const char *kb_instance_data_dir (const KbInstance *instance, GError **error);

/* New: where that is or would be; nothing is made and nothing is looked at. */
char *kb_instance_data_path (const KbInstance *instance);

/* ---- the credential ------------------------------------------------------------- */

typedef enum
{
  KB_SCHEME_BASIC, /* user name and password */
  KB_SCHEME_BEARER /* a token that may also serve as a Basic password */
} KbScheme;

typedef struct _KbCredential KbCredential;

/* New.  USER may be NULL or empty.  Takes its own reference to SECRET. */
KbCredential *kb_credential_new (KbScheme scheme, const char *user, KbSecret *secret);
KbCredential *kb_credential_ref (KbCredential *credential);
void kb_credential_unref (KbCredential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbCredential, kb_credential_unref)

KbScheme kb_credential_scheme (const KbCredential *credential);
const char *kb_credential_user (const KbCredential *credential); /* never NULL */
KbSecret *kb_credential_secret (const KbCredential *credential); /* borrowed */

/* When it ends; 0 is "never, or nobody knows". */
gint64 kb_credential_expires (const KbCredential *credential);
void kb_credential_set_expires (KbCredential *credential, gint64 expires);

/* From when on a new one is welcome although this one is still good (refresh_in). */
gint64 kb_credential_refresh_after (const KbCredential *credential);
void kb_credential_set_refresh_after (KbCredential *credential, gint64 when);

/* What lets the same instance make the next one without a person; NULL for none.  Kept
   apart from the credential and never shown to a calling tool. */
KbSecret *kb_credential_renewal (const KbCredential *credential); /* borrowed */
void kb_credential_set_renewal (KbCredential *credential, KbSecret *renewal);

/* Who it is for, where only making it could tell: overrides what identify said, and is
   what it is kept under.  Either may be NULL for "as identify said".  Copied. */
void kb_credential_set_identity (KbCredential *credential, const char *account,
                                 const char *realm);
const char *kb_credential_account (const KbCredential *credential); /* or NULL */
const char *kb_credential_realm (const KbCredential *credential);   /* or NULL */

/* A credential that must not be kept: what is in the environment changes with it. */
gboolean kb_credential_ephemeral (const KbCredential *credential);
void kb_credential_set_ephemeral (KbCredential *credential, gboolean ephemeral);

/* Appends what an Authorization header says: "Bearer TOKEN" or "Basic ...", the latter
   with USER.  FALSE when TEXT has no room or the token cannot stand in one line. */
gboolean kb_append_authorization (KbBuffer *text, const KbCredential *credential,
                                  const char *user);

/* ---- the request ---------------------------------------------------------------- */

typedef struct _KbRequest KbRequest;

const char *kb_request_scheme (const KbRequest *request); /* "https" */
const char *kb_request_host (const KbRequest *request);   /* lower case, no port */
guint kb_request_port (const KbRequest *request);         /* 0: the scheme's own */
const char *kb_request_path (const KbRequest *request);   /* no leading '/', or NULL */
const char *kb_request_user (const KbRequest *request);   /* asked for, or NULL */

/* The account that is meant: the one that was asked for, else the one that answered for
   the organization before, else the only one that this instance has; NULL when there is
   none or the choice is a person's. */
const char *kb_request_account (const KbRequest *request);

/* TRUE when a person asked for a new sign-in (`login`): nothing that is kept will do. */
gboolean kb_request_fresh (const KbRequest *request);

/* What a person asked for beside the place (`login --tenant T`), or NULL.  A source takes
   from it what it understands and leaves the rest; the core knows no provider by it:
     "account"  who is to sign in; another one is refused
     "tenant"   the directory to sign in to
     "flow"     "device": a code on another device; "paste": the browser's last address
     "port"     decimal: the port of this computer that the browser comes back to */
const char *kb_request_hint (const KbRequest *request, const char *name);

/* The organization that the URL names by the configuration's patterns, or NULL. */
const char *kb_request_organization (const KbRequest *request);

/* TRUE where the place has organizations and the URL does not say which: what is good for
   one of them alone must not be given then. */
gboolean kb_request_organization_missing (const KbRequest *request);

/* What a person knows the place by: "contoso (git.example)".  Safe to show. */
const char *kb_request_place (const KbRequest *request);

/* What the token is to be good for, where the caller wants something else than what the
   instance was set up for: the words of an OAuth scope ("6dae.../.default"); else NULL.
   Only sources with KB_SOURCE_SCOPES are asked then, and their realm depends on it. */
const char *kb_request_scope (const KbRequest *request);

/* The server's WWW-Authenticate lines in order, NULL-terminated, perhaps empty. */
const char *const *kb_request_challenges (const KbRequest *request);

/* What this instance gave last for this account and realm, refused or stale perhaps, and
   what may renew it; both may be NULL, both borrowed.  Only in acquire. */
KbCredential *kb_request_prior (const KbRequest *request);
KbSecret *kb_request_renewal (const KbRequest *request);

/* TRUE when the server refused the prior credential: never give the same one again. */
gboolean kb_request_prior_refused (const KbRequest *request);

/* What the entry before this one made, with whose it is and for what; or NULL. */
KbCredential *kb_request_input (const KbRequest *request);

/* What is left until the deadline, never negative.  No call may outlive it. */
gint64 kb_request_remaining_ms (const KbRequest *request);
gboolean kb_request_cancelled (const KbRequest *request);

/* Whether a person may be asked at all: on a terminal, by askpass, or by a window that
   opens on the desktop. */
gboolean kb_request_interactive (const KbRequest *request);

/* A person is sent to sign in elsewhere: from now on there are MILLISECONDS, at most
   KB_SIGN_IN_MAX_MS, and neither more nor less; it may be called again for what follows.
   Counts as having asked.  Processes that wait for the same credential are told so. */
#define KB_SIGN_IN_MAX_MS (16 * 60 * 1000)
void kb_request_begin_sign_in (const KbRequest *request, gint64 milliseconds);

/* The environment, through one door: what was looked at becomes part of what a cached
   answer depends on.  The second form is for variables that hold a secret (new). */
const char *kb_request_getenv (const KbRequest *request, const char *variable);
KbSecret *kb_request_getenv_secret (const KbRequest *request, const char *variable);

/* Why the answer was what it was, for `explain` and -v: never a value of a secret. */
void kb_request_note (const KbRequest *request, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* Asks on the terminal or through askpass.  QUESTION is one line that names the place
   (kb_request_place) and what is wanted; it is escaped before it is shown.  HIDDEN: no
   echo.  KB_DECLINED: nobody may be asked, or the person gave nothing.  ANSWER is new. */
KbAnswer kb_request_ask (const KbRequest *request, const char *question, gboolean hidden,
                         KbSecret **answer, GError **error);

/* Shows one line on the terminal, escaped: an address to open, a code to type.  FALSE
   when nobody may be asked or there is no terminal: then nobody has seen it. */
gboolean kb_request_tell (const KbRequest *request, const char *text);

/* Who asks, for people to read: "git".  NULL when it is not known. */
const char *kb_request_program (const KbRequest *request);

/* ---- diagnosis ------------------------------------------------------------------ */

typedef enum
{
  KB_FINDING_GOOD,
  KB_FINDING_BAD,    /* something does not work, or soon will not */
  KB_FINDING_UNKNOWN /* nobody can tell from here, or only a person can judge */
} KbFindingState;

/* What `keybearer doctor` gathers. */
typedef struct _KbDiagnosis KbDiagnosis;

/* Adds one finding: NAME is what was looked at in a word or two ("session bus"), TEXT one
   plain line that says what it means, COMMAND what mends it, or NULL where no command
   does.  All are copied, and escaped before they are shown; never put a secret in. */
void kb_diagnosis_add (KbDiagnosis *diagnosis, KbFindingState state, const char *name,
                       const char *text, const char *command);

/* TRUE when nothing may leave the machine. */
gboolean kb_diagnosis_offline (const KbDiagnosis *diagnosis);

/* ---- sources -------------------------------------------------------------------- */

/* Who would answer and what the answer is good for.  Strings belong to the caller of
   identify; a module sets them with g_strdup. */
typedef struct
{
  char *account; /* one identity, never a secret.  NULL: acquire will tell who it was */
  char *realm;   /* credentials of one account and realm are interchangeable.  NULL: only
                    acquire can tell, as it takes the network to know */
  gboolean anyone; /* ACCOUNT is NULL as the user asked for is nobody's name: "oauth2" */
  /* end of ABI 1.0 */
} KbIdentity;

/* What it gives is never kept, costs nothing to make and needs no lock: a variable of the
   environment, for one.  Its credentials count as kb_credential_set_ephemeral. */
#define KB_SOURCE_EPHEMERAL 1u

/* It heeds kb_request_scope, or the hints "tenant", "flow" and "port".  Without the flag
   a source is passed over where one is asked for: what it gives would be another. */
#define KB_SOURCE_SCOPES 2u
#define KB_SOURCE_SIGNS_IN 8u
#define KB_SOURCE_RENEWS 4u /* its renewals serve once: see keybearer-module(3) */

typedef struct
{
  /* Required.  Checks what can be checked without network; SELF is the module's own. */
  KbAnswer (*open) (const KbInstance *instance, gpointer *self, GError **error);

  /* Required.  Takes NULL. */
  void (*close) (gpointer self);

  /* Required.  No network, no prompt, no store: it may be called only to explain.
     KB_DECLINED after kb_request_note says why there is nothing to give. */
  KbAnswer (*identify) (gpointer self, const KbRequest *request, KbIdentity *identity,
                        GError **error);

  /* Required.  Called under the account's lock, at most once a request.  CREDENTIAL is
     new.  KB_ERROR_NETWORK counts against the account's circuit breaker. */
  KbAnswer (*acquire) (gpointer self, const KbRequest *request, KbCredential **credential,
                       GError **error);

  /* KB_SOURCE_* added up, or 0. */
  guint flags;

  /* Optional.  Says what stands in the way of this source, and what is as it should be.
     Changes nothing, asks nobody, starts and unlocks nothing; looks nothing secret up. */
  void (*diagnose) (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis);

  /* Optional.  Asks the server to make what is kept of one account void: the prior
     credential and the renewal of REQUEST (either may be NULL), for `logout --revoke`,
     under the account's lock; kb_request_account says whose they are.  KB_DECLINED after
     kb_request_note says why the server has no way to do so, and what to do instead.  A
     server that does not know them any more is KB_OK.  KB_FAILED: they may still be good,
     so they stay kept. */
  KbAnswer (*revoke) (gpointer self, const KbRequest *request, GError **error);

  /* Optional.  SECRET is what another program kept as the password of the place: the
     credential that acquire would have made of it (new), so that it can be kept as ours.
     No network, no prompt.  KB_DECLINED after kb_request_note: it is none of mine. */
  KbAnswer (*adopt) (gpointer self, const KbRequest *request, KbSecret *secret,
                     KbCredential **credential, GError **error);
  /* end of ABI 1.0 */
} KbSource;

/* Tells the core, from within acquire, that the server asks for silence until SECONDS
   from now (Retry-After).  Opens the circuit breaker; capped at 3600 (MSAL's own cap). */
void kb_request_retry_after (const KbRequest *request, gint64 seconds);

/* ---- stores --------------------------------------------------------------------- */

/* A cache: it may forget at any time, and its every failure is a miss. */
#define KB_STORE_VOLATILE 1u

/* The longest item a store must take, one line of base64url: one Entra token of 2.5 kB
   and one renewal of as much, encoded, four times over. */
#define KB_STORE_ITEM_MAX 65536

/* What another program keeps in the same place as a store of ours.  All of it is borrowed
   from whoever tells of it. */
typedef struct
{
  const char *origin; /* whose it is: a word of [a-z0-9-] that people type */
  const char *scheme; /* "https" */
  const char *host;   /* perhaps with ":port" */
  const char *path;   /* decoded, no leading '/', or NULL */
  const char *user;   /* or NULL */
  KbSecret *secret;   /* NULL where WHY is set */
  KbSecret *renewal;  /* of an OAuth login, or NULL */
  gint64 expires;     /* 0: unknown */
  gint64 modified;    /* 0: unknown */
  const char *why;    /* why it is of no use to anybody else, or NULL */
  const char *handle; /* the store's own name for it */
  /* end of ABI 1.0 */
} KbForeign;

typedef void (*KbForeignFunc) (const KbForeign *foreign, gpointer data);

/* NAME is [a-z0-9/._@:+%-], at most 512 bytes, unique; it is no secret.  VALUE is one
   line of base64url: a line feed or a backslash would ruin a keyring without a
   password. */
typedef struct
{
  guint flags;

  /* Required.  Must be cheap: no connection, no prompt, no unlocking. */
  KbAnswer (*open) (const KbInstance *instance, gpointer *self, GError **error);

  /* Required.  Takes NULL. */
  void (*close) (gpointer self);

  /* Required.  Is the store there for this user?  KB_DECLINED: it is not, and starting
     none would help (no service, never initialised); locked or slow is KB_FAILED. */
  KbAnswer (*probe) (gpointer self, const KbRequest *request, GError **error);

  /* Required.  VALUE is new.  KB_DECLINED: there is no such item.  A locked, absent or
     silent store is KB_FAILED with KB_ERROR_LOCKED, never KB_DECLINED. */
  KbAnswer (*get) (gpointer self, const KbRequest *request, const char *name,
                   KbSecret **value, GError **error);

  /* Required.  Replaces.  On KB_OK the item survives kill -9 and, unless volatile, a
     restart.  LABEL is for people; EXPIRES lets a cache forget. */
  KbAnswer (*put) (gpointer self, const KbRequest *request, const char *name,
                   const char *label, const KbSecret *value, gint64 expires,
                   GError **error);

  /* Required.  KB_DECLINED: there was none. */
  KbAnswer (*erase) (gpointer self, const KbRequest *request, const char *name,
                     GError **error);

  /* Optional.  Appends newly allocated names to NAMES, which frees its elements. */
  KbAnswer (*list) (gpointer self, const KbRequest *request, GPtrArray *names,
                    GError **error);

  /* Optional.  As that of a source. */
  void (*diagnose) (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis);

  /* Optional, with forget.  Calls FUNC for each thing that a known program keeps where
     this store keeps its items.  A locked one is KB_FAILED, never a short list. */
  KbAnswer (*foreign) (gpointer self, const KbRequest *request, KbForeignFunc func,
                       gpointer data, GError **error);

  /* Optional, with foreign.  Deletes it if it still is what FOREIGN says.  KB_DECLINED:
     it is gone, or has changed since and stays. */
  KbAnswer (*forget) (gpointer self, const KbRequest *request, const KbForeign *foreign,
                      GError **error);
  /* end of ABI 1.0 */
} KbStore;

/* ---- commands ------------------------------------------------------------------- */

/* One run of a verb that a module brings: `keybearer NAME ARGUMENTS`, where the
   configuration has [command NAME] with that module. */
typedef struct _KbCall KbCall;

#define KB_CALL_NOTHING 1 /* exit status: there is nothing to give */
#define KB_CALL_USAGE 2   /* exit status: wrong arguments; main prints the usage */

typedef struct
{
  const char *name;    /* [a-z0-9-]; NULL ends the table */
  const char *usage;   /* what follows the name in --help, "" for nothing */
  const char *summary; /* one line, no full stop */

  /* ARGUMENTS is NULL-terminated, without the name.  Returns the exit status; with ERROR
     set, main prints it once and the status is the error's own.  The one function of a
     module that may print: results to kb_call_output, complaints to standard error, each
     character from outside escaped. */
  int (*run) (KbCall *call, char **arguments, GError **error);
} KbCommand;

/* The module with the options of [command NAME]. */
const KbInstance *kb_call_instance (const KbCall *call);

/* The options of each [task NAME] whose module is the command's, in the order of the
   files: NULL after the last.  For what a command does again and again by name.
   KB_FAILED: a group is wrong. */
KbAnswer kb_call_task (KbCall *call, guint index, const KbInstance **task,
                       GError **error);

/* The descriptor for results: the only way to the caller's standard output. */
int kb_call_output (const KbCall *call);

/* A place that a command works at, with time and a session of its own. */
typedef struct _KbTarget KbTarget;

/* New.  WORD is what a person writes: an organization, a URL, or NULL for the one
   organization that is signed in to.  KB_DECLINED after a complaint: there are several,
   or none of that name. */
KbAnswer kb_call_target (KbCall *call, const char *word, KbTarget **target,
                         GError **error);
void kb_target_free (KbTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbTarget, kb_target_free)

/* Borrowed: for its deadline, its organization, and questions to the person. */
const KbRequest *kb_target_request (const KbTarget *target);

/* From now on there are MILLISECONDS left, for the whole process too; at most an hour. */
void kb_target_allow_ms (KbTarget *target, gint64 milliseconds);

/* What any tool would be given there; CREDENTIAL is new.  A person is asked where one may
   be.  KB_DECLINED after a complaint that says what to run. */
KbAnswer kb_target_credential (KbTarget *target, KbCredential **credential,
                               GError **error);

/* The server did not take CREDENTIAL: the next one is another, or an error.  CHALLENGES:
   the values of its WWW-Authenticate headers, NULL-terminated. */
void kb_target_refuse (KbTarget *target, const KbCredential *credential,
                       const char *const *challenges);

/* A secret with a name of its own, which `store:NAME` refers to.  It is kept in the
   stores of the target's stack.  NAME is [a-z0-9/._@:+%-], at most 400 bytes. */
typedef struct
{
  KbSecret *secret;
  char *user;     /* for people, or NULL */
  char *note;     /* the command's own, one line, no secret, or NULL */
  gint64 made;    /* set by kb_target_keep */
  gint64 expires; /* 0: unknown */
} KbNamed;

void kb_named_free (KbNamed *named);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbNamed, kb_named_free)

/* Replaces.  On KB_OK it survives kill -9; without a store that lasts it is an error. */
KbAnswer kb_target_keep (KbTarget *target, const char *name, const char *label,
                         const KbNamed *named, GError **error);

/* NAMED is new.  KB_DECLINED: there is none of that name. */
KbAnswer kb_target_kept (KbTarget *target, const char *name, KbNamed **named,
                         GError **error);
KbAnswer kb_target_forget (KbTarget *target, const char *name, GError **error);

/* Appends the names that begin with PREFIX to NAMES, which frees its elements. */
KbAnswer kb_target_names (KbTarget *target, const char *prefix, GPtrArray *names,
                          GError **error);

/* ---- the module ----------------------------------------------------------------- */

typedef struct
{
  guint32 abi;               /* KB_MODULE_ABI; read before anything else */
  const char *name;          /* the file's name without .so */
  const char *summary;       /* one line, no full stop */
  const KbOption *options;   /* NULL for none */
  const KbSource *source;    /* NULL when it is no source */
  const KbStore *store;      /* NULL when it is no store */
  const KbCommand *commands; /* NULL for none */
  /* end of ABI 1.0 */
} KbModule;

/* The one symbol that a module exports. */
#if defined(__GNUC__)
#define KB_MODULE_EXPORT __attribute__ ((visibility ("default")))
#else
#define KB_MODULE_EXPORT
#endif
extern KB_MODULE_EXPORT const KbModule kb_module;

G_END_DECLS

#endif
