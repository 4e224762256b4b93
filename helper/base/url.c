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

/* A score is compared part by part: literal labels, matched segments, literal segments.
 */
#define LABEL_SCORE (1u << 20)
#define SEGMENT_SCORE (1u << 10)

struct _KbPattern
{
  gboolean any;  /* "*" */
  gboolean wild; /* a label is "*" or CAPTURE */
  char *scheme;
  guint port;
  char **labels;   /* lower case, or "*" or CAPTURE */
  char **segments; /* plain text, or CAPTURE */
};

static gboolean
is_star (const char *piece)
{
  return strcmp (piece, "*") == 0;
}

static gboolean
is_capture (const char *piece)
{
  return strcmp (piece, CAPTURE) == 0;
}

static gboolean
is_wild (const char *piece)
{
  return is_star (piece) || is_capture (piece);
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

/* New: one segment of URL's path as plain text. */
static char *
segment_text (const KbUrl *url, const char *segment)
{
  return url->path_decoded ? g_strdup (segment) : g_uri_unescape_string (segment, NULL);
}

/* ---- patterns ---------------------------------------------------------------------- */

void
kb_pattern_free (KbPattern *pattern)
{
  if (pattern == NULL)
    return;
  g_free (pattern->scheme);
  g_strfreev (pattern->labels);
  g_strfreev (pattern->segments);
  g_free (pattern);
}

/* The labels of PATTERN, each a wildcard or a plain label, at least one a wildcard. */
static const char *
read_wild_host (const char *text, KbPattern *pattern)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  guint count;

  pattern->labels = g_strsplit (lower, ".", -1);
  count = g_strv_length (pattern->labels);
  for (guint i = 0; i < count; i++)
    if (!is_wild (pattern->labels[i]) && !kb_url_is_label (pattern->labels[i]))
      return "the host is not a plain name";
  if (g_ascii_isdigit (pattern->labels[count - 1][0]))
    return "the host is not an IPv4 address";
  return NULL;
}

static const char *
read_host (const KbUrlPieces *pieces, KbPattern *pattern)
{
  g_autofree char *host = NULL;
  KbUrlPieces plain = *pieces;
  const char *wrong;

  pattern->wild = strpbrk (pieces->host, "*{") != NULL;
  if (pattern->wild)
    plain.host = (char *) "x";
  wrong = kb_url_read_origin (&plain, &pattern->scheme, &host, &pattern->port);
  if (wrong == NULL && pattern->wild)
    return read_wild_host (pieces->host, pattern);
  if (wrong == NULL)
    pattern->labels = g_strsplit (host, ".", -1);
  return wrong;
}

/* A '/' at the end means nothing. */
static const char *
read_path (const char *path, KbPattern *pattern)
{
  gsize length = strlen (path);
  g_autofree char *trimmed = g_strndup (path, length - g_str_has_suffix (path, "/"));

  pattern->segments = g_strsplit (trimmed, "/", -1);
  for (char **segment = pattern->segments; *segment != NULL; segment++)
    {
      char *text;

      if (is_star (*segment))
        return "a pattern's path matches by prefix and has no '*'";
      if (is_capture (*segment))
        continue;
      if (**segment == '\0' || !kb_url_is_segment (*segment))
        return "the path is malformed";
      text = g_uri_unescape_string (*segment, NULL);
      g_free (*segment);
      *segment = text;
    }
  return NULL;
}

static guint
count_captures (char **pieces)
{
  guint count = 0;

  for (; *pieces != NULL; pieces++)
    count += is_capture (*pieces);
  return count;
}

static const char *
read_pattern (const KbUrlPieces *pieces, KbPattern *pattern)
{
  const char *wrong = read_host (pieces, pattern);

  if (wrong == NULL)
    wrong = read_path (pieces->path, pattern);
  if (wrong != NULL)
    return wrong;
  if (count_captures (pattern->labels) + count_captures (pattern->segments) > 1)
    return "more than one " CAPTURE;
  if (g_strv_length (pattern->segments) > PATTERN_SEGMENTS_MAX)
    return "the path is too long";
  return NULL;
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

  pattern->any = is_star (text);
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
organization_of (const char *text)
{
  if (strlen (text) > ORGANIZATION_BYTES_MAX || strpbrk (text, "/\\?#") != NULL
      || !kb_text_is_clean (text, strlen (text)))
    return NULL;
  return g_ascii_strdown (text, -1);
}

/* The labels of an address are no names: no wildcard stands for them. */
static gboolean
is_address (const char *host)
{
  struct in_addr address;

  return *host == '[' || inet_pton (AF_INET, host, &address) == 1;
}

static gboolean
match_origin (const KbPattern *pattern, const KbUrl *url, char **organization,
              guint *score)
{
  g_auto (GStrv) labels = g_strsplit (url->host, ".", -1);
  char **wanted = pattern->labels;

  if (strcmp (pattern->scheme, url->scheme) != 0 || pattern->port != url->port
      || g_strv_length (wanted) != g_strv_length (labels)
      || (pattern->wild && is_address (url->host)))
    return FALSE;
  for (guint i = 0; wanted[i] != NULL; i++)
    if (is_capture (wanted[i]))
      *organization = organization_of (labels[i]);
    else if (!is_star (wanted[i]))
      {
        if (strcmp (wanted[i], labels[i]) != 0)
          return FALSE;
        *score += LABEL_SCORE;
      }
  return TRUE;
}

static gboolean
match_path (const KbPattern *pattern, const KbUrl *url, char **organization, guint *score)
{
  g_auto (GStrv) segments = g_strsplit (url->path != NULL ? url->path : "", "/", -1);
  char **wanted = pattern->segments;

  for (guint i = 0; wanted[i] != NULL; i++)
    {
      gboolean ended = segments[i] == NULL || *segments[i] == '\0';
      g_autofree char *text = ended ? NULL : segment_text (url, segments[i]);

      if (is_capture (wanted[i]) && text == NULL)
        return TRUE;
      if (text == NULL || (!is_capture (wanted[i]) && strcmp (wanted[i], text) != 0))
        return FALSE;
      if (is_capture (wanted[i]))
        *organization = organization_of (text);
      *score += SEGMENT_SCORE + !is_capture (wanted[i]);
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
