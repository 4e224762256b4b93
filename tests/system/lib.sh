# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# SPDX-License-Identifier: MIT
# What the system tests share: TAP, phases inside the stand-in, the two gits, the configuration.
# Knows nothing of what a test checks.
#
# A test sources this file, defines functions, and ends with `run_phases "$@"`.  Its function
# `phases` calls `phase KEYRING SECONDS FUNCTION [ARGUMENT...]` or `each_git KEYRING SECONDS
# FUNCTION`; every phase has a stand-in, a home and a keyring of its own, and must reach its
# end: SECONDS are what it may take on a machine that does nothing else, and it is given more.  Inside a phase `ctl` drives the stand-in.
set -u
exec 2>&1
export SHELL=/bin/sh

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${KB_BUILDDIR:?run make check-system}"
self=$tests/system/$(basename "$0") # from any folder
URL=https://contoso@dev.azure.com/contoso/demo/_git/demo

# --- TAP ------------------------------------------------------------------------------------

note () { printf '# %s\n' "$*"; }
ok () { printf 'ok - %s\n' "${label:+$label: }$*"; }

# not_ok NAME [WHAT IS WRONG]
not_ok () {
  printf 'not ok - %s\n' "${label:+$label: }$1"
  shift
  [ $# -eq 0 ] || head -c 4000 <<<"$*" | sed 's/^/#   /'
}

skip () { printf 'ok - %s # SKIP %s\n' "${label:+$label: }$1" "$2"; }

# is NAME GOT WANTED
is () {
  if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:    $2" "wanted: $3"; fi
}

# at_most NAME GOT LIMIT
at_most () {
  if [ "$2" -le "$3" ]; then ok "$1"; else not_ok "$1" "got $2, at most $3 allowed"; fi
}

# has NAME TEXT PATTERN and lacks NAME TEXT PATTERN: an extended regular expression
has () {
  if grep -Eq -- "$3" <<<"$2"; then ok "$1"; else not_ok "$1" "no $3 in:" "$2"; fi
}
lacks () {
  if grep -Eq -- "$3" <<<"$2"; then not_ok "$1" "there is $3 in:" "$2"; else ok "$1"; fi
}

# Runs a command; leaves $out, $err and $status.
capture () {
  "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
  status=$?
  out=$(<"$TMPDIR/out")
  err=$(<"$TMPDIR/err")
}

# at_terminal COMMAND...: with a terminal of its own, in its foreground; leaves $out and $status.
# `script` starts $SHELL, and not every shell becomes its last command: hence the exec.
at_terminal () {
  capture script -qec "exec timeout --foreground 300 $*" /dev/null
}

# works NAME COMMAND... and fails NAME COMMAND...: its exit status; 124 is `timeout`'s
works () {
  local name=$1
  shift
  capture "$@"
  if [ "$status" = 0 ]; then ok "$name"; else not_ok "$name" "status $status" "$out" "$err"; fi
}
fails () {
  local name=$1
  shift
  capture "$@"
  case $status in
    0 | 124 | 13[0-9]) not_ok "$name" "status $status" "$out" "$err" ;;
    *) ok "$name" ;;
  esac
}

# --- phases ---------------------------------------------------------------------------------

phases_run=0
phase () {
  local keyring=$1 limit=$2 tap
  shift 2
  phases_run=$((phases_run + 1))
  tap=$KB_SCRATCH/tap.$phases_run
  timeout -k 15 $((limit * 4)) "$tests/azure/run" --keyring "$keyring" -- bash "$self" "$@" | tee "$tap"
  if [ "${PIPESTATUS[0]}" != 0 ] || ! grep -qx '# the end' "$tap"; then
    label='' not_ok "$* comes to its end" | tee -a "$tap"
  fi
}

# The rest of a test that cannot run here: one skip, counted.
skip_rest () { skip "$1" "$2" | tee "$KB_SCRATCH/tap.skip.$RANDOM"; }

