/* SPDX-License-Identifier: MIT */
/* The session bus and the Secret Service on it: connecting, calling, unlocking, and what
   each failure means.  Knows nothing of items and their names. */
#ifndef SECRET_SERVICE_BUS_H
#define SECRET_SERVICE_BUS_H

#include "keybearer-module.h"

#define SECRET_API_SUBJECT_TO_CHANGE 1
#include <libsecret/secret.h>

G_BEGIN_DECLS

#define BUS_SERVICE_PATH "/org/freedesktop/secrets"
#define BUS_SERVICE_INTERFACE "org.freedesktop.Secret.Service"
#define BUS_COLLECTION_INTERFACE "org.freedesktop.Secret.Collection"
#define BUS_ITEM_INTERFACE "org.freedesktop.Secret.Item"

/* The first call on a connection is ReadAlias with this name, and nothing else is sent
   before its answer.  gnome-keyring (seen in 42.1; told of 50.0, its work items 195 and
   197) notes who called in an idle source that may be run after the caller's first call;
   most calls need that note, and a missing one ends the whole daemon, with everything
   that was unlocked.  An alias that nobody has is looked up without it, and its answer
   means that the note is made. */
#define BUS_NOBODYS_ALIAS "keybearer"

/* What a failure asks for; every other one is a KB_ERROR already. */
typedef enum
{
  BUS_FINAL,  /* report it */
  BUS_STALE,  /* a session or a path of a daemon that was restarted: once more, afresh */
  BUS_ABSENT, /* nobody offers the service here */
} BusFailure;

typedef struct _Bus Bus;

/* New; does nothing yet. */
Bus *bus_new (void);
void bus_free (Bus *bus);

/* Between the two calls REQUEST bounds all that is done.  Begin connects when there is no
   connection yet; end is to be called in any case. */
gboolean bus_begin (Bus *bus, const KbRequest *request, GError **error);
void bus_end (Bus *bus);
const KbRequest *bus_request (const Bus *bus);

/* Forgets connection and session. */
void bus_drop (Bus *bus);

/* One method call.  ARGUMENTS is floating; the reply is new. */
GVariant *bus_call (Bus *bus, const char *path, const char *interface, const char *method,
                    GVariant *arguments, const char *reply_type, const char *step,
                    GError **error);

/* New: the value of a property, of TYPE or else an error. */
GVariant *bus_property (Bus *bus, const char *path, const char *interface,
                        const char *property, const char *type, GError **error);

/* Opens everything in PATHS, with a prompt only when the request allows one and a keyring
   without a password would not do without. */
gboolean bus_unlock (Bus *bus, const char *const *paths, GError **error);

/* Carries out a prompt that a call returned ("/": there is none), or dismisses it when no
   person may be asked: KB_ERROR_LOCKED; KB_ERROR_INTERACTION when the person dismissed
   it. */
gboolean bus_prompt (Bus *bus, const char *prompt, GError **error);

/* Takes a prompt back that was not carried out, without waiting for an answer. */
void bus_dismiss (Bus *bus, const char *prompt);

/* A session will be needed: it is asked for behind the next call, so that this side makes
   its key while the service is at work on that call. */
void bus_want_session (Bus *bus);

/* New: the secret of an item, copied once out of libsecret's locked memory. */
KbSecret *bus_get_secret (Bus *bus, const char *item, GError **error);

/* New: the path of the item that was made or replaced in COLLECTION. */
char *bus_create_item (Bus *bus, const char *collection, GHashTable *properties,
                       const KbSecret *secret, GError **error);

/* What ERROR of one of the calls above asks for. */
BusFailure bus_failure (const GError *error);

/* Rewrites *ERROR into a KB_ERROR of one line that names what to do. */
void bus_explain (GError **error);

G_END_DECLS

#endif
