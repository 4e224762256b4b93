/* SPDX-License-Identifier: MIT */
/* Looks through the whole memory of the process for what a token request left behind.
   Knows nothing of what the request's answer means. */
#include "common/oauth2.h"
#include "source-host.h"

#include "base/file.h"

#include <stdio.h>
#include <string.h>

/* The canaries as they must not stand in this program: each byte is one too high. */
static const char secret_mark[] = "DBOBSZtfdsfur9[s6uZx3Mq";
static const char token_mark[] = "DBOBSZuplfoY8d3Wc:On";

/* clang has its own way to say what gcc says with __SANITIZE_ADDRESS__. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER
#endif
#endif

static HttpsServer *server;

static gboolean
is_here (const volatile char *at, const char *mark, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (at[i] != (char) (mark[i] - 1))
      return FALSE;
  return TRUE;
}

/* Looked at in place: a copy would be found as well. */
static guint
count_in (const char *begin, const char *end, const char *mark, const char *region)
{
  gsize length = strlen (mark);
  guint count = 0;

  for (const char *at = begin; at + length <= end; at++)
    if (*(const volatile char *) at == mark[0] - 1 && is_here (at, mark, length))
      {
        g_test_message ("%s at %p in %s", mark == secret_mark ? "secret" : "token",
                        (const void *) at, region);
        count++;
      }
  return count;
}

static guint
count_in_memory (const char *mark)
{
  FILE *maps = fopen ("/proc/self/maps", "re");
  char line[512];
  guint count = 0;

  g_assert_nonnull (maps);
  while (fgets (line, sizeof line, maps) != NULL)
    {
      unsigned long begin = 0, end = 0;
      char mode[5] = "";

      if (sscanf (line, "%lx-%lx %4s", &begin, &end, mode) == 3 && mode[0] == 'r'
          && mode[1] == 'w')
        count += count_in ((const char *) begin, (const char *) end, mark, line);
    }
  (void) fclose (maps);
  return count;
}

static KbInstance *
instance_new (void)
{
  static const KbModule module = { .abi = KB_MODULE_ABI, .name = "http", .summary = "x" };
  KbNetwork network = { server->ca_file, NULL };
  g_autoptr (GError) error = NULL;
  KbInstance *instance = kb_instance_new ("http", &module, NULL, 0, &network, &error);

  g_assert_no_error (error);
  return instance;
}

/* TRUE when a token came; nothing that was used is alive afterwards. */
static gboolean
ask (const char *scenario)
{
  g_autoptr (KbInstance) instance = instance_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autofree char *origin = https_server_origin (server, "trusted");
  g_autofree char *endpoint = g_strdup_printf ("%s/%s.example/token", origin, scenario);
  g_autofree char *path = g_build_filename (server->folder, "secret", NULL);
  g_autoptr (KbSecret) secret
      = kb_file_read_safe (path, KB_FILE_PRIVATE, 4096, NULL, NULL);
  g_autoptr (KbBuffer) form = kb_buffer_new (0);
  g_autoptr (KbOauth2Token) token = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KbHttp) http = kb_http_new (instance, &error);
  KbOauth2Call call = { .endpoint = endpoint, .form = form, .secret = secret };

  g_assert_no_error (error);
  (void) kb_oauth2_append (form, "client_id", "x");
  (void) kb_oauth2_append_secret (form, "client_secret", secret);
  (void) kb_oauth2_append (form, "grant_type", "client_credentials");
  kb_request_set_deadline_ms (request, 3000);
  token = kb_oauth2_request (http, request, &call, &error);
  g_assert_true ((token == NULL) == (error != NULL));
  g_test_message ("%s: %s", scenario, error != NULL ? error->message : "a token");
  if (token != NULL)
    g_assert_cmpuint (count_in_memory (token_mark), >, 0);
  return token != NULL;
}

static void
assert_clean (const char *scenario)
{
  gboolean given = ask (scenario);

  g_assert_cmpint (given, ==, g_str_equal (scenario, "good"));
  g_assert_cmpuint (count_in_memory (secret_mark), ==, 0);
  g_assert_cmpuint (count_in_memory (token_mark), ==, 0);
}

static void
test_memory (void)
{
  static const char *const scenarios[]
      = { "good",    "wrong", "malformed", "truncated", "slow",   "html",
          "seconds", "empty", "lf",        "echo",      "signin", "good" };

  for (gsize i = 0; i < G_N_ELEMENTS (scenarios); i++)
    assert_clean (scenarios[i]);
}

static void
test_plain_http (void)
{
  static const char *const wrong[]
      = { "http://localhost/", "https://", "https://a@localhost/", "file:///etc/passwd",
          "HTTPS//localhost" };
  g_autoptr (KbInstance) instance = instance_new ();
  g_autoptr (KbRequest) request = source_host_request ();
  g_autoptr (KbHttp) http = kb_http_new (instance, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      KbHttpCall call = { .url = wrong[i] };
      g_autoptr (GError) error = NULL;

      g_assert_null (kb_http_send (http, request, &call, &error));
      g_assert_error (error, KB_ERROR, KB_ERROR_CONFIG);
    }
}

/* Sanitizers and valgrind keep what is freed, and in their own way. */
static gboolean
memory_is_ours (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(ADDRESS_SANITIZER)
  return FALSE;
#else
  return g_getenv ("KB_TEST_WRAPPER") == NULL;
#endif
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = https_server_new ();
  if (server == NULL)
    {
      g_print ("1..0 # SKIP python3-cryptography is missing\n");
      return 0;
    }
  g_test_add_func ("/http/plain-http", test_plain_http);
  if (memory_is_ours ())
    g_test_add_func ("/http/memory", test_memory);
  status = g_test_run ();
  https_server_free (server);
  return status;
}
