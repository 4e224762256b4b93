# SPDX-License-Identifier: MIT
# The core and the program; knows no module.
noinst_LIBRARIES += helper/libkeybearer.a
helper_libkeybearer_a_CPPFLAGS = $(AM_CPPFLAGS) -DKB_MODULES_DIR='"$(modulesdir)"' \
	-DKB_DATA_DIR='"$(datadir)"' -DKB_SYSCONF_DIR='"$(sysconfdir)"'
helper_libkeybearer_a_CFLAGS = $(AM_CFLAGS) -fPIE
helper_libkeybearer_a_SOURCES = \
	helper/base/challenge.c helper/base/challenge.h \
	helper/base/clock.c helper/base/clock.h \
	helper/base/error.c helper/base/error.h \
	helper/base/file.c helper/base/file.h \
	helper/base/json.c helper/base/json.h \
	helper/base/json-check.c helper/base/json-check.h \
	helper/base/json-raw.c helper/base/json-raw.h \
	helper/base/json-write.c \
	helper/base/lines.c helper/base/lines.h \
	helper/base/secret.c helper/base/secret.h \
	helper/base/text.c helper/base/text.h \
	helper/base/url.c helper/base/url.h \
	helper/base/url-pieces.c helper/base/url-pieces.h \
	helper/credential.c helper/keybearer-module.h \
	helper/request.c helper/request.h

# Configuration, modules and their options.
helper_libkeybearer_a_SOURCES += \
	helper/config.c helper/config.h \
	helper/config-groups.c helper/config-groups.h \
	helper/config-scan.c helper/config-scan.h \
	helper/config-stack.c helper/config-stack.h \
	helper/instance.c helper/instance.h \
	helper/loader.c helper/loader.h \
	helper/reference.c helper/reference.h

# The defaults that are compiled in: the text of packaging/keybearer.conf as a C string.
BUILT_SOURCES += helper/defaults.conf.h
CLEANFILES += helper/defaults.conf.h
helper/helper_libkeybearer_a-config.$(OBJEXT): helper/defaults.conf.h
helper/defaults.conf.h: $(top_srcdir)/packaging/keybearer.conf
	$(AM_V_GEN)$(MKDIR_P) helper && $(AWK) ' \
	  BEGIN { print "static const char kb_defaults[] =" } \
	  { gsub (/[\\"]/, "\\\\&"); print "  \"" $$0 "\\n\"" } \
	  END { print "  ;" }' $(top_srcdir)/packaging/keybearer.conf > $@.tmp && mv $@.tmp $@

# Tells a program of the build tree that its modules are there too (helper/loader.h).
BUILT_SOURCES += helper/uninstalled
CLEANFILES += helper/uninstalled
helper/uninstalled:
	$(AM_V_GEN)$(MKDIR_P) helper && : > $@

# Modules and the programs that load them: every kb_* symbol must be there and be seen.
host_ldadd = -Wl,--whole-archive helper/libkeybearer.a -Wl,--no-whole-archive $(GLIB_LIBS)
host_ldflags = $(AM_LDFLAGS) -pie -Wl,--export-dynamic
