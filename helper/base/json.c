/* SPDX-License-Identifier: MIT */
/* Reads one JSON document: checked first, then jsmn's tokens, counted and indexed.
   Knows nothing of what the members mean. */
#include "base/json.h"

#include "base/error.h"
#include "base/json-check.h"
#include "base/json-raw.h"

#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
/* Without these a closing bracket searches all tokens before it: quadratic. */
#define JSMN_PARENT_LINKS
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <jsmn.h>
#pragma GCC diagnostic pop

/* expires_in in seconds: three hundred years. */
#define LENIENT_DIGITS_MAX 10

/* A node is the index of a token.  The children of a container (keys of an object,
   elements of an array) stand in CHILDREN from FIRST[node] on, and those of an object
   once more in SORTED by their unescaped names, to be found by halving. */
struct _KbJson
{
  KbSecret *text;
  const char *root; /* where jsmn began, inside TEXT */
  int count;
  jsmntok_t *tokens;
  int *first;
  int *children;
  int *sorted;
};

static KbJsonRaw
raw_of_token (const KbJson *json, int token)
{
  const jsmntok_t *t = &json->tokens[token];

  return (KbJsonRaw){ .next = json->root + t->start, .end = json->root + t->end };
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer json)
{
  return kb_json_raw_compare (raw_of_token (json, *(const int *) a),
                              raw_of_token (json, *(const int *) b));
}

static gboolean
is_container (const jsmntok_t *token)
{
  return token->type == JSMN_OBJECT || token->type == JSMN_ARRAY;
}

/* What stands in the text at the token's place is what the token says. */
static gboolean
bytes_agree (const KbJson *json, const jsmntok_t *token)
{
  const char *start = json->root + token->start, *end = json->root + token->end;
  int length = token->end - token->start;

  switch (token->type)
    {
    case JSMN_OBJECT:
      return length >= 2 && *start == '{' && end[-1] == '}';
    case JSMN_ARRAY:
      return length >= 2 && *start == '[' && end[-1] == ']';
    case JSMN_STRING:
      return token->start > 0 && start[-1] == '"' && *end == '"';
    case JSMN_PRIMITIVE:
      return length >= 1 && strchr ("-0123456789tfn", *start) != NULL
             && strchr (" \t\r\n,]}", *end) != NULL && token->size == 0;
    case JSMN_UNDEFINED:
    default:
      return FALSE;
    }
}

/* Tokens lie inside their parents, in the order of the text; a value follows its key. */
static gboolean
token_agrees (const KbJson *json, int index, gint64 length)
{
  const jsmntok_t *token = &json->tokens[index];
  const jsmntok_t *parent = index > 0 ? &json->tokens[token->parent] : NULL;

  if (token->start < 0 || token->end < token->start || token->end > length
      || !bytes_agree (json, token))
    return FALSE;
  if (parent == NULL)
    return token->parent == -1 && token->start == 0 && is_container (token);
  if (token->start <= token[-1].start)
    return FALSE;
  if (parent->type == JSMN_STRING)
    return token == parent + 1 && json->tokens[parent->parent].type == JSMN_OBJECT;
  if (token->start <= parent->start || token->end >= parent->end)
    return FALSE;
  return parent->type == JSMN_ARRAY || (token->type == JSMN_STRING && token->size == 1);
}

/* jsmn is not believed: FALSE when one token is not as the text and the others say. */
static gboolean
tokens_agree (const KbJson *json, gsize length)
{
  for (int i = 0; i < json->count; i++)
    {
      int parent = json->tokens[i].parent;

      if (parent >= i || (i > 0 && parent < 0)
          || !token_agrees (json, i, (gint64) length))
        return FALSE;
    }
  return TRUE;
}

static gboolean
tokenize (KbJson *json, gsize length)
{
  jsmn_parser parser;

  json->tokens = g_new0 (jsmntok_t, json->count);
  jsmn_init (&parser);
  return jsmn_parse (&parser, json->root, length, json->tokens, (guint) json->count)
             == json->count
         && tokens_agree (json, length);
}

