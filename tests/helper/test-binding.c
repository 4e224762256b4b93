/* SPDX-License-Identifier: MIT */
/* Tests binding: what is remembered, for whom, and what makes it void.
   Knows nothing of stores. */
#include "binding.h"

#include <string.h>

#include "base/file.h"
#include "stage.h"
#include "state.h"

static void
begin (Call *call, const char *sources, const char *url, const char *user)
{
  call_begin (call, sources, "keep", url, user);
}

static void
remember (const Call *call, const char *instance)
{
  KbBinding binding = { (char *) instance, (char *) "alice@a.example", (char *) "realm" };

  kb_binding_write (kb_session_stack (call->session), call->request, &binding);
}

/* New: the instance that is bound, or NULL. */
static char *
bound (const Call *call)
{
  g_auto (KbBinding) binding = { 0 };

  if (!kb_binding_read (kb_session_stack (call->session), call->request, &binding))
    return NULL;
  g_assert_cmpstr (binding.account, ==, "alice@a.example");
  g_assert_cmpstr (binding.realm, ==, "realm");
  return g_steal_pointer (&binding.instance);
}

static void
assert_bound (const char *sources, const char *url, const char *user,
              const char *instance)
{
  g_auto (Call) call = { 0 };
  g_autofree char *found = NULL;

  begin (&call, sources, url, user);
  found = bound (&call);
  g_assert_cmpstr (found, ==, instance);
}

static void
write_for (const char *sources, const char *url, const char *user, const char *instance)
{
  g_auto (Call) call = { 0 };

  begin (&call, sources, url, user);
  remember (&call, instance);
}

static void
test_round_trip (void)
{
  g_auto (Call) call = { 0 };

  stage_new ();
  assert_bound ("a", "https://h.example/", NULL, NULL);
  write_for ("a", "https://h.example/", NULL, "a");
  assert_bound ("a", "https://h.example/", NULL, "a");
  begin (&call, "a", "https://h.example/", NULL);
  kb_binding_forget (kb_session_stack (call.session), call.request);
  assert_bound ("a", "https://h.example/", NULL, NULL);
}

static void
test_per_origin (void)
{
  stage_new ();
  write_for ("a", "https://h.example/x", NULL, "a");
  assert_bound ("a", "https://h.example/y", NULL, "a");
  assert_bound ("a", "https://h.example:8443/x", NULL, NULL);
  assert_bound ("a", "https://i.example/x", NULL, NULL);
}

static void
test_per_user (void)
{
  stage_new ();
  write_for ("a", "https://h.example/", NULL, "a");
  assert_bound ("a", "https://h.example/", "bob", NULL);
  write_for ("a", "https://h.example/", "bob", "b");
  assert_bound ("a", "https://h.example/", "bob", "b");
  assert_bound ("a", "https://h.example/", NULL, "a");
}

static void
test_per_organization (void)
{
  stage_new ();
  stage_set_extra ("[organizations o]\nurls=https://h.example/{organization}");
  write_for ("a", "https://h.example/contoso/x", NULL, "a");
  assert_bound ("a", "https://h.example/contoso/y", NULL, "a");
  assert_bound ("a", "https://h.example/CONTOSO/y", NULL, "a");
  assert_bound ("a", "https://h.example/fabrikam/x", NULL, NULL);
  assert_bound ("a", "https://h.example/", NULL, NULL);
}

/* An organization may not be named like an origin to stand for it. */
static void
test_organization_is_no_origin (void)
{
  stage_new ();
  stage_set_extra ("[organizations o]\nurls=https://h.example/{organization}");
  write_for ("a", "https://i.example/", NULL, "a");
  assert_bound ("a", "https://h.example/i.example", NULL, NULL);
}

static void
test_per_stack (void)
{
  stage_new ();
  stage_set_extra (
      "[stack other]\nmatch=https://h.example/other\nsources=a\nstores=keep");
  write_for ("a", "https://h.example/", NULL, "a");
  assert_bound ("a", "https://h.example/other", NULL, NULL);
}

