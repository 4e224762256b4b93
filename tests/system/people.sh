# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: MIT
# People of the stand-in for tests that need several: a scripted browser, codes, a terminal.
# Knows nothing of what a test checks; sourced after lib.sh.

# people [OPTION...]: a source that asks whoever sits there, with these options; nobody yet
people () {
  unset GIT_TERMINAL_PROMPT GIT_ASKPASS SSH_ASKPASS
  git config --global credential.https://dev.azure.com.useHttpPath true
  configure <<CONF
[stack azure-devops]
match=https://dev.azure.com/;https://*.visualstudio.com/
sources=me-$nonce
stores=${STORES:-kernel-keyring;secret-service}

[source me-$nonce]
module=oauth
client-id=$KB_AZURE_PUBLIC_CLIENT_ID
$(printf '%s\n' "$@")
CONF
  cat >"$HOME/browser" <<PROGRAM
#!/bin/bash
echo opened >>"$HOME/windows"
export KB_AZURE_CONTROL=$KB_AZURE_CONTROL KB_AZURE_CA=$KB_AZURE_CA HTTPS_PROXY=$HTTPS_PROXY
exec "$tests/azure/ctl" sign-in \$(cat "$HOME/options" 2>/dev/null) \$(cat "$HOME/who") --url "\$1" >>"$HOME/seen" 2>&1
PROGRAM
  chmod +x "$HOME/browser"
  : >"$HOME/windows"
  echo alice >"$HOME/who"
  export BROWSER=$HOME/browser LC_ALL=C.UTF-8
}

# sits_there NAME: who is at the browser from now on
sits_there () { echo "$1" >"$HOME/who"; }

# How many windows have opened.
windows () { wc -l <"$HOME/windows"; }

# at_terminal COMMAND...: with a terminal of its own; leaves $out and $status
at_terminal () { capture script -qec "exec timeout --foreground 60 $*" /dev/null; }

# Without any terminal, as a program in the background.
alone () { GIT_TERMINAL_PROMPT=0 setsid -w "$@"; }

# type_code approve|decline: as soon as there is a code, somebody types it
type_code () {
  local code='' i
  for i in {1..100}; do
    code=$(ctl device list | jq -r 'select(.state == "pending").user_code' | head -n 1)
    [ -z "$code" ] || break
    sleep 0.1
  done
  ctl device "$1" "$code"
}
