/* SPDX-License-Identifier: MIT */
/* Whether every group of the configuration fits the module that it names.
   Knows nothing of how it is told. */
#ifndef KB_COMMANDS_CHECK_H
#define KB_COMMANDS_CHECK_H

#include "runtime.h"

G_BEGIN_DECLS

/* LINE says where the problem is and what it is. */
typedef void (*KbCheckFunc) (const char *line, gpointer data);

/* Loads the module of every source and store; FUNC is called for each problem.  Returns
   how many were looked at. */
guint kb_check_configuration (KbRuntime *runtime, KbCheckFunc func, gpointer data);

G_END_DECLS

#endif
