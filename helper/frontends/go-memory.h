/* SPDX-License-Identifier: MIT */
/* Which URLs the go command asked for again after a fetch.  Go 1.24 finds nothing but
   whole hosts and single URLs in what it is told before the first fetch; with these it
   needs no second one.  Knows nothing of credentials. */
#ifndef KB_FRONTENDS_GO_MEMORY_H
#define KB_FRONTENDS_GO_MEMORY_H

#include <glib.h>

G_BEGIN_DECLS

/* One module that is looked for has a URL or two: the newest ones are enough. */
#define KB_GO_MEMORY_MAX 64

typedef struct
{
  char *url;
  gint64 since; /* seconds since 1970 */
} KbGoUrl;

/* New, the newest first; empty where there is none, or none that can be read. */
GPtrArray *kb_go_memory_read (void);

/* The same from LENGTH bytes of the file's text: what is no line of ours is left out. */
GPtrArray *kb_go_memory_parse (const char *text, gsize length);

/* Since when URL is remembered, or 0. */
gint64 kb_go_memory_since (const GPtrArray *memory, const char *url);

/* Keeps URL, unless it is in MEMORY already or is none to keep (not https, a user name in
   it, too long).  What goes wrong is no reason to fail: it costs a fetch. */
void kb_go_memory_add (const GPtrArray *memory, const char *url);

/* When the process that started this one was started, in seconds since 1970; 0: nobody
   says. */
gint64 kb_go_parent_started (void);

G_END_DECLS

#endif
