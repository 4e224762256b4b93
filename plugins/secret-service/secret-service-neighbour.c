/* SPDX-License-Identifier: MIT */
/* Reads what git-credential-libsecret and Git Credential Manager write into a keyring.
   Knows nothing of D-Bus, nor of what becomes of it. */
#include "secret-service/secret-service-neighbour.h"

#include "base/text.h"
#include "base/url.h"

#include <string.h>

#define SCHEMA "xdg:schema"
#define HASHED "gkr:compat:hashed:"

/* As git's contrib/credential/libsecret and GCM's SecretServiceCollection write them.  Up
   to git 2.40 the former used the schema of all network passwords: its label tells them.
 */
static const struct
{
  const char *schema;
  const char *label; /* how it begins, or NULL: any */
  const char *origin;
  const char *marks[2]; /* attributes that each of its items has */
} kinds[] = {
  { "org.git.Password", NULL, "libsecret", { "protocol", "server" } },
  { "org.gnome.keyring.NetworkPassword", "Git: ", "libsecret", { "protocol", "server" } },
  { "com.microsoft.GitCredentialManager", NULL, "gcm", { "service", NULL } },
};

#define NO_ADDRESS "names no address that can be used"
#define OTHER_PROTOCOL "is for another protocol than https"
#define NOT_ONE_LINE "holds what no credential line may"
#define OWN_RENEWAL "renews a sign-in of its own program's application, no other's"

void
neighbour_free (Neighbour *neighbour)
{
  if (neighbour == NULL)
    return;
  g_free (neighbour->scheme);
  g_free (neighbour->host);
  g_free (neighbour->path);
  g_free (neighbour->user);
  kb_secret_unref (neighbour->secret);
  kb_secret_unref (neighbour->renewal);
  g_free (neighbour->handle);
  g_free (neighbour);
}

/* Borrowed from ATTRIBUTES, or NULL. */
static const char *
attribute (GVariant *attributes, const char *name)
{
  const char *value = NULL;

  return g_variant_lookup (attributes, name, "&s", &value) ? value : NULL;
}

const char *
neighbour_origin (GVariant *attributes, const char *label)
{
  const char *schema = attribute (attributes, SCHEMA);

  for (gsize i = 0; schema != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].schema, schema)
        && (kinds[i].label == NULL
            || (label != NULL && g_str_has_prefix (label, kinds[i].label))))
      return kinds[i].origin;
  return NULL;
}

static gboolean
has_mark (GVariant *attributes, const char *mark)
{
  g_autofree char *hashed = g_strconcat (HASHED, mark, NULL);

  return attribute (attributes, mark) != NULL || attribute (attributes, hashed) != NULL;
}

gboolean
neighbour_is_possible (GVariant *attributes)
{
  const char *schema = attribute (attributes, SCHEMA);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (schema != NULL ? g_str_equal (kinds[i].schema, schema)
                       : has_mark (attributes, kinds[i].marks[0])
                             && (kinds[i].marks[1] == NULL
                                 || has_mark (attributes, kinds[i].marks[1])))
      return TRUE;
  return FALSE;
}

/* ---- git-credential-libsecret --------------------------------------------------- */

static void
take_line (Neighbour *neighbour, const char *line, gsize length)
{
  static const char expiry[] = "password_expiry_utc=";
  static const char renewal[] = "oauth_refresh_token=";

  if (length > strlen (renewal) && strncmp (line, renewal, strlen (renewal)) == 0)
    {
      kb_secret_unref (neighbour->renewal);
      neighbour->renewal
          = kb_secret_new (line + strlen (renewal), length - strlen (renewal));
    }
  else if (length > strlen (expiry) && strncmp (line, expiry, strlen (expiry)) == 0)
    {
      g_autofree char *number
          = g_strndup (line + strlen (expiry), length - strlen (expiry));

      (void) kb_text_to_int64 (number, G_MAXINT64, &neighbour->expires);
    }
}

/* The password, then lines of what git 2.43 and newer keeps with it. */
static void
take_content (Neighbour *neighbour, const KbSecret *content)
{
  const char *text = kb_secret_peek (content);
  const char *end = text + kb_secret_length (content);
  const char *stop = memchr (text, '\n', (gsize) (end - text));

  stop = stop != NULL ? stop : end;
  neighbour->secret = kb_secret_new (text, (gsize) (stop - text));
  while (stop < end)
    {
      text = stop + 1;
      stop = memchr (text, '\n', (gsize) (end - text));
      stop = stop != NULL ? stop : end;
      take_line (neighbour, text, (gsize) (stop - text));
    }
}

static void
read_libsecret (Neighbour *neighbour, GVariant *attributes, const KbSecret *content)
{
  const char *server = attribute (attributes, "server");
  const char *port = attribute (attributes, "port");
  const char *path = attribute (attributes, "object");

  neighbour->scheme = g_strdup (attribute (attributes, "protocol"));
  neighbour->host = port != NULL && server != NULL
                        ? g_strdup_printf ("%s:%s", server, port)
                        : g_strdup (server);
  neighbour->path = path != NULL && *path != '\0' ? g_strdup (path) : NULL;
  neighbour->user = g_strdup (attribute (attributes, "user"));
  take_content (neighbour, content);
}

