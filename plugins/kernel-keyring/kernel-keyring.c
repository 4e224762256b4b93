/* SPDX-License-Identifier: MIT */
/* A cache in the kernel: one key of type "user" an item, in the keyring of the user ID.
   Knows nothing of what the items hold, nor of any store behind it. */
#include "base/clock.h"
#include "keybearer-module.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const KbOption options[]
    = { { "keyring", KB_OPTION_STRING, FALSE, "user",
          "The keyring: user, or session for one that goes with the login" },
        { "timeout", KB_OPTION_INTEGER, FALSE, "0",
          "The longest time to keep an item, in seconds; 0 for as long as it is good" },
        { NULL, 0, FALSE, NULL, NULL } };

#define KEY_TYPE "user"
#define PREFIX "keybearer:"
#define DESCRIPTION_MAX (sizeof PREFIX + 512)

/* The kernel's limit for keys of this type (user_preparse in security/keys). */
#define PAYLOAD_MAX 32767
/* What nearly all items fit in.  The longest one's room is eight pages, which the kernel
   would have to make, and the compiler to clear, for each `get`. */
#define PAYLOAD_USUAL 4000

#define QUOTA_TRIES 8
#define QUOTA_WAIT_MS 5

/* keyctl(2) describes the masks; the kernel exports no names for them.  A key that is
   linked to the user's keyring is possessed by nobody who has no session keyring with a
   link to it (su, cron, setsid), so what a reader needs is granted to the user ID.
   Nobody of that user needs to change a key: a new one takes its place. */
#define PERMISSIONS 0x3f0b0000u /* possessor: all; user: view, read, search */

typedef struct
{
  unsigned long id; /* one of the kernel's names for a keyring */
  gint64 timeout;   /* seconds, 0 for none */
} Keyring;

static long
keyctl (int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
  return syscall (SYS_keyctl, operation, a, b, c, d);
}

static void
describe (char *description, const char *name)
{
  g_snprintf (description, DESCRIPTION_MAX, PREFIX "%s", name);
}

/* The key's serial number, or -1. */
static long
find (const Keyring *keyring, const char *name)
{
  char description[DESCRIPTION_MAX];

  describe (description, name);
  return keyctl (KEYCTL_SEARCH, keyring->id, (unsigned long) KEY_TYPE,
                 (unsigned long) description, 0);
}

static KbAnswer
keyring_open (const KbInstance *instance, gpointer *self, GError **error)
{
  const char *which = kb_instance_string (instance, "keyring");
  gboolean session = strcmp (which, "session") == 0;
  Keyring *keyring;

  if (!session && strcmp (which, "user") != 0)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG,
                           "the option 'keyring' is neither user nor session");
      return KB_FAILED;
    }
  keyring = g_new0 (Keyring, 1);
  keyring->id
      = (unsigned long) (session ? KEY_SPEC_SESSION_KEYRING : KEY_SPEC_USER_KEYRING);
  keyring->timeout = kb_instance_integer (instance, "timeout");
  *self = keyring;
  return KB_OK;
}

static void
keyring_close (gpointer self)
{
  g_free (self);
}

static KbAnswer
keyring_probe (gpointer self, const KbRequest *request, GError **error)
{
  const Keyring *keyring = self;
  (void) error;
  if (keyctl (KEYCTL_GET_KEYRING_ID, keyring->id, 1, 0, 0) >= 0)
    return KB_OK;
  kb_request_note (request, "the kernel keyring cannot be used: %s", g_strerror (errno));
  return KB_DECLINED;
}

/* New, or NULL; PAYLOAD is wiped.  A key that is longer than ROOM gives its length. */
static KbSecret *
read_key (unsigned long serial, char *payload, gsize room, long *length)
{
  KbSecret *secret = NULL;

  *length = keyctl (KEYCTL_READ, serial, (unsigned long) payload, room, 0);
  if (*length > 0 && (gsize) *length <= room)
    secret = kb_secret_new (payload, (gsize) *length);
  if (*length > 0)
    kb_wipe (payload, MIN ((gsize) *length, room));
  return secret;
}

