/* SPDX-License-Identifier: MIT */
/* Feeds what an identity broker may answer to its readers.
   Knows nothing of what is right but that nothing is given after an error. */
#include "broker/broker-accounts.h"
#include "broker/broker-answer.h"
#include "broker/broker-form.h"

#include "base/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_accounts (const KbJson *json)
{
  g_autoptr (GPtrArray) accounts = kb_broker_accounts_read (json, NULL);
  const KbBrokerAccount *account = NULL;
  g_autofree char *names = NULL;

  if (accounts == NULL)
    return;
  names = kb_broker_accounts_names (accounts);
  g_assert_true (kb_text_is_clean (names, strlen (names)));
  if (kb_broker_accounts_choose (accounts, NULL, NULL, &account) == KB_BROKER_CHOICE_ONE)
    {
      const KbBrokerForm form = { .client = "c",
                                  .redirect = "r",
                                  .authority = "a",
                                  .scope = "s",
                                  .username = account->username,
                                  .list = json,
                                  .account = account->node };
      g_autoptr (KbBuffer) text = kb_broker_form_token (&form, FALSE);
      g_autoptr (KbSecret) secret = kb_buffer_steal (text);
      g_autoptr (KbJson) again = kb_json_parse (secret, NULL);

      g_assert_nonnull (again);
    }
}

static void
read_answer (const KbJson *json)
{
  const KbBrokerRules rules = { .resource = "499b84ac-1321-427f-aa17-267ca6975798" };
  g_auto (KbBrokerToken) token = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean good = kb_broker_answer_read (json, &rules, NULL, &token, &error);

  g_assert_true (good == (token.access != NULL));
  g_assert_true (good == (error == NULL));
  if (error != NULL)
    g_assert_true (kb_text_is_clean (error->message, strlen (error->message)));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (KbSecret) text = kb_secret_new ((const char *) data, size);
  g_autoptr (KbJson) json = kb_json_parse (text, NULL);

  if (json == NULL)
    return 0;
  read_accounts (json);
  read_answer (json);
  return 0;
}
