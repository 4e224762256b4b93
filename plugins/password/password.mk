# SPDX-License-Identifier: MIT
if PLUGIN_PASSWORD
modules_LTLIBRARIES += plugins/password/password.la
plugins_password_password_la_SOURCES = plugins/password/password.c \
	plugins/password/user-realm.c plugins/password/user-realm.h
plugins_password_password_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_password_password_la_LDFLAGS = $(module_ldflags)
plugins_password_password_la_LIBADD = $(network_library) $(CURL_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/password/keybearer-password.8
endif
