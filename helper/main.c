/* SPDX-License-Identifier: MIT */
/* The program: hardens itself, finds the verb or the front end, prints one error.
   Knows nothing of what they do. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/text.h"
#include "builtins.h"
#include "commands/call.h"
#include "frontend.h"
#include "harden.h"
#include "interrupt.h"
#include "loader.h"
#include "log.h"
#include "request.h"

/* Names under which other programs start us, and the front end that is meant.  What
   follows a name that ends in '-' is its argument, for tools that can give none. */
static const struct
{
  const char *program;
  const char *verb;
} aliases[] = {
  { "git-credential-keybearer", "git" },
  { "bazel-credential-keybearer", "bazel" },
  { "cargo-credential-keybearer", "cargo" },
  { "docker-credential-keybearer", "docker" },
  { "keyring", "keyring" },
  { "nuget-plugin-keybearer", "nuget" },
  { "pnpm-", "pnpm" },
  { "terraform-credentials-keybearer", "terraform" },
  { NULL, NULL },
};

static const KbVerb *
find_verb (const char *name)
{
  for (const KbVerb *verb = kb_frontends; verb->name != NULL; verb++)
    if (g_str_equal (verb->name, name))
      return verb;
  for (const KbVerb *verb = kb_commands; verb->name != NULL; verb++)
    if (g_str_equal (verb->name, name))
      return verb;
  return NULL;
}

/* *ARGUMENT is the argument that the name has, or NULL. */
static const char *
verb_of_program (char *path, char **argument)
{
  char *slash = strrchr (path, '/');
  char *program = slash != NULL ? slash + 1 : path;

  for (gsize i = 0; aliases[i].program != NULL; i++)
    {
      gsize length = strlen (aliases[i].program);
      gboolean open = aliases[i].program[length - 1] == '-';

      if (strncmp (program, aliases[i].program, length) != 0
          || (program[length] == '\0') == open)
        continue;
      *argument = open ? program + length : NULL;
      return aliases[i].verb;
    }
  return NULL;
}

static void
add_verbs (KbPage *page, const KbVerb *verbs)
{
  for (; verbs->name != NULL; verbs++)
    kb_help_entry (page, verbs->name, verbs->usage, verbs->summary);
}

static int
help (int out)
{
  g_auto (KbPage) page = { 0 };

  kb_page_open (&page, out);
  kb_page_add (&page, "Usage: keybearer VERB [ARGUMENTS]\n\n"
                      "Gives developer tools the right, fresh credential, and keeps it "
                      "in the keyring.\n\nFor people and scripts:\n");
  add_verbs (&page, kb_commands);
  kb_call_add_help (&page);
  kb_page_add (&page, "\nFor tools, which start them by themselves:\n");
  add_verbs (&page, kb_frontends);
  kb_page_add (&page, "\n  -v before the verb tells each decision on standard error."
                      "\n  keybearer(1) has the whole story.\n");
  return kb_page_write (&page, NULL) ? 0 : KB_EXIT_ERROR + KB_ERROR_PROTOCOL;
}

static int
usage (const KbVerb *verb, const char *name)
{
  g_autofree char *text
      = verb != NULL ? g_strdup_printf ("usage: keybearer %s %s", verb->name, verb->usage)
        : name != NULL
            ? g_strdup_printf ("there is no verb %s; see keybearer --help", name)
            : g_strdup ("which verb? see keybearer --help");

  kb_complain (text);
  return KB_EXIT_USAGE;
}

static int
verb_help (int out, const KbVerb *verb)
{
  return kb_help_verb (out, verb->name, verb->usage, verb->summary, "keybearer(1)")
             ? 0
             : KB_EXIT_ERROR + KB_ERROR_PROTOCOL;
}

/* A verb that this program does not have may be a module's. */
static int
run_module_verb (const KbStreams *streams, const char *name, char **arguments)
{
  g_autoptr (GError) error = NULL;
  int status = 0;
  KbAnswer answer = kb_call_run (streams, name, arguments, &status, &error);

  if (answer == KB_OK)
    return status;
  if (answer == KB_DECLINED)
    return usage (NULL, name);
  kb_complain (error->message);
  return kb_exit_status (error);
}

static int
run (const KbVerb *verb, const KbStreams *streams, char **arguments)
{
  g_autoptr (GError) error = NULL;
  int status = verb->run (streams, arguments, &error);

  if (error == NULL)
    return status == KB_EXIT_USAGE ? usage (verb, NULL) : status & ~KB_EXIT_AS_IT_IS;
  kb_complain (error->message);
  kb_interrupt_end ();
  return kb_exit_status (error);
}

static gboolean
wants_help (const char *argument)
{
  return argument != NULL
         && (g_str_equal (argument, "--help") || g_str_equal (argument, "-h"));
}

static gboolean
is_command (const KbVerb *verb)
{
  for (const KbVerb *known = kb_commands; known->name != NULL; known++)
    if (known == verb)
      return TRUE;
  return FALSE;
}

static int
dispatch (int out, char **arguments, const char *fixed)
{
  const KbStreams streams = { STDIN_FILENO, out, FALSE };
  const char *name = fixed;
  const KbVerb *verb;

  if (name == NULL && arguments[0] != NULL && g_str_equal (arguments[0], "-v"))
    {
      kb_log_set_verbose (TRUE);
      arguments++;
    }
  if (name == NULL && (wants_help (arguments[0]) || arguments[0] == NULL))
    return arguments[0] != NULL ? help (out) : usage (NULL, NULL);
  if (name == NULL && g_str_equal (arguments[0], "--version"))
    return kb_write_all (out, PACKAGE_STRING "\n", strlen (PACKAGE_STRING "\n")) ? 0 : 1;
  if (name == NULL)
    name = *arguments++;
  verb = find_verb (name);
  if (verb == NULL)
    return run_module_verb (&streams, name, arguments);
  /* What tools say is their own; people put --help anywhere. */
  if (wants_help (arguments[0]) || (is_command (verb) && kb_wants_help (arguments)))
    return verb_help (out, verb);
  return run (verb, &streams, arguments);
}

int
main (int argc, char **argv)
{
  char *argument = NULL;
  const char *verb;
  int out;

  if (argc < 1)
    return KB_EXIT_USAGE;
  kb_harden ();
  kb_log_start ();
  kb_loader_set_builtins (kb_builtins);
  kb_watchdog (KB_DEADLINE_MS);
  out = kb_guard_stdout ();
  if (out < 0)
    return KB_EXIT_ERROR + KB_ERROR_PROTOCOL;
  verb = verb_of_program (argv[0], &argument);
  kb_requests_watch_output (out);
  if (argument == NULL)
    return dispatch (out, argv + 1, verb);
  argv[0] = argument;
  return dispatch (out, argv, verb);
}
