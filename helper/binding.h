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

/* A binding with the place that it is for; all borrowed. */
typedef struct
{
  const KbBinding *binding;
  const KbStack *stack;
  const char *organization; /* or NULL, then: */
  const char *origin;
  const char *user;  /* or NULL: any */
  const char *scope; /* or NULL: what the source is set up for */
} KbBound;

/* Every binding that holds under one of STACKS (of KbStack). */
typedef void (*KbBoundFunc) (const KbBound *bound, gpointer data);
void kb_binding_each (const GPtrArray *stacks, KbBoundFunc func, gpointer data);
void kb_binding_forget_all (void);

G_END_DECLS

#endif
