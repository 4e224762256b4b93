# SPDX-License-Identifier: MIT
# Unit tests of helper/base: one program a file.
base_tests = tests/base/test-json tests/base/test-secret tests/base/test-text
base_tests += tests/base/test-challenge tests/base/test-file tests/base/test-lines tests/base/test-url
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
tests_base_test_challenge_SOURCES = tests/base/test-challenge.c
tests_base_test_challenge_LDADD = $(unit_ldadd)
tests_base_test_challenge_LDFLAGS = $(unit_ldflags)
tests_base_test_file_SOURCES = tests/base/test-file.c
tests_base_test_file_LDADD = $(unit_ldadd)
tests_base_test_file_LDFLAGS = $(unit_ldflags)
tests_base_test_lines_SOURCES = tests/base/test-lines.c
tests_base_test_lines_LDADD = $(unit_ldadd)
tests_base_test_lines_LDFLAGS = $(unit_ldflags)
tests_base_test_url_SOURCES = tests/base/test-url.c
tests_base_test_url_LDADD = $(unit_ldadd)
tests_base_test_url_LDFLAGS = $(unit_ldflags)
