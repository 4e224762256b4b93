/* SPDX-License-Identifier: MIT */
/* URLs as values, and patterns in the same syntax that they are matched with.
   Knows nothing of which hosts are good: that is configuration. */
#include "base/url.h"

#include "base/error.h"
#include "base/text.h"
#include "base/url-pieces.h"

#include <arpa/inet.h>
#include <string.h>

#define ORGANIZATION_BYTES_MAX 64
#define PATTERN_SEGMENTS_MAX 255
#define CAPTURE "{organization}"

/* A score is compared part by part: literal labels, matched segments, literal
   segments. */
#define LABEL_SCORE (1u << 20)
#define SEGMENT_SCORE (1u << 10)

/* What stands for CAPTURE in HOST and PATH: no text from outside holds it. */
#define CAPTURED '\1'

struct _KbPattern
{
  gboolean any;  /* "*" */
  gboolean wild; /* a label is "*" or CAPTURE */
  char *scheme;
  guint port;
  char *host; /* lower case, its labels literal, "*" or CAPTURED */
  char *path; /* plain text, its segments literal or CAPTURED; "" for none */
};

static gboolean
is_star (const char *piece, gsize length)
{
  return length == 1 && *piece == '*';
}

static gboolean
is_capture (const char *piece, gsize length)
{
  return length == strlen (CAPTURE) && memcmp (piece, CAPTURE, length) == 0;
}

void
kb_url_free (KbUrl *url)
{
  if (url == NULL)
    return;
  g_free (url->scheme);
  g_free (url->host);
  g_free (url->path);
  kb_url_wipe_text (url->user);
  g_free (url);
}

static KbUrl *
url_new (const KbUrlPieces *pieces, gboolean decoded, GError **error)
{
  g_autoptr (KbUrl) url = g_new0 (KbUrl, 1);
  const char *wrong = kb_url_read_origin (pieces, &url->scheme, &url->host, &url->port);

  if (wrong == NULL && pieces->user != NULL)
    wrong = kb_url_read_user (pieces->user, &url->user);
  if (wrong == NULL && *pieces->path != '\0')
    wrong = kb_url_check_path (pieces->path, decoded);
  if (wrong != NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL, wrong);
      return NULL;
    }
  url->path = *pieces->path != '\0' ? g_strdup (pieces->path) : NULL;
  url->path_decoded = decoded;
  return g_steal_pointer (&url);
}

KbUrl *
kb_url_parse (const char *text, GError **error)
{
  g_auto (KbUrlPieces) pieces = { .scheme = NULL };
  const char *wrong = kb_url_cut (text, &pieces);

  if (wrong != NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_PROTOCOL, wrong);
      return NULL;
    }
  return url_new (&pieces, FALSE, error);
}

KbUrl *
kb_url_new (const char *scheme, const char *host, const char *path, GError **error)
{
  g_auto (KbUrlPieces) pieces = { .scheme = NULL };

  pieces.scheme = g_strdup (scheme != NULL ? scheme : "");
  pieces.path = g_strdup (path != NULL ? path : "");
  kb_url_cut_authority (host != NULL ? host : "", &pieces);
  return url_new (&pieces, TRUE, error);
}

char *
kb_url_origin (const KbUrl *url)
{
  if (url->port == 0)
    return g_strdup_printf ("%s://%s", url->scheme, url->host);
  return g_strdup_printf ("%s://%s:%u", url->scheme, url->host, url->port);
}

/* ---- patterns ------------------------------------------------------------------- */

void
kb_pattern_free (KbPattern *pattern)
{
  if (pattern == NULL)
    return;
  g_free (pattern->scheme);
  g_free (pattern->host);
  g_free (pattern->path);
  g_free (pattern);
}

/* Labels of which each is a wildcard or plain. */
static const char *
read_wild_host (const char *text, KbPattern *pattern, guint *captures)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  char *to = pattern->host = g_malloc (strlen (lower) + 1);
  const char *label = lower;

  for (gsize length;; label += length + 1)
    {
      length = strcspn (label, ".");
      if (is_capture (label, length))
        {
          *to++ = CAPTURED;
          ++*captures;
        }
      else if (is_star (label, length) || kb_url_is_label (label, length))
        to = (char *) memcpy (to, label, length) + length;
      else
        return "the host is not a plain name";
      *to = label[length];
      if (*to++ == '\0')
        break;
    }
  return g_ascii_isdigit (*label) ? "the host is not an IPv4 address" : NULL;
}

static const char *
read_host (const KbUrlPieces *pieces, KbPattern *pattern, guint *captures)
{
  g_autofree char *ignored = NULL;
  KbUrlPieces plain = *pieces;
  const char *wrong;

  pattern->wild = strpbrk (pieces->host, "*{") != NULL;
  if (!pattern->wild)
    return kb_url_read_origin (pieces, &pattern->scheme, &pattern->host, &pattern->port);
  plain.host = (char *) "x";
  wrong = kb_url_read_origin (&plain, &pattern->scheme, &ignored, &pattern->port);
  return wrong != NULL ? wrong : read_wild_host (pieces->host, pattern, captures);
}

/* Plain text is no longer than what it was escaped in.  NULL: the segment is
   malformed. */
static char *
add_segment (char *to, const char *from, gsize length)
{
  g_autofree char *segment = g_strndup (from, length);
  g_autofree char *text = NULL;

  if (length == 0 || !kb_url_is_segment (segment))
    return NULL;
  if (memchr (segment, '%', length) == NULL)
    return (char *) memcpy (to, segment, length) + length;
  text = g_uri_unescape_string (segment, NULL);
  length = strlen (text);
  return (char *) memcpy (to, text, length) + length;
}

