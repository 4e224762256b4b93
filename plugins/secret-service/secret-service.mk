# SPDX-License-Identifier: MIT
# The module secret-service: libsecret and GIO come in with it and nowhere else.
if PLUGIN_SECRET_SERVICE
modules_LTLIBRARIES += plugins/secret-service/secret-service.la
plugins_secret_service_secret_service_la_SOURCES = \
	plugins/secret-service/secret-service.c \
	plugins/secret-service/secret-service-bus.c plugins/secret-service/secret-service-bus.h \
	plugins/secret-service/secret-service-diagnose.c \
	plugins/secret-service/secret-service-diagnose.h \
	plugins/secret-service/secret-service-failure.c \
	plugins/secret-service/secret-service-foreign.c \
	plugins/secret-service/secret-service-gate.c plugins/secret-service/secret-service-gate.h \
	plugins/secret-service/secret-service-items.c plugins/secret-service/secret-service-items.h \
	plugins/secret-service/secret-service-neighbour.c plugins/secret-service/secret-service-neighbour.h \
	plugins/secret-service/secret-service-unlock.c $(bus_sources)
plugins_secret_service_secret_service_la_CFLAGS = $(AM_CFLAGS) $(LIBSECRET_CFLAGS)
plugins_secret_service_secret_service_la_LDFLAGS = $(module_ldflags)
plugins_secret_service_secret_service_la_LIBADD = $(LIBSECRET_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/secret-service/keybearer-secret-service.8
endif