# each_git KEYRING SECONDS FUNCTION: once with the system's git, once with that of Debian 13
each_git () {
  local why
  phase "$@" system
  if why=$("$tests/debian13/fetch" "$KB_BUILDDIR/tests/debian13/git" 2>&1); then
    phase "$@" debian13
  elif [ $? = 77 ]; then
    skip_rest "$3 with git of Debian 13" "$(tail -n 1 <<<"$why")"
  else
    not_ok "$3 with git of Debian 13" "$why" | tee "$KB_SCRATCH/tap.fetch.$3"
  fi
}

# with_debian13 NAME SECONDS PACKAGE: a phase NAME, with the program of Debian 13 in that folder
with_debian13 () {
  local why
  if why=$("$tests/debian13/fetch" "$KB_BUILDDIR/tests/debian13/$1" "$3" libc6 2>&1); then
    phase none "$2" "$1"
  elif [ $? = 77 ]; then
    skip_rest "$1" "$(tail -n 1 <<<"$why")"
  else
    not_ok "$1 of Debian 13" "$why" | tee "$KB_SCRATCH/tap.fetch.$1"
  fi
}

# needs TOOL...: ends the test as one skip when a tool is missing
needs () {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null && continue
    echo "1..0 # SKIP $tool is not installed (packaging/setup deps installs it)"
    exit 0
  done
}

run_phases () {
  if [ -z "${KB_AZURE_CONTROL:-}" ]; then
    needs git curl jq gdbus
    phases
    printf '1..%d\n' "$(cat "$KB_SCRATCH"/tap.* | grep -Ec '^(not )?ok\b')"
    exit 0
  fi
  settle_in
  "$@"
  forget_kernel_keys
  echo '# the end'
}

# Inside a phase: what the machine has set up must not count, and no secret of the stand-in
# may be in the environment of what is tested.
settle_in () {
  local name
  PATH=$tests/azure:$PATH
  # What a busy machine makes late is no failure; a test of a deadline sets it to 1.
  export KEYBEARER_PATIENCE=8
  unset CI TF_BUILD GCM_INTERACTIVE VSCODE_GIT_FETCH_SILENT
  for name in "${!KB_AZURE_@}"; do
    case $name in *SECRET | *PAT | *PAT_* | *PASSWORD | *OTP) export -n "${name?}" ;; esac
  done
  nonce=$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')
  config=$XDG_CONFIG_HOME/keybearer/keybearer.conf
  git config --global credential.helper keybearer
  cd "$HOME" || exit 1
}

# The keys of this phase, in the keyring of the run or, where it has none, of the user.
forget_kernel_keys () {
  local id rest
  [ -r /proc/keys ] || return 0
  while read -r id rest; do
    case $rest in
      *keybearer:*"$nonce"* | *keybearer:*"$KB_AZURE_CLIENT_ID"* | \
        *keybearer:*"$KB_AZURE_FABRIKAM_CLIENT_ID"*)
        keyctl unlink "0x$id" @s >/dev/null 2>&1 || keyctl unlink "0x$id" @u >/dev/null 2>&1 ;;
    esac
  done <<<"$(cat /proc/keys)"
}

# --- crowds ---------------------------------------------------------------------------------

# at_once COUNT COMMAND...: so many at the same time, each with its number as the last word. Leaves
# in $good how many ended well, and what each said in crowd/NUMBER.out and crowd/NUMBER.err.
at_once () {
  local i count=$1 started=()
  shift
  rm -rf crowd && mkdir crowd
  for ((i = 0; i < count; i++)); do
    "$@" "$i" >"crowd/$i.out" 2>"crowd/$i.err" </dev/null &
    started[i]=$!
  done
  good=0
  for i in "${!started[@]}"; do
    if wait "${started[i]}"; then
      good=$((good + 1))
    else
      note "number $i: status $?: $(tail -qn 3 "crowd/$i".* | tr '\n' ' ')"
    fi
  done
}

# --- git ------------------------------------------------------------------------------------

