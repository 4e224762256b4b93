/* SPDX-License-Identifier: MIT */
/* pip and uv are told to ask the command `keyring`, which is a link to us; twine and
   poetry the Python module of that name.  Knows nothing of what they ask. */
#include "commands/connect-tools.h"

#include <string.h>

#include "connect/place.h"
#include "loader.h"

/* New: pip's file of the user; the older place where there is one. */
static char *
pip_path (void)
{
  const char *named = g_getenv ("PIP_CONFIG_FILE");
  g_autofree char *older = kb_connect_home (".pip/pip.conf");

  if (named != NULL && g_path_is_absolute (named) && !g_str_equal (named, "/dev/null"))
    return g_strdup (named);
  if (g_file_test (older, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&older);
  return kb_connect_base ("XDG_CONFIG_HOME", ".config", "pip/pip.conf");
}

static char *
uv_path (void)
{
  return kb_connect_base ("XDG_CONFIG_HOME", ".config", "uv/uv.toml");
}

/* Whether the file holds lines for TOOL, so that the link has to stay. */
static gboolean
is_connected (const char *path, const char *tool)
{
  g_autoptr (KbSettings) settings = kb_settings_read (path, NULL);
  g_autoptr (KbBuffer) rest = kb_buffer_new (0);
  gboolean found = FALSE;
  gboolean fresh = FALSE;

  return settings != NULL
         && kb_text_disconnect (kb_secret_peek (settings->text),
                                kb_secret_length (settings->text), tool, rest, &found,
                                &fresh, NULL)
         && found;
}

static gboolean
link_keyring (KbConnect *connect, const char *other, const char *other_tool,
              GError **error)
{
  if (kb_changes_undo (connect->changes) && is_connected (other, other_tool))
    return TRUE;
  return kb_connect_in_path (connect, "keyring", error);
}

gboolean
kb_connect_pip (KbConnect *connect, GError **error)
{
  static const char *const replaced[] = { "keyring-provider", "keyring_provider", NULL };
  g_autofree char *path = pip_path ();
  g_autofree char *other = uv_path ();
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  const KbEdit edit = { "pip", KB_SYNTAX_INI, "global", replaced, body };

  kb_buffer_append_text (body, "keyring-provider = subprocess\n");
  kb_changes_tell (
      connect->changes,
      "To see it: pip config list. Before pip 26.2 the URL of an index needs "
      "a user name: https://VssSessionToken@pkgs.dev.azure.com/...");
  return kb_changes_edit (connect->changes, path, &edit, error)
         && link_keyring (connect, other, "uv", error);
}

gboolean
kb_connect_uv (KbConnect *connect, GError **error)
{
  static const char *const replaced[] = { "keyring-provider", NULL };
  g_autofree char *path = uv_path ();
  g_autofree char *other = pip_path ();
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  const KbEdit edit = { "uv", KB_SYNTAX_TOML, NULL, replaced, body };

  kb_buffer_append_text (body, "keyring-provider = \"subprocess\"\n");
  kb_changes_tell (connect->changes,
                   "The index needs `authenticate = \"always\"`, or a user name in its "
                   "URL. To see it: uv pip install --dry-run -v PACKAGE");
  return kb_changes_edit (connect->changes, path, &edit, error)
         && link_keyring (connect, other, "pip", error);
}

/* ---- the Python module ---------------------------------------------------------- */

/* New: the folder that holds the backend and nothing else. */
static char *
backend_path (void)
{
  g_autofree char *self = kb_connect_self ();
  g_autofree char *folder = g_path_get_dirname (self);

  return kb_loader_in_build_tree ()
             ? g_build_filename (folder, "../packaging/built/python", NULL)
             : g_strdup (KB_DATA_DIR "/keybearer/python");
}

/* The module finds backends by what is in its path, ours before those of desktops; the
   chainer asks one after the other, so that nobody loses what he keeps elsewhere. */
gboolean
kb_connect_python (KbConnect *connect, GError **error)
{
  static const char *const replaced[] = { "default-keyring", "keyring-path", NULL };
  g_autofree char *path
      = kb_connect_base ("XDG_CONFIG_HOME", ".config", "python_keyring/keyringrc.cfg");
  g_autofree char *folder = backend_path ();
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  const KbEdit edit = { "python", KB_SYNTAX_INI, "backend", replaced, body };

  kb_buffer_printf (body,
                    "default-keyring = keyring.backends.chainer.ChainerBackend\n"
                    "keyring-path = %s\n",
                    folder);
  kb_changes_tell (
      connect->changes,
      "twine, poetry and `pip --keyring-provider import` read the same file. "
      "To see it: `python3 -m keyring get URL-OF-AN-INDEX x` prints a token.");
  return kb_changes_edit (connect->changes, path, &edit, error);
}
