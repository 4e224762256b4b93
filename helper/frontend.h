/* SPDX-License-Identifier: MIT */
/* What front ends and commands share: the streams they may use and the errors' exit
   statuses.  Knows nothing of any of their protocols. */
#ifndef KB_FRONTEND_H
#define KB_FRONTEND_H

#include "base/complain.h"
#include "base/page.h"
#include "request.h"
#include "session.h"

G_BEGIN_DECLS

/* Exit statuses: 0 answered or silently not ours; 1 nothing to give; 2 wrong usage;
   10 + KbErrorCode for an error (keybearer(1), EXIT STATUS). */
#define KB_EXIT_NOTHING 1
#define KB_EXIT_USAGE 2
#define KB_EXIT_ERROR 10
/* Added to a status that a tool gives its own meaning: no usage line is printed for 2. */
#define KB_EXIT_AS_IT_IS 0x100

typedef struct
{
  int in;  /* the tool's requests */
  int out; /* the tool's answers: nothing else may write there */
  gboolean json;
} KbStreams;

/* One protocol or one verb.  ARGUMENTS is NULL-terminated, without the name itself.
   Returns the exit status; a problem is reported through ERROR and printed once by
   main. */
typedef struct
{
  const char *name;
  const char *usage;   /* what follows the name in --help, "" for nothing */
  const char *summary; /* one line, no full stop */
  int (*run) (const KbStreams *streams, char **arguments, GError **error);
} KbVerb;

/* Every verb and front end, ended by a NULL name; for main and completions. */
extern const KbVerb kb_frontends[];
extern const KbVerb kb_commands[];

/* Adds the entry of --help for a verb. */
void kb_help_entry (KbPage *page, const char *name, const char *usage,
                    const char *summary);

/* Prints what `keybearer NAME --help` says; MANUAL is the page that says more. */
gboolean kb_help_verb (int out, const char *name, const char *usage, const char *summary,
                       const char *manual);

/* Whether somebody wants to know how a verb is called: --help stands among its
   ARGUMENTS, before a "--". */
gboolean kb_wants_help (char **arguments);

/* 10 + code for KB_ERROR, else that of KB_ERROR_MODULE. */
int kb_exit_status (const GError *error);

/* Prints the session's notices so. */
void kb_complain_notices (const KbSession *session);

/* Adds the command that helps against ERROR, where there is one.  WORD is what
   `keybearer login WORD` would take. */
void kb_add_hint (GError *error, const char *word);

/* Lets REQUEST ask through TALK (NULL: no more), and gives the whole process the time
   that a person needs. */
void kb_let_ask (KbRequest *request, const KbTalk *talk);

/* New: the way to a person that the tool's user leaves open, or NULL: none by
   GCM_INTERACTIVE (false, 0, never) or VSCODE_GIT_FETCH_SILENT=true, askpass alone by
   GIT_TERMINAL_PROMPT=0.  Without terminal and askpass a desktop counts (DISPLAY,
   WAYLAND_DISPLAY: an editor was started there), unless CI or TF_BUILD says that nobody
   looks at it. */
KbTalk *kb_permitted_talk (void);

/* New, or NULL: a way to a person. */
typedef KbTalk *(*KbWayFunc) (void);

/* One get without a person and, only where that could change the answer, a second one
   with the person that WAY leads to.  *ASKED tells whether there was one. */
KbAnswer kb_get_or_ask (KbSession *session, KbRequest *request, KbWayFunc way,
                        gboolean *asked, KbCredential **credential, GError **error);

G_END_DECLS

#endif
