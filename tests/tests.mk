# SPDX-License-Identifier: MIT
# How tests are built and run; knows nothing of what they check.
TEST_EXTENSIONS =
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/tap-driver.sh
LOG_COMPILER = $(top_srcdir)/tests/run-test
# ASan up to GCC 13 takes a thread-local block that lies 16 bytes into a page for one of glibc 2.19
# and reads its bounds from what lies before it: the leak check then crashes, by the length of a path
# (google/sanitizers#1322). Thread-local memory of loaded libraries is not searched for pointers instead.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	KB_BUILDDIR='$(abs_top_builddir)'; export KB_BUILDDIR; \
	KEYBEARER='$(abs_top_builddir)/helper/keybearer'; export KEYBEARER; \
	CC='$(CC)'; export CC; \
	ASAN_OPTIONS="intercept_tls_get_addr=0$${ASAN_OPTIONS:+:$$ASAN_OPTIONS}"; export ASAN_OPTIONS; \
	G_DEBUG=fatal-warnings; export G_DEBUG;
EXTRA_DIST += tests/run-test tests/totals tests/azure tests/bench tests/checks \
	tests/debian13/fetch tests/tools/install tests/tools/package.json tests/tools/package-lock.json tests/tools/.npmrc

# Rules of the house that a program can hold.
checks = tests/checks/commits tests/checks/completions tests/checks/docs-paths tests/checks/examples tests/checks/format \
	tests/checks/layers tests/checks/manpages tests/checks/pains tests/checks/style tests/checks/units
TESTS += $(checks)

unit_ldadd = helper/libkeybearer.a $(GLIB_LIBS)
unit_ldflags = $(AM_LDFLAGS) -pie

# What git says to the built program, and every byte that comes back.
TESTS += tests/transcripts/run tests/transcripts/nuget
EXTRA_DIST += tests/transcripts

include tests/base/base.mk
include tests/helper/helper.mk
include tests/plugins/plugins.mk
include tests/fuzz/fuzz.mk
include tests/system/system.mk

# Every test program under valgrind; scripts would only show what their interpreters do, and
# a browser is started by a child whose exit status valgrind would change.
valgrind = valgrind -q --error-exitcode=99 --leak-check=full \
	--errors-for-leak-kinds=definite --suppressions=$(abs_top_srcdir)/tests/valgrind.supp
.PHONY: check-valgrind
check-valgrind:
	programs=; for test in $(TESTS); do case $$test in \
	  tests/checks/* | tests/fuzz/* | tests/transcripts/* | tests/helper/test-commands | tests/helper/test-connect | tests/helper/test-exec-tools) ;; \
	  tests/plugins/test-browser | tests/plugins/test-oauth | tests/plugins/test-oauth-provider) ;; \
	  *) programs="$$programs $$test" ;; esac; done; \
	KB_TEST_WRAPPER='$(valgrind)' \
	  $(MAKE) check TESTS="$$programs" TEST_SUITE_LOG=tests/valgrind.log
EXTRA_DIST += tests/valgrind.supp

.PHONY: bench
bench: all
	KB_BUILDDIR='$(abs_top_builddir)' $(top_srcdir)/tests/bench/bench

# Folders in EXTRA_DIST are copied whole: leave out what their users left behind.
dist-hook:
	chmod -R u+w $(distdir)/tests
	find $(distdir)/tests $(distdir)/packaging -name node_modules -prune -exec rm -rf {} +
	find $(distdir)/tests $(distdir)/packaging -name __pycache__ -prune -exec rm -rf {} +
	find $(distdir)/tests \( -name '*.log' -o -name '*.trs' \) -exec rm -f {} +
