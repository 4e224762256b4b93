/* SPDX-License-Identifier: MIT */
/* Opens a page in the person's browser, wherever that is.
   Knows nothing of what the page is for. */
#ifndef KB_BROWSER_H
#define KB_BROWSER_H

#include <glib.h>

G_BEGIN_DECLS

/* A program that cannot show a page says so within this time (xdg-open, and a browser
   without a display); one that still runs then is taken for a browser. */
#define KB_BROWSER_START_MS 1000

typedef enum
{
  KB_BROWSER_NONE,     /* nothing could be started: print kb_browser_hint */
  KB_BROWSER_HERE,     /* it runs on this computer */
  KB_BROWSER_ELSEWHERE /* it was handed on (VS Code remote): print the hint as well, as
                          nobody knows whether that browser reaches our port */
} KbBrowser;

/* New: the commands to try in turn, each of them `program, argument, ..., NULL` with an
   absolute program and URL in it; perhaps empty, then *WHY (a constant) says why.
   ENVIRONMENT is a list of NAME=value: BROWSER (a list with ':'; %s is the URL, else it
   comes last), then wslview under WSL, then xdg-open where there is a display.  Programs
   are looked for in the absolute folders of PATH only.  URL must begin with https:// or
   http:// and hold nothing but what RFC 3986 allows. */
GPtrArray *kb_browser_commands (char **environment, const char *url, KbBrowser *where,
                                const char **why);

/* Whether the browser has come to us: then it works, and nothing is waited for. */
typedef gboolean (*KbBrowserCame) (gpointer data);

/* Starts the first of them that works, with /dev/null for its streams, no other
   descriptor, a session of its own and those variables that a desktop program needs: no
   secret that a CI or a shell keeps in the environment goes with it.  It is not waited
   for and leaves no child behind.  CAME (or NULL) is asked with DATA every few
   milliseconds.  *WHY is set with KB_BROWSER_NONE. */
KbBrowser kb_browser_start (char **environment, const char *url, KbBrowserCame came,
                            gpointer data, const char **why);

/* New.  What to tell a person whose browser is not here: the URL, and the ssh line that
   brings its port there.  PORT is the listener's. */
char *kb_browser_hint (char **environment, const char *url, guint port);

G_END_DECLS

#endif
