# SPDX-License-Identifier: MIT
# The module sealed-file: GnuTLS seals, the system gives the random numbers.
if PLUGIN_SEALED_FILE
modules_LTLIBRARIES += plugins/sealed-file/sealed-file.la
plugins_sealed_file_sealed_file_la_SOURCES = \
	plugins/sealed-file/sealed-file.c \
	plugins/sealed-file/sealed-file-folder.c plugins/sealed-file/sealed-file-folder.h \
	plugins/sealed-file/sealed-file-format.c plugins/sealed-file/sealed-file-format.h \
	plugins/sealed-file/sealed-file-key.c plugins/sealed-file/sealed-file-key.h
plugins_sealed_file_sealed_file_la_CFLAGS = $(AM_CFLAGS) $(GNUTLS_CFLAGS)
plugins_sealed_file_sealed_file_la_LDFLAGS = $(module_ldflags)
plugins_sealed_file_sealed_file_la_LIBADD = $(GNUTLS_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/sealed-file/keybearer-sealed-file.8
endif
