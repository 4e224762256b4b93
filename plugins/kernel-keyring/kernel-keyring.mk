# SPDX-License-Identifier: MIT
# The module kernel-keyring: system calls only.
if PLUGIN_KERNEL_KEYRING
modules_LTLIBRARIES += plugins/kernel-keyring/kernel-keyring.la
plugins_kernel_keyring_kernel_keyring_la_SOURCES = plugins/kernel-keyring/kernel-keyring.c
plugins_kernel_keyring_kernel_keyring_la_LDFLAGS = $(module_ldflags)
plugins_kernel_keyring_kernel_keyring_la_LIBADD = $(GLIB_LIBS)
dist_man8_MANS += plugins/kernel-keyring/keybearer-kernel-keyring.8
endif
