# SPDX-License-Identifier: MIT
# How tests are built and run; knows nothing of what they check.
TEST_EXTENSIONS =
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/tap-driver.sh
LOG_COMPILER = $(top_srcdir)/tests/run-test
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	KB_BUILDDIR='$(abs_top_builddir)'; export KB_BUILDDIR; \
	KEYBEARER='$(abs_top_builddir)/helper/keybearer'; export KEYBEARER; \
	CC='$(CC)'; export CC; \
	G_DEBUG=fatal-warnings; export G_DEBUG;
EXTRA_DIST += tests/run-test

unit_ldadd = helper/libkeybearer.a $(GLIB_LIBS)
unit_ldflags = $(AM_LDFLAGS) -pie

include tests/base/base.mk
include tests/helper/helper.mk
include tests/plugins/plugins.mk
include tests/fuzz/fuzz.mk
