/* SPDX-License-Identifier: MIT */
/* Reads the claims of a challenge.
   Knows nothing of who can satisfy them. */
#include "common/claims.h"

#include "base/challenge.h"
#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* Entra's challenges have some hundred bytes. */
#define CLAIMS_MAX 4096

char *
kb_claims_challenged (const KbRequest *request)
{
  g_autofree char *text
      = kb_challenge_parameter (kb_request_challenges (request), "Bearer", "claims");
  g_autofree char *plain = NULL;
  g_autofree guint8 *bytes = NULL;
  g_autoptr (KbSecret) secret = NULL;
  g_autoptr (KbJson) json = NULL;
  gsize length = 0;

  if (text == NULL || strlen (text) > CLAIMS_MAX)
    return NULL;
  plain = g_strdelimit (g_strdup (text), "+", '-');
  g_strdelimit (plain, "/", '_');
  plain[strcspn (plain, "=")] = '\0';
  bytes = kb_text_base64url_decode (plain, &length);
  if (bytes == NULL)
    return NULL;
  secret = kb_secret_new ((const char *) bytes, length);
  json = kb_json_parse (secret, NULL);
  if (json == NULL || kb_json_type (json, 0) != KB_JSON_OBJECT)
    return NULL;
  return g_strndup ((const char *) bytes, length);
}
