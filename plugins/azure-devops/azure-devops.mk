# SPDX-License-Identifier: MIT
if PLUGIN_AZURE_DEVOPS
modules_LTLIBRARIES += plugins/azure-devops/azure-devops.la
plugins_azure_devops_azure_devops_la_SOURCES = \
	plugins/azure-devops/azure-devops.c \
	plugins/azure-devops/api.c plugins/azure-devops/api.h \
	plugins/azure-devops/api-body.c plugins/azure-devops/api-body.h \
	plugins/azure-devops/audit.c plugins/azure-devops/audit.h \
	plugins/azure-devops/audit-event.c plugins/azure-devops/audit-event.h \
	plugins/azure-devops/client.c plugins/azure-devops/client.h \
	plugins/azure-devops/crew.c plugins/azure-devops/crew.h \
	plugins/azure-devops/due.c plugins/azure-devops/due.h \
	plugins/azure-devops/hooks.c plugins/azure-devops/hooks.h \
	plugins/azure-devops/journal.c plugins/azure-devops/journal.h \
	plugins/azure-devops/pat.c plugins/azure-devops/pat.h \
	plugins/azure-devops/pat-hand.c plugins/azure-devops/pat-hand.h \
	plugins/azure-devops/pat-keep.c plugins/azure-devops/pat-keep.h \
	plugins/azure-devops/pat-make.c \
	plugins/azure-devops/pat-service.c plugins/azure-devops/pat-service.h \
	plugins/azure-devops/pat-show.c plugins/azure-devops/pat-show.h \
	plugins/azure-devops/prove.c plugins/azure-devops/prove.h \
	plugins/azure-devops/rotate.c plugins/azure-devops/rotate.h \
	plugins/azure-devops/rotate-show.c plugins/azure-devops/rotate-show.h \
	plugins/azure-devops/rotation.c plugins/azure-devops/rotation.h \
	plugins/azure-devops/rotation-make.c plugins/azure-devops/rotation-own.h \
	plugins/azure-devops/show.c plugins/azure-devops/show.h \
	$(run_sources)
plugins_azure_devops_azure_devops_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_azure_devops_azure_devops_la_LDFLAGS = $(module_ldflags)
plugins_azure_devops_azure_devops_la_LIBADD = $(network_library) $(CURL_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/azure-devops/keybearer-azure-devops.8
endif
