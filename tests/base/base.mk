# SPDX-License-Identifier: MIT
# Unit tests of helper/base: one program a file.
base_tests = tests/base/test-json tests/base/test-secret tests/base/test-text
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
tests_base_test_secret_SOURCES = tests/base/test-secret.c
tests_base_test_secret_LDADD = $(unit_ldadd)
tests_base_test_secret_LDFLAGS = $(unit_ldflags)
tests_base_test_json_SOURCES = tests/base/test-json.c
tests_base_test_json_LDADD = $(unit_ldadd)
tests_base_test_json_LDFLAGS = $(unit_ldflags)
tests_base_test_text_SOURCES = tests/base/test-text.c
tests_base_test_text_LDADD = $(unit_ldadd)
tests_base_test_text_LDFLAGS = $(unit_ldflags)
EXTRA_DIST += tests/corpus/json
