# SPDX-License-Identifier: MIT
# What is installed beside the program and how a person sets it up.
EXTRA_DIST += packaging/keybearer.conf packaging/setup packaging/demo-session .ci/run
confdir = $(datadir)/keybearer
dist_conf_DATA = packaging/keybearer.conf
