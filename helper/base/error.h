/* SPDX-License-Identifier: MIT */
/* The error domain: codes are named by what the reader can do about it.
   Knows nothing of who reports or prints them. */
#ifndef KB_ERROR_H
#define KB_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

#define KB_ERROR (kb_error_quark ())

/* One code, one remedy. The exit status of the program is 10 + the code
   (keybearer(1), EXIT STATUS), so the numbers never change. */
typedef enum
{
  KB_ERROR_CONFIG = 0,      /* mend a configuration file or an option */
  KB_ERROR_PROTOCOL = 1,    /* the calling tool, or a server, sent nonsense */
  KB_ERROR_NETWORK = 2,     /* try again later: network, server or deadline */
  KB_ERROR_DENIED = 3,      /* the identity was refused: change or renew it */
  KB_ERROR_INTERACTION = 4, /* a person is needed and nobody may be asked */
  KB_ERROR_LOCKED = 5,      /* a store cannot be used now: unlock or start it */
  KB_ERROR_MODULE = 6       /* a module is missing, unsafe or broke its promise */
} KbErrorCode;

GQuark kb_error_quark (void);

G_END_DECLS

#endif
