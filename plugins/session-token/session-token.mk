# SPDX-License-Identifier: MIT
session_token_exchange = \
	plugins/session-token/exchange.c plugins/session-token/exchange.h
if PLUGIN_SESSION_TOKEN
modules_LTLIBRARIES += plugins/session-token/session-token.la
plugins_session_token_session_token_la_SOURCES = plugins/session-token/session-token.c \
	$(session_token_exchange)
plugins_session_token_session_token_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_session_token_session_token_la_LDFLAGS = $(module_ldflags)
plugins_session_token_session_token_la_LIBADD = $(network_library) $(CURL_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/session-token/keybearer-session-token.8
endif
