/* SPDX-License-Identifier: MIT */
/* The forms in which a credential is printed for scripts.
   Knows nothing of where it came from. */
#ifndef KB_COMMANDS_TOKEN_FORM_H
#define KB_COMMANDS_TOKEN_FORM_H

#include "keybearer-module.h"

G_BEGIN_DECLS

typedef struct
{
  KbCredential *credential;
  const char *account;      /* or NULL */
  const char *source;       /* the instance's name */
  const char *organization; /* or NULL */
} KbToken;                  /* all borrowed */

typedef gboolean (*KbTokenForm) (const KbToken *token, KbBuffer *text, GError **error);

/* NULL when there is no form NAME. */
KbTokenForm kb_token_form_named (const char *name);

/* "raw, json, ..." for a complaint. */
#define KB_TOKEN_FORMS "raw, json, header, env or azure-cli"

G_END_DECLS

#endif