/* FALSE when a container does not have as many children as its token says. */
static gboolean
index_children (KbJson *json)
{
  g_autofree int *found = g_new0 (int, json->count);
  int room = 0;

  json->first = g_new0 (int, json->count);
  json->children = g_new0 (int, json->count);
  for (int i = 0; i < json->count; i++)
    {
      int parent = json->tokens[i].parent;

      json->first[i] = room;
      if (is_container (&json->tokens[i]))
        room += json->tokens[i].size;
      if (room > json->count)
        return FALSE;
      if (parent < 0 || !is_container (&json->tokens[parent]))
        continue;
      if (found[parent] == json->tokens[parent].size)
        return FALSE;
      json->children[json->first[parent] + found[parent]++] = i;
    }
  for (int i = 0; i < json->count; i++)
    if (is_container (&json->tokens[i]) && found[i] != json->tokens[i].size)
      return FALSE;
  return TRUE;
}

/* The token of a name that stands twice in OBJECT, or -1. */
static int
sort_names (KbJson *json, int object)
{
  int *names = json->sorted + json->first[object];
  int size = json->tokens[object].size;

  g_qsort_with_data (names, size, sizeof *names, compare_names, json);
  for (int i = 1; i < size; i++)
    if (compare_names (&names[i - 1], &names[i], json) == 0)
      return MAX (names[i - 1], names[i]);
  return -1;
}

/* Sorting, not hashing: no choice of names makes it slow. */
static gboolean
index_names (KbJson *json, GError **error)
{
  int twice = -1;

  json->sorted = g_memdup2 (json->children, json->count * sizeof *json->children);
  for (int i = 0; i < json->count && twice < 0; i++)
    if (json->tokens[i].type == JSMN_OBJECT)
      twice = sort_names (json, i);
  if (twice < 0)
    return TRUE;
  return kb_json_refuse ("a key that stands twice",
                         (gsize) (json->root - kb_secret_peek (json->text))
                             + (gsize) json->tokens[twice].start,
                         error);
}

KbJson *
kb_json_parse (KbSecret *text, GError **error)
{
  g_autoptr (KbJson) json = g_new0 (KbJson, 1);
  gsize start = 0;
  guint count = 0;

  json->text = kb_secret_ref (text);
  if (!kb_json_check (kb_secret_peek (text), kb_secret_length (text), &start, &count,
                      error))
    return NULL;
  json->root = kb_secret_peek (text) + start;
  json->count = (int) count;
  if (!tokenize (json, kb_secret_length (text) - start) || !index_children (json))
    {
      kb_json_refuse ("two readers disagree", start, error);
      return NULL;
    }
  if (!index_names (json, error))
    return NULL;
  return g_steal_pointer (&json);
}

void
kb_json_free (KbJson *json)
{
  if (json == NULL)
    return;
  kb_secret_unref (json->text);
  g_free (json->tokens);
  g_free (json->first);
  g_free (json->children);
  g_free (json->sorted);
  g_free (json);
}

KbJsonType
kb_json_type (const KbJson *json, KbJsonNode node)
{
  if (node < 0 || node >= json->count)
    return KB_JSON_NONE;
  switch (json->tokens[node].type)
    {
    case JSMN_OBJECT:
      return KB_JSON_OBJECT;
    case JSMN_ARRAY:
      return KB_JSON_ARRAY;
    case JSMN_STRING:
      return KB_JSON_STRING;
    case JSMN_PRIMITIVE:
    case JSMN_UNDEFINED:
    default:
      break;
    }
  switch (json->root[json->tokens[node].start])
    {
    case 'n':
      return KB_JSON_NULL;
    case 't':
    case 'f':
      return KB_JSON_BOOLEAN;
    default:
      return KB_JSON_NUMBER;
    }
}

