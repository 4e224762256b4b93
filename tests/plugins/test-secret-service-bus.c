/* SPDX-License-Identifier: MIT */
/* Tests plugins/secret-service where there is no keyring: no bus, a bus without the
   service, one that never answers.  Knows nothing of real keyrings: see
   test-secret-service. */
#include "store-contract.h"

#include "base/clock.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MODULE "secret-service"

typedef KbAnswer (*Call) (KbStoreHandle *handle, GError **error);

static KbAnswer
call_probe (KbStoreHandle *handle, GError **error)
{
  return handle->api->probe (handle->self, handle->request, error);
}

static KbAnswer
call_get (KbStoreHandle *handle, GError **error)
{
  KbSecret *value = NULL;
  KbAnswer answer
      = handle->api->get (handle->self, handle->request, "test/none", &value, error);

  g_assert_null (value);
  return answer;
}

static KbAnswer
call_put (KbStoreHandle *handle, GError **error)
{
  g_autoptr (KbSecret) value = kb_secret_new_text ("dmFsdWU");

  return handle->api->put (handle->self, handle->request, "test/none", KB_STORE_LABEL,
                           value, 0, error);
}

static KbAnswer
call_erase (KbStoreHandle *handle, GError **error)
{
  return handle->api->erase (handle->self, handle->request, "test/none", error);
}

static KbAnswer
call_list (KbStoreHandle *handle, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  KbAnswer answer = handle->api->list (handle->self, handle->request, names, error);

  g_assert_cmpuint (names->len, ==, 0);
  return answer;
}

static const Call calls[] = { call_get, call_put, call_erase, call_list };

/* A locked, absent or silent store fails and says so; it never has "no such item". */
static void
assert_all_fail (gint64 deadline_ms, gint64 at_most_ms)
{
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (KbStoreHandle) handle = kb_store_handle_new (MODULE, NULL, 0);
      g_autoptr (GError) error = NULL;
      gint64 start = kb_clock_boot_ms ();

      kb_request_set_deadline_ms (handle->request, deadline_ms);
      g_assert_cmpint (calls[i](handle, &error), ==, KB_FAILED);
      g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
      g_assert_null (strchr (error->message, '\n'));
      g_assert_cmpint (kb_clock_boot_ms () - start, <=, at_most_ms);
    }
}

static gint64
probe_absent (void)
{
  g_autoptr (KbStoreHandle) handle = kb_store_handle_new (MODULE, NULL, 0);
  g_autoptr (GError) error = NULL;
  gint64 start = kb_clock_boot_ms ();

  g_assert_cmpint (call_probe (handle, &error), ==, KB_DECLINED);
  g_assert_no_error (error);
  g_assert_nonnull (kb_request_last_note (handle->request));
  return kb_clock_boot_ms () - start;
}

static void
assert_absent (void)
{
  gint64 fastest = G_MAXINT64;

  /* The best of several, for a busy machine or valgrind says nothing about the rest. */
  for (int i = 0; i < 5; i++)
    fastest = MIN (fastest, probe_absent ());
  g_assert_cmpint (fastest, <=, 1000);
  assert_all_fail (KB_DEADLINE_MS, 12000);
}

static void
test_no_bus (void)
{
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_setenv ("DISPLAY", ":99", TRUE); /* GIO would start a bus for it */
  assert_absent ();
  g_unsetenv ("DISPLAY");
}

static void
test_no_socket (void)
{
  static const char *const addresses[]
      = { "unix:path=/nonexistent/bus", "autolaunch:", "unixexec:path=/bin/false",
          "tcp:host=127.0.0.1,port=9", "nonsense" };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_setenv ("DBUS_SESSION_BUS_ADDRESS", addresses[i], TRUE);
      assert_absent ();
    }
}

/* Accepts, by the kernel's queue, and never says a word. */
static int
listen_silently (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *path = g_build_filename (g_getenv ("KB_SCRATCH"), "hole", NULL);
  g_autofree char *bus = g_strconcat ("unix:path=", path, NULL);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  unlink (path);
  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  memcpy (address.sun_path, path, strlen (path));
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", bus, TRUE);
  return fd;
}

static void
test_black_hole (void)
{
  int fd = listen_silently ();
  g_autoptr (KbStoreHandle) handle = kb_store_handle_new (MODULE, NULL, 0);
  g_autoptr (GError) error = NULL;
  gint64 start = kb_clock_boot_ms ();

  g_assert_cmpint (call_probe (handle, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_assert_cmpint (kb_clock_boot_ms () - start, >=, 2900);
  g_assert_cmpint (kb_clock_boot_ms () - start, <=, 14000);
  assert_all_fail (300, 12000);
  close (fd);
}

/* Gone after the connection was accepted. */
static gpointer
accept_and_close (gpointer data)
{
  int fd = accept (GPOINTER_TO_INT (data), NULL, NULL);

  if (fd >= 0)
    close (fd);
  return NULL;
}

static void
test_hang_up (void)
{
  int fd = listen_silently ();
  GThread *thread = g_thread_new ("bus", accept_and_close, GINT_TO_POINTER (fd));
  g_autoptr (KbStoreHandle) handle = kb_store_handle_new (MODULE, NULL, 0);
  g_autoptr (GError) error = NULL;

  kb_request_set_deadline_ms (handle->request, 500);
  g_assert_cmpint (call_get (handle, &error), ==, KB_FAILED);
  g_assert_error (error, KB_ERROR, KB_ERROR_LOCKED);
  g_thread_join (thread);
  close (fd);
}

static void
test_past_deadline (void)
{
  int fd = listen_silently ();

  assert_all_fail (0, 12000);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret-service/no-bus", test_no_bus);
  g_test_add_func ("/secret-service/no-socket", test_no_socket);
  g_test_add_func ("/secret-service/black-hole", test_black_hole);
  g_test_add_func ("/secret-service/hang-up", test_hang_up);
  g_test_add_func ("/secret-service/past-deadline", test_past_deadline);
  return g_test_run ();
}
