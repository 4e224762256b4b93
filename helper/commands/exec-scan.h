/* SPDX-License-Identifier: MIT */
/* Which package sources the files around a command name: their names and URLs.
   Knows nothing of what they are asked with. */
#ifndef KB_COMMANDS_EXEC_SCAN_H
#define KB_COMMANDS_EXEC_SCAN_H

#include <glib.h>

G_BEGIN_DECLS

/* NAME and URL are borrowed.  Called for each name once, the file that is nearest to the
   working folder first, as the tools themselves choose. */
typedef void (*KbScanFunc) (const char *name, const char *url, gpointer data);

/* <packageSources> of nuget.config from the working folder upwards, then of the user. */
void kb_scan_nuget (KbScanFunc func, gpointer data);

/* `name=` and `url=` of [[tool.poetry.source]]; of [[tool.uv.index]] in pyproject.toml
   and [[index]] in uv.toml; `index=` of [registries.NAME] in .cargo/config.toml. */
void kb_scan_poetry (KbScanFunc func, gpointer data);
void kb_scan_uv (KbScanFunc func, gpointer data);
void kb_scan_cargo (KbScanFunc func, gpointer data);

/* `registry=` and `@scope:registry=` of .npmrc (NAME is the key), `npmRegistryServer:` of
   .yarnrc.yml. */
void kb_scan_npm (KbScanFunc func, gpointer data);
void kb_scan_yarn (KbScanFunc func, gpointer data);

/* Every `npmRegistryServer:` of .yarnrc.yml, also those of scopes; NAME is the URL. */
void kb_scan_yarn_all (KbScanFunc func, gpointer data);

/* New, or NULL: the nearest .npmrc from the working folder upwards, but for the user's.
 */
char *kb_scan_npm_project (void);

/* Whose project the working folder is in, by its lock file or settings. */
typedef enum
{
  KB_YARN_UNKNOWN,
  KB_YARN_CLASSIC, /* 1: reads .npmrc */
  KB_YARN_LATER    /* 2 and later: reads .yarnrc.yml */
} KbYarn;

KbYarn kb_scan_yarn_kind (void);

G_END_DECLS

#endif
