# SPDX-License-Identifier: MIT
if PLUGIN_ACR
modules_LTLIBRARIES += plugins/acr/acr.la
plugins_acr_acr_la_SOURCES = plugins/acr/acr.c
plugins_acr_acr_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_acr_acr_la_LDFLAGS = $(module_ldflags)
plugins_acr_acr_la_LIBADD = $(network_library) $(CURL_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/acr/keybearer-acr.8
endif
