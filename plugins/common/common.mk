# SPDX-License-Identifier: MIT
# Code that several modules share, no part of the ABI: what speaks with servers in one private
# library beside the modules, so that it is there once; the rest linked into each.
token_sources = plugins/common/token.c plugins/common/token.h
run_sources = plugins/common/run.c plugins/common/run.h
http_sources = \
	plugins/common/http.c plugins/common/http.h \
	plugins/common/http-fault.c plugins/common/http-fault.h \
	plugins/common/http-memory.c plugins/common/http-trust.c
http_diagnose_sources = plugins/common/http-diagnose.c plugins/common/http-diagnose.h
server_diagnose_sources = $(http_diagnose_sources) \
	plugins/common/tenant.c plugins/common/tenant.h
oauth2_sources = \
	plugins/common/aadsts.c plugins/common/aadsts.h \
	plugins/common/authority.c plugins/common/authority.h \
	plugins/common/oauth2.c plugins/common/oauth2.h plugins/common/oauth2-error.c
sign_in_sources = \
	plugins/common/claims.c plugins/common/claims.h \
	plugins/common/device.c plugins/common/device.h \
	plugins/common/idtoken.c plugins/common/idtoken.h \
	plugins/common/tenant.c plugins/common/tenant.h
devops_sources = \
	plugins/common/devops-call.c plugins/common/devops-call.h \
	plugins/common/devops-refusal.c plugins/common/devops-refusal.h \
	plugins/common/devops-route.c plugins/common/devops-route.h
devops_pat_sources = \
	plugins/common/devops-scopes.c plugins/common/devops-scopes.h \
	plugins/common/pat-call.c plugins/common/pat-call.h \
	plugins/common/pat-record.c plugins/common/pat-record.h
memo_sources = plugins/common/memo.c plugins/common/memo.h
discovery_sources = plugins/common/discovery.c plugins/common/discovery.h $(memo_sources)
listener_sources = \
	plugins/common/listener.c plugins/common/listener.h \
	plugins/common/listener-form.c plugins/common/listener-form.h \
	plugins/common/listener-page.c plugins/common/listener-page.h \
	plugins/common/listener-port.c plugins/common/listener-port.h \
	plugins/common/listener-visit.c plugins/common/listener-visit.h
browser_sources = plugins/common/browser.c plugins/common/browser.h
bus_sources = \
	plugins/common/session-bus.c plugins/common/session-bus.h \
	plugins/common/wait.c plugins/common/wait.h

if NETWORK
pkglib_LTLIBRARIES = plugins/common/libkeybearer-network.la
plugins_common_libkeybearer_network_la_SOURCES = $(http_sources) $(oauth2_sources) $(token_sources) \
	$(sign_in_sources) $(discovery_sources) $(http_diagnose_sources) $(devops_sources) $(devops_pat_sources)
plugins_common_libkeybearer_network_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_common_libkeybearer_network_la_LDFLAGS = $(AM_LDFLAGS) -avoid-version -shared \
	-export-symbols-regex '^kb_'
plugins_common_libkeybearer_network_la_LIBADD = $(CURL_LIBS) $(GLIB_LIBS)
endif
network_library = plugins/common/libkeybearer-network.la


# libtool links the modules once more when it installs them, with the library that is there.
# (Not the target's plain name, which automake would take for a rule instead of its own.)
modules_install = install-modulesLTLIBRARIES
$(modules_install): install-pkglibLTLIBRARIES
