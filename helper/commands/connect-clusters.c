/* SPDX-License-Identifier: MIT */
/* Docker, kubectl and Terraform: programs that run things elsewhere.
   Knows nothing of what they ask. */
#include "commands/connect-tools.h"

#include <string.h>

#include "base/json.h"
#include "connect/place.h"
#include "frontend.h"

/* ---- Docker --------------------------------------------------------------------- */

#define DOCKER_OBJECT "credHelpers"
#define DOCKER_NAME "keybearer"

/* A registry's host, with a port at most: what needs no escape in JSON. */
static gboolean
is_registry (const char *word)
{
  return *word != '\0'
         && strspn (word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                          ".-:")
                == strlen (word);
}

/* Docker would go on without a login, and nobody would know why. */
static void
tell_of_stack (KbConnect *connect, const char *name)
{
  g_autofree char *text = g_strdup_printf ("https://%s/", name);
  g_autoptr (KbUrl) url = kb_url_parse (text, NULL);

  if (!kb_changes_undo (connect->changes) && url != NULL
      && kb_config_match (kb_runtime_config (connect->runtime), url) == NULL)
    kb_changes_tell (connect->changes,
                     "No stack is for %s yet: see keybearer-tools(7), DOCKER.", name);
}

static gboolean
change_registries (KbConnect *connect, const char *path, const char *const *names,
                   GError **error)
{
  for (; *names != NULL; names++)
    {
      g_autofree char *text
          = g_strdup_printf ("docker: %s is no host of a registry", *names);

      if (!is_registry (*names))
        {
          kb_complain (text);
          return FALSE;
        }
      if (!kb_changes_json (connect->changes, path, DOCKER_OBJECT, *names, DOCKER_NAME,
                            error))
        return FALSE;
      tell_of_stack (connect, *names);
    }
  return TRUE;
}

/* New, NULL-ended: the registries in the file that have us as their helper. */
static char **
our_registries (const char *path)
{
  g_autoptr (KbSettings) settings = kb_settings_read (path, NULL);
  g_autoptr (KbJson) json
      = settings != NULL ? kb_json_parse (settings->text, NULL) : NULL;
  KbJsonNode object = json != NULL ? kb_json_member (json, 0, DOCKER_OBJECT) : -1;
  GPtrArray *all = g_ptr_array_new ();

  for (guint i = 0; object >= 0 && kb_json_type (json, object) == KB_JSON_OBJECT
                    && i < kb_json_size (json, object);
       i++)
    {
      char *name = kb_json_key_at (json, object, i);
      g_autofree char *value = kb_json_string (json, kb_json_at (json, object, i));

      if (g_strcmp0 (value, DOCKER_NAME) == 0 && is_registry (name))
        g_ptr_array_add (all, name);
      else
        g_free (name);
    }
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (all, FALSE);
}

gboolean
kb_connect_docker (KbConnect *connect, GError **error)
{
  g_autofree char *path = kb_connect_base ("DOCKER_CONFIG", ".docker", "config.json");
  gboolean undo = kb_changes_undo (connect->changes);
  g_auto (GStrv) ours = undo ? our_registries (path) : NULL;

  if (!undo && connect->words[0] == NULL)
    {
      kb_complain ("docker: which registries? contoso.azurecr.io, for one");
      return FALSE;
    }
  kb_changes_tell (connect->changes,
                   "To see it: docker manifest inspect %s/IMAGE. Podman reads the same "
                   "object in ~/.config/containers/auth.json.",
                   connect->words[0] != NULL ? connect->words[0] : "REGISTRY");
  return change_registries (connect, path,
                            undo && connect->words[0] == NULL ? (const char *const *) ours
                                                              : connect->words,
                            error)
         && ((undo && connect->words[0] != NULL)
             || kb_connect_in_path (connect, "docker-credential-keybearer", error));
}

/* ---- kubectl -------------------------------------------------------------------- */

/* New: the file that kubectl writes to. */
static char *
kubeconfig_path (void)
{
  const char *named = g_getenv ("KUBECONFIG");
  gsize length = named != NULL ? strcspn (named, ":") : 0;

  return length > 0 && named[0] == '/' ? g_strndup (named, length)
                                       : kb_connect_home (".kube/config");
}

gboolean
kb_connect_kubectl (KbConnect *connect, GError **error)
{
  g_autofree char *path = kubeconfig_path ();
  g_autofree char *self = kb_connect_self ();
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  const KbEdit edit = { "kubectl", KB_SYNTAX_YAML, "users", NULL, body };

  kb_buffer_append_text (body, "- name: keybearer\n"
                               "  user:\n"
                               "    exec:\n"
                               "      apiVersion: client.authentication.k8s.io/v1\n"
                               "      command: ");
  kb_json_append_string (body, self);
  kb_buffer_append_text (body, "\n      args:\n      - kubectl\n");
  for (const char *const *word = connect->words; *word != NULL; word++)
    {
      kb_buffer_append_text (body, "      - ");
      kb_json_append_string (body, *word);
      kb_buffer_append_text (body, "\n");
    }
  kb_buffer_append_text (body, "      interactiveMode: IfAvailable\n");
  kb_changes_tell (connect->changes,
                   "For a cluster to use it: kubectl config set-context --current "
                   "--user=keybearer. To see it: kubectl config view");
  return kb_changes_edit (connect->changes, path, &edit, error);
}

/* ---- Terraform ------------------------------------------------------------------ */

gboolean
kb_connect_terraform (KbConnect *connect, GError **error)
{
  static const char *const replaced[] = { "credentials_helper", NULL };
  const char *named = g_getenv ("TF_CLI_CONFIG_FILE");
  g_autofree char *path = named != NULL && g_path_is_absolute (named)
                              ? g_strdup (named)
                              : kb_connect_home (".terraformrc");
  g_autofree char *link
      = kb_connect_home (".terraform.d/plugins/terraform-credentials-keybearer");
  g_autofree char *self = kb_connect_self ();
  g_autoptr (KbBuffer) body = kb_buffer_new (0);
  const KbEdit edit = { "terraform", KB_SYNTAX_HCL, NULL, replaced, body };

  kb_buffer_append_text (body, "credentials_helper \"keybearer\" {\n}\n");
  kb_changes_tell (connect->changes,
                   "To see it: terraform init in a folder with modules of a registry.");
  return kb_changes_edit (connect->changes, path, &edit, error)
         && kb_changes_link (connect->changes, link, self, error);
}
