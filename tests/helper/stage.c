/* SPDX-License-Identifier: MIT */
/* Sets up folders and configurations of fake modules for the core's tests.
   Knows nothing of what is tested. */
#include "stage.h"

#include "base/clock.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder = NULL;
static char *extra = NULL;

void
stage_new (void)
{
  static guint number = 0;
  g_autofree char *name = g_strdup_printf ("stage-%u", ++number);
  g_autofree char *state = NULL;
  g_autofree char *runtime = NULL;

  g_free (folder);
  folder = g_build_filename (g_getenv ("KB_SCRATCH"), name, NULL);
  state = g_build_filename (folder, "state", NULL);
  g_assert_cmpint (g_mkdir_with_parents (state, 0700), ==, 0);
  g_setenv ("XDG_STATE_HOME", state, TRUE);
  runtime = g_build_filename (folder, "runtime", NULL);
  g_assert_cmpint (g_mkdir_with_parents (runtime, 0700), ==, 0);
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  stage_set_extra ("");
}

const char *
stage_folder (void)
{
  return folder;
}

void
stage_set_extra (const char *lines)
{
  g_free (extra);
  extra = g_strdup (lines);
}

void
stage_set (const char *instance, const char *key, const char *value)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.%s", folder, instance, key);

  if (value == NULL)
    unlink (path);
  else
    g_assert_true (g_file_set_contents (path, value, -1, NULL));
}

static char *
read_calls (void)
{
  g_autofree char *path = g_build_filename (folder, "calls", NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup ("");
}

char *
stage_calls (void)
{
  g_autofree char *path = g_build_filename (folder, "calls", NULL);
  g_autofree char *text = read_calls ();
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);

  unlink (path);
  return g_strjoinv ("; ", lines);
}

guint
stage_count (const char *line)
{
  g_autofree char *text = read_calls ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint count = 0;

  for (char **at = lines; *at != NULL; at++)
    count += g_str_equal (*at, line) ? 1 : 0;
  return count;
}

/* ---- one call ------------------------------------------------------------------- */

static char *
configuration (const char *sources, const char *stores)
{
  static const char *const groups[]
      = { "source a",    "fake-source",   "source b",     "fake-source",  "source c",
          "fake-source", "source x",      "fake-passing", "source s",     "fake-scoped",
          "source r",    "fake-renewing", "store keep",   "fake-store",   "store keep2",
          "fake-store",  "store cache",   "fake-cache",   "store cache2", "fake-cache" };
  GString *text = g_string_new (NULL);

  g_string_printf (text,
                   "[modules]\ndirectory=%s/tests/helper/.libs\n"
                   "[stack main]\nmatch=*\nsources=%s\nstores=%s\n%s\n",
                   g_getenv ("KB_BUILDDIR"), sources, stores, extra);
  for (guint i = 0; i < G_N_ELEMENTS (groups); i += 2)
    g_string_append_printf (text, "[%s]\nmodule=%s\nfolder=%s\n", groups[i],
                            groups[i + 1], folder);
  return g_string_free (text, FALSE);
}

void
call_begin (Call *call, const char *sources, const char *stores, const char *url,
            const char *user)
{
  g_autofree char *text = configuration (sources, stores);
  g_autoptr (GError) error = NULL;
  KbConfig *config = kb_config_load_text ("test.conf", text, strlen (text), &error);
  KbUrl *parsed = NULL;

  g_assert_no_error (error);
  parsed = kb_url_parse (url, &error);
  g_assert_no_error (error);
  call->runtime = kb_runtime_new (config);
  call->request = kb_request_new (parsed);
  kb_request_set_user (call->request, user);
  call->session = kb_session_new (call->runtime, call->request);
}

void
call_clear (Call *call)
{
  kb_session_free (call->session);
  kb_request_free (call->request);
  kb_runtime_free (call->runtime);
}

