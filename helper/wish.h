/* SPDX-License-Identifier: MIT */
/* Whether a source heeds what a request asks for beside the place: a scope, a way to sign
   in.  Knows nothing of how it does so. */
#ifndef KB_WISH_H
#define KB_WISH_H

#include "runtime.h"

G_BEGIN_DECLS

/* KB_DECLINED after kb_request_note: SOURCE is to be passed over.  INPUT is the
   credential of the entry before it, or NULL. */
KbAnswer kb_wish_heeded (const KbRequest *request, const KbOpened *source,
                         const KbCredential *input);

G_END_DECLS

#endif
