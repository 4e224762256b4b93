/* SPDX-License-Identifier: MIT */
/* A module to copy: a source that gives a fixed token and a store that keeps things while
   the process lives.  Knows nothing of networks, people or files. */

/* Write your own module:

   1. Copy this folder to plugins/NAME, rename template to NAME in it, and include its .mk
      in plugins/plugins.mk.  Outside of this tree one command does:
        cc -std=c11 -fPIC -shared -fvisibility=hidden NAME.c -o NAME.so
           $(pkg-config --cflags keybearer)
   2. Include keybearer-module.h; inside this tree also base/ and common/.  All kb_*
   functions are in the program that loads you: link nothing of it.
   3. Take out the half that you do not need: a module is a source, a store, commands,
   or all of them.
   4. Say no with KB_DECLINED, fail with KB_FAILED and a KB_ERROR whose code tells what
   one can do about it, and set an output only on KB_OK.

   keybearer-module(3) has the whole contract. */
#include "keybearer-module.h"

#include <stdio.h>
#include <string.h>

/* ---- options: first, as this is what people look for ---------------------------- */

static const KbOption options[] = {
  /* A secret is never written into the configuration, only a reference to it. */
  { "token", KB_OPTION_SECRET, FALSE, NULL, "What the source gives" },
  { "user", KB_OPTION_STRING, FALSE, "nobody", "User name that goes with the token" },
  { "lifetime", KB_OPTION_INTEGER, FALSE, "3600", "Seconds that the token is good for" },
  { NULL, KB_OPTION_STRING, FALSE, NULL, NULL }
};

/* ---- the source ----------------------------------------------------------------- */

/* What SELF is.  The instance outlives it, so it is borrowed. */
typedef struct
{
  const KbInstance *instance;
  gint64 lifetime;
} Source;

/* Checks what can be checked without network; the options' types are already right. */
static KbAnswer
source_open (const KbInstance *instance, gpointer *self, GError **error)
{
  gint64 lifetime = kb_instance_integer (instance, "lifetime");
  Source *source;

  if (lifetime == 0)
    {
      /* CONFIG: mend the configuration.  The core adds file, line and group. */
      g_set_error_literal (error, KB_ERROR, KB_ERROR_CONFIG, "lifetime: 0");
      return KB_FAILED; /* *SELF stays as it was */
    }
  source = g_new0 (Source, 1);
  source->instance = instance;
  source->lifetime = lifetime;
  *self = source;
  return KB_OK;
}

/* Takes NULL, as g_free does. */
static void
source_close (gpointer self)
{
  g_free (self);
}

/* Who would answer, and what for: asked often, so no network, no prompt, no secret. */
static KbAnswer
source_identify (gpointer self, const KbRequest *request, KbIdentity *identity,
                 GError **error)
{
  const Source *source = self;
  const char *organization = kb_request_organization (request);

  if (organization == NULL)
    {
      /* `keybearer explain` shows why; there is no error to set. */
      kb_request_note (request, "the URL names no organization");
      return KB_DECLINED;
    }
  /* The core frees both.  Credentials of one account and realm are interchangeable, so
     one organization's is never given to another. */
  identity->account = g_strdup (kb_instance_string (source->instance, "user"));
  identity->realm = g_strdup (organization);
  return KB_OK;
}

/* The core's clock is not part of the ABI; GLib's serves. */
static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* The same secret twice in a row would be refused twice in a row. */
static gboolean
is_refused (const KbRequest *request, const KbSecret *token)
{
  const KbCredential *prior = kb_request_prior (request);

  return prior != NULL && kb_request_prior_refused (request)
         && kb_secret_equal (kb_credential_secret (prior), token);
}

/* Makes the credential, within kb_request_remaining_ms, asking a person only through
   kb_request_ask. */
static KbAnswer
source_acquire (gpointer self, const KbRequest *request, KbCredential **credential,
                GError **error)
{
  const Source *source = self;
  g_autoptr (KbSecret) token = NULL; /* wiped on every way out */
  KbAnswer answer = kb_instance_secret (source->instance, "token", &token, error);

  if (answer == KB_DECLINED)
    kb_request_note (request, "there is no token");
  if (answer != KB_OK)
    return answer;
  if (is_refused (request, token))
    {
      /* DENIED: the identity was refused.  Never quote a secret in a message. */
      g_set_error_literal (error, KB_ERROR, KB_ERROR_DENIED,
                           "the server refuses the token");
      return KB_FAILED;
    }
  *credential = kb_credential_new (KB_SCHEME_BASIC,
                                   kb_instance_string (source->instance, "user"), token);
  kb_credential_set_expires (*credential, now () + source->lifetime);
  return KB_OK;
}

