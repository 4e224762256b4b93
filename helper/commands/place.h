/* SPDX-License-Identifier: MIT */
/* What a person names on the command line, an organization or a URL, as one call.
   Knows nothing of what is done there. */
#ifndef KB_COMMANDS_PLACE_H
#define KB_COMMANDS_PLACE_H

#include "identity.h"
#include "request.h"
#include "session.h"

G_BEGIN_DECLS

typedef struct
{
  KbRuntime *runtime;
  KbRequest *request;
  KbSession *session;
  char *word; /* what `keybearer login WORD` would take */
  gboolean
      feed; /* set before it is opened: a name means the package feeds (kb_target_feed) */
  gboolean hold; /* set before kb_place_get: notices are left to the caller */
} KbPlace;

void kb_place_clear (KbPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbPlace, kb_place_clear)

/* WORD is a URL, an organization, or NULL: then the one organization that is signed in
   to, else the first place of the configuration.  KB_DECLINED after a complaint: several
   are signed in to, or no URL is known for WORD. */
KbAnswer kb_place_open (KbPlace *place, const char *word, GError **error);

/* The same for verbs that are about no place: the stores want some request. */
KbAnswer kb_place_open_any (KbPlace *place, GError **error);

/* What is kept or made without a person.  KB_DECLINED after a complaint that says what to
   run.  Notices are printed, unless they are held. */
KbAnswer kb_place_get (KbPlace *place, KbCredential **credential, GError **error);

/* ---- parts that explain, login, logout and status share ------------------------- */

/* Runs the source's identify.  A note tells why it declined (kb_request_last_note). */
KbAnswer kb_place_identify (KbPlace *place, const KbEntry *entry, const KbOpened **source,
                            KbIdentity *identity, GError **error);

G_END_DECLS

#endif
