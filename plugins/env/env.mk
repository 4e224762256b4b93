# SPDX-License-Identifier: MIT
if PLUGIN_ENV
modules_LTLIBRARIES += plugins/env/env.la
plugins_env_env_la_SOURCES = plugins/env/env.c $(token_sources)
plugins_env_env_la_LDFLAGS = $(module_ldflags)
plugins_env_env_la_LIBADD = $(GLIB_LIBS)
dist_man8_MANS += plugins/env/keybearer-env.8
endif
