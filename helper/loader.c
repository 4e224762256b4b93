/* SPDX-License-Identifier: MIT */
/* Finds modules, proves that they are safe, loads them by descriptor, never lets go.
   Knows nothing of what they do. */
#include "loader.h"

#include "base/file.h"
#include "base/owner.h"
#include "base/text.h"
#include "instance.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAMP "uninstalled"

struct _KbLoader
{
  GPtrArray *directories; /* of char */
  GHashTable *loaded;     /* name -> const KbModule */
};

static const KbModule *const *builtins;

void
kb_loader_set_builtins (const KbModule *const *modules)
{
  builtins = modules;
}

static gboolean
fail (GError **error, const char *what, const char *why)
{
  g_set_error (error, KB_ERROR, KB_ERROR_MODULE, "%s: %s", what, why);
  return FALSE;
}

KbLoader *
kb_loader_new (const char *const *directories)
{
  KbLoader *loader = g_new0 (KbLoader, 1);

  loader->directories = g_ptr_array_new_with_free_func (g_free);
  loader->loaded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (; directories != NULL && *directories != NULL; directories++)
    g_ptr_array_add (loader->directories, g_strdup (*directories));
  return loader;
}

/* New: the build tree's folder of plugins, or NULL when this program was installed. */
static char *
build_tree (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *stamp = folder != NULL ? g_build_filename (folder, STAMP, NULL) : NULL;
  g_autofree char *top = NULL;

  if (stamp == NULL || access (stamp, F_OK) != 0)
    return NULL;
  top = g_path_get_dirname (folder);
  return g_build_filename (top, "plugins", NULL);
}

gboolean
kb_loader_in_build_tree (void)
{
  g_autofree char *plugins = build_tree ();

  return plugins != NULL;
}

KbLoader *
kb_loader_new_default (const char *extra)
{
  g_autofree char *plugins = build_tree ();
  const char *directories[] = { plugins != NULL ? plugins : KB_MODULES_DIR, extra, NULL };

  return kb_loader_new (directories);
}

void
kb_loader_free (KbLoader *loader)
{
  if (loader == NULL)
    return;
  g_ptr_array_unref (loader->directories);
  g_hash_table_unref (loader->loaded);
  g_free (loader);
}

/* ---- promises ------------------------------------------------------------------- */

static const char *
option_fault (const KbOption *options, gsize index)
{
  const KbOption *option = &options[index];

  if (!kb_text_is_name (option->name))
    return "an option's name is not [a-z0-9-]";
  if (option->type < KB_OPTION_STRING || option->type > KB_OPTION_LIST)
    return "an option's type is unknown";
  if (option->summary == NULL || option->summary[0] == '\0')
    return "an option has no summary";
  if (option->fallback != NULL && kb_option_fault (option, option->fallback) != NULL)
    return "an option's fallback is not of its type";
  if (strcmp (option->name, "module") == 0)
    return "an option is called 'module', which names the module itself";
  for (gsize i = 0; i < index; i++)
    if (strcmp (options[i].name, option->name) == 0)
      return "two options have one name";
  return NULL;
}

static const char *
table_fault (const KbOption *options)
{
  const char *fault = NULL;

  for (gsize i = 0; fault == NULL && options != NULL && options[i].name != NULL; i++)
    fault = option_fault (options, i);
  return fault;
}

static const char *
command_fault (const KbCommand *commands)
{
  for (gsize i = 0; commands != NULL && commands[i].name != NULL; i++)
    if (!kb_text_is_name (commands[i].name) || commands[i].usage == NULL
        || commands[i].summary == NULL || commands[i].summary[0] == '\0'
        || commands[i].run == NULL)
      return "a command has no proper name, usage, summary or function";
  return NULL;
}

static const char *
function_fault (const KbSource *source, const KbStore *store, const KbCommand *commands)
{
  if (source == NULL && store == NULL && commands == NULL)
    return "is neither a source nor a store and has no command";
  if (source != NULL
      && (source->open == NULL || source->close == NULL || source->identify == NULL
          || source->acquire == NULL))
    return "a required function of the source is missing";
  if (store != NULL
      && (store->open == NULL || store->close == NULL || store->probe == NULL
          || store->get == NULL || store->put == NULL || store->erase == NULL))
    return "a required function of the store is missing";
  if (store != NULL && (store->foreign == NULL) != (store->forget == NULL))
    return "the store has only one of foreign and forget";
  return NULL;
}

