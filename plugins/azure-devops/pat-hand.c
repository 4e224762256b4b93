/* SPDX-License-Identifier: MIT */
/* Writes a new token where the caller wants it, and nowhere else.
   Knows nothing of how it was made and where it is kept. */
#include "pat-hand.h"

#include <errno.h>
#include <fcntl.h>

#include "base/complain.h"
#include "base/lines.h"
#include "base/text.h"
#include "common/run.h"

void
kb_pat_hand_clear (KbPatHand *hand)
{
  g_clear_pointer (&hand->command, g_strfreev);
}

/* ---- what a person wrote -------------------------------------------------------- */

static gboolean
complain (const char *what, const char *why)
{
  g_autofree char *text = g_strdup_printf ("pat create: %s%s", what, why);

  kb_complain (text);
  return FALSE;
}

static gboolean
read_fd (const char *text, int *fd)
{
  gint64 number = 0;

  *fd = -1;
  if (text == NULL)
    return TRUE;
  if (!kb_text_to_int64 (text, 65535, &number) || number < 3
      || fcntl ((int) number, F_GETFL) < 0)
    return complain ("--fd is an open descriptor, 3 or higher, not ", text);
  *fd = (int) number;
  return TRUE;
}

static gboolean
read_command (const char *text, char ***command)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) problem = NULL;
  char *program;

  if (text == NULL)
    return TRUE;
  if (!g_shell_parse_argv (text, NULL, &words, NULL))
    return complain ("--to is a command with its arguments; its quotes do not match: ",
                     text);
  program = g_find_program_in_path (words[0]);
  if (program == NULL)
    return complain ("--to: there is no program ", words[0]);
  g_free (words[0]);
  words[0] = g_canonicalize_filename (program, NULL);
  g_free (program);
  if (!kb_run_check (words[0], &problem))
    return complain ("--to: ", problem->message);
  *command = g_steal_pointer (&words);
  return TRUE;
}

gboolean
kb_pat_hand_read (const char *fd, const char *command, KbPatHand *hand)
{
  return read_fd (fd, &hand->fd) && read_command (command, &hand->command);
}

/* ---- handing on ----------------------------------------------------------------- */

/* The command is the person's own, so it has the person's environment. */
static gboolean
run (char **command, KbClient *client, const KbBuffer *line, GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();
  const KbRun what = { .command = (const char *const *) command,
                       .environment = environment,
                       .input = line,
                       .timeout_ms = KB_PAT_HAND_MS };
  g_autoptr (KbSecret) output = NULL;

  kb_target_allow_ms (kb_client_target (client), KB_PAT_HAND_MS + KB_CLIENT_REQUEST_MS);
  output = kb_run (&what, kb_target_request (kb_client_target (client)), error);
  if (output == NULL)
    g_prefix_error (error, "%s: ", command[0]);
  return output != NULL;
}

static gboolean
write_line (int fd, const KbBuffer *line, GError **error)
{
  if (kb_write_all (fd, kb_buffer_peek (line), kb_buffer_length (line)))
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_PROTOCOL, "it cannot be written: %s",
               g_strerror (errno));
  return FALSE;
}

gboolean
kb_pat_hand_on (const KbPatHand *hand, KbCall *call, KbClient *client, const KbPat *pat,
                GError **error)
{
  g_autoptr (KbBuffer) line = kb_buffer_new (0);

  kb_buffer_append_secret (line, pat->secret);
  kb_buffer_append_text (line, "\n");
  if (hand->fd >= 0 && !write_line (hand->fd, line, error))
    return FALSE;
  if (hand->command != NULL && !run (hand->command, client, line, error))
    return FALSE;
  return !hand->show || write_line (kb_call_output (call), line, error);
}
