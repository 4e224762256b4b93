/* SPDX-License-Identifier: MIT */
/* Loads a source as the program does and starts the bad HTTPS server.
   Knows nothing of any source. */
#include "source-host.h"

#include "loader.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const KbModule *
load (const char *name)
{
  static KbLoader *loader;
  g_autofree char *plugins = g_build_filename (g_getenv ("KB_BUILDDIR"), "plugins", NULL);
  const char *folders[] = { plugins, NULL };
  g_autoptr (GError) error = NULL;
  const KbModule *module;

  if (loader == NULL)
    loader = kb_loader_new (folders);
  module = kb_loader_load (loader, name, &error);
  g_assert_no_error (error);
  return module;
}

static GArray *
settings_new (va_list list)
{
  GArray *settings = g_array_new (FALSE, FALSE, sizeof (KbSetting));
  const char *name;

  while ((name = va_arg (list, const char *)) != NULL)
    {
      KbSetting setting = { name, va_arg (list, const char *), "test.conf:1" };

      g_array_append_val (settings, setting);
    }
  return settings;
}

SourceHost *
source_host_new (const char *name, const KbNetwork *network, GError **error, ...)
{
  g_autoptr (SourceHost) host = g_new0 (SourceHost, 1);
  g_autoptr (GArray) settings = NULL;
  KbAnswer answer;
  va_list list;

  va_start (list, error);
  settings = settings_new (list);
  va_end (list);
  host->module = load (name);
  host->instance = kb_instance_new (name, host->module, (KbSetting *) settings->data,
                                    settings->len, network, error);
  if (host->instance == NULL)
    return NULL;
  answer = host->module->source->open (host->instance, &host->self, error);
  g_assert_cmpint (answer, !=, KB_DECLINED);
  return answer == KB_OK ? g_steal_pointer (&host) : NULL;
}

void
source_host_free (SourceHost *host)
{
  if (host == NULL)
    return;
  if (host->self != NULL)
    host->module->source->close (host->self);
  kb_instance_free (host->instance);
  g_free (host);
}

/* The promises that hold for every source are checked at every call. */
KbAnswer
source_host_acquire (SourceHost *host, const KbRequest *request,
                     KbCredential **credential, GError **error)
{
  g_autoptr (GError) own = NULL;
  KbAnswer answer;

  answer = host->module->source->acquire (host->self, request, credential, &own);
  g_assert_true ((answer == KB_OK) == (*credential != NULL));
  g_assert_true ((answer == KB_FAILED) == (own != NULL));
  if (own != NULL)
    g_test_message ("%s", own->message);
  if (own != NULL)
    g_propagate_error (error, g_steal_pointer (&own));
  return answer;
}

char *
source_host_identify (SourceHost *host, const KbRequest *request)
{
  KbIdentity identity = { 0 };
  g_autoptr (GError) error = NULL;
  KbAnswer answer
      = host->module->source->identify (host->self, request, &identity, &error);
  char *both;

  g_assert_no_error (error);
  if (answer == KB_DECLINED)
    {
      g_assert_nonnull (kb_request_last_note (request));
      return NULL;
    }
  both = g_strdup_printf ("%s %s", identity.account, identity.realm);
  g_free (identity.account);
  g_free (identity.realm);
  return both;
}

KbRequest *
source_host_request_for (const char *host)
{
  g_autoptr (GError) error = NULL;
  KbUrl *url = kb_url_new ("https", host, "contoso/p/_git/r", &error);

  g_assert_no_error (error);
  return kb_request_new (url);
}

KbRequest *
source_host_request (void)
{
  KbRequest *request = source_host_request_for ("dev.azure.com");

  kb_request_set_organization (request, "contoso", TRUE);
  return request;
}

void
source_host_refuse (KbRequest *request, const char *secret)
{
  g_autoptr (KbSecret) text = kb_secret_new_text (secret);
  g_autoptr (KbCredential) prior = kb_credential_new (KB_SCHEME_BASIC, "x", text);

  kb_request_hand (request, prior, TRUE, NULL, NULL);
}

/* ---- the server ----------------------------------------------------------------- */

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

HttpsServer *
https_server_new (void)
{
  g_autoptr (HttpsServer) server = g_new0 (HttpsServer, 1);
  g_autofree char *program
      = g_build_filename (g_getenv ("top_srcdir"), "tests/plugins/https-server", NULL);
  g_autoptr (GError) error = NULL;
  int output = -1;

  server->folder = g_build_filename (g_getenv ("KB_SCRATCH"), "https-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (server->folder));
  server->ca_file = g_build_filename (server->folder, "ca.pem", NULL);
  g_spawn_async_with_pipes (NULL, (char *[]){ program, server->folder, NULL }, NULL,
                            G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &server->pid,
                            &server->input, &output, NULL, &error);
  g_assert_no_error (error);
  server->ports = read_line (output);
  return strchr (server->ports, '=') != NULL ? g_steal_pointer (&server) : NULL;
}

void
https_server_free (HttpsServer *server)
{
  if (server == NULL)
    return;
  (void) close (server->input);
  (void) kill (server->pid, SIGTERM);
  (void) waitpid (server->pid, NULL, 0);
  g_free (server->folder);
  g_free (server->ports);
  g_free (server->ca_file);
  g_free (server);
}

char *
https_server_origin (const HttpsServer *server, const char *kind)
{
  g_auto (GStrv) ports = g_strsplit (server->ports, " ", -1);

  for (gsize i = 0; ports[i] != NULL; i++)
    if (g_str_has_prefix (ports[i], kind) && ports[i][strlen (kind)] == '=')
      return g_strdup_printf ("https://localhost:%s", ports[i] + strlen (kind) + 1);
  g_assert_not_reached ();
}

guint
https_server_count (const HttpsServer *server, const char *scenario)
{
  g_autofree char *path = g_build_filename (server->folder, "log", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint count = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    count += g_str_equal (lines[i], scenario);
  return count;
}
