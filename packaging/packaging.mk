# SPDX-License-Identifier: MIT
# What is installed beside the program and how a person sets it up.
EXTRA_DIST += packaging/keybearer.conf packaging/setup packaging/demo-session .ci/run
confdir = $(datadir)/keybearer
dist_conf_DATA = packaging/keybearer.conf

# Completions, each where its shell looks for them.
bashcompletionsdir = $(datadir)/bash-completion/completions
dist_bashcompletions_DATA = packaging/completions/keybearer.bash
zshcompletionsdir = $(datadir)/zsh/site-functions
dist_zshcompletions_DATA = packaging/completions/_keybearer
fishcompletionsdir = $(datadir)/fish/vendor_completions.d
dist_fishcompletions_DATA = packaging/completions/keybearer.fish
