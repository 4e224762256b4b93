/* SPDX-License-Identifier: MIT */
/* What each tool needs in its settings: one function a tool.
   Knows nothing of how it gets there. */
#ifndef KB_COMMANDS_CONNECT_TOOLS_H
#define KB_COMMANDS_CONNECT_TOOLS_H

#include "commands/exec-tools.h"
#include "connect/change.h"

G_BEGIN_DECLS

typedef struct
{
  KbChanges *changes;
  const char *const *words; /* NULL-ended: places, or registries for docker */
  GPtrArray *places;        /* for the tools that need a credential now, else NULL */
  KbRuntime *runtime;       /* for its configuration */
  int status;               /* where a function fails without an error */
} KbConnect;

/* FALSE with ERROR, or after a complaint. */
typedef gboolean (*KbConnectFunc) (KbConnect *connect, GError **error);

typedef struct
{
  const char *name;
  const char *version; /* the first that has the hook */
  gboolean credential; /* needs one now */
  KbConnectFunc run;
} KbConnectTool;

extern const KbConnectTool kb_connect_tools[]; /* ended by a NULL name */

gboolean kb_connect_git (KbConnect *connect, GError **error);
gboolean kb_connect_npm (KbConnect *connect, GError **error);
gboolean kb_connect_pnpm (KbConnect *connect, GError **error);
gboolean kb_connect_yarn (KbConnect *connect, GError **error);
gboolean kb_connect_nuget (KbConnect *connect, GError **error);
gboolean kb_connect_pip (KbConnect *connect, GError **error);
gboolean kb_connect_uv (KbConnect *connect, GError **error);
gboolean kb_connect_python (KbConnect *connect, GError **error);
gboolean kb_connect_cargo (KbConnect *connect, GError **error);
gboolean kb_connect_go (KbConnect *connect, GError **error);
gboolean kb_connect_bazel (KbConnect *connect, GError **error);
gboolean kb_connect_docker (KbConnect *connect, GError **error);
gboolean kb_connect_kubectl (KbConnect *connect, GError **error);
gboolean kb_connect_terraform (KbConnect *connect, GError **error);

/* ---- what they share ------------------------------------------------------------ */

/* New: PATH below the home, or below what VARIABLE says instead of BASE. */
char *kb_connect_home (const char *path);
char *kb_connect_base (const char *variable, const char *base, const char *path);

/* New: the program under NAME with its absolute path, where a link of this name is
   installed beside it; else a link of the user's own is added to the changes.  NULL:
   the error says what is in the way. */
char *kb_connect_program (KbConnect *connect, const char *name, GError **error);

/* The same where the tool looks for NAME in PATH. */
gboolean kb_connect_in_path (KbConnect *connect, const char *name, GError **error);

/* New: this program's absolute path. */
char *kb_connect_self (void);

/* New: the organizations or places that were named or, where none was, all that somebody
   has signed in to; NULL-ended. */
char **kb_connect_organizations (const KbConnect *connect);

/* New, NULL-ended: the feeds of ORGANIZATION, "//host/path/". */
char **kb_connect_feeds (const KbConnect *connect, const char *organization);

G_END_DECLS

#endif
