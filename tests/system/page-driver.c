/* SPDX-License-Identifier: MIT */
/* The listener by itself, for a real browser: prints where it listens, waits, prints the
   code, and shows the page of its arguments.  Knows nothing of tokens. */
#include "common/listener.h"
#include "request.h"

#include <stdio.h>
#include <stdlib.h>

/* STATE ORIGIN post|get good|ERROR: a line "PORT", then one "code CODE" or "error ERROR";
   the last argument other than "good" is shown as the reason why it went wrong. */
int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KbListener) listener = kb_listener_new (0, &error);
  g_autoptr (KbRequest) request
      = kb_request_new (kb_url_new ("https", "dev.azure.com", "x", NULL));
  g_auto (KbSignIn) got = { .code = NULL };
  const char *origins[] = { argc == 5 ? argv[2] : NULL, NULL };
  KbPage page = { .program = "git",
                  .account = "ana.lindqvist@contoso.example",
                  .tenant = "Contoso (72f988bf-86f1-41af-91ab-2d7cd011db47)",
                  .organization = "contoso (dev.azure.com)" };

  if (listener == NULL || argc != 5)
    return EXIT_FAILURE;
  kb_request_set_deadline_ms (request, 60000);
  kb_listener_expect (listener, argv[1], g_str_equal (argv[3], "get"), origins);
  (void) printf ("%u\n", kb_listener_port (listener));
  (void) fflush (stdout);
  if (kb_listener_wait (listener, request, &got, &error) != KB_OK)
    {
      (void) printf ("failed %s: %s\n", error->message, kb_request_last_note (request));
      return EXIT_FAILURE;
    }
  (void) printf ("%s %s\n", got.code != NULL ? "code" : "error",
                 got.code != NULL ? kb_secret_peek (got.code) : got.error);
  if (!g_str_equal (argv[4], "good"))
    {
      page = (KbPage){ .reason
                       = got.error_description != NULL ? got.error_description : argv[4],
                       .remedy = "Ask an administrator of the tenant to allow the "
                                 "application, then start again.",
                       .account = page.account,
                       .program = page.program };
    }
  kb_listener_finish (listener, &page);
  return EXIT_SUCCESS;
}
