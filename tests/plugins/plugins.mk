# SPDX-License-Identifier: MIT
# Unit tests of plugins: one program a file.

# Stores: one contract that all of them keep, and what is each one's own.
store_contract = tests/plugins/store-contract.c tests/plugins/store-contract.h \
	tests/plugins/store-handle.c
if PLUGIN_KERNEL_KEYRING
check_PROGRAMS += tests/plugins/test-kernel-keyring
TESTS += tests/plugins/test-kernel-keyring
tests_plugins_test_kernel_keyring_SOURCES = tests/plugins/test-kernel-keyring.c $(store_contract)
tests_plugins_test_kernel_keyring_LDADD = $(host_ldadd)
tests_plugins_test_kernel_keyring_LDFLAGS = $(host_ldflags)
endif
if PLUGIN_SEALED_FILE
check_PROGRAMS += tests/plugins/test-sealed-file
TESTS += tests/plugins/test-sealed-file
tests_plugins_test_sealed_file_SOURCES = tests/plugins/test-sealed-file.c $(store_contract)
tests_plugins_test_sealed_file_LDADD = $(host_ldadd)
tests_plugins_test_sealed_file_LDFLAGS = $(host_ldflags)
endif
if PLUGIN_SECRET_SERVICE
check_PROGRAMS += tests/plugins/test-secret-service tests/plugins/test-secret-service-bus
TESTS += tests/plugins/test-secret-service-bus
SYSTEM_TESTS += tests/plugins/test-secret-service
tests_plugins_test_secret_service_SOURCES = tests/plugins/test-secret-service.c $(store_contract)
tests_plugins_test_secret_service_LDADD = $(host_ldadd)
tests_plugins_test_secret_service_LDFLAGS = $(host_ldflags)
tests_plugins_test_secret_service_bus_SOURCES = tests/plugins/test-secret-service-bus.c \
	tests/plugins/store-handle.c tests/plugins/store-contract.h
tests_plugins_test_secret_service_bus_LDADD = $(host_ldadd)
tests_plugins_test_secret_service_bus_LDFLAGS = $(host_ldflags)
check_PROGRAMS += tests/plugins/test-secret-service-neighbour
TESTS += tests/plugins/test-secret-service-neighbour
tests_plugins_test_secret_service_neighbour_SOURCES = \
	tests/plugins/test-secret-service-neighbour.c \
	plugins/secret-service/secret-service-neighbour.c
tests_plugins_test_secret_service_neighbour_LDADD = $(unit_ldadd)
tests_plugins_test_secret_service_neighbour_LDFLAGS = $(unit_ldflags)
endif

# Sources, in the module files that the program loads.
source_host = tests/plugins/source-host.c tests/plugins/source-host.h
source_tests =
EXTRA_DIST += tests/plugins/https-server tests/plugins/https_people.py tests/plugins/https_cuts.py \
	tests/plugins/https_oauth.py tests/plugins/broker-mock
if PLUGIN_BROKER
source_tests += tests/plugins/test-broker
check_PROGRAMS += tests/plugins/test-broker-bus
SYSTEM_TESTS += tests/plugins/test-broker-bus
tests_plugins_test_broker_bus_SOURCES = tests/plugins/test-broker-bus.c $(source_host) \
	tests/plugins/broker-place.c tests/plugins/broker-place.h
tests_plugins_test_broker_bus_LDADD = $(host_ldadd)
tests_plugins_test_broker_bus_LDFLAGS = $(host_ldflags)
endif
if PLUGIN_ACR
source_tests += tests/plugins/test-acr
endif
if PLUGIN_ENV
source_tests += tests/plugins/test-env
endif
if PLUGIN_PAT
source_tests += tests/plugins/test-pat
endif
if PLUGIN_PAT_MINTING
source_tests += tests/plugins/test-pat-minting
endif
if PLUGIN_EXEC
source_tests += tests/plugins/test-exec
endif
if PLUGIN_SERVICE_PRINCIPAL
source_tests += tests/plugins/test-service-principal
source_tests += tests/plugins/test-oauth2 tests/plugins/test-http
endif
if PLUGIN_OAUTH
source_tests += tests/plugins/test-oauth tests/plugins/test-oauth-paste tests/plugins/test-oauth-pieces \
	tests/plugins/test-oauth-provider tests/plugins/test-memo
endif
if PLUGIN_SESSION_TOKEN
source_tests += tests/plugins/test-session-token
endif
if PLUGIN_AZURE_DEVOPS
source_tests += tests/plugins/test-azure-devops tests/plugins/test-pat-record tests/plugins/test-journal \
	tests/plugins/test-cuts
