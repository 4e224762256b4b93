/* SPDX-License-Identifier: MIT */
/* A module with the options of one configuration group, checked against its table.
   Knows nothing of files of configuration nor of what the options mean. */
#include "instance.h"

#include "base/file.h"
#include "base/text.h"
#include "reference.h"

#include <string.h>

typedef struct
{
  char *text;  /* configured or the table's fallback; NULL: neither */
  char **list; /* KB_OPTION_LIST: never NULL */
} Value;

struct _KbInstance
{
  char *name;
  const KbModule *module;
  gsize n_values;
  Value *values; /* in the order of the module's table */
  char *ca_file;
  char *proxy;
  char *data_dir; /* NULL until it is set or asked for */
  gboolean data_dir_made;
  KbStoreReference store;
  gpointer store_data;
};

static const char *
text_fault (const char *text)
{
  return kb_text_is_clean (text, strlen (text)) ? NULL : "has a control character";
}

const char *
kb_option_fault (const KbOption *option, const char *text)
{
  gint64 number;

  switch (option->type)
    {
    case KB_OPTION_SECRET:
      return kb_reference_is_valid (text)
                 ? NULL
                 : "takes no secret itself but where it is: " KB_REFERENCE_FORMS;
    case KB_OPTION_BOOLEAN:
      return strcmp (text, "true") == 0 || strcmp (text, "false") == 0
                 ? NULL
                 : "is neither true nor false";
    case KB_OPTION_INTEGER:
      return kb_text_to_int64 (text, G_MAXINT32, &number)
                 ? NULL
                 : "is no whole number from 0 to 2147483647";
    case KB_OPTION_STRING:
    case KB_OPTION_LIST:
      return text_fault (text);
    default:
      return "has a type that this ABI does not know";
    }
}

static gsize
count_options (const KbModule *module)
{
  gsize n = 0;

  while (module->options != NULL && module->options[n].name != NULL)
    n++;
  return n;
}

static const KbOption *
find_option (const KbModule *module, const char *name, gsize *index)
{
  for (gsize i = 0; module->options != NULL && module->options[i].name != NULL; i++)
    if (strcmp (module->options[i].name, name) == 0)
      {
        *index = i;
        return &module->options[i];
      }
  return NULL;
}

/* New: the elements without blanks around them, empty ones left out. */
static char **
split (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ";", -1);
  GPtrArray *list = g_ptr_array_new ();

  for (char **part = parts; *part != NULL; part++)
    if (*g_strstrip (*part) != '\0')
      g_ptr_array_add (list, g_strdup (*part));
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, FALSE);
}

/* The option's name is shown only after it proved to be one of the table's. */
static gboolean
take_setting (KbInstance *instance, const KbSetting *setting, GError **error)
{
  gsize index = 0;
  const KbOption *option = find_option (instance->module, setting->name, &index);
  g_autofree char *name = kb_text_escape (setting->name, strlen (setting->name), 64);
  const char *fault;

  if (option == NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG,
                   "%s: the module %s has no option '%s'", setting->place,
                   instance->module->name, name);
      return FALSE;
    }
  fault = kb_option_fault (option, setting->value);
  if (fault != NULL)
    {
      g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: the option '%s' %s",
                   setting->place, name, fault);
      return FALSE;
    }
  g_free (instance->values[index].text);
  instance->values[index].text = g_strdup (setting->value);
  return TRUE;
}

static gboolean
is_blank (const char *text)
{
  return text == NULL || text[strspn (text, " \t;")] == '\0';
}

/* What is still absent gets its fallback; an empty value does not satisfy `required`. */
static gboolean
complete (KbInstance *instance, GError **error)
{
  for (gsize i = 0; i < instance->n_values; i++)
    {
      const KbOption *option = &instance->module->options[i];
      Value *value = &instance->values[i];

      if (value->text == NULL)
        value->text = g_strdup (option->fallback);
      if (option->required && is_blank (value->text))
        {
          g_set_error (error, KB_ERROR, KB_ERROR_CONFIG, "%s: the option '%s' is missing",
                       instance->name, option->name);
          return FALSE;
        }
      if (option->type == KB_OPTION_LIST)
        value->list = split (value->text);
    }
  return TRUE;
}

