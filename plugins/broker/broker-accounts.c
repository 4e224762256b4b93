/* SPDX-License-Identifier: MIT */
/* Reads the list of accounts and chooses one of them.
   Knows nothing of D-Bus and tokens. */
#include "broker/broker-accounts.h"

#include "base/text.h"
#include "common/authority.h"

#include <string.h>

/* A person with more accounts than this has another problem. */
#define ACCOUNTS_MAX 64
#define NAME_MAX_BYTES 256

static void
account_free (gpointer data)
{
  KbBrokerAccount *account = data;

  g_free (account->username);
  g_free (account->tenant);
  g_free (account->object);
  g_free (account);
}

/* New: a member that may be shown and stored, or NULL. */
static char *
member (const KbJson *json, KbJsonNode node, const char *name)
{
  g_autofree char *text = kb_json_string (json, kb_json_member (json, node, name));

  if (text == NULL || *text == '\0' || strlen (text) > NAME_MAX_BYTES
      || !kb_text_is_clean (text, strlen (text)))
    return NULL;
  return g_steal_pointer (&text);
}

/* New, or NULL. */
static char *
guid (const KbJson *json, KbJsonNode node, const char *name)
{
  g_autofree char *text = member (json, node, name);

  return text != NULL && kb_guid_is_valid (text) ? g_ascii_strdown (text, -1) : NULL;
}

/* homeAccountId is "OBJECT.TENANT" of the home tenant. */
static gboolean
is_home (const KbJson *json, KbJsonNode node, const char *tenant)
{
  g_autofree char *home = member (json, node, "homeAccountId");
  const char *dot = home != NULL ? strchr (home, '.') : NULL;

  return dot != NULL && tenant != NULL && g_ascii_strcasecmp (dot + 1, tenant) == 0;
}

static void
add_account (GPtrArray *accounts, const KbJson *json, KbJsonNode node)
{
  g_autofree char *username = NULL;
  KbBrokerAccount *account;

  if (kb_json_type (json, node) != KB_JSON_OBJECT)
    return;
  username = member (json, node, "username");
  if (username == NULL)
    return;
  account = g_new0 (KbBrokerAccount, 1);
  account->node = node;
  account->username = g_steal_pointer (&username);
  account->tenant = guid (json, node, "realm");
  account->object = guid (json, node, "localAccountId");
  account->home = is_home (json, node, account->tenant);
  g_ptr_array_add (accounts, account);
}

GPtrArray *
kb_broker_accounts_read (const KbJson *json, GError **error)
{
  KbJsonNode list = kb_json_member (json, 0, "accounts");
  guint count
      = kb_json_type (json, list) == KB_JSON_ARRAY ? kb_json_size (json, list) : 0;
  g_autoptr (GPtrArray) accounts = NULL;

  if (kb_json_type (json, list) != KB_JSON_ARRAY)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL,
                           "the identity broker's answer has no list of accounts");
      return NULL;
    }
  accounts = g_ptr_array_new_with_free_func (account_free);
  for (guint i = 0; i < MIN (count, ACCOUNTS_MAX); i++)
    add_account (accounts, json, kb_json_at (json, list, i));
  return g_steal_pointer (&accounts);
}

/* ---- which one ------------------------------------------------------------------ */

static gboolean
same_name (const char *a, const char *b)
{
  g_autofree char *one = g_utf8_casefold (a, -1);
  g_autofree char *other = g_utf8_casefold (b, -1);

  return g_str_equal (one, other);
}

static guint
rank (const KbBrokerAccount *account, const char *tenant)
{
  if (tenant != NULL && g_strcmp0 (account->tenant, tenant) == 0)
    return 2;
  return account->home ? 1 : 0;
}

/* One name may stand there once for each tenant: as a guest, and at home. */
static const KbBrokerAccount *
best_of (const GPtrArray *accounts, const char *name, const char *tenant)
{
  const KbBrokerAccount *best = NULL;

  for (guint i = 0; i < accounts->len; i++)
    {
      const KbBrokerAccount *account = g_ptr_array_index (accounts, i);

      if (same_name (account->username, name)
          && (best == NULL || rank (account, tenant) > rank (best, tenant)))
        best = account;
    }
  return best;
}

/* How many different names there are, of all accounts or of those in TENANT alone; ONE is
   the first. */
static guint
count_names (const GPtrArray *accounts, const char *tenant, const char **one)
{
  g_autoptr (GHashTable) names
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < accounts->len; i++)
    {
      const KbBrokerAccount *account = g_ptr_array_index (accounts, i);

      if (tenant != NULL && g_strcmp0 (account->tenant, tenant) != 0)
        continue;
      if (g_hash_table_size (names) == 0)
        *one = account->username;
      g_hash_table_add (names, g_utf8_casefold (account->username, -1));
    }
  return g_hash_table_size (names);
}

KbBrokerChoice
kb_broker_accounts_choose (const GPtrArray *accounts, const char *wanted,
                           const char *tenant, const KbBrokerAccount **account)
{
  const char *name = wanted;
  guint names = wanted != NULL ? 1 : count_names (accounts, NULL, &name);
  const KbBrokerAccount *best;

  if (names > 1 && tenant != NULL && count_names (accounts, tenant, &name) == 1)
    names = 1;
  if (names > 1)
    return KB_BROKER_CHOICE_SEVERAL;
  best = names == 1 ? best_of (accounts, name, tenant) : NULL;
  if (best == NULL)
    return KB_BROKER_CHOICE_NONE;
  *account = best;
  return KB_BROKER_CHOICE_ONE;
}

char *
kb_broker_accounts_names (const GPtrArray *accounts)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < accounts->len; i++)
    {
      const KbBrokerAccount *account = g_ptr_array_index (accounts, i);
      gboolean known = FALSE;

      for (guint j = 0; j < i && !known; j++)
        known
            = same_name (((KbBrokerAccount *) g_ptr_array_index (accounts, j))->username,
                         account->username);
      if (!known)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                                account->username);
    }
  if (text->len == 0)
    g_string_append (text, "none");
  return g_string_free (text, FALSE);
}
