# SPDX-License-Identifier: MIT
# Unit tests of helper/base: one program a file.
base_tests = tests/base/test-secret
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
tests_base_test_secret_SOURCES = tests/base/test-secret.c
tests_base_test_secret_LDADD = $(unit_ldadd)
tests_base_test_secret_LDFLAGS = $(unit_ldflags)
