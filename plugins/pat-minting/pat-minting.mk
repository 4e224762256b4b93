# SPDX-License-Identifier: MIT
if PLUGIN_PAT_MINTING
modules_LTLIBRARIES += plugins/pat-minting/pat-minting.la
plugins_pat_minting_pat_minting_la_SOURCES = \
	plugins/pat-minting/pat-minting.c \
	plugins/pat-minting/leftovers.c plugins/pat-minting/leftovers.h \
	plugins/pat-minting/mint.c plugins/pat-minting/mint.h
plugins_pat_minting_pat_minting_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
plugins_pat_minting_pat_minting_la_LDFLAGS = $(module_ldflags)
plugins_pat_minting_pat_minting_la_LIBADD = $(network_library) $(CURL_LIBS) $(GLIB_LIBS)
dist_man8_MANS += plugins/pat-minting/keybearer-pat-minting.8
endif
