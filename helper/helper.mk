# SPDX-License-Identifier: MIT
# The core and the program; knows no module.
noinst_LIBRARIES += helper/libkeybearer.a
helper_libkeybearer_a_CPPFLAGS = $(AM_CPPFLAGS) -DKB_MODULES_DIR='"$(modulesdir)"' \
	-DKB_DATA_DIR='"$(datadir)"' -DKB_SYSCONF_DIR='"$(sysconfdir)"'
helper_libkeybearer_a_CFLAGS = $(AM_CFLAGS) -fPIE
helper_libkeybearer_a_SOURCES = \
	helper/base/arguments.c helper/base/arguments.h \
	helper/base/challenge.c helper/base/challenge.h \
	helper/base/clock.c helper/base/clock.h \
	helper/base/complain.c helper/base/complain.h \
	helper/base/error.c helper/base/error.h \
	helper/base/file.c helper/base/file.h \
	helper/base/input.c helper/base/input.h \
	helper/base/json.c helper/base/json.h \
	helper/base/json-check.c helper/base/json-check.h \
	helper/base/json-raw.c helper/base/json-raw.h \
	helper/base/json-write.c \
	helper/base/lines.c helper/base/lines.h \
	helper/base/owner.c helper/base/owner.h \
	helper/base/page.c helper/base/page.h \
	helper/base/secret.c helper/base/secret.h \
	helper/base/text.c helper/base/text.h \
	helper/base/url.c helper/base/url.h \
	helper/base/url-pieces.c helper/base/url-pieces.h \
	helper/base/words.c \
	helper/credential.c helper/keybearer-module.h \
	helper/decisions.c helper/decisions.h \
	helper/diagnosis.c helper/diagnosis.h \
	helper/program.c helper/program.h \
	helper/request.c helper/request.h \
	helper/request-own.h helper/request-person.c \
	helper/seen.c helper/seen.h

# Configuration, modules and their options.
helper_libkeybearer_a_SOURCES += \
	helper/config.c helper/config.h \
	helper/config-groups.c helper/config-groups.h \
	helper/config-place.c \
	helper/config-provider.c helper/config-provider.h \
	helper/config-scan.c helper/config-scan.h \
	helper/config-stack.c helper/config-stack.h \
	helper/instance.c helper/instance.h \
	helper/loader.c helper/loader.h \
	helper/reference.c helper/reference.h

# People, the journal, and what a process that handles secrets does first.
helper_libkeybearer_a_SOURCES += \
	helper/askpass.c helper/askpass.h \
	helper/harden.c helper/harden.h \
	helper/interrupt.c helper/interrupt.h \
	helper/log.c helper/log.h \
	helper/talk.c helper/talk.h \
	helper/terminal.c helper/terminal.h \
	helper/wish.c helper/wish.h

# One call, from the stack to the answer.
helper_libkeybearer_a_SOURCES += \
	helper/adopt.c helper/adopt.h \
	helper/binding.c helper/binding.h \
	helper/breaker.c helper/breaker.h \
	helper/emergency.c helper/emergency.h \
	helper/frontend.c helper/frontend.h \
	helper/gitconfig.c helper/gitconfig.h \
	helper/identity.c helper/identity.h \
	helper/item.c helper/item.h \
	helper/keeper.c helper/keeper.h \
	helper/kept.c helper/kept.h \
	helper/lock.c helper/lock.h \
	helper/logins.c helper/logins.h \
	helper/maker.c helper/maker.h \
	helper/named.c helper/named.h \
	helper/renewal.c helper/renewal.h \
	helper/runtime.c helper/runtime.h \
	helper/session.c helper/session.h \
	helper/state.c helper/state.h \
	helper/target.c helper/target.h

# Settings of tools: edited by lines, proved, shown, written.
helper_libkeybearer_a_SOURCES += \
	helper/connect/change.c helper/connect/change.h \
	helper/connect/json.c helper/connect/json.h \
	helper/connect/place.c helper/connect/place.h \
	helper/connect/statements.c helper/connect/statements.h \
	helper/connect/text.c helper/connect/text.h

