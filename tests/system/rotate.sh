# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of rotations share: alice's token "deploy", what is kept of it, what is on the server.
# Knows nothing of what happens to it.

pat () { keybearer pat "$@" --org contoso; }

# begin [LINE...]: alice's tokens, with LINEs in [command pat]; and a second configuration, by which
# somebody uses what is kept.
begin () {
  use_person secret-service
  printf '%s\n' '[command pat]' module=azure-devops "$@" >>"$config"
  mkdir -p "$HOME/user/keybearer"
  (umask 077 && sed '/^\[command/,$d; s/^sources=.*/sources=deploy/' "$config" >"$HOME/user/keybearer/keybearer.conf")
}

secret () { XDG_CONFIG_HOME=$HOME/user XDG_STATE_HOME=$HOME/user/state keybearer token contoso 2>/dev/null; }
answer () { curl --silent -o /dev/null -w '%{http_code}' --user ":$1" https://dev.azure.com/contoso/_apis/connectionData; }

# The ids of what is on the server under the name, or one that begins so
on_server () { pat list --json | jq -r '.[] | select(.name | startswith("deploy")) | .id'; }
how_many () { on_server | wc -l; }
journals () { find "$XDG_STATE_HOME/keybearer/rotations" -name '*.json' 2>/dev/null | wc -l; }

# one_left NAME: exactly one is on the server, has its name, is the one that is kept, and works
one_left () {
  is "$1: one is on the server, by its name" "$(pat list --json | jq -r '.[] | select(.name | startswith("deploy")).name')" deploy
  is "$1: it is the one that is kept" "$(pat list --json | jq -r '.[] | select(.name == "deploy").kept')" pat/contoso/deploy
  is "$1: and works" "$(answer "$(secret)")" 200
}
