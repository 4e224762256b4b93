/* SPDX-License-Identifier: MIT */
/* The verbs of the command line, one file each.
   Knows nothing of how they are found. */
#ifndef KB_COMMANDS_H
#define KB_COMMANDS_H

#include "frontend.h"

G_BEGIN_DECLS

int kb_command_login (const KbStreams *streams, char **arguments, GError **error);
int kb_command_logout (const KbStreams *streams, char **arguments, GError **error);
int kb_command_list (const KbStreams *streams, char **arguments, GError **error);
int kb_command_status (const KbStreams *streams, char **arguments, GError **error);
int kb_command_token (const KbStreams *streams, char **arguments, GError **error);
int kb_command_connect (const KbStreams *streams, char **arguments, GError **error);
int kb_command_disconnect (const KbStreams *streams, char **arguments, GError **error);
int kb_command_exec (const KbStreams *streams, char **arguments, GError **error);
int kb_command_explain (const KbStreams *streams, char **arguments, GError **error);
int kb_command_doctor (const KbStreams *streams, char **arguments, GError **error);
int kb_command_check (const KbStreams *streams, char **arguments, GError **error);
int kb_command_store (const KbStreams *streams, char **arguments, GError **error);
int kb_command_modules (const KbStreams *streams, char **arguments, GError **error);

G_END_DECLS

#endif
