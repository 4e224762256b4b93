/* SPDX-License-Identifier: MIT */
/* Cuts a URL into its pieces and holds each piece to its rules.
   Knows nothing of patterns. */
#include "base/url-pieces.h"

#include "base/secret.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

#define HOST_BYTES_MAX 253 /* RFC 1035 */
#define LABEL_BYTES_MAX 63

/* RFC 3986 section 3.2.1 without ':', and section 3.3.  Above all no '\\', which is a '/'
   for browsers and for Windows servers. */
#define USER_BYTES G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~!$&'()*+,;=%"
#define SEGMENT_BYTES USER_BYTES ":@"

void
kb_url_wipe_text (char *text)
{
  kb_wipe (text, text != NULL ? strlen (text) : 0);
  g_free (text);
}

void
kb_url_pieces_clear (KbUrlPieces *pieces)
{
  g_free (pieces->scheme);
  kb_url_wipe_text (pieces->user);
  g_free (pieces->host);
  g_free (pieces->port);
  g_free (pieces->path);
}

static const char *
read_scheme (const char *text, char **scheme)
{
  gsize length = 0;

  while (text[length] != '\0'
         && (g_ascii_isalnum (text[length]) || strchr ("+.-", text[length]) != NULL))
    length++;
  if (length == 0 || text[length] != '\0' || !g_ascii_isalpha (text[0]))
    return "the scheme is missing or malformed";
  *scheme = g_ascii_strdown (text, -1);
  return NULL;
}

static const char *
read_port (const char *text, const char *scheme, guint *port)
{
  gsize length = strspn (text, G_CSET_DIGITS);
  guint64 value;

  if (length == 0 || length > 5 || text[length] != '\0' || text[0] == '0')
    return "the port is malformed";
  value = g_ascii_strtoull (text, NULL, 10);
  if (value > G_MAXUINT16)
    return "the port is malformed";
  *port = (guint) value;
  if ((value == 443 && strcmp (scheme, "https") == 0)
      || (value == 80 && strcmp (scheme, "http") == 0))
    *port = 0;
  return NULL;
}

/* Letters, digits and hyphens: no '_', no '%', nothing that is not ASCII. */
gboolean
kb_url_is_label (const char *label, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-')
      return FALSE;
  return length > 0 && length <= LABEL_BYTES_MAX && label[0] != '-'
         && label[length - 1] != '-';
}

/* Some readers take such a last label as a sign that the host is an IPv4 address, written
   with one to four decimal, octal or hexadecimal numbers. */
static gboolean
is_number (const char *label)
{
  if (g_ascii_strncasecmp (label, "0x", 2) == 0)
    return label[2 + strspn (label + 2, G_CSET_DIGITS "abcdefABCDEF")] == '\0';
  return label[strspn (label, G_CSET_DIGITS)] == '\0';
}

/* New, or NULL.  inet_ntop(3) gives each address its one form. */
static char *
normal_ipv6 (const char *host)
{
  gsize length = strlen (host);
  char shortest[INET6_ADDRSTRLEN];
  g_autofree char *inside = NULL;
  struct in6_addr address;

  if (length < 2 || host[length - 1] != ']')
    return NULL;
  inside = g_strndup (host + 1, length - 2);
  if (inet_pton (AF_INET6, inside, &address) != 1)
    return NULL;
  inet_ntop (AF_INET6, &address, shortest, sizeof shortest);
  return g_strdup_printf ("[%s]", shortest);
}

static const char *
read_host (const char *text, char **host)
{
  const char *label = text;
  struct in_addr address;

  if (*text == '\0')
    return "the host is missing";
  if (*text == '[')
    {
      *host = normal_ipv6 (text);
      return *host == NULL ? "the host is not an IPv6 address" : NULL;
    }
  for (gsize length;; label += length + 1)
    {
      length = strcspn (label, ".");
      if (!kb_url_is_label (label, length))
        return "the host is not a plain name";
      if (label[length] == '\0')
        break;
    }
  if (strlen (text) > HOST_BYTES_MAX)
    return "the host is too long";
  if (is_number (label) && inet_pton (AF_INET, text, &address) != 1)
    return "the host is not an IPv4 address";
  *host = g_ascii_strdown (text, -1);
  return NULL;
}