/* Two system calls, and no allocation but the secret's own. */
static KbAnswer
keyring_get (gpointer self, const KbRequest *request, const char *name, KbSecret **value,
             GError **error)
{
  char usual[PAYLOAD_USUAL];
  long serial = find (self, name);
  g_autofree char *payload = NULL;
  KbSecret *secret;
  long length;

  (void) request, (void) error;
  if (serial < 0)
    return KB_DECLINED;
  secret = read_key ((unsigned long) serial, usual, sizeof usual, &length);
  if (secret == NULL && length > 0)
    {
      payload = g_malloc (PAYLOAD_MAX);
      secret = read_key ((unsigned long) serial, payload, PAYLOAD_MAX, &length);
    }
  if (secret == NULL)
    return KB_DECLINED;
  *value = secret;
  return KB_OK;
}

static gboolean
unlink_named (const Keyring *keyring, const char *name)
{
  long serial = find (keyring, name);

  return serial >= 0
         && keyctl (KEYCTL_UNLINK, (unsigned long) serial, keyring->id, 0, 0) == 0;
}

/* The key is made ready in the keyring of this thread, which goes with it, and then put
   in the place of the old one by one link: whoever is killed in between leaves
   nothing. */
static gboolean
link_new (const Keyring *keyring, const char *name, const KbSecret *value, gint64 seconds)
{
  char description[DESCRIPTION_MAX];
  unsigned long serial;
  long added;
  gboolean linked;
  int saved;

  describe (description, name);
  added = syscall (SYS_add_key, KEY_TYPE, description, kb_secret_peek (value),
                   kb_secret_length (value), KEY_SPEC_THREAD_KEYRING);
  if (added < 0)
    return FALSE;
  serial = (unsigned long) added;
  linked = keyctl (KEYCTL_SETPERM, serial, PERMISSIONS, 0, 0) == 0
           && (seconds == 0
               || keyctl (KEYCTL_SET_TIMEOUT, serial, (unsigned long) seconds, 0, 0) == 0)
           && keyctl (KEYCTL_LINK, serial, keyring->id, 0, 0) == 0;
  saved = errno;
  keyctl (KEYCTL_UNLINK, serial, (unsigned long) KEY_SPEC_THREAD_KEYRING, 0, 0);
  errno = saved;
  return linked;
}

/* The quota counts the old key as well until the kernel has let go of it, a few
   milliseconds after it was unlinked: a renewal must not fail for that. */
static gboolean
link_anew (const Keyring *keyring, const char *name, const KbSecret *value,
           gint64 seconds)
{
  gboolean linked = link_new (keyring, name, value, seconds);

  if (linked || errno != EDQUOT || !unlink_named (keyring, name))
    return linked;
  for (int i = 0; !linked && i < QUOTA_TRIES; i++)
    {
      kb_clock_sleep_ms (QUOTA_WAIT_MS);
      linked = link_new (keyring, name, value, seconds);
    }
  return linked;
}

/* Seconds to keep an item: 0 for ever, negative when its time is over. */
static gint64
lifetime (const Keyring *keyring, gint64 expires)
{
  gint64 left;

  if (expires == 0)
    return keyring->timeout;
  left = expires - kb_clock_now ();
  if (left <= 0)
    return -1;
  if (keyring->timeout != 0)
    left = MIN (left, keyring->timeout);
  return MIN (left, G_MAXUINT32); /* the kernel takes an unsigned int */
}

/* What cannot be cached must not leave an older value to be served in its stead. */
static KbAnswer
not_cached (const Keyring *keyring, const KbRequest *request, const char *name,
            const char *reason)
{
  unlink_named (keyring, name);
  kb_request_note (request, "not cached in the kernel keyring: %s", reason);
  return KB_DECLINED;
}

static KbAnswer
keyring_put (gpointer self, const KbRequest *request, const char *name, const char *label,
             const KbSecret *value, gint64 expires, GError **error)
{
  const Keyring *keyring = self;
  gint64 seconds = lifetime (keyring, expires);

  (void) label, (void) error;
  if (seconds < 0)
    return not_cached (keyring, request, name, "it has expired");
  if (kb_secret_length (value) > PAYLOAD_MAX)
    return not_cached (keyring, request, name, "it is longer than 32767 bytes");
  if (!link_anew (keyring, name, value, seconds))
    return not_cached (keyring, request, name, g_strerror (errno));
  return KB_OK;
}

