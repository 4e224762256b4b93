# SPDX-License-Identifier: MIT
# Unit tests of helper: one program a file.

config_tests = tests/helper/test-config tests/helper/test-config-provider tests/helper/test-harden \
	tests/helper/test-instance tests/helper/test-loader tests/helper/test-log \
	tests/helper/test-talk
check_PROGRAMS += $(config_tests)
TESTS += $(config_tests)
tests_helper_test_config_SOURCES = tests/helper/test-config.c
tests_helper_test_config_LDADD = $(unit_ldadd)
tests_helper_test_config_LDFLAGS = $(unit_ldflags)
tests_helper_test_config_provider_SOURCES = tests/helper/test-config-provider.c
tests_helper_test_config_provider_LDADD = $(unit_ldadd)
tests_helper_test_config_provider_LDFLAGS = $(unit_ldflags)
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

# Modules that do what a test says, and the stage that they play on.
fake_modules = tests/helper/fake-source.la tests/helper/fake-passing.la \
	tests/helper/fake-scoped.la \
	tests/helper/fake-renewing.la \
	tests/helper/fake-store.la tests/helper/fake-cache.la
check_LTLIBRARIES += $(fake_modules)
fake_common = tests/helper/fake.c tests/helper/fake.h
fake_ldflags = $(module_ldflags) -rpath $(abs_builddir)
fake_define = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/helper
tests_helper_fake_source_la_SOURCES = tests/helper/fake-source.c $(fake_common)
tests_helper_fake_source_la_CPPFLAGS = $(fake_define) -DFAKE_NAME='"fake-source"' -DFAKE_FLAGS=0
tests_helper_fake_source_la_LDFLAGS = $(fake_ldflags)
tests_helper_fake_source_la_LIBADD = $(GLIB_LIBS)
tests_helper_fake_passing_la_SOURCES = tests/helper/fake-source.c $(fake_common)
tests_helper_fake_passing_la_CPPFLAGS = $(fake_define) -DFAKE_NAME='"fake-passing"' \
	-DFAKE_FLAGS=KB_SOURCE_EPHEMERAL
tests_helper_fake_passing_la_LDFLAGS = $(fake_ldflags)
tests_helper_fake_passing_la_LIBADD = $(GLIB_LIBS)
tests_helper_fake_scoped_la_SOURCES = tests/helper/fake-source.c $(fake_common)
tests_helper_fake_scoped_la_CPPFLAGS = $(fake_define) -DFAKE_NAME='"fake-scoped"' \
	-DFAKE_FLAGS=KB_SOURCE_SCOPES
tests_helper_fake_scoped_la_LDFLAGS = $(fake_ldflags)
tests_helper_fake_scoped_la_LIBADD = $(GLIB_LIBS)
tests_helper_fake_renewing_la_SOURCES = tests/helper/fake-source.c $(fake_common)
tests_helper_fake_renewing_la_CPPFLAGS = $(fake_define) -DFAKE_NAME='"fake-renewing"' \
	-DFAKE_FLAGS=KB_SOURCE_RENEWS
tests_helper_fake_renewing_la_LDFLAGS = $(fake_ldflags)
tests_helper_fake_renewing_la_LIBADD = $(GLIB_LIBS)
tests_helper_fake_store_la_SOURCES = tests/helper/fake-store.c $(fake_common)
tests_helper_fake_store_la_CPPFLAGS = $(fake_define) -DFAKE_NAME='"fake-store"' -DFAKE_FLAGS=0
tests_helper_fake_store_la_LDFLAGS = $(fake_ldflags)
tests_helper_fake_store_la_LIBADD = $(GLIB_LIBS)
tests_helper_fake_cache_la_SOURCES = tests/helper/fake-store.c $(fake_common)
tests_helper_fake_cache_la_CPPFLAGS = $(fake_define) -DFAKE_NAME='"fake-cache"' \
	-DFAKE_FLAGS=KB_STORE_VOLATILE
tests_helper_fake_cache_la_LDFLAGS = $(fake_ldflags)
tests_helper_fake_cache_la_LIBADD = $(GLIB_LIBS)

core_tests = tests/helper/test-diagnosis tests/helper/test-doctor tests/helper/test-item tests/helper/test-lock tests/helper/test-breaker \
	tests/helper/test-binding tests/helper/test-keeper tests/helper/test-kept \
	tests/helper/test-maker tests/helper/test-marks tests/helper/test-session tests/helper/test-adopt tests/helper/test-identity \
	tests/helper/test-logins tests/helper/test-request tests/helper/test-scope \
	tests/helper/test-emergency tests/helper/test-renewal