const char *
kb_url_read_user (const char *text, char **user)
{
  char *plain = g_uri_unescape_string (text, NULL);

  if (text[strspn (text, USER_BYTES)] != '\0' || plain == NULL || *plain == '\0'
      || !kb_text_is_clean (plain, strlen (plain)))
    {
      kb_url_wipe_text (plain);
      return "the user name is malformed";
    }
  *user = plain;
  return NULL;
}

/* An escaped '.', '/' or '\\', for whoever decodes a second time. */
static gboolean
hides_separator (const char *segment)
{
  for (const char *c = strchr (segment, '%'); c != NULL; c = strchr (c + 1, '%'))
    if (g_ascii_strncasecmp (c, "%2e", 3) == 0 || g_ascii_strncasecmp (c, "%2f", 3) == 0
        || g_ascii_strncasecmp (c, "%5c", 3) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_plain_segment (const char *text)
{
  return strcmp (text, ".") != 0 && strcmp (text, "..") != 0
         && strchr (text, '\\') == NULL && kb_text_is_clean (text, strlen (text));
}

gboolean
kb_url_is_segment (const char *segment)
{
  g_autofree char *text = g_uri_unescape_string (segment, "/\\");

  return segment[strspn (segment, SEGMENT_BYTES)] == '\0' && text != NULL
         && is_plain_segment (text);
}

const char *
kb_url_check_path (const char *text, gboolean decoded)
{
  g_auto (GStrv) segments = g_strsplit (text, "/", -1);

  for (guint i = 0; segments[i] != NULL; i++)
    {
      const char *segment = segments[i];

      if (*segment == '\0' && (i == 0 || segments[i + 1] != NULL))
        return "the path has an empty segment";
      if (decoded ? !is_plain_segment (segment) || hides_separator (segment)
                  : !kb_url_is_segment (segment))
        return "the path is malformed";
    }
  return NULL;
}

void
kb_url_cut_authority (const char *authority, KbUrlPieces *pieces)
{
  const char *bracket = *authority == '[' ? strchr (authority, ']') : NULL;
  const char *colon = strchr (bracket != NULL ? bracket : authority, ':');

  if (colon == NULL)
    pieces->host = g_strdup (authority);
  else
    {
      pieces->host = g_strndup (authority, (gsize) (colon - authority));
      pieces->port = g_strdup (colon + 1);
    }
}

/* The first '@' of the authority ends the user info: a second one is then in the host,
   where it is refused. */
const char *
kb_url_cut (const char *text, KbUrlPieces *pieces)
{
  const char *start = strstr (text, "://");
  const char *end, *at;
  g_autofree char *authority = NULL;

  if (start == NULL)
    return "the scheme is missing or malformed";
  if (strpbrk (text, "?#") != NULL)
    return "the URL has a query or a fragment";
  pieces->scheme = g_strndup (text, (gsize) (start - text));
  start += strlen ("://");
  end = start + strcspn (start, "/");
  at = memchr (start, '@', (gsize) (end - start));
  if (at != NULL && memchr (start, ':', (gsize) (at - start)) != NULL)
    return "the URL holds a password";
  if (at != NULL)
    {
      pieces->user = g_strndup (start, (gsize) (at - start));
      start = at + 1;
    }
  authority = g_strndup (start, (gsize) (end - start));
  kb_url_cut_authority (authority, pieces);
  pieces->path = g_strdup (*end == '/' ? end + 1 : "");
  return NULL;
}

const char *
kb_url_read_origin (const KbUrlPieces *pieces, char **scheme, char **host, guint *port)
{
  const char *wrong = read_scheme (pieces->scheme, scheme);

  if (wrong == NULL)
    wrong = read_host (pieces->host, host);
  if (wrong == NULL && pieces->port != NULL)
    wrong = read_port (pieces->port, *scheme, port);
  return wrong;
}
