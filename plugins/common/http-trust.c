/* SPDX-License-Identifier: MIT */
/* Joins the system's certificate authorities with those that the configuration adds.
   Knows nothing of connections. */
#include "common/http.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* All of a system's CAs are 220 kB; a company adds a few. */
#define CA_FILE_MAX (1024 * 1024)

/* One file with all of them, as the distributions keep it: Debian, Ubuntu, Arch, Alpine;
   Fedora, RHEL; openSUSE.  Five times faster for GnuTLS than the folder beside it, in
   which each CA is found three times. */
static const char *const bundles[]
    = { "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem" };

static const char *
system_bundle (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bundles); i++)
    if (access (bundles[i], R_OK) == 0)
      return bundles[i];
  return NULL;
}

/* The extra CAs decide whom we give a secret to: the file must be safe. */
static KbSecret *
read_extra (const char *ca_file, GError **error)
{
  g_autoptr (KbSecret) pem
      = kb_file_read_safe (ca_file, KB_FILE_PUBLIC, CA_FILE_MAX, NULL, error);

  if (pem == NULL)
    {
      g_prefix_error (error, "[network] ca-file: ");
      return NULL;
    }
  if (strstr (kb_secret_peek (pem), "-----BEGIN ") == NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "[network] ca-file: %s holds no certificate in PEM form", ca_file);
      return NULL;
    }
  return g_steal_pointer (&pem);
}

static gboolean
write_all (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gssize written = write (fd, bytes, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return FALSE;
      bytes += written;
      length -= (gsize) written;
    }
  return TRUE;
}

/* GnuTLS takes one file, so both lie in one that is only in memory. */
static int
join (const char *bundle, const KbSecret *extra)
{
  g_autofree char *system = NULL;
  gsize length = 0;
  int fd;

  if (!g_file_get_contents (bundle, &system, &length, NULL))
    return -1;
  fd = memfd_create ("keybearer-ca", MFD_CLOEXEC);
  if (fd < 0)
    return -1;
  if (write_all (fd, system, length) && write_all (fd, "\n", 1)
      && write_all (fd, kb_secret_peek (extra), kb_secret_length (extra)))
    return fd;
  (void) close (fd);
  return -1;
}

char *
kb_http_trust_open (const char *ca_file, int *fd, GError **error)
{
  const char *bundle = system_bundle ();
  g_autoptr (KbSecret) extra = NULL;
  g_autofree char *path = NULL;
  int joined;

  if (ca_file == NULL)
    {
      *fd = -1;
      return g_strdup (bundle);
    }
  extra = read_extra (ca_file, error);
  if (extra == NULL)
    return NULL;
  joined = bundle != NULL ? join (bundle, extra) : -1;
  path = g_strdup_printf ("/proc/self/fd/%d", joined);
  if (joined >= 0 && access (path, R_OK) == 0)
    {
      *fd = joined;
      return g_steal_pointer (&path);
    }
  if (joined >= 0)
    (void) close (joined);
  *fd = -1;
  return g_strdup (ca_file);
}
