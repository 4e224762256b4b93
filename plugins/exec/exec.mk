# SPDX-License-Identifier: MIT
if PLUGIN_EXEC
modules_LTLIBRARIES += plugins/exec/exec.la
plugins_exec_exec_la_SOURCES = plugins/exec/exec.c plugins/exec/answer.c plugins/exec/answer.h \
	$(run_sources) $(token_sources)
plugins_exec_exec_la_LDFLAGS = $(module_ldflags)
plugins_exec_exec_la_LIBADD = $(GLIB_LIBS)
dist_man8_MANS += plugins/exec/keybearer-exec.8
endif