/* A '/' at the end means nothing. */
static const char *
read_path (const char *path, KbPattern *pattern, guint *captures)
{
  const char *end = path + strlen (path) - g_str_has_suffix (path, "/");
  char *to = pattern->path = g_malloc0 (strlen (path) + 1);
  guint count = 0;

  for (const char *segment = path; segment < end || (segment == end && count > 0);)
    {
      gsize length = MIN (strcspn (segment, "/"), (gsize) (end - segment));

      if (is_star (segment, length))
        return "a pattern's path matches by prefix and has no '*'";
      if (count++ > 0)
        *to++ = '/';
      if (is_capture (segment, length))
        {
          *to++ = CAPTURED;
          ++*captures;
        }
      else
        to = add_segment (to, segment, length);
      if (to == NULL)
        return "the path is malformed";
      segment += length + 1;
    }
  *to = '\0';
  return count > PATTERN_SEGMENTS_MAX ? "the path is too long" : NULL;
}

static const char *
read_pattern (const KbUrlPieces *pieces, KbPattern *pattern)
{
  guint captures = 0;
  const char *wrong = read_host (pieces, pattern, &captures);

  if (wrong == NULL)
    wrong = read_path (pieces->path, pattern, &captures);
  return wrong == NULL && captures > 1 ? "more than one " CAPTURE : wrong;
}

static const char *
read_pattern_text (const char *text, KbPattern *pattern)
{
  g_auto (KbUrlPieces) pieces = { .scheme = NULL };
  const char *wrong = kb_url_cut (text, &pieces);

  if (wrong != NULL)
    return wrong;
  if (pieces.user != NULL)
    return "a pattern has no user name";
  wrong = read_pattern (&pieces, pattern);
  if (wrong == NULL && strcmp (pattern->scheme, "https") != 0
      && strcmp (pattern->scheme, "http") != 0)
    wrong = "a pattern is for https or http";
  return wrong;
}

KbPattern *
kb_pattern_parse (const char *text, GError **error)
{
  g_autoptr (KbPattern) pattern = g_new0 (KbPattern, 1);
  const char *wrong;

  pattern->any = is_star (text, strlen (text));
  wrong = pattern->any ? NULL : read_pattern_text (text, pattern);
  if (wrong != NULL)
    {
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, wrong);
      return NULL;
    }
  return g_steal_pointer (&pattern);
}

/* New, or NULL when TEXT cannot be the name of an organization for every reader. */
static char *
organization_of (const char *text, gsize length)
{
  g_autofree char *name = g_strndup (text, length);

  if (length > ORGANIZATION_BYTES_MAX || strpbrk (name, "/\\?#") != NULL
      || !kb_text_is_clean (name, length))
    return NULL;
  return g_ascii_strdown (name, -1);
}

/* The labels of an address are no names: no wildcard stands for them. */
static gboolean
is_address (const char *host)
{
  struct in_addr address;

  return *host == '[' || inet_pton (AF_INET, host, &address) == 1;
}

static gboolean
match_host (const KbPattern *pattern, const char *host, char **organization, guint *score)
{
  const char *wanted = pattern->host;

  for (;; wanted++, host++)
    {
      gsize length = strcspn (host, ".");
      gsize wanted_length = strcspn (wanted, ".");

      if (*wanted == CAPTURED)
        *organization = organization_of (host, length);
      else if (!is_star (wanted, wanted_length))
        {
          if (length != wanted_length || memcmp (wanted, host, length) != 0)
            return FALSE;
          *score += LABEL_SCORE;
        }
      wanted += wanted_length;
      host += length;
      if (*wanted != *host || *host == '\0')
        return *wanted == *host;
    }
}

static gboolean
match_origin (const KbPattern *pattern, const KbUrl *url, char **organization,
              guint *score)
{
  return pattern->port == url->port && strcmp (pattern->scheme, url->scheme) == 0
         && match_host (pattern, url->host, organization, score)
         && !(pattern->wild && is_address (url->host));
}

/* New, or NULL where there is none: the next segment of URL's path as plain text. */
static char *
next_segment (const KbUrl *url, const char **path)
{
  gsize length = strcspn (*path, "/");
  char *text = length > 0 ? g_strndup (*path, length) : NULL;
  char *plain;

  *path += length;
  *path += **path == '/';
  if (text == NULL || url->path_decoded || memchr (text, '%', length) == NULL)
    return text;
  plain = g_uri_unescape_string (text, NULL);
  g_free (text);
  return plain;
}

static gboolean
match_path (const KbPattern *pattern, const KbUrl *url, char **organization, guint *score)
{
  const char *path = url->path != NULL ? url->path : "";

  for (const char *wanted = pattern->path; *wanted != '\0';)
    {
      g_autofree char *text = next_segment (url, &path);
      gsize length = strcspn (wanted, "/");
      gboolean capture = *wanted == CAPTURED;

      if (capture && text == NULL)
        return TRUE;
      if (text == NULL
          || (!capture
              && (strlen (text) != length || memcmp (wanted, text, length) != 0)))
        return FALSE;
      if (capture)
        *organization = organization_of (text, strlen (text));
      *score += SEGMENT_SCORE + !capture;
      wanted += length;
      wanted += *wanted == '/';
    }
  return TRUE;
}

guint
kb_pattern_match (const KbPattern *pattern, const KbUrl *url, char **organization)
{
  g_autofree char *captured = NULL;
  guint score = 2; /* more than "*" */

  if (pattern->any && strcmp (url->scheme, "https") != 0)
    return 0;
  if (pattern->any)
    score = 1;
  else if (!match_origin (pattern, url, &captured, &score)
           || !match_path (pattern, url, &captured, &score))
    return 0;
  if (organization != NULL)
    *organization = g_steal_pointer (&captured);
  return score;
}