/* An older minor is ours with fewer members; a newer one may count on what we lack. */
static gboolean
check_abi (guint32 abi, const char *name, GError **error)
{
  if (abi >> 16 == KB_MODULE_ABI >> 16 && abi <= KB_MODULE_ABI)
    return TRUE;
  g_set_error (error, KB_ERROR, KB_ERROR_MODULE,
               "module %s: was built for ABI %u.%u, this program has %u.%u", name,
               abi >> 16, abi & 0xffff, KB_MODULE_ABI >> 16, KB_MODULE_ABI & 0xffff);
  return FALSE;
}

gboolean
kb_module_check (const KbModule *module, const char *name, GError **error)
{
  g_autofree char *what = g_strdup_printf ("module %s", name);
  const char *fault;

  if (!check_abi (module->abi, name, error))
    return FALSE;
  if (g_strcmp0 (module->name, name) != 0)
    return fail (error, what, "calls itself by another name than its file");
  if (module->summary == NULL || module->summary[0] == '\0')
    return fail (error, what, "has no summary");
  fault = function_fault (module->source, module->store, module->commands);
  if (fault == NULL)
    fault = command_fault (module->commands);
  if (fault == NULL)
    fault = table_fault (module->options);
  return fault == NULL || fail (error, what, fault);
}

/* ---- loading -------------------------------------------------------------------- */

/* New: DIRECTORY without links in it, so that what is checked is what is opened. */
static char *
resolve (const char *directory, GError **error)
{
  g_autofree char *real = NULL;
  char *found;

  if (directory[0] != '/')
    {
      fail (error, directory, "is no absolute path");
      return NULL;
    }
  found = realpath (directory, NULL);
  if (found == NULL)
    {
      fail (error, directory, g_strerror (errno));
      return NULL;
    }
  real = g_strdup (found);
  free (found);
  return g_steal_pointer (&real);
}

static const char *
status_fault (const struct stat *status)
{
  return S_ISREG (status->st_mode) ? kb_owner_fault (status) : "is no regular file";
}

/* A library that was cut short (a full disk, a copy that is under way) would kill the
   process with SIGBUS inside dlopen, so what it says of its length is looked at first. */
