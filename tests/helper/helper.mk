# SPDX-License-Identifier: MIT
# Unit tests of helper: one program a file.

config_tests = tests/helper/test-config tests/helper/test-harden \
	tests/helper/test-instance tests/helper/test-loader tests/helper/test-log \
	tests/helper/test-talk
check_PROGRAMS += $(config_tests)
TESTS += $(config_tests)
tests_helper_test_config_SOURCES = tests/helper/test-config.c
tests_helper_test_config_LDADD = $(unit_ldadd)
tests_helper_test_config_LDFLAGS = $(unit_ldflags)
tests_helper_test_harden_SOURCES = tests/helper/test-harden.c
tests_helper_test_harden_LDADD = $(unit_ldadd)
tests_helper_test_harden_LDFLAGS = $(unit_ldflags)
tests_helper_test_instance_SOURCES = tests/helper/test-instance.c
tests_helper_test_instance_LDADD = $(unit_ldadd)
tests_helper_test_instance_LDFLAGS = $(unit_ldflags)
tests_helper_test_loader_SOURCES = tests/helper/test-loader.c
tests_helper_test_loader_LDADD = $(unit_ldadd)
tests_helper_test_loader_LDFLAGS = $(unit_ldflags)
tests_helper_test_log_SOURCES = tests/helper/test-log.c
tests_helper_test_log_LDADD = $(unit_ldadd)
tests_helper_test_log_LDFLAGS = $(unit_ldflags)
tests_helper_test_talk_SOURCES = tests/helper/test-talk.c
tests_helper_test_talk_LDADD = $(unit_ldadd)
tests_helper_test_talk_LDFLAGS = $(unit_ldflags)

# Small modules for the loader: one source, built with each fault on its own.
fixture_ldflags = $(AM_LDFLAGS) -module -avoid-version -shared -rpath $(abs_builddir)
check_LTLIBRARIES += tests/helper/fixtures/abi.la tests/helper/fixtures/good.la tests/helper/fixtures/minor.la \
	tests/helper/fixtures/none.la tests/helper/fixtures/noise.la tests/helper/fixtures/other.la tests/helper/fixtures/undefined.la
tests_helper_fixtures_abi_la_SOURCES = tests/helper/fixtures/module.c
tests_helper_fixtures_abi_la_CPPFLAGS = $(AM_CPPFLAGS) -DFIXTURE_NAME='"abi"' -DFIXTURE_ABI=0x00020000u
tests_helper_fixtures_abi_la_LDFLAGS = $(fixture_ldflags)
tests_helper_fixtures_good_la_SOURCES = tests/helper/fixtures/module.c
tests_helper_fixtures_good_la_CPPFLAGS = $(AM_CPPFLAGS) -DFIXTURE_NAME='"good"'
tests_helper_fixtures_good_la_LDFLAGS = $(fixture_ldflags)
tests_helper_fixtures_minor_la_SOURCES = tests/helper/fixtures/module.c
tests_helper_fixtures_minor_la_CPPFLAGS = $(AM_CPPFLAGS) -DFIXTURE_NAME='"minor"' -DFIXTURE_ABI=0x00010001u
tests_helper_fixtures_minor_la_LDFLAGS = $(fixture_ldflags)
tests_helper_fixtures_none_la_SOURCES = tests/helper/fixtures/module.c
tests_helper_fixtures_none_la_CPPFLAGS = $(AM_CPPFLAGS) -DFIXTURE_NAME='"none"' -DFIXTURE_NO_SYMBOL
tests_helper_fixtures_none_la_LDFLAGS = $(fixture_ldflags)
tests_helper_fixtures_noise_la_SOURCES = tests/helper/fixtures/module.c
tests_helper_fixtures_noise_la_CPPFLAGS = $(AM_CPPFLAGS) -DFIXTURE_NAME='"noise"' -DFIXTURE_NOISE
tests_helper_fixtures_noise_la_LDFLAGS = $(fixture_ldflags)
tests_helper_fixtures_other_la_SOURCES = tests/helper/fixtures/module.c
tests_helper_fixtures_other_la_CPPFLAGS = $(AM_CPPFLAGS) -DFIXTURE_NAME='"other"'
tests_helper_fixtures_other_la_LDFLAGS = $(fixture_ldflags)
tests_helper_fixtures_undefined_la_SOURCES = tests/helper/fixtures/module.c
tests_helper_fixtures_undefined_la_CPPFLAGS = $(AM_CPPFLAGS) -DFIXTURE_NAME='"undefined"' -DFIXTURE_UNDEFINED
tests_helper_fixtures_undefined_la_LDFLAGS = $(fixture_ldflags)