static void
test_configuration_changes (void)
{
  stage_new ();
  write_for ("a", "https://h.example/", NULL, "a");
  assert_bound ("b;a", "https://h.example/", NULL, NULL);
  assert_bound ("a:requisite", "https://h.example/", NULL, NULL);
  stage_set_extra ("[network]\nproxy=http://proxy.example:8080");
  assert_bound ("a", "https://h.example/", NULL, NULL);
  stage_set_extra ("");
  assert_bound ("a", "https://h.example/", NULL, "a");
}

/* VARIABLE was VALUE (NULL: unset) when the binding was written. */
static void
write_having_seen (const char *variable, gboolean secret)
{
  g_auto (Call) call = { 0 };

  begin (&call, "a", "https://h.example/", NULL);
  if (secret)
    kb_secret_unref (kb_request_getenv_secret (call.request, variable));
  else
    (void) kb_request_getenv (call.request, variable);
  remember (&call, "a");
}

static void
test_environment_changes (void)
{
  stage_new ();
  g_setenv ("KB_T_TENANT", "contoso", TRUE);
  write_having_seen ("KB_T_TENANT", FALSE);
  assert_bound ("a", "https://h.example/", NULL, "a");
  g_setenv ("KB_T_TENANT", "fabrikam", TRUE);
  assert_bound ("a", "https://h.example/", NULL, NULL);
  g_unsetenv ("KB_T_TENANT");
  assert_bound ("a", "https://h.example/", NULL, NULL);
  g_setenv ("KB_T_TENANT", "contoso", TRUE);
  assert_bound ("a", "https://h.example/", NULL, "a");
  g_unsetenv ("KB_T_TENANT");
}

static void
test_variable_added (void)
{
  stage_new ();
  g_unsetenv ("KB_T_TENANT");
  write_having_seen ("KB_T_TENANT", FALSE);
  assert_bound ("a", "https://h.example/", NULL, "a");
  g_setenv ("KB_T_TENANT", "contoso", TRUE);
  assert_bound ("a", "https://h.example/", NULL, NULL);
  g_unsetenv ("KB_T_TENANT");
}

/* Of a secret only that it was there: its hash would be worth a guess. */
static void
test_secret_variable (void)
{
  stage_new ();
  g_setenv ("KB_T_TOKEN", "one", TRUE);
  write_having_seen ("KB_T_TOKEN", TRUE);
  g_setenv ("KB_T_TOKEN", "two", TRUE);
  assert_bound ("a", "https://h.example/", NULL, "a");
  g_unsetenv ("KB_T_TOKEN");
  assert_bound ("a", "https://h.example/", NULL, NULL);
}

static char *
only_file (const char *folder)
{
  g_autoptr (GDir) names = g_dir_open (folder, 0, NULL);
  const char *name = names != NULL ? g_dir_read_name (names) : NULL;

  g_assert_nonnull (name);
  return g_build_filename (folder, name, NULL);
}

static void
test_garbage (void)
{
  static const char *const garbage[]
      = { "", "x", "instance=a\n", "instance=a\naccount=b\nrealm=c\n", "\xff\n" };
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  stage_new ();
  folder = g_build_filename (stage_folder (), "state/keybearer/bindings", NULL);
  write_for ("a", "https://h.example/", NULL, "a");
  path = only_file (folder);
  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_assert_true (kb_file_write_quick (path, garbage[i], strlen (garbage[i]), NULL));
      assert_bound ("a", "https://h.example/", NULL, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/binding/round-trip", test_round_trip);
  g_test_add_func ("/binding/per-origin", test_per_origin);
  g_test_add_func ("/binding/per-user", test_per_user);
  g_test_add_func ("/binding/per-organization", test_per_organization);
  g_test_add_func ("/binding/organization-is-no-origin", test_organization_is_no_origin);
  g_test_add_func ("/binding/per-stack", test_per_stack);
  g_test_add_func ("/binding/configuration-changes", test_configuration_changes);
  g_test_add_func ("/binding/environment-changes", test_environment_changes);
  g_test_add_func ("/binding/variable-added", test_variable_added);
  g_test_add_func ("/binding/secret-variable", test_secret_variable);
  g_test_add_func ("/binding/garbage", test_garbage);
  return g_test_run ();
}
