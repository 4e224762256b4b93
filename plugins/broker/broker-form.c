/* SPDX-License-Identifier: MIT */
/* Writes the broker's requests.  The older generation reads the account beside
   authParameters, the newer one inside; each passes over what it does not know.
   Knows nothing of D-Bus. */
#include "broker/broker-form.h"

/* What siemens/sso-mib and abraunegg/onedrive found out of the broker's table: 1 is a
   token from what the broker keeps, 6 is a window. */
#define TYPE_CACHED 1
#define TYPE_INTERACTIVE 6

static void
add_text (KbBuffer *json, const char *name, const char *value)
{
  kb_json_append_name (json, name);
  kb_json_append_string (json, value);
}

static void
add_raw (KbBuffer *json, const char *name, const char *value)
{
  kb_json_append_name (json, name);
  kb_buffer_append_text (json, value);
}

/* ---- an account, as it came ----------------------------------------------------- */

static void copy (KbBuffer *json, const KbJson *from, KbJsonNode node);

static void
copy_members (KbBuffer *json, const KbJson *from, KbJsonNode node)
{
  kb_buffer_append_text (json, "{");
  for (guint i = 0; i < kb_json_size (from, node); i++)
    {
      g_autofree char *name = kb_json_key_at (from, node, i);

      kb_json_append_name (json, name);
      copy (json, from, kb_json_at (from, node, i));
    }
  kb_buffer_append_text (json, "}");
}

static void
copy_elements (KbBuffer *json, const KbJson *from, KbJsonNode node)
{
  kb_buffer_append_text (json, "[");
  for (guint i = 0; i < kb_json_size (from, node); i++)
    {
      if (i > 0)
        kb_buffer_append_text (json, ",");
      copy (json, from, kb_json_at (from, node, i));
    }
  kb_buffer_append_text (json, "]");
}

static void
copy_text (KbBuffer *json, const KbJson *from, KbJsonNode node)
{
  g_autofree char *text = kb_json_string (from, node);

  kb_json_append_string (json, text);
}

/* The reader has bounded the depth.  No account has been seen with a fraction. */
static void
copy (KbBuffer *json, const KbJson *from, KbJsonNode node)
{
  gint64 number = 0;
  gboolean truth = FALSE;

  switch (kb_json_type (from, node))
    {
    case KB_JSON_OBJECT:
      copy_members (json, from, node);
      return;
    case KB_JSON_ARRAY:
      copy_elements (json, from, node);
      return;
    case KB_JSON_STRING:
      copy_text (json, from, node);
      return;
    case KB_JSON_BOOLEAN:
      (void) kb_json_boolean (from, node, &truth);
      kb_buffer_append_text (json, truth ? "true" : "false");
      return;
    case KB_JSON_NUMBER:
      if (kb_json_int64 (from, node, FALSE, &number))
        {
          kb_buffer_printf (json, "%" G_GINT64_FORMAT, number);
          return;
        }
      break;
    default:
      break;
    }
  kb_buffer_append_text (json, "null");
}

static void
add_account (KbBuffer *json, const KbBrokerForm *form)
{
  if (form->list == NULL)
    return;
  kb_json_append_name (json, "account");
  copy (json, form->list, form->account);
}

/* ---- requests ------------------------------------------------------------------- */

KbBuffer *
kb_broker_form_accounts (const KbBrokerForm *form)
{
  KbBuffer *json = kb_buffer_new (0);

  kb_buffer_append_text (json, "{");
  add_text (json, "clientId", form->client);
  add_text (json, "redirectUri", form->redirect);
  kb_buffer_append_text (json, "}");
  return json;
}

KbBuffer *
kb_broker_form_version (void)
{
  KbBuffer *json = kb_buffer_new (0);

  kb_buffer_append_text (json, "{");
  add_text (json, "msalCppVersion", "");
  kb_buffer_append_text (json, "}");
  return json;
}

static void
add_scopes (KbBuffer *json, const char *scope)
{
  g_auto (GStrv) words = g_strsplit (scope, " ", -1);
  gboolean any = FALSE;

  kb_json_append_name (json, "requestedScopes");
  kb_buffer_append_text (json, "[");
  for (gsize i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      if (any)
        kb_buffer_append_text (json, ",");
      kb_json_append_string (json, words[i]);
      any = TRUE;
    }
  kb_buffer_append_text (json, "]");
}

/* It is one of base64url's letters and dots, so it needs no escape. */
static void
add_renewed (KbBuffer *json, const KbSecret *token)
{
  if (token == NULL)
    return;
  kb_json_append_name (json, "accessTokenToRenew");
  kb_buffer_append_text (json, "\"");
  kb_buffer_append_secret (json, token);
  kb_buffer_append_text (json, "\"");
}

/* The broker of 2026 declines scopes when one of these is missing (onedrive 3685). */
KbBuffer *
kb_broker_form_token (const KbBrokerForm *form, gboolean interactive)
{
  KbBuffer *json = kb_buffer_new (0);

  kb_buffer_append_text (json, "{");
  add_account (json, form);
  kb_json_append_name (json, "authParameters");
  kb_buffer_append_text (json, "{");
  add_account (json, form);
  add_text (json, "username", form->username);
  add_text (json, "authority", form->authority);
  kb_json_append_name (json, "authorizationType");
  kb_buffer_printf (json, "%d", interactive ? TYPE_INTERACTIVE : TYPE_CACHED);
  add_text (json, "clientId", form->client);
  add_text (json, "redirectUri", form->redirect);
  add_scopes (json, form->scope);
  add_raw (json, "additionalQueryParametersForAuthorization", "{}");
  add_raw (json, "uxContextHandle", "-1");
  if (form->claims != NULL)
    add_text (json, "decodedClaims", form->claims);
  add_renewed (json, form->renew);
  kb_buffer_append_text (json, "}}");
  return json;
}