/* A token that ends within this time is taken for stale and made anew. */
#define MARGIN 300

/* Optional: for `keybearer doctor`.  One line for each thing that the module needs. */
static void
source_diagnose (gpointer self, const KbRequest *request, KbDiagnosis *diagnosis)
{
  const Source *source = self;

  if (source->lifetime > MARGIN)
    kb_diagnosis_add (diagnosis, KB_FINDING_GOOD, "lifetime",
                      "tokens live long enough to be kept", NULL);
  else
    kb_diagnosis_add (diagnosis, KB_FINDING_BAD, "lifetime",
                      "each token is as good as over when it is made", NULL);
}

static const KbSource source = { .open = source_open,
                                 .close = source_close,
                                 .identify = source_identify,
                                 .acquire = source_acquire,
                                 .diagnose = source_diagnose };

/* ---- the store ------------------------------------------------------------------ */

/* What SELF is here: name -> KbSecret. */
static KbAnswer
store_open (const KbInstance *instance, gpointer *self, GError **error)
{
  *self = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                 (GDestroyNotify) kb_secret_unref);
  return KB_OK;
}

static void
store_close (gpointer self)
{
  g_clear_pointer ((GHashTable **) &self, g_hash_table_unref);
}

/* KB_DECLINED would mean that this computer has no such store at all. */
static KbAnswer
store_probe (gpointer self, const KbRequest *request, GError **error)
{
  return KB_OK;
}

/* "Not there" and "cannot look" differ: the second is KB_FAILED with KB_ERROR_LOCKED. */
static KbAnswer
store_get (gpointer self, const KbRequest *request, const char *name, KbSecret **value,
           GError **error)
{
  KbSecret *found = g_hash_table_lookup (self, name);

  if (found == NULL)
    return KB_DECLINED;
  *value = kb_secret_ref (found); /* "new": the caller's own reference */
  return KB_OK;
}

/* Replaces.  A store that is not volatile answers KB_OK only when the item survives a
 * crash. */
static KbAnswer
store_put (gpointer self, const KbRequest *request, const char *name, const char *label,
           const KbSecret *value, gint64 expires, GError **error)
{
  g_hash_table_replace (self, g_strdup (name),
                        kb_secret_new (kb_secret_peek (value), kb_secret_length (value)));
  return KB_OK;
}

static KbAnswer
store_erase (gpointer self, const KbRequest *request, const char *name, GError **error)
{
  return g_hash_table_remove (self, name) ? KB_OK : KB_DECLINED;
}

/* Optional: for `keybearer list`.  NAMES frees what is put into it. */
static KbAnswer
store_list (gpointer self, const KbRequest *request, GPtrArray *names, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  return KB_OK;
}

static const KbStore store = { .flags = KB_STORE_VOLATILE, /* it forgets when we end */
                               .open = store_open,
                               .close = store_close,
                               .probe = store_probe,
                               .get = store_get,
                               .put = store_put,
                               .erase = store_erase,
                               .list = store_list };

/* ---- the one symbol that is exported -------------------------------------------- */

/* ---- a command ------------------------------------------------------------------ */

/* `keybearer template [ORG|URL]`, where the configuration has [command template]: says
 * who would be known there.  A command is asked to run, so it alone may print. */
static int
template_run (KbCall *call, char **arguments, GError **error)
{
  g_autoptr (KbTarget) target = NULL;
  g_autoptr (KbCredential) credential = NULL;

  if (arguments[0] != NULL && (arguments[1] != NULL || arguments[0][0] == '-'))
    return KB_CALL_USAGE;
  if (kb_call_target (call, arguments[0], &target, error) != KB_OK
      || kb_target_credential (target, &credential, error) != KB_OK)
    return KB_CALL_NOTHING;
  dprintf (kb_call_output (call), "%zu characters of user name, for %s\n",
           strlen (kb_credential_user (credential)),
           kb_request_place (kb_target_request (target)));
  return 0;
}

static const KbCommand commands[] = {
  { "template", "[ORG|URL]", "Says who would be known there", template_run },
  { NULL, NULL, NULL, NULL },
};

const KbModule kb_module = {
  .abi = KB_MODULE_ABI, /* read before anything else */
  .name = "template",   /* as the file is called */
  .summary = "Module to copy: a fixed token, and a store that forgets",
  .options = options,
  .source = &source,
  .store = &store,
  .commands = commands,
};
