/* SPDX-License-Identifier: MIT */
/* Reads the error envelope of Azure DevOps and says what helps.
   Knows nothing of how it was asked for. */
#include "common/devops-refusal.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define MESSAGE_MAX 400

/* A code in the server's message, and what a person can do about it
   (entra-and-azure-devops 3.4; recorded-exchanges R2, R6, R7, R8). */
static const struct
{
  const char *code;
  const char *help;
} known[] = {
  { "TF400813", "the account is no member of the organization, or was signed in to in "
                "another tenant; run: keybearer login %s" },
  { "has expired", "run: keybearer login %s" },
  { "VS403463", "a Conditional Access policy of the tenant stands in the way: sign in "
                "from a device and place that it allows; run: keybearer login %s" },
  { "TF401027", "the account lacks this right in the repository; ask an administrator" },
  { "TF401019", "there is no such repository, or the account may not see it" },
  { "TF200016", "there is no such project, or the account may not see it" },
  { "VS800075", "there is no such project, or the account may not see it" },
  { "VS30063", "the account may not use this host; ask an administrator" },
  { "TF24668", "the organization is stopped; an administrator can start it again" },
  { "VssVersionOutOfRangeException", "name another api-version" },
  { "preview", "name the preview in the query: api-version=7.1-preview" },
};

static gboolean
is_page (const KbHttpAnswer *answer)
{
  return g_str_equal (answer->type, "text/html");
}

gboolean
kb_refusal_of_credential (const KbHttpAnswer *answer)
{
  if (answer->status == 401 || answer->status == 203)
    return TRUE;
  return (answer->status >= 300 && answer->status < 400)
         || (answer->status < 300 && is_page (answer));
}

static char *
shown (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  if (g_str_has_suffix (stripped, "."))
    stripped[strlen (stripped) - 1] = '\0';
  return kb_text_escape (stripped, strlen (stripped), MESSAGE_MAX);
}

char *
kb_refusal_message (const KbHttpAnswer *answer)
{
  g_autoptr (KbJson) json = NULL;
  g_autofree char *message = NULL;

  if (g_str_equal (answer->type, "text/plain"))
    return shown (kb_secret_peek (answer->body));
  if (!g_str_equal (answer->type, "application/json"))
    return NULL;
  json = kb_json_parse (answer->body, NULL);
  if (json == NULL)
    return NULL;
  message = kb_json_string (json, kb_json_member (json, 0, "message"));
  return message != NULL ? shown (message) : NULL;
}

/* The right is missing, not the sign-in: an empty 401 with Basic alone (R1). */
static gboolean
lacks_right (const KbHttpAnswer *answer)
{
  guint lines = 0;
  gboolean basic = FALSE;

  for (char **line = answer->kept; *line != NULL; line++)
    if (g_str_has_prefix (*line, "WWW-Authenticate: "))
      {
        lines++;
        basic = g_str_has_prefix (*line, "WWW-Authenticate: Basic");
      }
  return answer->status == 401 && lines == 1 && basic
         && kb_secret_length (answer->body) == 0;
}

/* New, or NULL: what helps against MESSAGE. */
static char *
help_for (const char *message, const char *word)
{
  for (gsize i = 0; message != NULL && i < G_N_ELEMENTS (known); i++)
    if (strstr (message, known[i].code) != NULL)
      {
        g_auto (GStrv) parts = g_strsplit (known[i].help, "%s", 2);

        return g_strjoinv (word, parts);
      }
  return NULL;
}

static char *
general_help (const KbHttpAnswer *answer, const char *word)
{
  if (lacks_right (answer))
    return g_strdup (
        "the token lacks the scope or the account the right for this; what a "
        "token is good for is shown by: keybearer status");
  if (kb_refusal_of_credential (answer))
    return g_strdup_printf ("the sign-in was not taken; run: keybearer login %s", word);
  if (answer->status == 403)
    return g_strdup ("the account may not do this: it lacks the permission, or has a "
                     "Stakeholder licence");
  if (answer->status == 404)
    return g_strdup ("there is nothing of this name, or the account may not see it");
  if (answer->status == 429)
    return g_strdup ("too many requests: try again later");
  return answer->status >= 500 ? g_strdup ("the server has a fault: try again later")
                               : NULL;
}

static KbErrorCode
code_of (const KbHttpAnswer *answer)
{
  if (kb_refusal_of_credential (answer) || answer->status == 403)
    return KB_ERROR_DENIED;
  if (answer->status == 429 || answer->status >= 500)
    return KB_ERROR_NETWORK;
  return KB_ERROR_PROTOCOL;
}

void
kb_refusal_set (GError **error, const KbHttpAnswer *answer, const char *place,
                const char *word)
{
  g_autofree char *message = kb_refusal_message (answer);
  g_autofree char *specific = help_for (message, word);
  g_autofree char *help
      = specific != NULL ? g_steal_pointer (&specific) : general_help (answer, word);
  gboolean said = message != NULL && *message != '\0';

  g_set_error (error, KB_ERROR, (gint) code_of (answer), "%s: HTTP %u%s%s%s%s", place,
               answer->status, said ? ": " : "", said ? message : "",
               help != NULL ? "; " : "", help != NULL ? help : "");
}
