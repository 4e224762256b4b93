/* SPDX-License-Identifier: MIT */
/* Remembers who answered for a place, so that the next call need ask no source: learned
   from success, void when the configuration or the environment changes.
   Knows nothing of secrets. */
#ifndef KB_BINDING_H
#define KB_BINDING_H

#include "config.h"

G_BEGIN_DECLS

typedef struct
{
  char *instance;
  char *account;
  char *realm;
} KbBinding;

void kb_binding_clear (KbBinding *binding);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbBinding, kb_binding_clear)

/* FALSE: nothing is remembered, or it was under another configuration or environment. */
gboolean kb_binding_read (const KbStack *stack, const KbRequest *request,
                          KbBinding *binding);

/* Remembers it with what REQUEST saw of the environment; a failure is only a slower next
   call, so there is none to report. */
void kb_binding_write (const KbStack *stack, const KbRequest *request,
                       const KbBinding *binding);
void kb_binding_forget (const KbStack *stack, const KbRequest *request);

G_END_DECLS

#endif
