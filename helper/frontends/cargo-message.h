/* SPDX-License-Identifier: MIT */
/* What Cargo says to a credential provider.
   Knows nothing of what is answered. */
#ifndef KB_FRONTENDS_CARGO_MESSAGE_H
#define KB_FRONTENDS_CARGO_MESSAGE_H

#include "base/secret.h"

G_BEGIN_DECLS

typedef enum
{
  KB_CARGO_GET,
  KB_CARGO_LOGIN,
  KB_CARGO_LOGOUT,
  KB_CARGO_OTHER /* of a newer Cargo */
} KbCargoKind;

typedef struct
{
  KbCargoKind kind;
  char *index;       /* a URL, without "sparse+" and the like */
  char *account;     /* of the configured arguments, or NULL */
  char **challenges; /* the values of the WWW-Authenticate headers, NULL-terminated */
  gboolean token;    /* a token came with a login */
} KbCargoMessage;

void kb_cargo_message_clear (KbCargoMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbCargoMessage, kb_cargo_message_clear)

/* MESSAGE is zeroed.  KB_ERROR_PROTOCOL; KB_ERROR_CONFIG for configured arguments that
   are not known.  Members that are not known are passed over. */
gboolean kb_cargo_message_read (KbSecret *text, KbCargoMessage *message, GError **error);

/* INDEX without what Cargo puts in front of the URL; borrowed. */
const char *kb_cargo_index (const char *index);

G_END_DECLS

#endif
