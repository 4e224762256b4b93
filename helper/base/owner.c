/* SPDX-License-Identifier: MIT */
/* Judges owners and modes, user private groups included.
   Knows nothing of what is in a file. */
#include "base/owner.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

gboolean
kb_owner_is_trusted (const struct stat *status)
{
  return status->st_uid == 0 || status->st_uid == geteuid ();
}

/* The user's first group, of the user's name, and no other member is listed.  Root has
   none: its files are everybody's business. */
static gboolean
is_private_group (gid_t id)
{
  const struct passwd *user = geteuid () != 0 ? getpwuid (geteuid ()) : NULL;
  const struct group *group = user != NULL && user->pw_gid == id ? getgrgid (id) : NULL;

  if (group == NULL || strcmp (group->gr_name, user->pw_name) != 0)
    return FALSE;
  for (char **member = group->gr_mem; *member != NULL; member++)
    if (strcmp (*member, user->pw_name) != 0)
      return FALSE;
  return TRUE;
}

const char *
kb_owner_fault (const struct stat *status)
{
  if (!kb_owner_is_trusted (status))
    return "owned by somebody else";
  if ((status->st_mode & S_IWOTH) != 0)
    return "writable by others (chmod go-w)";
  if ((status->st_mode & S_IWGRP) != 0
      && (status->st_uid != geteuid () || !is_private_group (status->st_gid)))
    return "writable by others (chmod go-w)";
  return NULL;
}
