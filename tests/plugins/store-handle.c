/* SPDX-License-Identifier: MIT */
/* A store of a module of the build tree, opened for a test.
   Knows nothing of any one store, nor of what stores must do. */
#include "store-contract.h"

#include "loader.h"

#include <dlfcn.h>
#include <string.h>

const KbModule *
kb_store_module (const char *module)
{
  const char *top = g_getenv ("KB_BUILDDIR");
  g_autofree char *path = g_strdup_printf ("%s/plugins/%s/.libs/%s.so",
                                           top != NULL ? top : ".", module, module);
  g_autoptr (GError) error = NULL;
  void *library = dlopen (path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  const KbModule *found;

  if (library == NULL)
    g_error ("%s", dlerror ());
  found = dlsym (library, "kb_module");
  g_assert_nonnull (found);
  kb_module_check (found, module, &error);
  g_assert_no_error (error);
  g_assert_nonnull (found->store);
  return found;
}

KbStoreHandle *
kb_store_handle_new (const char *module, const KbSetting *settings, gsize n_settings)
{
  KbStoreHandle *handle = g_new0 (KbStoreHandle, 1);
  const KbModule *found = kb_store_module (module);
  g_autoptr (GError) error = NULL;

  handle->api = found->store;
  handle->instance = kb_instance_new (module, found, settings, n_settings, NULL, &error);
  g_assert_no_error (error);
  kb_instance_set_data_dir (handle->instance, g_getenv ("KB_SCRATCH"));
  handle->request = kb_request_new (kb_url_parse ("https://example.org/", NULL));
  g_assert_cmpint (handle->api->open (handle->instance, &handle->self, &error), ==,
                   KB_OK);
  g_assert_no_error (error);
  return handle;
}

void
kb_store_handle_free (KbStoreHandle *handle)
{
  handle->api->close (handle->self);
  kb_instance_free (handle->instance);
  kb_request_free (handle->request);
  g_free (handle);
}

void
kb_store_skip (const char *why)
{
  if (g_strcmp0 (g_getenv ("KEYBEARER_TESTS_MUST_RUN"), "1") == 0)
    {
      g_test_message ("must run, but: %s", why);
      g_test_fail ();
    }
  else
    g_test_skip (why);
}

KbAnswer
kb_store_put_text (KbStoreHandle *handle, const char *name, const char *text,
                   GError **error)
{
  g_autoptr (KbSecret) value = kb_secret_new_text (text);

  kb_request_set_deadline_ms (handle->request, KB_DEADLINE_MS);
  return handle->api->put (handle->self, handle->request, name, KB_STORE_LABEL, value, 0,
                           error);
}

KbAnswer
kb_store_get (KbStoreHandle *handle, const char *name, KbSecret **value)
{
  g_autoptr (GError) error = NULL;
  KbAnswer answer;

  kb_request_set_deadline_ms (handle->request, KB_DEADLINE_MS);
  answer = handle->api->get (handle->self, handle->request, name, value, &error);
  g_assert_no_error (error);
  g_assert_true ((answer == KB_OK) == (*value != NULL));
  return answer;
}

void
kb_store_assert_text (KbStoreHandle *handle, const char *name, const char *text)
{
  g_autoptr (KbSecret) value = NULL;

  g_assert_cmpint (kb_store_get (handle, name, &value), ==, KB_OK);
  g_assert_cmpuint (kb_secret_length (value), ==, strlen (text));
  g_assert_true (memcmp (kb_secret_peek (value), text, strlen (text)) == 0);
}

void
kb_store_assert_missing (KbStoreHandle *handle, const char *name)
{
  g_autoptr (KbSecret) value = NULL;

  g_assert_cmpint (kb_store_get (handle, name, &value), ==, KB_DECLINED);
}