char *
call_get (Call *call)
{
  g_autoptr (KbCredential) credential = NULL;
  g_autoptr (GError) error = NULL;
  KbAnswer answer = kb_session_get (call->session, &credential, &error);

  if (answer == KB_OK)
    {
      g_assert_no_error (error);
      return g_strconcat ("ok ", kb_secret_peek (kb_credential_secret (credential)),
                          NULL);
    }
  g_assert_null (credential);
  if (answer == KB_DECLINED)
    {
      g_assert_no_error (error);
      return g_strdup ("declined");
    }
  g_assert_true (error != NULL && error->domain == KB_ERROR);
  return g_strdup_printf ("failed %d: %s", error->code, error->message);
}

char *
stage_get (const char *sources, const char *stores)
{
  g_auto (Call) call = { 0 };

  call_begin (&call, sources, stores, "https://place.example/", NULL);
  return call_get (&call);
}

/* ---- items ---------------------------------------------------------------------- */

static char *
item_path (const char *store, const char *name)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);

  return g_strdup_printf ("%s/%s.item.%s", folder, store, hash);
}

void
stage_put (const char *store, const char *name, const KbSecret *value)
{
  g_autofree char *path = item_path (store, name);

  g_assert_true (g_file_set_contents (path, kb_secret_peek (value), -1, NULL));
}

void
stage_keep (const char *store, const char *instance, const char *secret, gint64 made,
            gint64 expires, gint64 refresh_after)
{
  g_autofree char *name = kb_item_name ("credential", instance, "alice", "realm", NULL);
  g_autoptr (GPtrArray) records
      = g_ptr_array_new_with_free_func ((GDestroyNotify) kb_record_free);
  g_autoptr (KbSecret) sealed = NULL;
  KbRecord *record = kb_record_new ();

  record->scheme = KB_SCHEME_BEARER;
  record->secret = kb_secret_new_text (secret);
  record->made = made;
  record->expires = expires;
  record->refresh_after = refresh_after;
  g_ptr_array_add (records, record);
  sealed = kb_item_seal (name, records, NULL);
  stage_put (store, name, sealed);
}

KbRecord *
stage_kept (const char *store, const char *kind, const char *instance)
{
  g_autofree char *name = g_str_equal (kind, "renewal")
                              ? kb_item_name (kind, instance, "alice", NULL)
                              : kb_item_name (kind, instance, "alice", "realm", NULL);
  g_autofree char *path = item_path (store, name);
  g_autofree char *text = NULL;
  g_autoptr (KbSecret) value = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  value = kb_secret_new_text (text);
  records = kb_item_open (name, value, &error);
  g_assert_no_error (error);
  return g_ptr_array_steal_index (records, 0);
}

/* ---- processes ------------------------------------------------------------------ */

guint
stage_crowd (guint count)
{
  const char *wrapper = g_getenv ("KB_TEST_WRAPPER");

  return wrapper != NULL && *wrapper != '\0' ? MIN (count, 8) : count;
}

/* All wait for the end of a pipe, so that they run at once. */
gboolean
stage_fork (guint count, StageFunc func, gpointer data)
{
  int gate[2];
  char byte;
  gboolean good = TRUE;

  g_assert_cmpint (pipe (gate), ==, 0);
  count = stage_crowd (count);
  for (guint i = 0; i < count; i++)
    if (fork () == 0)
      {
        close (gate[1]);
        _exit (read (gate[0], &byte, 1) == 0 ? func (data) : 9);
      }
  close (gate[0]);
  close (gate[1]);
  for (guint i = 0; i < count; i++)
    {
      int status = 0;

      g_assert_cmpint (wait (&status), >, 0);
      good = good && WIFEXITED (status) && WEXITSTATUS (status) == 0;
    }
  return good;
}

void
stage_assert_get (const char *stores, const char *expected)
{
  g_autofree char *answer = stage_get ("a", stores);

  if (!g_pattern_match_simple (expected, answer))
    g_error ("%s is not %s", answer, expected);
}

guint
stage_acquired (void)
{
  return stage_count ("a acquire");
}

void
stage_keep_aged (gint64 made_ago, gint64 left, gint64 refresh_in)
{
  gint64 now = kb_clock_now ();

  stage_new ();
  stage_keep ("keep", "a", "kept", now - made_ago, left != 0 ? now + left : 0,
              refresh_in != 0 ? now + refresh_in : 0);
}