KbInstance *
kb_instance_new (const char *name, const KbModule *module, const KbSetting *settings,
                 gsize n_settings, const KbNetwork *network, GError **error)
{
  g_autoptr (KbInstance) instance = g_new0 (KbInstance, 1);

  instance->name = g_strdup (name);
  instance->module = module;
  instance->n_values = count_options (module);
  instance->values = g_new0 (Value, instance->n_values + 1);
  instance->ca_file = g_strdup (network != NULL ? network->ca_file : NULL);
  instance->proxy = g_strdup (network != NULL ? network->proxy : NULL);
  for (gsize i = 0; i < n_settings; i++)
    if (!take_setting (instance, &settings[i], error))
      return NULL;
  if (!complete (instance, error))
    return NULL;
  return g_steal_pointer (&instance);
}

void
kb_instance_free (KbInstance *instance)
{
  if (instance == NULL)
    return;
  for (gsize i = 0; i < instance->n_values; i++)
    {
      g_free (instance->values[i].text);
      g_strfreev (instance->values[i].list);
    }
  g_free (instance->values);
  g_free (instance->name);
  g_free (instance->ca_file);
  g_free (instance->proxy);
  g_free (instance->data_dir);
  g_free (instance);
}

const KbModule *
kb_instance_module (const KbInstance *instance)
{
  return instance->module;
}

const char *
kb_instance_name (const KbInstance *instance)
{
  return instance->name;
}

/* A module that asks for what its own table does not have is wrong: say so loudly. */
static const Value *
value_of (const KbInstance *instance, const char *option, KbOptionType type)
{
  gsize index = 0;
  const KbOption *found = find_option (instance->module, option, &index);

  g_return_val_if_fail (found != NULL && found->type == type, NULL);
  return &instance->values[index];
}

const char *
kb_instance_string (const KbInstance *instance, const char *option)
{
  const Value *value = value_of (instance, option, KB_OPTION_STRING);

  return value != NULL ? value->text : NULL;
}

gboolean
kb_instance_boolean (const KbInstance *instance, const char *option)
{
  const Value *value = value_of (instance, option, KB_OPTION_BOOLEAN);

  return value != NULL && g_strcmp0 (value->text, "true") == 0;
}

gint64
kb_instance_integer (const KbInstance *instance, const char *option)
{
  const Value *value = value_of (instance, option, KB_OPTION_INTEGER);
  gint64 number = 0;

  if (value != NULL && value->text != NULL)
    (void) kb_text_to_int64 (value->text, G_MAXINT32, &number);
  return number;
}

const char *const *
kb_instance_list (const KbInstance *instance, const char *option)
{
  static const char *const none[] = { NULL };
  const Value *value = value_of (instance, option, KB_OPTION_LIST);

  return value != NULL ? (const char *const *) value->list : none;
}

KbAnswer
kb_instance_secret (const KbInstance *instance, const char *option, KbSecret **secret,
                    GError **error)
{
  const Value *value = value_of (instance, option, KB_OPTION_SECRET);
  KbAnswer answer;

  if (value == NULL || value->text == NULL)
    return KB_DECLINED;
  answer = kb_reference_follow (value->text, instance->store, instance->store_data,
                                secret, error);
  if (answer == KB_FAILED)
    g_prefix_error (error, "%s: the option '%s': ", instance->name, option);
  return answer;
}

const char *
kb_instance_ca_file (const KbInstance *instance)
{
  return instance->ca_file;
}

const char *
kb_instance_proxy (const KbInstance *instance)
{
  return instance->proxy;
}

void
kb_instance_set_data_dir (KbInstance *instance, const char *path)
{
  g_free (instance->data_dir);
  instance->data_dir = g_strdup (path);
  instance->data_dir_made = FALSE;
}

void
kb_instance_set_store_reference (KbInstance *instance, KbStoreReference follow,
                                 gpointer data)
{
  instance->store = follow;
  instance->store_data = data;
}

/* XDG base directories: a relative path there is to be ignored. */
static char *
default_data_dir (void)
{
  const char *data = g_getenv ("XDG_DATA_HOME");

  if (data != NULL && data[0] == '/')
    return g_build_filename (data, "keybearer", NULL);
  return g_build_filename (g_get_home_dir (), ".local", "share", "keybearer", NULL);
}

char *
kb_instance_data_path (const KbInstance *instance)
{
  return instance->data_dir != NULL ? g_strdup (instance->data_dir) : default_data_dir ();
}

/* Made when first asked for: the instance is const to modules, this is its memory. */
const char *
kb_instance_data_dir (const KbInstance *instance, GError **error)
{
  KbInstance *self = (KbInstance *) instance;

  if (self->data_dir == NULL)
    self->data_dir = default_data_dir ();
  if (!self->data_dir_made && !kb_dir_make_private (self->data_dir, error))
    return NULL;
  self->data_dir_made = TRUE;
  return self->data_dir;
}
