/* SPDX-License-Identifier: MIT */
/* Passes over sources that would give something else than was asked for.
   Knows nothing of what each of them gives. */
#include "wish.h"

/* What is good for something else must not be given to whoever asks for this. */
static KbAnswer
heeds_scope (const KbRequest *request, const KbOpened *source)
{
  const char *scope = kb_request_scope (request);

  if (scope == NULL || (source->module->source->flags & KB_SOURCE_SCOPES) != 0)
    return KB_OK;
  kb_request_note (request, "%s makes nothing for the scope %s", source->name, scope);
  return KB_DECLINED;
}

/* Nothing that a person asked for is passed over in silence.  What makes something else
   of an earlier entry's credential signs nobody in. */
static KbAnswer
heeds_wish (const KbRequest *request, const KbOpened *source, const KbCredential *input)
{
  static const char *const hints[] = { "flow", "port", "tenant" };

  if (input != NULL || (source->module->source->flags & KB_SOURCE_SIGNS_IN) != 0)
    return KB_OK;
  for (gsize i = 0; i < G_N_ELEMENTS (hints); i++)
    {
      const char *wish = kb_request_hint (request, hints[i]);

      if (wish == NULL)
        continue;
      kb_request_note (request, "%s is no source to sign in to with --%s", source->name,
                       i == 0 ? wish : hints[i]);
      return KB_DECLINED;
    }
  return KB_OK;
}

KbAnswer
kb_wish_heeded (const KbRequest *request, const KbOpened *source,
                const KbCredential *input)
{
  KbAnswer answer = heeds_scope (request, source);

  return answer == KB_OK ? heeds_wish (request, source, input) : answer;
}