static gboolean
is_whole (int fd, off_t size)
{
  ElfW (Ehdr) head;
  ElfW (Phdr) part;

  if (pread (fd, &head, sizeof head, 0) != sizeof head
      || memcmp (head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_phentsize != sizeof part)
    return FALSE;
  for (guint i = 0; i < head.e_phnum; i++)
    {
      guint64 at = head.e_phoff + (guint64) i * sizeof part;

      if (at > (guint64) size
          || pread (fd, &part, sizeof part, (off_t) at) != (ssize_t) sizeof part)
        return FALSE;
      if (part.p_type == PT_LOAD
          && (part.p_offset > (guint64) size
              || part.p_filesz > (guint64) size - part.p_offset))
        return FALSE;
    }
  return TRUE;
}

/* The descriptor of a file that is safe to load, or -1. */
static int
open_module (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat status;
  const char *fault;

  if (fd < 0)
    {
      fail (error, path, errno == ELOOP ? "is a symbolic link" : g_strerror (errno));
      return -1;
    }
  fault = fstat (fd, &status) != 0 ? g_strerror (errno) : status_fault (&status);
  if (fault == NULL && !is_whole (fd, status.st_size))
    fault = "cannot be loaded: no library, or only a part of one";
  if (fault == NULL)
    return fd;
  fail (error, path, fault);
  (void) close (fd);
  return -1;
}

/* By descriptor, so that what was checked is what is loaded.  The descriptor stays open
   for ever: the C library knows a loaded file by its name, and a number that is used
   again would bring back the wrong module. */
static void *
load_descriptor (int fd, const char *path, GError **error)
{
  g_autofree char *name = g_strdup_printf ("/proc/self/fd/%d", fd);
  gboolean named = access (name, F_OK) == 0;
  void *handle = dlopen (named ? name : path, RTLD_NOW | RTLD_LOCAL);
  const char *message = handle == NULL ? dlerror () : NULL;
  g_autofree char *shown = NULL;

  if (handle != NULL)
    return handle;
  if (message != NULL && g_str_has_prefix (message, name))
    message += strlen (name) + strspn (message + strlen (name), ": ");
  shown = kb_text_escape (message != NULL ? message : "", message ? strlen (message) : 0,
                          0);
  g_set_error (error, KB_ERROR, KB_ERROR_MODULE, "%s: cannot be loaded: %s", path, shown);
  return NULL;
}

static const KbModule *
load_file (const char *path, const char *name, GError **error)
{
  int fd = open_module (path, error);
  void *handle = fd >= 0 ? load_descriptor (fd, path, error) : NULL;
  const KbModule *module;

  if (handle == NULL)
    {
      if (fd >= 0)
        (void) close (fd);
      return NULL;
    }
  module = dlsym (handle, "kb_module");
  if (module == NULL)
    {
      fail (error, path, "has no kb_module, so it is no module");
      return NULL;
    }
  if (!kb_module_check (module, name, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return module;
}

/* New: where NAME is below DIRECTORY, installed or built, or NULL. */
static char *
find_file (const char *directory, const char *name)
{
  g_autofree char *installed = g_strdup_printf ("%s/%s.so", directory, name);
  g_autofree char *built = g_strdup_printf ("%s/%s/.libs/%s.so", directory, name, name);
  struct stat status;

  if (lstat (installed, &status) == 0)
    return g_steal_pointer (&installed);
  if (lstat (built, &status) == 0)
    return g_steal_pointer (&built);
  return NULL;
}

static const KbModule *
load_from (const char *path, const char *name, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *real = resolve (folder, error);
  g_autofree char *file = NULL;
  g_autoptr (GError) unsafe = NULL;

  if (real == NULL)
    return NULL;
  if (!kb_dir_is_safe (real, &unsafe))
    {
      g_set_error (error, KB_ERROR, KB_ERROR_MODULE, "module %s: %s", name,
                   unsafe->message);
      return NULL;
    }
  file = g_build_filename (real, base, NULL);
  return load_file (file, name, error);
}

static const KbModule *
find_builtin (const char *name)
{
  for (const KbModule *const *at = builtins; at != NULL && *at != NULL; at++)
    if (g_strcmp0 ((*at)->name, name) == 0)
      return *at;
  return NULL;
}

static const KbModule *
load_found (KbLoader *loader, const char *name, GError **error)
{
  g_autofree char *path = NULL;

  for (guint i = 0; path == NULL && i < loader->directories->len; i++)
    path = find_file (loader->directories->pdata[i], name);
  if (path != NULL)
    return load_from (path, name, error);
  g_set_error (error, KB_ERROR, KB_ERROR_MODULE, "module %s: is not installed", name);
  return NULL;
}

const KbModule *
kb_loader_load (KbLoader *loader, const char *name, GError **error)
{
  const KbModule *module = g_hash_table_lookup (loader->loaded, name);
  g_autofree char *shown = NULL;

  if (module != NULL)
    return module;
  if (!kb_text_is_name (name))
    {
      shown = kb_text_escape (name, strlen (name), 64);
      g_set_error (error, KB_ERROR, KB_ERROR_MODULE,
                   "module %s: a name of a module is made of a-z, 0-9 and '-'", shown);
      return NULL;
    }
  module = find_builtin (name);
  if (module == NULL)
    module = load_found (loader, name, error);
  else if (!kb_module_check (module, name, error))
    module = NULL;
  if (module != NULL)
    g_hash_table_insert (loader->loaded, g_strdup (name), (gpointer) module);
  return module;
}

/* ---- names ---------------------------------------------------------------------- */

/* New: the module that ENTRY of DIRECTORY stands for, or NULL. */
static char *
name_of (const char *directory, const char *entry)
{
  g_autofree char *name = g_strdup (entry);
  g_autofree char *path = NULL;

  if (g_str_has_suffix (name, ".so"))
    name[strlen (name) - 3] = '\0';
  if (!kb_text_is_name (name))
    return NULL;
  path = find_file (directory, name);
  return path != NULL ? g_steal_pointer (&name) : NULL;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_names (const char *directory, GHashTable *seen, GPtrArray *names)
{
  GDir *folder = g_dir_open (directory, 0, NULL);
  const char *entry;

  while (folder != NULL && (entry = g_dir_read_name (folder)) != NULL)
    {
      char *name = name_of (directory, entry);

      if (name != NULL && g_hash_table_add (seen, name))
        g_ptr_array_add (names, g_strdup (name));
    }
  if (folder != NULL)
    g_dir_close (folder);
}

char **
kb_loader_names (KbLoader *loader)
{
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *names = g_ptr_array_new ();

  for (const KbModule *const *at = builtins; at != NULL && *at != NULL; at++)
    if (g_hash_table_add (seen, g_strdup ((*at)->name)))
      g_ptr_array_add (names, g_strdup ((*at)->name));
  for (guint i = 0; i < loader->directories->len; i++)
    add_names (loader->directories->pdata[i], seen, names);
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}