/* ---- Git Credential Manager ----------------------------------------------------- */

/* The address in "git:https://host/path"; what stands before is credential.namespace. */
static const char *
address_of (const char *service)
{
  const char *address = service != NULL ? strstr (service, "://") : NULL;

  while (address != NULL && address > service && address[-1] != ':')
    address--;
  return address;
}

/* GCM keeps refresh tokens as if they were passwords of hosts and paths that do not
   exist. */
static gboolean
is_renewal (const char *address)
{
  const char *host = strstr (address, "://") + strlen ("://");

  return g_str_has_prefix (host, "refresh_token.")
         || g_str_has_prefix (host, "oauth-refresh-token.")
         || g_str_has_suffix (host, "/refresh_token");
}

static void
take_address (Neighbour *neighbour, const char *address)
{
  g_autoptr (KbUrl) url = kb_url_parse (address, NULL);

  if (url == NULL)
    return;
  neighbour->scheme = g_strdup (url->scheme);
  neighbour->host = url->port != 0 ? g_strdup_printf ("%s:%u", url->host, url->port)
                                   : g_strdup (url->host);
  if (url->path == NULL)
    return;
  neighbour->path = g_uri_unescape_string (url->path, "/");
  if (neighbour->path != NULL && g_str_has_suffix (neighbour->path, "/"))
    neighbour->path[strlen (neighbour->path) - 1] = '\0';
}

static void
read_gcm (Neighbour *neighbour, GVariant *attributes, const KbSecret *content)
{
  const char *address = address_of (attribute (attributes, "service"));

  neighbour->user = g_strdup (attribute (attributes, "account"));
  neighbour->secret
      = kb_secret_new (kb_secret_peek (content), kb_secret_length (content));
  if (address != NULL && is_renewal (address))
    neighbour->why = OWN_RENEWAL;
  if (address != NULL)
    take_address (neighbour, address);
}

/* ---- both ----------------------------------------------------------------------- */

static gboolean
is_line (const KbSecret *secret)
{
  return secret == NULL
         || kb_text_is_clean (kb_secret_peek (secret), kb_secret_length (secret));
}

static const char *
fault_of (const Neighbour *neighbour)
{
  const char *scheme = neighbour->scheme;
  g_autoptr (KbUrl) url = NULL;

  if (neighbour->why != NULL)
    return neighbour->why;
  if (scheme == NULL || neighbour->host == NULL)
    return NO_ADDRESS;
  if (!g_str_equal (scheme, "https") && !g_str_equal (scheme, "http"))
    return OTHER_PROTOCOL;
  url = kb_url_new (scheme, neighbour->host, neighbour->path, NULL);
  if (url == NULL)
    return NO_ADDRESS;
  if (!is_line (neighbour->secret) || !is_line (neighbour->renewal)
      || (neighbour->user != NULL
          && !kb_text_is_clean (neighbour->user, strlen (neighbour->user))))
    return NOT_ONE_LINE;
  return NULL;
}

Neighbour *
neighbour_read (const char *origin, GVariant *attributes, const KbSecret *content)
{
  Neighbour *neighbour = g_new0 (Neighbour, 1);

  neighbour->origin = origin;
  if (g_str_equal (origin, "libsecret"))
    read_libsecret (neighbour, attributes, content);
  else
    read_gcm (neighbour, attributes, content);
  neighbour->why = fault_of (neighbour);
  if (neighbour->why != NULL)
    {
      g_clear_pointer (&neighbour->secret, kb_secret_unref);
      g_clear_pointer (&neighbour->renewal, kb_secret_unref);
    }
  return neighbour;
}

gboolean
neighbour_is (const Neighbour *neighbour, const KbForeign *foreign)
{
  return g_strcmp0 (neighbour->origin, foreign->origin) == 0
         && g_strcmp0 (neighbour->scheme, foreign->scheme) == 0
         && g_strcmp0 (neighbour->host, foreign->host) == 0
         && g_strcmp0 (neighbour->path, foreign->path) == 0
         && g_strcmp0 (neighbour->user, foreign->user) == 0
         && neighbour->expires == foreign->expires && neighbour->secret != NULL
         && kb_secret_equal (neighbour->secret, foreign->secret)
         && kb_secret_equal (neighbour->renewal, foreign->renewal);
}

KbForeign
neighbour_tell (const Neighbour *neighbour)
{
  return (KbForeign){ .origin = neighbour->origin,
                      .scheme = neighbour->scheme,
                      .host = neighbour->host,
                      .path = neighbour->path,
                      .user = neighbour->user,
                      .secret = neighbour->secret,
                      .renewal = neighbour->renewal,
                      .expires = neighbour->expires,
                      .modified = neighbour->modified,
                      .why = neighbour->why,
                      .handle = neighbour->handle };
}