endif
if PLUGIN_PASSWORD
source_tests += tests/plugins/test-password
endif
if PLUGIN_AZURE_DEVOPS_OAUTH
source_tests += tests/plugins/test-azure-devops-oauth
endif
source_tests += tests/plugins/test-template
check_PROGRAMS += $(source_tests)
TESTS += $(source_tests)
tests_plugins_test_broker_SOURCES = tests/plugins/test-broker.c $(source_host) \
	$(broker_pieces) $(token_sources) $(oauth2_sources) $(http_sources)
tests_plugins_test_broker_CPPFLAGS = $(AM_CPPFLAGS) $(BROKER_CFLAGS)
tests_plugins_test_broker_LDADD = $(host_ldadd) $(BROKER_LIBS)
tests_plugins_test_broker_LDFLAGS = $(host_ldflags)
tests_plugins_test_env_SOURCES = tests/plugins/test-env.c $(source_host)
tests_plugins_test_env_LDADD = $(host_ldadd)
tests_plugins_test_env_LDFLAGS = $(host_ldflags)
tests_plugins_test_acr_SOURCES = tests/plugins/test-acr.c $(source_host)
tests_plugins_test_acr_LDADD = $(host_ldadd)
tests_plugins_test_acr_LDFLAGS = $(host_ldflags)
tests_plugins_test_pat_SOURCES = tests/plugins/test-pat.c $(source_host)
tests_plugins_test_pat_LDADD = $(host_ldadd)
tests_plugins_test_pat_LDFLAGS = $(host_ldflags)
tests_plugins_test_pat_minting_SOURCES = tests/plugins/test-pat-minting.c $(source_host) \
	plugins/pat-minting/leftovers.c
tests_plugins_test_pat_minting_LDADD = $(host_ldadd)
tests_plugins_test_pat_minting_LDFLAGS = $(host_ldflags)
tests_plugins_test_exec_SOURCES = tests/plugins/test-exec.c $(source_host)
tests_plugins_test_exec_LDADD = $(host_ldadd)
tests_plugins_test_exec_LDFLAGS = $(host_ldflags)
tests_plugins_test_service_principal_SOURCES = \
	tests/plugins/test-service-principal.c $(source_host)
tests_plugins_test_service_principal_LDADD = $(host_ldadd)
tests_plugins_test_service_principal_LDFLAGS = $(host_ldflags)
tests_plugins_test_password_SOURCES = tests/plugins/test-password.c $(source_host)
tests_plugins_test_password_LDADD = $(host_ldadd)
tests_plugins_test_password_LDFLAGS = $(host_ldflags)
tests_plugins_test_azure_devops_oauth_SOURCES = \
	tests/plugins/test-azure-devops-oauth.c $(source_host)
tests_plugins_test_azure_devops_oauth_LDADD = $(host_ldadd)
tests_plugins_test_azure_devops_oauth_LDFLAGS = $(host_ldflags)
tests_plugins_test_session_token_SOURCES = tests/plugins/test-session-token.c \
	$(source_host) $(session_token_exchange) \
	$(devops_sources) $(devops_pat_sources) $(token_sources) $(http_sources)
tests_plugins_test_session_token_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_plugins_test_session_token_LDADD = $(host_ldadd) $(CURL_LIBS)
tests_plugins_test_session_token_LDFLAGS = $(host_ldflags)
tests_plugins_test_template_SOURCES = tests/plugins/test-template.c $(source_host)
tests_plugins_test_template_LDADD = $(host_ldadd)
tests_plugins_test_template_LDFLAGS = $(host_ldflags)
tests_plugins_test_oauth2_SOURCES = tests/plugins/test-oauth2.c $(oauth2_sources) $(http_sources)
tests_plugins_test_oauth2_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_plugins_test_oauth2_LDADD = $(unit_ldadd) $(CURL_LIBS)
tests_plugins_test_oauth2_LDFLAGS = $(unit_ldflags)
tests_plugins_test_http_SOURCES = tests/plugins/test-http.c $(source_host) \
	$(oauth2_sources) $(http_sources)
tests_plugins_test_http_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_plugins_test_http_LDADD = $(host_ldadd) $(CURL_LIBS)
tests_plugins_test_http_LDFLAGS = $(host_ldflags)

# The end of a sign-in in the browser.
sign_in_tests = tests/plugins/test-listener tests/plugins/test-listener-end \
	tests/plugins/test-browser
