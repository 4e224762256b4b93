/* SPDX-License-Identifier: MIT */
/* A store in the desktop's keyring, one item of the Secret Service for each of ours.
   Knows nothing of what the items hold, nor of how D-Bus is spoken. */
#include "secret-service/secret-service-diagnose.h"
#include "secret-service/secret-service-items.h"
#include "secret-service/secret-service-neighbour.h"

#include "base/clock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const KbOption options[] = { { NULL, 0, FALSE, NULL, NULL } };

#define LOCK_FILE "secret-service.lock"
#define LOCK_WAIT_MS 2

typedef struct
{
  const KbInstance *instance;
  Bus *bus;
} Service;

typedef KbAnswer (*Operation) (Bus *bus, Call *call, GError **error);

static KbAnswer
attempt (Bus *bus, const KbRequest *request, Operation operation, Call *call,
         GError **error)
{
  KbAnswer answer = KB_FAILED;

  if (bus_begin (bus, request, error))
    answer = operation (bus, call, error);
  bus_end (bus);
  return answer;
}

/* A daemon that was restarted knows neither the session nor the paths of the old one: one
   more attempt, afresh.  The error is not yet translated. */
static KbAnswer
attempt_twice (Bus *bus, const KbRequest *request, Operation operation, Call *call,
               GError **error)
{
  g_autoptr (GError) first = NULL;
  KbAnswer answer = attempt (bus, request, operation, call, &first);

  if (answer != KB_FAILED)
    return answer;
  bus_drop (bus);
  if (bus_failure (first) == BUS_STALE)
    return attempt (bus, request, operation, call, error);
  g_propagate_error (error, g_steal_pointer (&first));
  return KB_FAILED;
}

static KbAnswer
run (Service *service, const KbRequest *request, Operation operation, Call *call,
     GError **error)
{
  g_autoptr (GError) local = NULL;
  KbAnswer answer = attempt_twice (service->bus, request, operation, call, &local);

  if (answer != KB_FAILED)
    return answer;
  bus_explain (&local);
  g_propagate_error (error, g_steal_pointer (&local));
  return KB_FAILED;
}

static KbAnswer
service_open (const KbInstance *instance, gpointer *self, GError **error)
{
  Service *service = g_new0 (Service, 1);

  /* Whom libsecret talks to; to be taken away while there is only one thread. */
  g_unsetenv ("SECRET_SERVICE_BUS_NAME");
  service->instance = instance;
  service->bus = bus_new ();
  *self = service;
  return KB_OK;
}

static void
service_close (gpointer self)
{
  Service *service = self;

  if (service == NULL)
    return;
  bus_free (service->bus);
  g_free (service);
}

static KbAnswer
service_probe (gpointer self, const KbRequest *request, GError **error)
{
  Service *service = self;
  Call call = { 0 };
  g_autoptr (GError) local = NULL;
  KbAnswer answer = attempt_twice (service->bus, request, items_probe, &call, &local);
  gboolean absent = local != NULL && bus_failure (local) == BUS_ABSENT;

  if (answer != KB_FAILED)
    return answer;
  bus_explain (&local);
  if (absent)
    {
      kb_request_note (request, "%s", local->message);
      return KB_DECLINED;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return KB_FAILED;
}

static KbAnswer
service_get (gpointer self, const KbRequest *request, const char *name, KbSecret **value,
             GError **error)
{
  Call call = { .name = name };
  KbAnswer answer = run (self, request, items_get, &call, error);

  if (answer == KB_OK)
    *value = call.got;
  return answer;
}

/* What a put reads back must be what it wrote itself, so our writers take turns.  Returns
   a descriptor to close, or -1: where no file can be locked, it goes without. */
static int
take_turn (const Service *service, const KbRequest *request)
{
  const char *folder = kb_instance_data_dir (service->instance, NULL);
  g_autofree char *path = NULL;
  int fd;

  if (folder == NULL)
    return -1;
  path = g_build_filename (folder, LOCK_FILE, NULL);
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  while (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0
         && kb_request_remaining_ms (request) > 0 && !kb_request_cancelled (request))
    kb_clock_sleep_ms (LOCK_WAIT_MS);
  return fd;
}

static KbAnswer
service_put (gpointer self, const KbRequest *request, const char *name, const char *label,
             const KbSecret *value, gint64 expires, GError **error)
{
  Call call = { .name = name, .label = label, .value = value };
  int turn = take_turn (self, request);
  KbAnswer answer = run (self, request, items_put, &call, error);

  if (turn >= 0)
    close (turn);
  return answer;
}

static KbAnswer
service_erase (gpointer self, const KbRequest *request, const char *name, GError **error)
{
  Call call = { .name = name };

  return run (self, request, items_erase, &call, error);
}

static KbAnswer
service_list (gpointer self, const KbRequest *request, GPtrArray *names, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  Call call = { .names = found };
  KbAnswer answer = run (self, request, items_list, &call, error);

  if (answer == KB_OK)
    g_ptr_array_extend_and_steal (names, g_steal_pointer (&found));
  return answer;
}

static KbAnswer
service_foreign (gpointer self, const KbRequest *request, KbForeignFunc func,
                 gpointer data, GError **error)
{
  g_autoptr (GPtrArray) found
      = g_ptr_array_new_with_free_func ((GDestroyNotify) neighbour_free);
  Call call = { .names = found };
  KbAnswer answer = run (self, request, items_foreign, &call, error);

  for (guint i = 0; answer == KB_OK && i < found->len; i++)
    {
      KbForeign foreign = neighbour_tell (g_ptr_array_index (found, i));

      func (&foreign, data);
    }
  return answer;
}

static KbAnswer
service_forget (gpointer self, const KbRequest *request, const KbForeign *foreign,
                GError **error)
{
  Call call = { .name = foreign->handle, .foreign = foreign };

  return run (self, request, items_forget, &call, error);
}

static void
service_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  (void) self;
  secret_service_diagnose (request, diagnosis);
}

static const KbStore store = { .open = service_open,
                               .close = service_close,
                               .probe = service_probe,
                               .get = service_get,
                               .put = service_put,
                               .erase = service_erase,
                               .list = service_list,
                               .foreign = service_foreign,
                               .forget = service_forget,
                               .diagnose = service_diagnose };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "secret-service",
  .summary = "The desktop's keyring, over D-Bus",
  .options = options,
  .store = &store,
};
