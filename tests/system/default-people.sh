# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: MIT
# What the tests of sign-ins share: a browser that is scripted, a terminal, and nobody at all.
# Knows nothing of what stands on the pages: `ctl sign-in` reads them as a person does.

# people [LINE...]: nothing is configured but the CA; the lines are more of the user's file.
# The kernel's keys are the phase's own: a default instance has the same name in each.
people () {
  unset GIT_TERMINAL_PROMPT GIT_ASKPASS SSH_ASKPASS DISPLAY WAYLAND_DISPLAY CI TF_BUILD
  unset GCM_INTERACTIVE VSCODE_GIT_FETCH_SILENT SSH_CONNECTION SSH_CLIENT
  configure <<CONF
[store kernel-keyring]
keyring=session

$(printf '%s\n' "$@")
CONF
  git config --global credential.useHttpPath true
  browser alice
}

# own_keys FUNCTION: the phase begins anew with a session keyring of its own
own_keys () {
  [ -z "${KB_OWN_KEYS:-}" ] || return 0
  export KB_OWN_KEYS=1 "${!KB_AZURE_@}"
  exec keyctl session "keybearer-test-$nonce" bash "$self" "$@" 2>&1
}

# browser NAME [BEFORE...]: what is started as one signs NAME in, after the line BEFORE
browser () {
  local name=$1
  shift
  cat >"$HOME/browser" <<PROGRAM
#!/bin/bash
echo "\$1" >>"$HOME/windows"
$*
export KB_AZURE_CONTROL=$KB_AZURE_CONTROL KB_AZURE_CA=$KB_AZURE_CA HTTPS_PROXY=$HTTPS_PROXY
exec "$tests/azure/ctl" sign-in \$(cat "$HOME/options" 2>/dev/null) $name --url "\$1" >>"$HOME/seen" 2>&1
PROGRAM
  chmod +x "$HOME/browser"
  : >"$HOME/windows"
  export BROWSER=$HOME/browser LC_ALL=C.UTF-8
}

windows () { wc -l <"$HOME/windows"; }
pages () { ctl count entra-page; }

# typing TEXT COMMAND...: the same, and TEXT is typed there as soon as a question stands there
typing () {
  local text=$1
  shift
  { until grep -Eq '(: |\? )$' "$TMPDIR/out" 2>/dev/null; do sleep 0.1; done; printf '%b' "$text"; sleep 1; } |
    script -qfec "exec timeout --foreground 60 $*" /dev/null >"$TMPDIR/out" 2>&1
  status=${PIPESTATUS[1]}
  out=$(<"$TMPDIR/out")
}

# Nobody: no terminal, and nobody is to be asked.
alone () { GIT_TERMINAL_PROMPT=0 setsid -w timeout 300 "$@"; }
# An editor: no terminal, but a desktop.
on_desktop () { DISPLAY=:99 setsid -w timeout 300 "$@"; }

# isnt NAME GOT UNWANTED
isnt () { if [ "$2" != "$3" ]; then ok "$1"; else not_ok "$1" "got: $2"; fi; }
