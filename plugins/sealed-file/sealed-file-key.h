/* SPDX-License-Identifier: MIT */
/* Where the key that wraps the data key comes from: the options of the module, or a
   person. Knows nothing of what is sealed. */
#ifndef SEALED_FILE_KEY_H
#define SEALED_FILE_KEY_H

#include "sealed-file/sealed-file-format.h"

G_BEGIN_DECLS

/* Checks what can be checked without following a reference. */
gboolean key_options_check (const KbInstance *instance, GError **error);

/* What a new store is to be sealed with: the first of key, passphrase, ask-passphrase and
   key-file that is there and leads to something.  KB_DECLINED: none does. */
KbAnswer key_pick (const KbInstance *instance, FormatKind *kind, GError **error);

/* New: the wrapping key for HEADER.  FOLDER is where a generated key file lies unless the
   option names another.  MAKE: the header is new, so a key file that is missing is made
   and a passphrase is asked for twice. */
KbAnswer key_wrapping (const KbInstance *instance, const KbRequest *request,
                       const char *folder, const FormatHeader *header, gboolean make,
                       KbSecret **kek, GError **error);

/* Whether key_wrapping for a header of KIND would ask a person. */
gboolean key_asks (const KbInstance *instance, FormatKind kind);

G_END_DECLS

#endif
