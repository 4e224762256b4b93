/* SPDX-License-Identifier: MIT */
/* Reading of a verb's arguments.  Knows nothing of what the options mean. */
#include "base/arguments.h"
