/* SPDX-License-Identifier: MIT */
/* Starts a bus and the mock of a broker, and reads what the mock wrote down.
   Knows nothing of what is tested. */
#include "broker-place.h"

#include "base/json.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
read_line (int fd)
{
  GString *line = g_string_new (NULL);
  char c = '\0';

  while (read (fd, &c, 1) == 1 && c != '\n')
    g_string_append_c (line, c);
  (void) close (fd);
  return g_string_free (line, FALSE);
}

static GPid
spawn (char **arguments, char **line)
{
  GPid pid = 0;
  int output = -1;

  if (!g_spawn_async_with_pipes (NULL, arguments, NULL,
                                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, NULL,
                                 NULL, &pid, NULL, &output, NULL, NULL))
    return 0;
  *line = read_line (output);
  return pid;
}

void
place_end (GPid *pid)
{
  if (*pid == 0)
    return;
  (void) kill (*pid, SIGTERM);
  (void) waitpid (*pid, NULL, 0);
  *pid = 0;
}

void
place_write (const Place *place, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (place->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static const char bus_config[]
    = "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration "
      "1.0//EN\" \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
      "<busconfig><type>session</type><listen>unix:path=%s/bus</listen>"
      "<servicedir>%s/services</servicedir>"
      "<policy context=\"default\"><allow send_destination=\"*\" "
      "eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/>"
      "</policy></busconfig>\n";

void
place_start_bus (Place *place)
{
  g_autofree char *config = g_strdup_printf (bus_config, place->folder, place->folder);
  g_autofree char *option = g_strdup_printf ("--config-file=%s/bus.conf", place->folder);
  g_autofree char *address = NULL;
  char *arguments[]
      = { "dbus-daemon", option, "--nofork", "--nopidfile", "--print-address", NULL };

  place_write (place, "bus.conf", config);
  place->bus = spawn (arguments, &address);
  if (place->bus != 0)
    g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
}

void
place_up (Place *place, gconstpointer data)
{
  g_autofree char *services = NULL;

  place->folder = g_build_filename (g_getenv ("KB_SCRATCH"), "broker-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (place->folder));
  services = g_build_filename (place->folder, "services", NULL);
  g_assert_cmpint (g_mkdir (services, 0700), ==, 0);
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  place_start_bus (place);
}

void
place_down (Place *place, gconstpointer data)
{
  place_end (&place->mock);
  place_end (&place->bus);
  g_free (place->folder);
}

char *
place_mock_program (void)
{
  return g_build_filename (g_getenv ("top_srcdir"), "tests/plugins/broker-mock", NULL);
}

void
place_plan (const Place *place, const char *scenario)
{
  place_write (place, "scenario.json", scenario);
}

gboolean
place_start_mock (Place *place, const char *scenario)
{
  g_autofree char *program = place_mock_program ();
  g_autofree char *line = NULL;
  char *arguments[] = { program, place->folder, NULL };

  place_plan (place, scenario);
  if (place->bus != 0)
    place->mock = spawn (arguments, &line);
  if (place->mock != 0 && g_strcmp0 (line, "ready") == 0)
    return TRUE;
  g_test_skip ("needs dbus-daemon and python3-gi");
  return FALSE;
}

char *
place_calls (const Place *place)
{
  g_autofree char *path = g_build_filename (place->folder, "calls", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GString *names = g_string_new (NULL);

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_string_free (names, FALSE);
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autoptr (KbSecret) line = kb_secret_new_text (lines[i]);
      g_autoptr (KbJson) json = kb_json_parse (line, NULL);
      g_autofree char *name = kb_json_string (json, kb_json_member (json, 0, "method"));

      g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", name);
    }
  (void) unlink (path);
  return g_string_free (names, FALSE);
}