# use_git system|debian13: sets $label, and $git_authtype when it knows authtype and state
use_git () {
  local version
  if [ "$1" = debian13 ]; then PATH=$KB_BUILDDIR/tests/debian13/git/bin:$PATH; fi
  hash -r
  version=$(git --version)
  version=${version#git version }
  label="git $version"
  git_authtype=
  if [ "$(printf '%s\n' 2.46 "$version" | sort -V | head -n 1)" = 2.46 ]; then git_authtype=1; fi
}

# commit FOLDER TEXT: a commit with a new file
commit () {
  printf '%s\n' "$2" >"$1/$2.txt" && git -C "$1" add . && git -C "$1" commit --quiet -m "$2"
}

# --- the program ----------------------------------------------------------------------------

# configure [STORES] <<GROUPS: a new user's file; STORES for the usual service principal
configure () {
  printf '[network]\nca-file=%s\n\n' "$KB_AZURE_CA" >"$config"
  [ $# -eq 0 ] || use_principal "$1"
  if [ ! -t 0 ]; then cat >>"$config"; fi
}

use_principal () {
  keep_secret ci "$KB_AZURE_CLIENT_SECRET"
  cat >>"$config" <<CONF
[stack azure-devops]
match=https://dev.azure.com/;https://*.visualstudio.com/
sources=ci-$nonce
stores=$1

[source ci-$nonce]
module=service-principal
tenant=$KB_AZURE_TENANT
client-id=$KB_AZURE_CLIENT_ID
secret=file:$HOME/ci.secret

CONF
}

# use_person STORES [SOURCES]: alice's Entra token, by a program that stands for her sign-in; the
# source deploy gives what is kept as store:pat/contoso/deploy
use_person () {
  cat >"$HOME/alice" <<PROGRAM
#!/bin/bash
export KB_AZURE_CONTROL=$KB_AZURE_CONTROL PATH=$PATH HOME=$HOME
exec "$tests/azure/ctl" mint user alice
PROGRAM
  chmod 700 "$HOME/alice"
  configure <<CONF
[stack azure-devops]
match=https://dev.azure.com/
sources=${2:-me-$nonce}
stores=$1

[source me-$nonce]
module=exec
command=$HOME/alice
format=token

[source deploy]
module=pat
secret=store:pat/contoso/deploy
CONF
}

# keep_secret NAME VALUE: in $HOME/NAME.secret
keep_secret () { (umask 077 && printf '%s' "$2" >"$HOME/$1.secret"); }

# ask ORGANIZATION [LINE...]: what git says to a helper
ask () {
  local organization=$1
  shift
  printf 'protocol=https\nhost=dev.azure.com\npath=%s/demo/_git/demo\n' "$organization"
  [ $# -eq 0 ] || printf '%s\n' "$@"
  printf '\n'
}

helper () { timeout 300 "$KB_BUILDDIR/helper/git-credential-keybearer" "$@"; }

# The password that the program gives for an organization, as a git without authtype gets it.
token () { ask "${1:-contoso}" | helper get 2>/dev/null | sed -n 's/^password=//p'; }

# refuse [ORGANIZATION]: tells the program, as git does, that the server refused what it gives.
refuse () {
  local given
  given=$(ask "${1:-contoso}" | helper get 2>/dev/null)
  { ask "${1:-contoso}" | sed '/^$/d'; printf '%s\n\n' "$given"; } | helper erase
}

# --- the stand-in ---------------------------------------------------------------------------

requests () { ctl count entra-token; }
log_of () { ctl log | jq -r "$1"; }

# Who knocked at a git host, and with what: "Bearer contoso 200", one line a kind
knocks () {
  ctl log | jq -r 'select(.route == "git" or .route == "lfs")
    | "\(.scheme) \(.owner // "-") \(.status)"' | sort | uniq -c | awk '{ print $2, $3, $4 }'
}

# Items of the real keyring: {"label", "attributes", "secret", "locked"}, one JSON line each
items () { "$tests/system/keyring-items"; }
our_items () { items | jq -c 'select(.attributes.application == "keybearer")'; }
