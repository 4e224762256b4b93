# SPDX-License-Identifier: MIT
if PLUGIN_OAUTH
modules_LTLIBRARIES += plugins/oauth/oauth.la
plugins_oauth_oauth_la_SOURCES = \
	plugins/oauth/oauth.c \
	plugins/oauth/settings.c plugins/oauth/settings.h \
	plugins/oauth/provider.c plugins/oauth/provider.h \
	plugins/oauth/provider-account.c \
	plugins/oauth/revoke.c plugins/oauth/revoke.h \
	plugins/oauth/job.c plugins/oauth/job.h \
	plugins/oauth/refresh.c plugins/oauth/refresh.h \
	plugins/oauth/sign-in.c plugins/oauth/sign-in.h \
	plugins/oauth/subject.c plugins/oauth/subject.h \
	plugins/oauth/browser-flow.c plugins/oauth/device-flow.c \
	plugins/oauth/paste.c plugins/oauth/paste.h \
	plugins/oauth/qr.c plugins/oauth/qr.h \
	$(listener_sources) $(browser_sources)
plugins_oauth_oauth_la_CPPFLAGS = $(AM_CPPFLAGS) $(OAUTH_CFLAGS)
plugins_oauth_oauth_la_LDFLAGS = $(module_ldflags)
plugins_oauth_oauth_la_LIBADD = $(network_library) $(OAUTH_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/oauth/keybearer-oauth.8
endif
