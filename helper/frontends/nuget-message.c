/* SPDX-License-Identifier: MIT */
/* Splits a stream into lines, reads their heads and payloads, and writes frames.
   Knows nothing of methods and of what they mean. */
#include "frontends/nuget-message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/text.h"

#define CHUNK 8192
/* Ids are GUIDs, methods are words: no line needs more before its payload. */
#define HEAD_MAX 1024
#define ID_MAX 256
#define WORD_MAX 64
/* A token of 64 KiB, each byte of which may need six. */
#define FRAME_MAX (512 * 1024)
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

struct _KbNugetReader
{
  KbNugetFunc func;
  gpointer data;
  KbBuffer *line;
  gboolean overlong; /* what is in LINE is but its beginning */
};

KbNugetReader *
kb_nuget_reader_new (KbNugetFunc func, gpointer data)
{
  KbNugetReader *reader = g_new0 (KbNugetReader, 1);

  reader->func = func;
  reader->data = data;
  reader->line = kb_buffer_new (KB_JSON_BYTES_MAX);
  return reader;
}

void
kb_nuget_reader_free (KbNugetReader *reader)
{
  if (reader == NULL)
    return;
  kb_buffer_free (reader->line);
  g_free (reader);
}

/* ---- one message ---------------------------------------------------------------- */

static void
message_clear (KbNugetMessage *message)
{
  g_free (message->id);
  g_free (message->type);
  g_free (message->method);
  kb_json_free (message->json);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KbNugetMessage, message_clear)

static gboolean
is_word (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  return length > 0 && length <= WORD_MAX && strspn (text, LETTERS) == length;
}

/* FALSE: no message.  NuGet writes the names so and in this case alone. */
static gboolean
read_head (KbNugetMessage *message, const KbJson *json)
{
  message->id = kb_json_string (json, kb_json_member (json, 0, "RequestId"));
  message->type = kb_json_string (json, kb_json_member (json, 0, "Type"));
  message->method = kb_json_string (json, kb_json_member (json, 0, "Method"));
  return message->id != NULL && *message->id != '\0' && strlen (message->id) <= ID_MAX
         && is_word (message->type) && is_word (message->method);
}

static gboolean
read_whole (KbNugetMessage *message, KbSecret *line)
{
  KbJsonType type;

  message->json = kb_json_parse (line, NULL);
  if (message->json == NULL)
    return FALSE;
  message->payload = kb_json_member (message->json, 0, "Payload");
  type = kb_json_type (message->json, message->payload);
  message->whole = type == KB_JSON_OBJECT || type == KB_JSON_NULL || type == KB_JSON_NONE;
  return TRUE;
}

/* What stands before the payload, closed: `{"RequestId":...,"Method":"..."}`. */
static gboolean
read_beginning (KbNugetMessage *message, const KbSecret *line)
{
  static const char mark[] = ",\"Payload\":";
  const char *text = kb_secret_peek (line);
  gsize length = MIN (kb_secret_length (line), HEAD_MAX);
  const char *end = g_strstr_len (text, (gssize) length, mark);
  g_autofree char *beginning = NULL;
  g_autoptr (KbSecret) head = NULL;
  g_autoptr (KbJson) json = NULL;

  if (end == NULL)
    return FALSE;
  beginning = g_strdup_printf ("%.*s}", (int) (end - text), text);
  head = kb_secret_new_text (beginning);
  json = kb_json_parse (head, NULL);
  return json != NULL && read_head (message, json);
}

static gboolean
end_line (KbNugetReader *reader)
{
  g_auto (KbNugetMessage) message = { 0 };
  g_autoptr (KbSecret) line = kb_buffer_steal (reader->line);
  gboolean overlong = reader->overlong;
  gboolean good;

  reader->overlong = FALSE;
  if (!overlong && read_whole (&message, line))
    good = read_head (&message, message.json);
  else
    good = read_beginning (&message, line);
  return !good || reader->func (&message, reader->data);
}

