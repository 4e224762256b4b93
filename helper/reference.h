/* SPDX-License-Identifier: MIT */
/* References: where a secret is, written where a secret must not be.
   Knows nothing of options, groups and files of configuration. */
#ifndef KB_REFERENCE_H
#define KB_REFERENCE_H

#include "instance.h"

G_BEGIN_DECLS

/* The longest secret that a reference may lead to: a certificate chain with its key. */
#define KB_REFERENCE_MAX 65536

/* What a message may say of the forms. */
#define KB_REFERENCE_FORMS "file:PATH, env:NAME, fd:N, cred:NAME or store:NAME"

/* Follows TEXT (kb_reference_is_valid) now.  SECRET is new; one line end at its end is
   dropped for file:, fd: and cred:.  KB_DECLINED: the variable of env: is unset or empty,
   $CREDENTIALS_DIRECTORY of cred: is unset, the item of store: does not exist.
   KB_ERROR_CONFIG names the reference, never the content: a file that is missing, that
   others may read or that is too long, a descriptor that the caller did not hand over.
   A descriptor is read once, closed and remembered. */
KbAnswer kb_reference_follow (const char *text, KbStoreReference store, gpointer data,
                              KbSecret **secret, GError **error);

G_END_DECLS

#endif
