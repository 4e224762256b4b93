# SPDX-License-Identifier: MIT
# What is installed beside the program and how a person sets it up.
EXTRA_DIST += packaging/python/pyproject.toml packaging/python/README
EXTRA_DIST += packaging/keybearer.conf packaging/setup packaging/demo-session .ci/run
confdir = $(datadir)/keybearer
nodist_conf_DATA = packaging/built/keybearer.conf
dist_conf_DATA = packaging/providers.conf

# Without the modules that configure was told to leave out.
CLEANFILES += packaging/built/keybearer.conf
packaging/built/keybearer.conf: $(top_srcdir)/packaging/keybearer.conf config.status
	$(AM_V_GEN)$(MKDIR_P) packaging/built helper && $(AWK) -v left_out=' $(LEFT_OUT) ' ' \
	  /^(sources|stores)=/ { \
	    cut = index ($$0, "="); n = split (substr ($$0, cut + 1), entry, ";"); list = ""; \
	    for (i = 1; i <= n; i++) \
	      if (!index (left_out, " " entry[i] " ")) list = list (list == "" ? "" : ";") entry[i]; \
	    $$0 = substr ($$0, 1, cut) list } \
	  /^\[command / { held = $$0; next } \
	  held != "" { module = substr ($$0, index ($$0, "=") + 1); group = held; held = ""; \
	    if (index (left_out, " " module " ")) next; \
	    print group } \
	  { print }' $(top_srcdir)/packaging/keybearer.conf > $@.tmp && mv $@.tmp $@

# The backend of the Python module keyring, in a folder of its own: twine and poetry are led
# there by `connect`, whatever Python they run in. Its second folder is what makes it known.
pybackenddir = $(datadir)/keybearer/python/keybearer_keyring
dist_pybackend_DATA = packaging/python/keybearer_keyring/__init__.py
pyinfodir = $(datadir)/keybearer/python/keybearer_keyring.dist-info
built_python = packaging/built/python
nodist_pyinfo_DATA = $(built_python)/keybearer_keyring.dist-info/METADATA \
	$(built_python)/keybearer_keyring.dist-info/entry_points.txt
BUILT_SOURCES += $(built_python)/keybearer_keyring/__init__.py
CLEANFILES += $(nodist_pyinfo_DATA) $(built_python)/keybearer_keyring/__init__.py
$(built_python)/keybearer_keyring/__init__.py: $(top_srcdir)/packaging/python/keybearer_keyring/__init__.py
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp -f $(top_srcdir)/packaging/python/keybearer_keyring/__init__.py $@
$(built_python)/keybearer_keyring.dist-info/METADATA: config.status
	$(AM_V_GEN)$(MKDIR_P) $(@D) && printf 'Metadata-Version: 2.1\nName: keybearer-keyring\nVersion: %s\n' \
	  '$(PACKAGE_VERSION)' > $@
$(built_python)/keybearer_keyring.dist-info/entry_points.txt: $(top_srcdir)/packaging/python/pyproject.toml
	$(AM_V_GEN)$(MKDIR_P) $(@D) && printf '[keyring.backends]\n' > $@ && \
	  $(SED) -n 's/^\(keybearer\) = "\(.*\)"$$/\1 = \2/p' $(top_srcdir)/packaging/python/pyproject.toml >> $@

# Completions, each where its shell looks for them.
bashcompletionsdir = $(datadir)/bash-completion/completions
dist_bashcompletions_DATA = packaging/completions/keybearer.bash
zshcompletionsdir = $(datadir)/zsh/site-functions
dist_zshcompletions_DATA = packaging/completions/_keybearer
fishcompletionsdir = $(datadir)/fish/vendor_completions.d
dist_fishcompletions_DATA = packaging/completions/keybearer.fish

# Weekly rotation of tokens: units for the system and for each user, examples for clusters and hooks.
systemdsystemunitdir = @SYSTEMDSYSTEMUNITDIR@
systemduserunitdir = @SYSTEMDUSERUNITDIR@
EXTRA_DIST += packaging/systemd/system/keybearer-rotate.service.in \
	packaging/systemd/user/keybearer-rotate.service.in
if PLUGIN_AZURE_DEVOPS
dist_systemdsystemunit_DATA = packaging/systemd/system/keybearer-rotate.timer
nodist_systemdsystemunit_DATA = packaging/systemd/system/keybearer-rotate.service
dist_systemduserunit_DATA = packaging/systemd/user/keybearer-rotate.timer
nodist_systemduserunit_DATA = packaging/systemd/user/keybearer-rotate.service
rotatehooksdir = $(pkgdatadir)/hooks
dist_rotatehooks_SCRIPTS = packaging/hooks/kubernetes-secret packaging/hooks/pipelines-variable \
	packaging/hooks/sonarqube
rotatekubernetesdir = $(pkgdatadir)/kubernetes
dist_rotatekubernetes_DATA = packaging/kubernetes/rotate-cronjob.yaml
endif
CLEANFILES += packaging/systemd/system/keybearer-rotate.service \
	packaging/systemd/user/keybearer-rotate.service
packaging/systemd/system/keybearer-rotate.service packaging/systemd/user/keybearer-rotate.service: config.status
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) 's,@bindir[@],$(bindir),' $(top_srcdir)/$@.in > $@.tmp && mv $@.tmp $@
packaging/systemd/system/keybearer-rotate.service: packaging/systemd/system/keybearer-rotate.service.in
packaging/systemd/user/keybearer-rotate.service: packaging/systemd/user/keybearer-rotate.service.in
