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
	plugins/azure-devops/pat.c plugins/azure-devops/pat.h \
	plugins/azure-devops/pat-hand.c plugins/azure-devops/pat-hand.h \
	plugins/azure-devops/pat-keep.c plugins/azure-devops/pat-keep.h \
	plugins/azure-devops/pat-make.c \
	plugins/azure-devops/pat-service.c plugins/azure-devops/pat-service.h \
	plugins/azure-devops/pat-show.c plugins/azure-devops/pat-show.h \
	plugins/azure-devops/show.c plugins/azure-devops/show.h \
	$(devops_sources) $(devops_pat_sources) $(run_sources) $(http_sources)
plugins_azure_devops_azure_devops_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_azure_devops_azure_devops_la_LDFLAGS = $(module_ldflags)
plugins_azure_devops_azure_devops_la_LIBADD = $(CURL_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/azure-devops/keybearer-azure-devops.8
endif
