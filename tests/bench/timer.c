/* SPDX-License-Identifier: MIT */
/* Times commands by turns:
   timer ROUNDS ::: INPUT BEFORE [NAME=VALUE...] PROGRAM [ARG...] ::: ...
   Knows nothing of what they do.  INPUT becomes standard input; BEFORE is a program that
   is run first and not timed, or "-".  Prints "command nanoseconds KiB status" a run.
   In C, because a child's peak memory never reads lower than that of what spawned it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define MOST_COMMANDS 16

typedef struct
{
  char *input;
  char *before;
  char **argv;
  char **environment;
} Command;

typedef struct
{
  int64_t nanoseconds;
  long kib;
  int status;
} Run;

static int64_t
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (int64_t) time.tv_sec * 1000000000 + time.tv_nsec;
}

static void
die (const char *what, int error)
{
  fprintf (stderr, "timer: %s: %s\n", what, strerror (error));
  exit (2);
}

static int
has_name (char **variables, int count, const char *pair)
{
  size_t length = strcspn (pair, "=");
  for (int i = 0; i < count; i++)
    if (strncmp (variables[i], pair, length + 1) == 0)
      return 1;
  return 0;
}

static Run
run (const char *input, char **argv, char **variables)
{
  posix_spawn_file_actions_t files;
  struct rusage usage;
  pid_t child;
  int status = 0;

  posix_spawn_file_actions_init (&files);
  posix_spawn_file_actions_addopen (&files, 0, input, O_RDONLY, 0);
  posix_spawn_file_actions_addopen (&files, 1, "/dev/null", O_WRONLY, 0);

  int64_t start = now ();
  int error = posix_spawnp (&child, argv[0], &files, NULL, argv, variables);
  if (error)
    die (argv[0], error);
  while (wait4 (child, &status, 0, &usage) < 0)
    if (errno != EINTR)
      die ("wait4", errno);
  int64_t stop = now ();

  posix_spawn_file_actions_destroy (&files);
  return (Run){ stop - start, usage.ru_maxrss,
                WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status) };
}

/* A new list: VARIABLES (COUNT of them) before what this process has of other names. */
static char **
environment (char **variables, int count)
{
  extern char **environ;
  int size = 0;
  while (environ[size])
    size++;
  char **list = calloc ((size_t) (size + count) + 1, sizeof *list);
  if (!list)
    die ("environment", ENOMEM);
  int used = 0;
  for (int i = 0; i < count; i++)
    list[used++] = variables[i];
  for (int i = 0; i < size; i++)
    if (!has_name (variables, count, environ[i]))
      list[used++] = environ[i];
  return list;
}

/* Splits the arguments at ":::", in place.  Returns how many commands there are. */
static int
read_commands (int argc, char **argv, Command *commands)
{
  int count = 0;
  for (int i = 2; i < argc; i++)
    {
      if (strcmp (argv[i], ":::") != 0)
        continue;
      argv[i] = NULL;
      if (count == MOST_COMMANDS || i + 3 >= argc)
        die ("arguments", EINVAL);
      char **variables = argv + i + 3;
      int set = 0;
      while (variables[set + 1] && strchr (variables[set], '='))
        set++;
      commands[count++] = (Command){ argv[i + 1], argv[i + 2], variables + set,
                                     environment (variables, set) };
      i += 3;
    }
  return count;
}

static void
one_round (const Command *commands, int count)
{
  for (int i = 0; i < count; i++)
    {
      char *before[] = { commands[i].before, NULL };
      if (strcmp (before[0], "-") != 0
          && run ("/dev/null", before, commands[i].environment).status != 0)
        die (before[0], ECANCELED);
      Run result = run (commands[i].input, commands[i].argv, commands[i].environment);
      printf ("%d %lld %ld %d\n", i, (long long) result.nanoseconds, result.kib,
              result.status);
    }
}

int
main (int argc, char **argv)
{
  Command commands[MOST_COMMANDS];
  char *end = NULL;
  long rounds = argc > 1 ? strtol (argv[1], &end, 10) : 0;
  int count = read_commands (argc, argv, commands);

  if (!end || *end || rounds < 1 || rounds > INT_MAX || count == 0)
    {
      fputs ("usage: timer ROUNDS ::: INPUT BEFORE PROGRAM [ARG...] ::: ...\n", stderr);
      return 2;
    }
  for (long i = 0; i < rounds; i++)
    one_round (commands, count);
  return 0;
}