# One file a protocol, one file a verb.
helper_libkeybearer_a_SOURCES += \
	helper/frontends/ask.c helper/frontends/ask.h \
	helper/frontends/bazel.c helper/frontends/bazel.h \
	helper/frontends/cargo.c helper/frontends/cargo.h \
	helper/frontends/cargo-message.c helper/frontends/cargo-message.h \
	helper/frontends/docker.c helper/frontends/docker.h \
	helper/frontends/frontends.c \
	helper/frontends/git.c helper/frontends/git.h \
	helper/frontends/git-input.c helper/frontends/git-input.h \
	helper/frontends/go.c helper/frontends/go.h \
	helper/frontends/go-memory.c helper/frontends/go-memory.h \
	helper/frontends/keyring.c helper/frontends/keyring.h \
	helper/frontends/kubectl.c helper/frontends/kubectl.h \
	helper/frontends/stored.c helper/frontends/stored.h \
	helper/frontends/terraform.c helper/frontends/terraform.h \
	helper/frontends/pnpm.c helper/frontends/pnpm.h
# NuGet's plugin and its command line.
helper_libkeybearer_a_SOURCES += \
	helper/frontends/nuget.c helper/frontends/nuget.h \
	helper/frontends/nuget-ask.c helper/frontends/nuget-ask.h \
	helper/frontends/nuget-command.c helper/frontends/nuget-command.h \
	helper/frontends/nuget-jobs.c helper/frontends/nuget-jobs.h \
	helper/frontends/nuget-message.c helper/frontends/nuget-message.h \
	helper/frontends/nuget-plugin.c helper/frontends/nuget-plugin.h \
	helper/frontends/nuget-worker.c helper/frontends/nuget-worker.h
helper_libkeybearer_a_SOURCES += \
	helper/commands/call.c helper/commands/call.h \
	helper/commands/check.c helper/commands/check.h \
	helper/commands/commands.c helper/commands/commands.h \
	helper/commands/connect.c helper/commands/connect-tools.h \
	helper/commands/connect-builds.c \
	helper/commands/connect-clusters.c \
	helper/commands/connect-common.c \
	helper/commands/connect-git.c \
	helper/commands/connect-node.c \
	helper/commands/connect-python.c \
	helper/commands/doctor.c helper/commands/doctor.h \
	helper/commands/doctor-folders.c helper/commands/doctor-git.c \
	helper/commands/doctor-show.c \
	helper/commands/exec.c \
	helper/commands/exec-keeper.c helper/commands/exec-keeper.h \
	helper/commands/exec-npm.c \
	helper/commands/exec-packages.c \
	helper/commands/exec-place.c \
	helper/commands/exec-scan.c helper/commands/exec-scan.h \
	helper/commands/exec-set.c helper/commands/exec-set.h \
	helper/commands/exec-tools.c helper/commands/exec-tools.h \
	helper/commands/explain.c helper/commands/explain.h \
	helper/commands/explain-show.c \
	helper/commands/items.c \
	helper/commands/list.c \
	helper/commands/login.c \
	helper/commands/logout.c \
	helper/commands/migrate.c helper/commands/migrate.h \
	helper/commands/migrate-show.c \
	helper/commands/modules.c \
	helper/commands/nearest.c helper/commands/nearest.h \
	helper/commands/options.h \
	helper/commands/page.c helper/commands/page.h \
	helper/commands/revoke.c helper/commands/revoke.h \
	helper/commands/place.c helper/commands/place.h \
	helper/commands/shelf.c helper/commands/shelf.h \
	helper/commands/status.c \
	helper/commands/store.c \
	helper/commands/store-named.c helper/commands/store-named.h \
	helper/commands/token.c \
	helper/commands/token-form.c helper/commands/token-form.h

# The defaults that are compiled in: the text of keybearer.conf as a C string, and that of
# providers.conf without its comments.
BUILT_SOURCES += helper/defaults.conf.h
CLEANFILES += helper/defaults.conf.h
helper/libkeybearer_a-config.$(OBJEXT): helper/defaults.conf.h
helper/defaults.conf.h: packaging/built/keybearer.conf $(top_srcdir)/packaging/providers.conf
	$(AM_V_GEN)$(AWK) ' \
	  FNR == 1 { print (NR == 1 ? "" : "  ;\n") "static const char " \
	             (NR == 1 ? "kb_defaults" : "kb_providers") "[] =" } \
	  FILENAME ~ /providers/ && /^(#|$$)/ { next } \
	  { gsub (/[\\"]/, "\\\\&"); print "  \"" $$0 "\\n\"" } \
	  END { print "  ;" }' packaging/built/keybearer.conf $(top_srcdir)/packaging/providers.conf \
	  > $@.tmp && mv $@.tmp $@