KbJsonNode
kb_json_member (const KbJson *json, KbJsonNode object, const char *name)
{
  KbJsonRaw plain = { .piece = name, .length = strlen (name) };
  const int *names;
  int low = 0, high;

  if (kb_json_type (json, object) != KB_JSON_OBJECT)
    return -1;
  names = json->sorted + json->first[object];
  high = json->tokens[object].size;
  while (low < high)
    {
      int middle = low + (high - low) / 2;
      int order = kb_json_raw_compare (plain, raw_of_token (json, names[middle]));

      if (order == 0)
        return names[middle] + 1;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return -1;
}

guint
kb_json_size (const KbJson *json, KbJsonNode node)
{
  if (kb_json_type (json, node) < KB_JSON_ARRAY)
    return 0;
  return (guint) json->tokens[node].size;
}

KbJsonNode
kb_json_at (const KbJson *json, KbJsonNode node, guint index)
{
  int child;

  if (index >= kb_json_size (json, node))
    return -1;
  child = json->children[json->first[node] + (int) index];
  return json->tokens[node].type == JSMN_OBJECT ? child + 1 : child;
}

/* jsmn's strings are without their quotes. */
const char *
kb_json_source (const KbJson *json, KbJsonNode node, gsize *length)
{
  int quote = kb_json_type (json, node) == KB_JSON_STRING ? 1 : 0;

  if (kb_json_type (json, node) == KB_JSON_NONE)
    return NULL;
  *length = (gsize) (json->tokens[node].end - json->tokens[node].start + 2 * quote);
  return json->root + json->tokens[node].start - quote;
}

/* Through a buffer that wipes what it outgrows. */
static KbSecret *
read_string (const KbJson *json, int token)
{
  KbJsonRaw raw = raw_of_token (json, token);
  g_autoptr (KbBuffer) buffer = kb_buffer_new ((gsize) (raw.end - raw.next) + 1);

  while (kb_json_raw_next (&raw))
    kb_buffer_append (buffer, raw.piece, raw.length);
  kb_wipe (&raw, sizeof raw);
  return kb_buffer_steal (buffer);
}

char *
kb_json_key_at (const KbJson *json, KbJsonNode object, guint index)
{
  g_autoptr (KbSecret) name = NULL;

  if (kb_json_type (json, object) != KB_JSON_OBJECT
      || index >= kb_json_size (json, object))
    return NULL;
  name = read_string (json, json->children[json->first[object] + (int) index]);
  return g_strdup (kb_secret_peek (name));
}

KbSecret *
kb_json_secret (const KbJson *json, KbJsonNode node)
{
  return kb_json_type (json, node) == KB_JSON_STRING ? read_string (json, node) : NULL;
}

char *
kb_json_string (const KbJson *json, KbJsonNode node)
{
  g_autoptr (KbSecret) text = kb_json_secret (json, node);

  return text != NULL ? g_strdup (kb_secret_peek (text)) : NULL;
}

/* Counts downwards, as int64 reaches one further there. */
static gboolean
read_int64 (const char *digits, const char *end, gint64 *value)
{
  gboolean negative = *digits == '-';
  gint64 sum = 0;

  for (digits += negative; digits < end; digits++)
    if (!g_ascii_isdigit (*digits) || __builtin_mul_overflow (sum, 10, &sum)
        || __builtin_sub_overflow (sum, *digits - '0', &sum))
      return FALSE;
  if (!negative && sum == G_MININT64)
    return FALSE;
  *value = negative ? sum : -sum;
  return TRUE;
}

static gboolean
is_lenient_number (const char *digits, const char *end)
{
  if (end == digits || end - digits > LENIENT_DIGITS_MAX)
    return FALSE;
  return g_ascii_isdigit (*digits) && (*digits != '0' || end == digits + 1);
}

gboolean
kb_json_int64 (const KbJson *json, KbJsonNode node, gboolean lenient, gint64 *value)
{
  KbJsonType type = kb_json_type (json, node);
  KbJsonRaw raw;

  if (type != KB_JSON_NUMBER && !(lenient && type == KB_JSON_STRING))
    return FALSE;
  raw = raw_of_token (json, node);
  if (type == KB_JSON_STRING && !is_lenient_number (raw.next, raw.end))
    return FALSE;
  return read_int64 (raw.next, raw.end, value);
}

gboolean
kb_json_boolean (const KbJson *json, KbJsonNode node, gboolean *value)
{
  if (kb_json_type (json, node) != KB_JSON_BOOLEAN)
    return FALSE;
  *value = json->root[json->tokens[node].start] == 't';
  return TRUE;
}
