/* SPDX-License-Identifier: MIT */
/* The modules that are linked into the program itself.
   Belongs to the program alone: libkeybearer has none, no file of helper/ names one. */
#ifndef KB_BUILTINS_H
#define KB_BUILTINS_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* NULL-terminated, for kb_loader_set_builtins. */
extern const KbModule *const kb_builtins[];

G_END_DECLS

#endif