static KbAnswer
keyring_erase (gpointer self, const KbRequest *request, const char *name, GError **error)
{
  const Keyring *keyring = self;
  (void) request, (void) error;
  return unlink_named (keyring, name) ? KB_OK : KB_DECLINED;
}

/* New: the serial numbers in the keyring; *COUNT of them. */
static gint32 *
read_serials (const Keyring *keyring, gsize *count)
{
  gsize room = 256 * sizeof (gint32);

  for (;;)
    {
      g_autofree gint32 *serials = g_malloc (room);
      long length = keyctl (KEYCTL_READ, keyring->id, (unsigned long) serials, room, 0);

      if (length < 0)
        return NULL;
      if ((gsize) length <= room)
        {
          *count = (gsize) length / sizeof (gint32);
          return g_steal_pointer (&serials);
        }
      room = (gsize) length * 2;
    }
}

/* New: the item's name when SERIAL is one of ours, else NULL. */
static char *
name_of (gint32 serial)
{
  char text[DESCRIPTION_MAX + 64];
  long length = keyctl (KEYCTL_DESCRIBE, (unsigned long) serial, (unsigned long) text,
                        sizeof text, 0);
  const char *description;

  if (length <= 0 || (gsize) length > sizeof text)
    return NULL;
  description = strrchr (text, ';');
  if (!g_str_has_prefix (text, KEY_TYPE ";") || description == NULL
      || !g_str_has_prefix (description + 1, PREFIX))
    return NULL;
  return g_strdup (description + 1 + strlen (PREFIX));
}

static KbAnswer
keyring_list (gpointer self, const KbRequest *request, GPtrArray *names, GError **error)
{
  gsize count = 0;
  g_autofree gint32 *serials = read_serials (self, &count);

  (void) request, (void) error;
  for (gsize i = 0; i < count; i++)
    {
      char *name = name_of (serials[i]);

      if (name != NULL)
        g_ptr_array_add (names, name);
    }
  return KB_OK;
}

/* Bytes of keys that LINE of /proc/key-users says USER has, and may have. */
static gboolean
parse_quota (const char *line, guint user, gulong *used, gulong *most)
{
  guint found = 0;

  return sscanf (line, " %u: %*u %*u/%*u %*u/%*u %lu/%lu", &found, used, most) == 3
         && found == user;
}

static gboolean
read_quota (gulong *used, gulong *most)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/key-users", &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (parse_quota (lines[i], getuid (), used, most))
      return TRUE;
  return FALSE;
}

/* The quota is shared with containers, Kerberos and whoever else has keys; a cached token
   with its name takes some 3 kB of it. */
#define ROOM 4096
#define FINDING "kernel keyring"

static void
keyring_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  const Keyring *keyring = self;
  gulong used = 0;
  gulong most = 0;
  g_autofree char *text = NULL;

  (void) request;
  if (keyctl (KEYCTL_GET_KEYRING_ID, keyring->id, 1, 0, 0) < 0)
    {
      text = g_strdup_printf ("cannot be used here (%s): each call asks the store, which "
                              "is slower",
                              g_strerror (errno));
      kb_diagnosis_add (diagnosis, KB_FINDING_UNKNOWN, FINDING, text, NULL);
      return;
    }
  if (!read_quota (&used, &most))
    {
      kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, FINDING, "is there", NULL);
      return;
    }
  text = g_strdup_printf ("%lu of %lu bytes are taken%s", used, most,
                          used + ROOM > most ? ": there is no room for another token"
                                             : "");
  kb_diagnosis_add (diagnosis, used + ROOM > most ? KB_FINDING_BAD : KB_FINDING_GOOD,
                    FINDING, text, used + ROOM > most ? "keyctl show @u" : NULL);
}

static const KbStore store = { .flags = KB_STORE_VOLATILE,
                               .open = keyring_open,
                               .close = keyring_close,
                               .probe = keyring_probe,
                               .get = keyring_get,
                               .put = keyring_put,
                               .erase = keyring_erase,
                               .list = keyring_list,
                               .diagnose = keyring_diagnose };

const KbModule kb_module = {
  .abi = KB_MODULE_ABI,
  .name = "kernel-keyring",
  .summary = "The kernel's keyring of the user, a cache without a disk",
  .options = options,
  .store = &store,
};
