/* SPDX-License-Identifier: MIT */
/* The credential that a source makes and a calling tool is given: a counted record.
   Knows nothing of who makes, keeps or uses it. */
#include "keybearer-module.h"

#include "base/text.h"

struct _KbCredential
{
  gatomicrefcount refs;
  KbScheme scheme;
  char *user;
  KbSecret *secret;
  KbSecret *renewal;
  gint64 expires;
  gint64 refresh_after;
  gboolean ephemeral;
  char *account;
  char *realm;
};

KbCredential *
kb_credential_new (KbScheme scheme, const char *user, KbSecret *secret)
{
  KbCredential *credential = g_new0 (KbCredential, 1);

  g_atomic_ref_count_init (&credential->refs);
  credential->scheme = scheme;
  credential->user = g_strdup (user != NULL ? user : "");
  credential->secret = kb_secret_ref (secret);
  return credential;
}

KbCredential *
kb_credential_ref (KbCredential *credential)
{
  g_atomic_ref_count_inc (&credential->refs);
  return credential;
}

void
kb_credential_unref (KbCredential *credential)
{
  if (credential == NULL || !g_atomic_ref_count_dec (&credential->refs))
    return;
  kb_secret_unref (credential->secret);
  kb_secret_unref (credential->renewal);
  g_free (credential->user);
  g_free (credential->account);
  g_free (credential->realm);
  g_free (credential);
}

KbScheme
kb_credential_scheme (const KbCredential *credential)
{
  return credential->scheme;
}

const char *
kb_credential_user (const KbCredential *credential)
{
  return credential->user;
}

KbSecret *
kb_credential_secret (const KbCredential *credential)
{
  return credential->secret;
}

gint64
kb_credential_expires (const KbCredential *credential)
{
  return credential->expires;
}

void
kb_credential_set_expires (KbCredential *credential, gint64 expires)
{
  credential->expires = expires;
}

gint64
kb_credential_refresh_after (const KbCredential *credential)
{
  return credential->refresh_after;
}

void
kb_credential_set_refresh_after (KbCredential *credential, gint64 when)
{
  credential->refresh_after = when;
}

KbSecret *
kb_credential_renewal (const KbCredential *credential)
{
  return credential->renewal;
}

void
kb_credential_set_renewal (KbCredential *credential, KbSecret *renewal)
{
  KbSecret *old = credential->renewal;

  credential->renewal = renewal != NULL ? kb_secret_ref (renewal) : NULL;
  kb_secret_unref (old);
}

gboolean
kb_credential_ephemeral (const KbCredential *credential)
{
  return credential->ephemeral;
}

void
kb_credential_set_ephemeral (KbCredential *credential, gboolean ephemeral)
{
  credential->ephemeral = ephemeral;
}

void
kb_credential_set_identity (KbCredential *credential, const char *account,
                            const char *realm)
{
  g_free (credential->account);
  g_free (credential->realm);
  credential->account = g_strdup (account);
  credential->realm = g_strdup (realm);
}

const char *
kb_credential_account (const KbCredential *credential)
{
  return credential->account;
}

const char *
kb_credential_realm (const KbCredential *credential)
{
  return credential->realm;
}

/* ---- the header ----------------------------------------------------------------- */

gboolean
kb_append_authorization (KbBuffer *text, const KbCredential *credential, const char *user)
{
  KbSecret *secret = kb_credential_secret ((KbCredential *) credential);
  g_autoptr (KbBuffer) plain = NULL;

  if (kb_credential_scheme (credential) == KB_SCHEME_BEARER)
    return kb_text_is_clean (kb_secret_peek (secret), kb_secret_length (secret))
           && kb_buffer_append_text (text, "Bearer ")
           && kb_buffer_append_secret (text, secret);
  plain = kb_buffer_new (0);
  return kb_buffer_append_text (plain, user) && kb_buffer_append_text (plain, ":")
         && kb_buffer_append_secret (plain, secret)
         && kb_buffer_append_text (text, "Basic ")
         && kb_buffer_append_base64 (text, kb_buffer_peek (plain),
                                     kb_buffer_length (plain));
}