loopback = tests/plugins/loopback.c tests/plugins/loopback.h
check_PROGRAMS += $(sign_in_tests)
TESTS += $(sign_in_tests)
tests_plugins_test_listener_SOURCES = tests/plugins/test-listener.c $(loopback) \
	$(listener_sources)
tests_plugins_test_listener_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
tests_plugins_test_listener_LDADD = $(unit_ldadd) $(MICROHTTPD_LIBS)
tests_plugins_test_listener_LDFLAGS = $(unit_ldflags)
tests_plugins_test_listener_end_SOURCES = tests/plugins/test-listener-end.c $(loopback) \
	$(listener_sources)
tests_plugins_test_listener_end_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
tests_plugins_test_listener_end_LDADD = $(unit_ldadd) $(MICROHTTPD_LIBS)
tests_plugins_test_listener_end_LDFLAGS = $(unit_ldflags)
tests_plugins_test_browser_SOURCES = tests/plugins/test-browser.c $(browser_sources)
tests_plugins_test_browser_LDADD = $(unit_ldadd)
tests_plugins_test_browser_LDFLAGS = $(unit_ldflags)
tests_plugins_test_oauth_SOURCES = tests/plugins/test-oauth.c $(source_host)
tests_plugins_test_oauth_LDADD = $(host_ldadd)
tests_plugins_test_oauth_LDFLAGS = $(host_ldflags)
tests_plugins_test_azure_devops_SOURCES = tests/plugins/test-azure-devops.c \
	plugins/azure-devops/api-body.c plugins/common/devops-refusal.c \
	plugins/common/devops-route.c
tests_plugins_test_azure_devops_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_plugins_test_azure_devops_LDADD = $(host_ldadd)
tests_plugins_test_azure_devops_LDFLAGS = $(host_ldflags)
tests_plugins_test_memo_SOURCES = tests/plugins/test-memo.c $(memo_sources)
tests_plugins_test_memo_LDADD = $(unit_ldadd)
tests_plugins_test_memo_LDFLAGS = $(unit_ldflags)
tests_plugins_test_oauth_provider_SOURCES = tests/plugins/test-oauth-provider.c $(source_host) \
	$(memo_sources)
tests_plugins_test_oauth_provider_LDADD = $(host_ldadd)
tests_plugins_test_oauth_provider_LDFLAGS = $(host_ldflags)
tests_plugins_test_cuts_SOURCES = tests/plugins/test-cuts.c $(source_host) \
	plugins/azure-devops/audit-event.c plugins/pat-minting/mint.c \
	$(devops_sources) $(devops_pat_sources) $(token_sources) \
	plugins/common/http.c plugins/common/http-fault.c plugins/common/http-memory.c
tests_plugins_test_cuts_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_plugins_test_cuts_LDADD = $(host_ldadd) $(CURL_LIBS)
tests_plugins_test_cuts_LDFLAGS = $(host_ldflags)
tests_plugins_test_pat_record_SOURCES = tests/plugins/test-pat-record.c \
	plugins/azure-devops/client.c plugins/azure-devops/pat-keep.c \
	$(devops_sources) $(devops_pat_sources) $(http_sources)
tests_plugins_test_pat_record_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_plugins_test_pat_record_LDADD = $(host_ldadd) $(CURL_LIBS)
tests_plugins_test_pat_record_LDFLAGS = $(host_ldflags)
tests_plugins_test_journal_SOURCES = tests/plugins/test-journal.c plugins/azure-devops/journal.c
tests_plugins_test_journal_LDADD = $(unit_ldadd)
tests_plugins_test_journal_LDFLAGS = $(unit_ldflags)
tests_plugins_test_oauth_paste_SOURCES = tests/plugins/test-oauth-paste.c \
	plugins/oauth/paste.c plugins/oauth/paste.h $(source_host) $(listener_sources)
tests_plugins_test_oauth_paste_CPPFLAGS = $(AM_CPPFLAGS) $(OAUTH_CFLAGS)
tests_plugins_test_oauth_paste_LDADD = $(host_ldadd) $(OAUTH_LIBS)
tests_plugins_test_oauth_paste_LDFLAGS = $(host_ldflags)
tests_plugins_test_oauth_pieces_SOURCES = tests/plugins/test-oauth-pieces.c \
	$(source_host) $(sign_in_sources) $(discovery_sources) $(oauth2_sources) $(http_sources)
tests_plugins_test_oauth_pieces_CPPFLAGS = $(AM_CPPFLAGS) $(OAUTH_CFLAGS)
tests_plugins_test_oauth_pieces_LDADD = $(host_ldadd) $(OAUTH_LIBS)
tests_plugins_test_oauth_pieces_LDFLAGS = $(host_ldflags)
