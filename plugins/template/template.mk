# SPDX-License-Identifier: MIT
# Built and tested, not installed; -rpath is what makes libtool build a module all the same.
check_LTLIBRARIES += plugins/template/template.la
plugins_template_template_la_SOURCES = plugins/template/template.c
plugins_template_template_la_LDFLAGS = $(module_ldflags) -rpath /nowhere
plugins_template_template_la_LIBADD = $(GLIB_LIBS)
EXTRA_DIST += plugins/template/keybearer-template.8
