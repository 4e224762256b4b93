/* SPDX-License-Identifier: MIT */
/* A store that keeps items as files, counts its calls and fails when a test says so.
   Knows nothing of what an item holds nor of any test. */
#include "fake.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* FAKE_NAME and FAKE_FLAGS come from the build: one file makes two modules. */

static KbAnswer
fake_open (const KbInstance *instance, gpointer *self, GError **error)
{
  gboolean gives = FALSE;

  *self = (gpointer) instance;
  fake_note (instance, "open");
  return fake_answer (instance, "open", &gives, error);
}

static void
fake_close (gpointer self)
{
}

static KbAnswer
fake_probe (gpointer self, const KbRequest *request, GError **error)
{
  gboolean gives = FALSE;

  fake_note (self, "probe");
  return fake_answer (self, "probe", &gives, error);
}

/* New: the key of the item's file. */
static char *
item_key (const char *name)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);

  return g_strconcat ("item.", hash, NULL);
}

static void
note (const KbInstance *instance, const char *what, const char *name)
{
  g_autofree char *kind = g_strndup (name, strcspn (name, "/"));
  g_autofree char *line = g_strdup_printf ("%s %s", what, kind);

  fake_note (instance, line);
}

static KbAnswer
fake_get (gpointer self, const KbRequest *request, const char *name, KbSecret **value,
          GError **error)
{
  g_autofree char *key = item_key (name);
  g_autofree char *text = NULL;
  gboolean gives = FALSE;
  KbAnswer answer = fake_answer (self, "get", &gives, error);

  note (self, "get", name);
  if (!gives)
    return answer;
  if (kb_request_interactive (request))
    fake_note (self, "may-unlock");
  text = fake_text (self, key, NULL);
  if (text == NULL)
    return KB_DECLINED;
  *value = kb_secret_new_text (text);
  return KB_OK;
}

static KbAnswer
fake_put (gpointer self, const KbRequest *request, const char *name, const char *label,
          const KbSecret *value, gint64 expires, GError **error)
{
  g_autofree char *key = item_key (name);
  g_autofree char *line = g_strconcat (name, " ", label, NULL);
  gboolean gives = FALSE;
  KbAnswer answer = fake_answer (self, "put", &gives, error);

  note (self, "put", name);
  fake_write (self, "label", line);
  if (gives)
    fake_write (self, key, kb_secret_peek (value));
  return answer;
}

static KbAnswer
fake_erase (gpointer self, const KbRequest *request, const char *name, GError **error)
{
  g_autofree char *key = item_key (name);
  g_autofree char *path = fake_path (self, key);
  gboolean gives = FALSE;
  KbAnswer answer = fake_answer (self, "erase", &gives, error);

  note (self, "erase", name);
  if (!gives)
    return answer;
  return unlink (path) == 0 ? KB_OK : KB_DECLINED;
}

static const KbStore store = { .flags = FAKE_FLAGS,
                               .open = fake_open,
                               .close = fake_close,
                               .probe = fake_probe,
                               .get = fake_get,
                               .put = fake_put,
                               .erase = fake_erase };

const KbModule kb_module = { .abi = KB_MODULE_ABI,
                             .name = FAKE_NAME,
                             .summary = "Does what a test says",
                             .options = fake_options,
                             .store = &store };
