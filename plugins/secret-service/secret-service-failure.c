/* SPDX-License-Identifier: MIT */
/* What each failure of the bus or the service means, and what to do about it.
   Knows nothing of how the calls are made. */
#include "secret-service/secret-service-bus.h"

#include "base/text.h"

#include <string.h>

typedef struct
{
  const char *name; /* of the D-Bus error; one that ends in '.' is a prefix */
  BusFailure failure;
  const char *text; /* NULL: the remote error's own */
} Meaning;

#define ABSENT_TEXT                                                                      \
  "no Secret Service is running in this session: start a keyring (gnome-keyring, "       \
  "KWallet, "                                                                            \
  "KeePassXC) or configure another store"
#define LOCKED_TEXT "the keyring is locked: unlock it in the desktop session"
#define GONE_TEXT "the keyring daemon went away: start it again"

static const Meaning meanings[] = {
  { "org.freedesktop.DBus.Error.ServiceUnknown", BUS_ABSENT, ABSENT_TEXT },
  { "org.freedesktop.DBus.Error.NameHasNoOwner", BUS_ABSENT, ABSENT_TEXT },
  { "org.freedesktop.DBus.Error.Spawn.ServiceNotFound", BUS_ABSENT, ABSENT_TEXT },
  { "org.freedesktop.DBus.Error.NoServer", BUS_ABSENT, ABSENT_TEXT },
  { "org.freedesktop.DBus.Error.Spawn.", BUS_FINAL,
    "the keyring daemon cannot be started: start it and look at what it says" },
  { "org.freedesktop.Secret.Error.IsLocked", BUS_FINAL, LOCKED_TEXT },
  { "org.freedesktop.Secret.Error.NoSession", BUS_STALE, GONE_TEXT },
  { "org.freedesktop.Secret.Error.NoSuchObject", BUS_STALE,
    "the item vanished while it was used" },
  { "org.freedesktop.DBus.Error.UnknownObject", BUS_STALE,
    "the item vanished while it was used" },
  { "org.freedesktop.DBus.Error.UnknownMethod", BUS_STALE,
    "the item vanished while it was used" },
  { "org.freedesktop.DBus.Error.NoReply", BUS_STALE, GONE_TEXT },
  { "org.freedesktop.DBus.Error.Disconnected", BUS_STALE, GONE_TEXT },
  { "org.freedesktop.DBus.Error.AccessDenied", BUS_FINAL,
    "the keyring refuses this program: allow it in the keyring's settings" },
};

static gboolean
names (const Meaning *meaning, const char *remote)
{
  if (g_str_has_suffix (meaning->name, "."))
    return g_str_has_prefix (remote, meaning->name);
  return strcmp (meaning->name, remote) == 0;
}

static const Meaning *
remote_meaning (const GError *error)
{
  g_autofree char *remote = NULL;

  if (error->domain == SECRET_ERROR || error->domain == G_DBUS_ERROR
      || g_dbus_error_is_remote_error (error))
    remote = g_dbus_error_encode_gerror (error);
  for (gsize i = 0; remote != NULL && i < G_N_ELEMENTS (meanings); i++)
    if (names (&meanings[i], remote))
      return &meanings[i];
  return NULL;
}

static const Meaning *
local_meaning (const GError *error)
{
  static const Meaning absent = { NULL, BUS_ABSENT, ABSENT_TEXT };
  static const Meaning gone = { NULL, BUS_STALE, GONE_TEXT };
  /* libsecret throws the name of a remote error away (NoSession is one of them). */
  static const Meaning unnamed = { NULL, BUS_STALE, NULL };
  static const Meaning nonsense
      = { NULL, BUS_STALE, "the keyring gave no secret, or one that cannot be read" };

  if (error->domain == SECRET_ERROR)
    return &nonsense;
  if (error->domain != G_IO_ERROR)
    return NULL;
  if (error->code == G_IO_ERROR_DBUS_ERROR)
    return &unnamed;
  if (error->code == G_IO_ERROR_NOT_FOUND || error->code == G_IO_ERROR_CONNECTION_REFUSED)
    return &absent;
  if (error->code == G_IO_ERROR_CLOSED || error->code == G_IO_ERROR_BROKEN_PIPE
      || error->code == G_IO_ERROR_CONNECTION_CLOSED)
    return &gone;
  return NULL;
}

static const Meaning *
meaning_of (const GError *error)
{
  const Meaning *meaning;

  if (error->domain == KB_ERROR)
    return NULL;
  meaning = remote_meaning (error);
  return meaning != NULL ? meaning : local_meaning (error);
}

BusFailure
bus_failure (const GError *error)
{
  const Meaning *meaning = meaning_of (error);

  return meaning != NULL ? meaning->failure : BUS_FINAL;
}

void
bus_explain (GError **error)
{
  const Meaning *meaning;
  g_autofree char *text = NULL;

  if (error == NULL || *error == NULL || (*error)->domain == KB_ERROR)
    return;
  meaning = meaning_of (*error);
  if (meaning != NULL && meaning->text != NULL)
    text = g_strdup (meaning->text);
  else
    {
      g_autofree char *shown = NULL;

      g_dbus_error_strip_remote_error (*error);
      shown = kb_text_escape ((*error)->message, strlen ((*error)->message), 0);
      text = g_strconcat ("the Secret Service failed: ", shown, NULL);
    }
  g_clear_error (error);
  g_set_error_literal (error, KB_ERROR, KB_ERROR_LOCKED, text);
}
