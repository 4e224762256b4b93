/* SPDX-License-Identifier: MIT */
/* A session bus in a folder of its own, and the mock of a broker on it.
   Knows nothing of what is tested. */
#ifndef BROKER_PLACE_H
#define BROKER_PLACE_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *folder;
  GPid bus;  /* 0: there is no dbus-daemon */
  GPid mock; /* 0: not running */
} Place;

/* The fixture: a bus, nobody on it, and no desktop. */
void place_up (Place *place, gconstpointer data);
void place_down (Place *place, gconstpointer data);

void place_start_bus (Place *place);
void place_end (GPid *pid);
void place_write (const Place *place, const char *name, const char *text);

/* New. */
char *place_mock_program (void);

/* What the mock does from now on. */
void place_plan (const Place *place, const char *scenario);

/* FALSE after a skip: this computer has no dbus-daemon or no python3-gi. */
gboolean place_start_mock (Place *place, const char *scenario);

/* New: what was called, "getAccounts acquireTokenSilently"; forgets it. */
char *place_calls (const Place *place);

G_END_DECLS

#endif
