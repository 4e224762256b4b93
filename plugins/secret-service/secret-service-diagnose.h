/* SPDX-License-Identifier: MIT */
/* For `keybearer doctor`: the bus, who is the keyring, and whether it is locked.
   Knows nothing of items. */
#ifndef SECRET_SERVICE_DIAGNOSE_H
#define SECRET_SERVICE_DIAGNOSE_H

#include "keybearer-module.h"

G_BEGIN_DECLS

/* Starts and unlocks nothing. */
void secret_service_diagnose (const KbRequest *request, KbDiagnosis *diagnosis);

G_END_DECLS

#endif