# Tells a program of the build tree that its modules are there too (helper/loader.h).
BUILT_SOURCES += helper/uninstalled
CLEANFILES += helper/uninstalled
helper/uninstalled:
	$(AM_V_GEN)$(MKDIR_P) helper && : > $@

# The program, and tests that load modules: every kb_* symbol must be there and be seen.
# As one flag, since libtool would move an archive out from between two; named once more in
# host_ldadd, so that make knows that it is needed.
whole_archive = -Wl,--whole-archive,helper/libkeybearer.a,--no-whole-archive
host_ldflags = $(AM_LDFLAGS) -pie -Wl,--export-dynamic $(whole_archive)
host_ldadd = helper/libkeybearer.a $(GLIB_LIBS)

bin_PROGRAMS += helper/keybearer
helper_keybearer_SOURCES = helper/builtins.c helper/builtins.h helper/main.c
helper_keybearer_CPPFLAGS = $(AM_CPPFLAGS) -D'KB_BUILTINS=${builtins:%=KB_BUILTIN(%)}'
helper_keybearer_CFLAGS = $(AM_CFLAGS) -fPIE
helper_keybearer_LDADD = $(builtin_libraries) $(host_ldadd)
helper_keybearer_LDFLAGS = $(host_ldflags)

# The names under which tools start the program: in PATH where a tool looks there; the others
# would stand in the way of programs of the same name, or are linked from where a tool looks.
helper_names = git-credential-keybearer cargo-credential-keybearer docker-credential-keybearer \
	nuget-plugin-keybearer
aside_names = keyring terraform-credentials-keybearer
asidedir = $(libexecdir)/keybearer
built_extras += $(helper_names:%=helper/%)
CLEANFILES += $(helper_names:%=helper/%)
$(helper_names:%=helper/%): helper/keybearer
	$(AM_V_GEN)ln -sf keybearer $@
install-exec-hook:
	for name in $(helper_names); do ln -sf keybearer $(DESTDIR)$(bindir)/$$name; done
	$(MKDIR_P) $(DESTDIR)$(asidedir)
	for name in $(aside_names); do \
	  ln -sf $(bindir)/keybearer $(DESTDIR)$(asidedir)/$$name; done
uninstall-hook:
	for name in $(helper_names); do rm -f $(DESTDIR)$(bindir)/$$name; done
	for name in $(aside_names); do rm -f $(DESTDIR)$(asidedir)/$$name; done
	-rmdir $(DESTDIR)$(asidedir)
	for module in $(modules_LTLIBRARIES); do \
	  rm -f $(DESTDIR)$(modulesdir)/`basename $$module .la`.so; done
	rm -f $(DESTDIR)$(pkglibdir)/libkeybearer-network.so

# The one installed header: the contract with the two headers of base that it includes.
nodist_include_HEADERS += helper/installed/keybearer-module.h
CLEANFILES += helper/installed/keybearer-module.h
built_extras += helper/installed/keybearer-module.h
helper/installed/keybearer-module.h: helper/keybearer-module.h helper/base/error.h helper/base/secret.h
	$(AM_V_GEN)$(MKDIR_P) helper/installed && $(AWK) -v dir='$(top_srcdir)/helper/' ' \
	  /^#include "base\// { split ($$0, part, "\""); \
	    while ((getline line < (dir part[2])) > 0) print line; next } \
	  { print }' $(top_srcdir)/helper/keybearer-module.h > $@.tmp && mv $@.tmp $@

pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = helper/keybearer-module.pc
dist_man1_MANS += helper/keybearer.1 helper/keybearer-connect.1 helper/keybearer-nuget.1
dist_man3_MANS += helper/keybearer-module.3
dist_man5_MANS += helper/keybearer.conf.5
dist_man7_MANS += helper/keybearer-gcm.7 helper/keybearer-tools.7

# What was installed finds its modules and understands its configuration.
installcheck-local:
	$(DESTDIR)$(bindir)/keybearer check
	test -x $(DESTDIR)$(bindir)/git-credential-keybearer
	printf 'protocol=https\nhost=example.com\n\n' | $(DESTDIR)$(bindir)/git-credential-keybearer get
