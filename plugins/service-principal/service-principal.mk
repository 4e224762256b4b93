# SPDX-License-Identifier: MIT
if PLUGIN_SERVICE_PRINCIPAL
modules_LTLIBRARIES += plugins/service-principal/service-principal.la
plugins_service_principal_service_principal_la_SOURCES = \
	plugins/service-principal/service-principal.c \
	plugins/service-principal/principal.c plugins/service-principal/principal.h
plugins_service_principal_service_principal_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_service_principal_service_principal_la_LDFLAGS = $(module_ldflags)
plugins_service_principal_service_principal_la_LIBADD = $(network_library) $(CURL_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/service-principal/keybearer-service-principal.8
endif
