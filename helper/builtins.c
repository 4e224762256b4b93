/* SPDX-License-Identifier: MIT */
/* Lists the modules whose own fragment of the makefile puts them into the program.
   Knows nothing of which they are: KB_BUILTINS, KB_BUILTIN (name) each, is from there. */
#include "builtins.h"

/* A module that needs no library is smaller than what finding, proving and loading its
   file costs: a tenth of a cached answer. */
#define KB_BUILTIN(name) extern const KbModule kb_module_##name;
KB_BUILTINS
#undef KB_BUILTIN

#define KB_BUILTIN(name) &kb_module_##name,
const KbModule *const kb_builtins[] = { KB_BUILTINS NULL };
