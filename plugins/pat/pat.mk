# SPDX-License-Identifier: MIT
if PLUGIN_PAT
modules_LTLIBRARIES += plugins/pat/pat.la
plugins_pat_pat_la_SOURCES = plugins/pat/pat.c $(token_sources)
plugins_pat_pat_la_LDFLAGS = $(module_ldflags)
plugins_pat_pat_la_LIBADD = $(GLIB_LIBS)
dist_man8_MANS += plugins/pat/keybearer-pat.8
endif
