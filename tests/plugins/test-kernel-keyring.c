/* SPDX-License-Identifier: MIT */
/* Tests plugins/kernel-keyring: the contract, and what the kernel's keyring is like.
   Knows nothing of other stores. */
#include "store-contract.h"

#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODULE "kernel-keyring"

/* Root has a quota of its own; others have 200 keys and 20,000 bytes for all programs. */
static KbStoreSubject about = { MODULE, NULL, 0, 32767, 1000, 150 };
#define QUOTA_BYTES 16384
#define QUOTA_KEYS 100

static KbStoreHandle *
open_keyring (const KbSetting *settings, gsize n_settings)
{
  g_autoptr (KbStoreHandle) handle = kb_store_handle_new (MODULE, settings, n_settings);

  if (handle->api->probe (handle->self, handle->request, NULL) == KB_OK)
    return g_steal_pointer (&handle);
  kb_store_skip (kb_request_last_note (handle->request));
  return NULL;
}

/* What su, cron and setsid do: a session keyring that has no link to the user's. */
static void
test_other_session (void)
{
  g_autoptr (KbStoreHandle) handle = open_keyring (NULL, 0);
  int status = 0;
  pid_t pid;

  if (handle == NULL)
    return;
  g_assert_cmpint (kb_store_put_text (handle, "test/session", "c2Vzc2lvbg", NULL), ==,
                   KB_OK);
  pid = fork ();
  if (pid == 0)
    {
      g_autoptr (KbSecret) value = NULL;

      if (syscall (SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0
          || handle->api->get (handle->self, handle->request, "test/session", &value,
                               NULL)
                 != KB_OK
          || handle->api->erase (handle->self, handle->request, "test/session", NULL)
                 != KB_OK)
        _exit (1);
      _exit (0);
    }
  waitpid (pid, &status, 0);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  kb_store_assert_missing (handle, "test/session");
}

static void
test_timeout_option (void)
{
  static const KbSetting brief[] = { { "timeout", "1", "test:1" } };
  static const KbSetting ample[] = { { "timeout", "600", "test:1" } };
  g_autoptr (KbStoreHandle) first = open_keyring (brief, 1);
  g_autoptr (KbStoreHandle) second = open_keyring (ample, 1);
  gboolean gone = FALSE;

  if (first == NULL)
    return;
  g_assert_cmpint (kb_store_put_text (second, "test/ample", "dGltZQ", NULL), ==, KB_OK);
  kb_store_assert_text (second, "test/ample", "dGltZQ");
  g_assert_cmpint (kb_store_put_text (first, "test/brief", "dGltZQ", NULL), ==, KB_OK);
  for (guint i = 0; i < 600 && !gone; i++)
    {
      g_autoptr (KbSecret) value = NULL;

      g_usleep (100 * 1000);
      gone = kb_store_get (first, "test/brief", &value) == KB_DECLINED;
    }
  g_assert_true (gone);
  kb_store_assert_text (second, "test/ample", "dGltZQ");
}

/* Neither of the two keyrings shows what is in the other. */
static void
test_session_option (void)
{
  static const KbSetting settings[] = { { "keyring", "session", "test:1" } };
  g_autoptr (KbStoreHandle) session = NULL;
  g_autoptr (KbStoreHandle) user = open_keyring (NULL, 0);

  if (user == NULL)
    return;
  g_assert_cmpint (syscall (SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL), >=, 0);
  session = open_keyring (settings, 1);
  g_assert_cmpint (kb_store_put_text (session, "test/own", "b3du", NULL), ==, KB_OK);
  kb_store_assert_text (session, "test/own", "b3du");
  kb_store_assert_missing (user, "test/own");
  g_assert_cmpint (
      session->api->erase (session->self, session->request, "test/own", NULL), ==, KB_OK);
}

/* A key that another program put there under our name is a value like any other, and an
   empty or foreign one is none. */
static void
test_foreign_key (void)
{
  g_autoptr (KbStoreHandle) handle = open_keyring (NULL, 0);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  long serial;

  if (handle == NULL)
    return;
  serial = syscall (SYS_add_key, "user", "keybearer-not:test", "x", 1,
                    KEY_SPEC_USER_KEYRING);
  kb_store_assert_missing (handle, "not:test");
  handle->api->list (handle->self, handle->request, names, NULL);
  for (guint i = 0; i < names->len; i++)
    g_assert_cmpstr (names->pdata[i], !=, "not:test");
  syscall (SYS_keyctl, KEYCTL_UNLINK, serial, KEY_SPEC_USER_KEYRING);
}

int
main (int argc, char **argv)
{
  if (geteuid () != 0)
    {
      about.value_max = QUOTA_BYTES;
      about.many = QUOTA_KEYS;
    }
  kb_store_contract_init (&argc, &argv, &about);
  g_test_init (&argc, &argv, NULL);
  kb_store_contract_add ("/kernel-keyring", &about);
  g_test_add_func ("/kernel-keyring/other-session", test_other_session);
  g_test_add_func ("/kernel-keyring/timeout-option", test_timeout_option);
  g_test_add_func ("/kernel-keyring/session-option", test_session_option);
  g_test_add_func ("/kernel-keyring/foreign-key", test_foreign_key);
  return g_test_run ();
}
