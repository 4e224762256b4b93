# SPDX-License-Identifier: MIT
older_sources = \
	plugins/azure-devops-oauth/older-sign-in.c plugins/azure-devops-oauth/older-sign-in.h \
	plugins/azure-devops-oauth/older-token.c plugins/azure-devops-oauth/older-token.h
if PLUGIN_AZURE_DEVOPS_OAUTH
modules_LTLIBRARIES += plugins/azure-devops-oauth/azure-devops-oauth.la
plugins_azure_devops_oauth_azure_devops_oauth_la_SOURCES = \
	plugins/azure-devops-oauth/azure-devops-oauth.c $(older_sources)
plugins_azure_devops_oauth_azure_devops_oauth_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_azure_devops_oauth_azure_devops_oauth_la_LDFLAGS = $(module_ldflags)
plugins_azure_devops_oauth_azure_devops_oauth_la_LIBADD = $(network_library) $(CURL_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/azure-devops-oauth/keybearer-azure-devops-oauth.8
endif
