/* SPDX-License-Identifier: MIT */
/* Reads the configuration files, merges them by whole groups and says where each line
   stands.  Knows groups and keys, not what a module does with them. */
#ifndef KB_CONFIG_FILES_H
#define KB_CONFIG_FILES_H

#include "base/url.h"
#include "instance.h"

G_BEGIN_DECLS

typedef struct _KbConfig KbConfig;

/* New.  Compiled-in defaults (the text of packaging/keybearer.conf) <
   DATA_DIR/keybearer/keybearer.conf < SYSCONF_DIR/keybearer/keybearer.conf <
   USER_DIR/keybearer/keybearer.conf; a later file replaces whole groups.  Any directory
   may be NULL.  `[policy] user-config=none` in the SYSCONF one shuts the user's out.
   Every file must be KB_FILE_PUBLIC-safe and at most 256 KiB.  KB_ERROR_CONFIG names
   FILE:LINE and never the line's text: a line that is neither blank, comment, [group] nor
   key=value; an unknown kind of group; a duplicate group or key; an unknown key in a
   group that the core owns; a bad pattern; a stack that is empty; an entry that stands
   twice in its list; `required` (use `requisite`); [policy] in the user's file.  Whether
   a module exists and takes its group's options is found out when an instance is made:
   loading is on the way of every command.  Where a source names a provider, what no file
   says of providers is taken from DATA_DIR/keybearer/providers.conf and the compiled-in
   text of it. */
KbConfig *kb_config_load (const char *data_dir, const char *sysconf_dir,
                          const char *user_dir, GError **error);

/* The defaults and this one file: for `check --config FILE` and tests. */
KbConfig *kb_config_load_file (const char *path, GError **error);

/* From memory and nothing else, NAME standing for the file: for the fuzzer and tests. */
KbConfig *kb_config_load_text (const char *name, const char *text, gsize length,
                               GError **error);
void kb_config_free (KbConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KbConfig, kb_config_free)

/* [stack NAME]: an ordered list of sources and stores for a set of URLs. */
typedef enum
{
  KB_CONTROL_SUFFICIENT,
  KB_CONTROL_REQUISITE,
  KB_CONTROL_OPTIONAL
} KbControl;

typedef struct
{
  char *instance; /* the name of a [source NAME] group, or of a module */
  char *module;   /* what that group says, or the same name */
  KbControl control;
} KbEntry;

typedef struct
{
  char *name;
  char *place;        /* FILE:LINE */
  GPtrArray *matches; /* of KbPattern */
  GArray *sources;    /* of KbEntry; empty: pure storage */
  GArray *stores;     /* of KbEntry; control unused */
  char *scope;        /* what its tokens are for, where that is not what its sources are
                         set up for; or NULL */
  char *fingerprint;  /* SHA-256 of the groups it is made of and [network]: comments,
                         order of files and unrelated groups do not change it */
} KbStack;

/* Borrowed.  The stack whose pattern matches longest; on a tie the one that was read
   last, so that a stack in /etc or of the user takes a URL over from the defaults without
   naming their stack, as a later group of the same name does.  NULL when none matches. */
const KbStack *kb_config_match (const KbConfig *config, const KbUrl *url);

/* Borrowed, in the order of the files: of const KbStack. */
const GPtrArray *kb_config_stacks (const KbConfig *config);

/* New, lower case, or NULL: the organization that URL names by the `urls=` patterns of
   all [organizations NAME] groups, the longest match's (the last one's on a tie).  USER:
   the URL's user name or NULL.  Where that group has `user-is-organization=true` and the
   path names none, a USER without '@' is the organization.  *USER_IS_ORGANIZATION tells
   when USER is only that and no login: also where the path names the same one. */
char *kb_config_organization (const KbConfig *config, const KbUrl *url, const char *user,
                              gboolean *user_is_organization);

/* New, or NULL: the variable of git's configuration that may name the account for
   ORGANIZATION, by the `git-account` of the group that knows URL best. */
char *kb_config_git_account (const KbConfig *config, const KbUrl *url,
                             const char *organization);

/* Borrowed, NULL-terminated: "VARIABLE=credential.NAME" of `git-variables` of the same
   group; NULL where there is none. */
const char *const *kb_config_git_variables (const KbConfig *config, const KbUrl *url);

/* Whether URL's place has organizations at all, so that one that it does not name is
   missing: git sends no path unless credential.useHttpPath is set. */
gboolean kb_config_has_organizations (const KbConfig *config, const KbUrl *url);

/* New instance of KIND ("source", "store", "command", "task") NAME for MODULE, its
   options checked. */
KbInstance *kb_config_instance (const KbConfig *config, const char *kind,
                                const char *name, const KbModule *module, GError **error);

/* The module of [command NAME], or NULL: there is no such group.  Borrowed. */
const char *kb_config_command (const KbConfig *config, const char *name);

/* Every [source X], [store X], [command X] and [task X] group: KIND, NAME, module. */
typedef void (*KbInstanceFunc) (const char *kind, const char *name, const char *module,
                                const char *place, gpointer data);
void kb_config_each_instance (const KbConfig *config, KbInstanceFunc func, gpointer data);

/* [modules] directory=, or NULL.  [policy] values, for those who enforce them. */
const char *kb_config_modules_dir (const KbConfig *config);

/* Borrowed: the files that were read, NULL-terminated. */
const char *const *kb_config_files (const KbConfig *config);

/* New: a URL of ORGANIZATION, made from the first `urls=` pattern that a stack with
   sources matches; for NULL that of the first such stack itself.  NULL: there is none. */
char *kb_config_place (const KbConfig *config, const char *organization);

/* New, NULL-terminated: every URL that a `urls=` pattern makes of ORGANIZATION and that a
   stack with sources matches, in the order of the files. */
char **kb_config_places (const KbConfig *config, const char *organization);

/* Borrowed: the groups themselves, for kb_config_place. */
const struct _KbConfigGroups *kb_config_groups (const KbConfig *config);

G_END_DECLS

#endif