/* ---- the stream ----------------------------------------------------------------- */

static void
add_to_line (KbNugetReader *reader, const char *bytes, gsize length)
{
  gsize room = KB_JSON_BYTES_MAX - kb_buffer_length (reader->line);

  if (length > room)
    reader->overlong = TRUE;
  (void) kb_buffer_append (reader->line, bytes, MIN (length, room));
}

gboolean
kb_nuget_reader_take (KbNugetReader *reader, const char *bytes, gsize length)
{
  while (length > 0)
    {
      const char *end = memchr (bytes, '\n', length);
      gsize size = end != NULL ? (gsize) (end - bytes) : length;

      add_to_line (reader, bytes, size);
      if (end == NULL)
        return TRUE;
      if (!end_line (reader))
        return FALSE;
      bytes = end + 1;
      length -= size + 1;
    }
  return TRUE;
}

gboolean
kb_nuget_reader_fill (KbNugetReader *reader, int fd)
{
  char chunk[CHUNK];
  gssize got = read (fd, chunk, sizeof chunk);
  gboolean more;

  if (got < 0)
    return errno == EINTR || errno == EAGAIN;
  more = got > 0 && kb_nuget_reader_take (reader, chunk, (gsize) got);
  kb_wipe (chunk, sizeof chunk);
  return more;
}

/* ---- payloads ------------------------------------------------------------------- */

char *
kb_nuget_text (const KbNugetMessage *message, const char *name)
{
  if (!message->whole)
    return NULL;
  return kb_json_string (message->json,
                         kb_json_member (message->json, message->payload, name));
}

static gboolean
is_boolean (const KbNugetMessage *message, const char *name, gboolean wanted)
{
  gboolean value = FALSE;

  return message->whole
         && kb_json_boolean (message->json,
                             kb_json_member (message->json, message->payload, name),
                             &value)
         && !value == !wanted;
}

gboolean
kb_nuget_false (const KbNugetMessage *message, const char *name)
{
  return is_boolean (message, name, FALSE);
}

gboolean
kb_nuget_true (const KbNugetMessage *message, const char *name)
{
  return is_boolean (message, name, TRUE);
}

/* ---- frames --------------------------------------------------------------------- */

gboolean
kb_nuget_append (KbBuffer *payload, const char *name, const char *text)
{
  return kb_json_append_name (payload, name) && kb_json_append_string (payload, text);
}

gboolean
kb_nuget_send (int fd, const char *id, const char *type, const char *method,
               const KbBuffer *payload)
{
  g_autoptr (KbBuffer) frame = kb_buffer_new (FRAME_MAX);
  gboolean good = kb_buffer_append_text (frame, "{")
                  && kb_nuget_append (frame, "RequestId", id)
                  && kb_nuget_append (frame, "Type", type)
                  && kb_nuget_append (frame, "Method", method);

  if (good && payload != NULL)
    good = kb_json_append_name (frame, "Payload")
           && kb_buffer_append (frame, kb_buffer_peek (payload),
                                kb_buffer_length (payload));
  return good && kb_buffer_append_text (frame, "}\n")
         && kb_write_all (fd, kb_buffer_peek (frame), kb_buffer_length (frame));
}

gboolean
kb_nuget_send_request (int fd, const char *method, const KbBuffer *payload)
{
  g_autofree char *id = kb_text_random_id (TRUE);

  return kb_nuget_send (fd, id, "Request", method, payload);
}

gboolean
kb_nuget_respond (int fd, const KbNugetMessage *to, const char *code)
{
  g_autoptr (KbBuffer) payload = kb_buffer_new (0);

  return kb_buffer_append_text (payload, "{")
         && kb_nuget_append (payload, "ResponseCode", code)
         && kb_buffer_append_text (payload, "}")
         && kb_nuget_send (fd, to->id, "Response", to->method, payload);
}
