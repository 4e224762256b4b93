# SPDX-License-Identifier: MIT
# Fuzz targets: with --enable-fuzzing libFuzzer drives them (`make fuzz`), otherwise `make
# check` replays the corpora through them.  A target NAME is four lines here, a file
# tests/fuzz/fuzz-NAME.c with LLVMFuzzerTestOneInput and a folder tests/corpus/NAME.
fuzz_targets =
EXTRA_DIST += tests/fuzz/replay.c tests/corpus
if FUZZING
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
fuzz_main =
else
fuzz_ldflags = $(unit_ldflags)
fuzz_main = tests/fuzz/replay.c
TESTS += $(fuzz_targets)
endif
check_PROGRAMS += $(fuzz_targets)

fuzz_targets += tests/fuzz/fuzz-broker
tests_fuzz_fuzz_broker_SOURCES = tests/fuzz/fuzz-broker.c $(fuzz_main) $(broker_pieces) \
	$(token_sources) plugins/common/aadsts.c plugins/common/authority.c
tests_fuzz_fuzz_broker_CPPFLAGS = $(AM_CPPFLAGS)
tests_fuzz_fuzz_broker_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_broker_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-bazel
tests_fuzz_fuzz_bazel_SOURCES = tests/fuzz/fuzz-bazel.c $(fuzz_main)
tests_fuzz_fuzz_bazel_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_bazel_LDFLAGS = $(fuzz_ldflags)

if PLUGIN_AZURE_DEVOPS
fuzz_targets += tests/fuzz/fuzz-journal
tests_fuzz_fuzz_journal_SOURCES = tests/fuzz/fuzz-journal.c plugins/azure-devops/journal.c $(fuzz_main)
tests_fuzz_fuzz_journal_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_journal_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_targets += tests/fuzz/fuzz-cargo
tests_fuzz_fuzz_cargo_SOURCES = tests/fuzz/fuzz-cargo.c $(fuzz_main)
tests_fuzz_fuzz_cargo_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_cargo_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-docker
tests_fuzz_fuzz_docker_SOURCES = tests/fuzz/fuzz-docker.c $(fuzz_main)
tests_fuzz_fuzz_docker_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_docker_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-go
tests_fuzz_fuzz_go_SOURCES = tests/fuzz/fuzz-go.c $(fuzz_main)
tests_fuzz_fuzz_go_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_go_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-keyring
tests_fuzz_fuzz_keyring_SOURCES = tests/fuzz/fuzz-keyring.c $(fuzz_main)
tests_fuzz_fuzz_keyring_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_keyring_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-kubectl
tests_fuzz_fuzz_kubectl_SOURCES = tests/fuzz/fuzz-kubectl.c $(fuzz_main)
tests_fuzz_fuzz_kubectl_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_kubectl_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-challenge
tests_fuzz_fuzz_challenge_SOURCES = tests/fuzz/fuzz-challenge.c $(fuzz_main)
tests_fuzz_fuzz_challenge_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_challenge_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-config
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz-config.c $(fuzz_main)
tests_fuzz_fuzz_config_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)

if PLUGIN_OAUTH
fuzz_targets += tests/fuzz/fuzz-discovery
tests_fuzz_fuzz_discovery_SOURCES = tests/fuzz/fuzz-discovery.c \
	$(discovery_sources) $(http_sources) $(fuzz_main)
tests_fuzz_fuzz_discovery_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_fuzz_fuzz_discovery_LDADD = $(unit_ldadd) $(CURL_LIBS)
tests_fuzz_fuzz_discovery_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_targets += tests/fuzz/fuzz-git-settings
tests_fuzz_fuzz_git_settings_SOURCES = tests/fuzz/fuzz-git-settings.c $(fuzz_main)
tests_fuzz_fuzz_git_settings_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_git_settings_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-item
tests_fuzz_fuzz_item_SOURCES = tests/fuzz/fuzz-item.c $(fuzz_main)
tests_fuzz_fuzz_item_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_item_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-json
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz-json.c $(fuzz_main)
tests_fuzz_fuzz_json_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-lines
tests_fuzz_fuzz_lines_SOURCES = tests/fuzz/fuzz-lines.c $(fuzz_main)
tests_fuzz_fuzz_lines_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_lines_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-gitconfig
tests_fuzz_fuzz_gitconfig_SOURCES = tests/fuzz/fuzz-gitconfig.c $(fuzz_main)
tests_fuzz_fuzz_gitconfig_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_gitconfig_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-neighbour
tests_fuzz_fuzz_neighbour_SOURCES = tests/fuzz/fuzz-neighbour.c \
	plugins/secret-service/secret-service-neighbour.c $(fuzz_main)
tests_fuzz_fuzz_neighbour_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_neighbour_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-nuget
tests_fuzz_fuzz_nuget_SOURCES = tests/fuzz/fuzz-nuget.c $(fuzz_main)
tests_fuzz_fuzz_nuget_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_nuget_LDFLAGS = $(fuzz_ldflags)

if PLUGIN_SEALED_FILE
fuzz_targets += tests/fuzz/fuzz-sealed-file
tests_fuzz_fuzz_sealed_file_SOURCES = tests/fuzz/fuzz-sealed-file.c \
	plugins/sealed-file/sealed-file-format.c $(fuzz_main)
tests_fuzz_fuzz_sealed_file_CFLAGS = $(AM_CFLAGS) $(GNUTLS_CFLAGS)
tests_fuzz_fuzz_sealed_file_LDADD = $(unit_ldadd) $(GNUTLS_LIBS)
tests_fuzz_fuzz_sealed_file_LDFLAGS = $(fuzz_ldflags)
endif

fuzz_targets += tests/fuzz/fuzz-settings
tests_fuzz_fuzz_settings_SOURCES = tests/fuzz/fuzz-settings.c $(fuzz_main)
tests_fuzz_fuzz_settings_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_settings_LDFLAGS = $(fuzz_ldflags)

fuzz_targets += tests/fuzz/fuzz-url
tests_fuzz_fuzz_url_SOURCES = tests/fuzz/fuzz-url.c $(fuzz_main)
tests_fuzz_fuzz_url_LDADD = $(unit_ldadd)
tests_fuzz_fuzz_url_LDFLAGS = $(fuzz_ldflags)

# FUZZ_JOBS of them at once; see tests/fuzz/run-target.
FUZZ_SECONDS = 20
FUZZ_MAX_LEN = 8192
FUZZ_JOBS = 1
EXTRA_DIST += tests/fuzz/run-target
.PHONY: fuzz
if FUZZING
fuzz: $(fuzz_targets)
	@printf '%s\n' $(fuzz_targets) | top_srcdir='$(top_srcdir)' FUZZ_SECONDS='$(FUZZ_SECONDS)' \
	  FUZZ_MAX_LEN='$(FUZZ_MAX_LEN)' xargs -n 1 -P '$(FUZZ_JOBS)' $(top_srcdir)/tests/fuzz/run-target
else
fuzz:
	@echo 'make fuzz needs: configure CC=clang --enable-fuzzing' >&2; exit 1
endif
clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	-rm -rf tests/fuzz/*.corpus tests/fuzz/*.log tests/fuzz/*.crash-* tests/fuzz/*.leak-* \
	  tests/fuzz/*.timeout-* tests/fuzz/*.oom-*
