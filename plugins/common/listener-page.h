/* SPDX-License-Identifier: MIT */
/* The page that a browser shows at the end of a sign-in: one file without script, picture
   or link.  Knows nothing of how it gets there. */
#ifndef KB_LISTENER_PAGE_H
#define KB_LISTENER_PAGE_H

#include <glib.h>

G_BEGIN_DECLS

/* All are borrowed, may come from outside, are escaped and cut; NULL leaves one out. */
typedef struct
{
  const char *program;      /* for whom: "git" */
  const char *account;      /* who signed in: "ana@contoso.example" */
  const char *tenant;       /* "Contoso (72f9…)" */
  const char *organization; /* "contoso (dev.azure.com)" */
  const char *title;        /* NULL for "Signed in" or "Not signed in" */
  const char *reason;       /* NULL: it went well; else one sentence that says why not */
  const char *remedy;       /* what to do then */
} KbPage;

/* New.  HTML in UTF-8. */
char *kb_listener_page (const KbPage *page);

/* The Content-Security-Policy that the page needs: nothing but its own style, by hash. */
const char *kb_listener_page_policy (void);

G_END_DECLS

#endif
