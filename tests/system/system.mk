# SPDX-License-Identifier: MIT
# The system tests: real tools against the stand-in with a real keyring; knows no test's matter.
# Automake writes rules only for what stands in TESTS: these stand there under a condition
# that never holds, and `make check-system` runs them through the same harness.
# The long ones come first, lest one of them be left alone at the end; then by name.
system_scripts = \
	tests/system/test-nuget \
	tests/system/test-rotate-kills \
	tests/system/test-rotate-cuts \
	tests/system/test-rotate \
	tests/system/test-oidc \
	tests/system/test-sign-in-faults \
	tests/system/test-sign-in-clocks \
	tests/system/test-doctor \
	tests/system/test-twine \
	tests/system/test-python \
	tests/system/test-yarn \
	tests/system/test-pnpm \
	tests/system/test-lost \
	tests/system/test-forges \
	tests/system/test-maven \
	tests/system/test-registries \
	tests/system/test-sign-in-crowd \
	tests/system/test-azure-devops-oauth \
	tests/system/test-sign-in \
	tests/system/test-migrate \
	tests/system/test-keyring \
	tests/system/test-broker \
	tests/system/test-npm \
	tests/system/test-clone \
	tests/system/test-gradle \
	tests/system/test-api \
	tests/system/test-audit \
	tests/system/test-bazel \
	tests/system/test-cargo \
	tests/system/test-claims \
	tests/system/test-clients \
	tests/system/test-connect \
	tests/system/test-exec \
	tests/system/test-gcm \
	tests/system/test-go \
	tests/system/test-hostile \
	tests/system/test-hygiene \
	tests/system/test-isolation \
	tests/system/test-kill \
	tests/system/test-kubectl \
	tests/system/test-lfs \
	tests/system/test-logins \
	tests/system/test-manual \
	tests/system/test-one-sign-in \
	tests/system/test-page \
	tests/system/test-pains \
	tests/system/test-parallel \
	tests/system/test-password \
	tests/system/test-pat \
	tests/system/test-pat-clients \
	tests/system/test-pat-minting \
	tests/system/test-pats \
	tests/system/test-rotate-hooks \
	tests/system/test-second-chance \
	tests/system/test-session-token \
	tests/system/test-sign-in-chromium \
	tests/system/test-sign-in-default \
	tests/system/test-sign-in-ways \
	tests/system/test-submodules \
	tests/system/test-terraform \
	tests/system/test-token \
	tests/system/test-tools
SYSTEM_TESTS += $(system_scripts) tests/azure/test_fidelity
if NEVER
TESTS += $(SYSTEM_TESTS)
endif
EXTRA_DIST += $(system_scripts) tests/system/PAINS.md tests/system/lib.sh tests/system/feeds.sh tests/system/npm.sh tests/system/people.sh tests/system/rotate.sh \
	tests/system/keyring-items tests/system/lay-item tests/system/prompter tests/system/basic-server tests/system/oidc-person \
	tests/system/rotations tests/system/tool-server
check_PROGRAMS += tests/system/page-driver
tests_system_page_driver_SOURCES = tests/system/page-driver.c $(listener_sources)
tests_system_page_driver_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)
tests_system_page_driver_LDADD = $(unit_ldadd) $(MICROHTTPD_LIBS)
tests_system_page_driver_LDFLAGS = $(unit_ldflags)
EXTRA_DIST += tests/system/default-people.sh tests/system/forger tests/system/chromium.py \
	tests/system/chromium-person
CLEANFILES += $(SYSTEM_TESTS:=.log) $(SYSTEM_TESTS:=.trs) tests/system/test-suite.log

.PHONY: check-system
check-system: all
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(SYSTEM_TESTS)' \
	  TEST_SUITE_LOG=tests/system/test-suite.log; status=$$?; \
	$(PYTHON3) $(top_srcdir)/tests/totals $(SYSTEM_TESTS:=.trs) || status=1; exit $$status