frontend_tests = tests/helper/test-nuget
check_PROGRAMS += $(frontend_tests)
TESTS += $(frontend_tests)
tests_helper_test_nuget_SOURCES = tests/helper/test-nuget.c
tests_helper_test_nuget_LDADD = $(unit_ldadd)
tests_helper_test_nuget_LDFLAGS = $(unit_ldflags)
helper_tests = $(config_tests) $(core_tests) $(frontend_tests)
check_PROGRAMS += $(core_tests)
TESTS += $(core_tests)
stage = tests/helper/stage.c tests/helper/stage.h
tests_helper_test_diagnosis_SOURCES = tests/helper/test-diagnosis.c
tests_helper_test_diagnosis_LDADD = $(unit_ldadd)
tests_helper_test_diagnosis_LDFLAGS = $(unit_ldflags)
tests_helper_test_doctor_SOURCES = tests/helper/test-doctor.c
tests_helper_test_doctor_LDADD = $(unit_ldadd)
tests_helper_test_doctor_LDFLAGS = $(unit_ldflags)
tests_helper_test_item_SOURCES = tests/helper/test-item.c
tests_helper_test_item_LDADD = $(unit_ldadd)
tests_helper_test_item_LDFLAGS = $(unit_ldflags)
tests_helper_test_lock_SOURCES = tests/helper/test-lock.c
tests_helper_test_lock_LDADD = $(unit_ldadd)
tests_helper_test_lock_LDFLAGS = $(unit_ldflags)
tests_helper_test_breaker_SOURCES = tests/helper/test-breaker.c
tests_helper_test_breaker_LDADD = $(unit_ldadd)
tests_helper_test_breaker_LDFLAGS = $(unit_ldflags)
tests_helper_test_request_SOURCES = tests/helper/test-request.c
tests_helper_test_request_LDADD = $(unit_ldadd)
tests_helper_test_request_LDFLAGS = $(unit_ldflags)
tests_helper_test_scope_SOURCES = tests/helper/test-scope.c $(stage)
tests_helper_test_scope_LDADD = $(host_ldadd)
tests_helper_test_scope_LDFLAGS = $(host_ldflags)
tests_helper_test_binding_SOURCES = tests/helper/test-binding.c $(stage)
tests_helper_test_binding_LDADD = $(host_ldadd)
tests_helper_test_binding_LDFLAGS = $(host_ldflags)
tests_helper_test_keeper_SOURCES = tests/helper/test-keeper.c $(stage)
tests_helper_test_keeper_LDADD = $(host_ldadd)
tests_helper_test_keeper_LDFLAGS = $(host_ldflags)
tests_helper_test_emergency_SOURCES = tests/helper/test-emergency.c $(stage)
tests_helper_test_emergency_LDADD = $(host_ldadd)
tests_helper_test_emergency_LDFLAGS = $(host_ldflags)
tests_helper_test_renewal_SOURCES = tests/helper/test-renewal.c $(stage)
tests_helper_test_renewal_LDADD = $(host_ldadd)
tests_helper_test_renewal_LDFLAGS = $(host_ldflags)
tests_helper_test_maker_SOURCES = tests/helper/test-maker.c $(stage)
tests_helper_test_maker_LDADD = $(host_ldadd)
tests_helper_test_maker_LDFLAGS = $(host_ldflags)
check_PROGRAMS += tests/helper/test-program
TESTS += tests/helper/test-program
tests_helper_test_program_SOURCES = tests/helper/test-program.c
tests_helper_test_program_LDADD = $(unit_ldadd)
tests_helper_test_program_LDFLAGS = $(unit_ldflags)
check_PROGRAMS += tests/helper/test-gitconfig
TESTS += tests/helper/test-gitconfig
tests_helper_test_gitconfig_SOURCES = tests/helper/test-gitconfig.c
tests_helper_test_gitconfig_LDADD = $(unit_ldadd)
tests_helper_test_gitconfig_LDFLAGS = $(unit_ldflags)
check_PROGRAMS += tests/helper/test-go
TESTS += tests/helper/test-go
tests_helper_test_go_SOURCES = tests/helper/test-go.c
tests_helper_test_go_LDADD = $(unit_ldadd)
tests_helper_test_go_LDFLAGS = $(unit_ldflags)
tests_helper_test_adopt_SOURCES = tests/helper/test-adopt.c $(stage)
tests_helper_test_adopt_LDADD = $(host_ldadd)
tests_helper_test_adopt_LDFLAGS = $(host_ldflags)
tests_helper_test_identity_SOURCES = tests/helper/test-identity.c $(stage)
tests_helper_test_identity_LDADD = $(host_ldadd)
tests_helper_test_identity_LDFLAGS = $(host_ldflags)
tests_helper_test_session_SOURCES = tests/helper/test-session.c $(stage)
tests_helper_test_session_LDADD = $(host_ldadd)
tests_helper_test_session_LDFLAGS = $(host_ldflags)
tests_helper_test_logins_SOURCES = tests/helper/test-logins.c $(stage)
tests_helper_test_logins_LDADD = $(host_ldadd)
tests_helper_test_logins_LDFLAGS = $(host_ldflags)

# The verbs of the built program.
command_tests = tests/helper/test-commands tests/helper/test-connect tests/helper/test-exec-tools
TESTS += $(command_tests)
EXTRA_DIST += $(command_tests) tests/helper/home.py
tests_helper_test_kept_SOURCES = tests/helper/test-kept.c $(stage)
tests_helper_test_kept_LDADD = $(host_ldadd)
tests_helper_test_kept_LDFLAGS = $(host_ldflags)
tests_helper_test_marks_SOURCES = tests/helper/test-marks.c $(stage)
tests_helper_test_marks_LDADD = $(host_ldadd)
tests_helper_test_marks_LDFLAGS = $(host_ldflags)
