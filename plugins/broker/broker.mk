# SPDX-License-Identifier: MIT
# The module broker: GIO comes in with it, and libcurl to ask which tenant an organization has.
broker_pieces = \
	plugins/broker/broker-accounts.c plugins/broker/broker-accounts.h \
	plugins/broker/broker-answer.c plugins/broker/broker-answer.h \
	plugins/broker/broker-form.c plugins/broker/broker-form.h
if PLUGIN_BROKER
modules_LTLIBRARIES += plugins/broker/broker.la
plugins_broker_broker_la_SOURCES = plugins/broker/broker.c \
	plugins/broker/broker-bus.c plugins/broker/broker-bus.h \
	plugins/broker/broker-job.c plugins/broker/broker-job.h $(broker_pieces) \
	$(bus_sources)
plugins_broker_broker_la_CPPFLAGS = $(AM_CPPFLAGS) $(BROKER_CFLAGS)
plugins_broker_broker_la_LDFLAGS = $(module_ldflags)
plugins_broker_broker_la_LIBADD = $(network_library) $(BROKER_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/broker/keybearer-broker.8
endif
