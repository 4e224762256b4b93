# SPDX-License-Identifier: MIT
# The module kernel-keyring: system calls only, so it is linked into the program.  The
# tests load the same code as a file; -rpath is what makes libtool build that all the same.
if PLUGIN_KERNEL_KEYRING
builtins += kernel_keyring
builtin_libraries += plugins/kernel-keyring/libbuiltin.a
noinst_LIBRARIES += plugins/kernel-keyring/libbuiltin.a
plugins_kernel_keyring_libbuiltin_a_SOURCES = plugins/kernel-keyring/kernel-keyring.c
plugins_kernel_keyring_libbuiltin_a_CPPFLAGS = $(AM_CPPFLAGS) -Dkb_module=kb_module_kernel_keyring
plugins_kernel_keyring_libbuiltin_a_CFLAGS = $(AM_CFLAGS) -fPIE
check_LTLIBRARIES += plugins/kernel-keyring/kernel-keyring.la
plugins_kernel_keyring_kernel_keyring_la_SOURCES = plugins/kernel-keyring/kernel-keyring.c
plugins_kernel_keyring_kernel_keyring_la_LDFLAGS = $(module_ldflags) -rpath /nowhere
plugins_kernel_keyring_kernel_keyring_la_LIBADD = $(GLIB_LIBS)
dist_man8_MANS += plugins/kernel-keyring/keybearer-kernel-keyring.8
endif
