# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: MIT
# What the tests of npm, pnpm and Yarn share: feeds with tiny packages, projects that want them, and
# what every one of these tools has to stand. Sourced after lib.sh; knows no tool: the test says how
# one installs (`installs FOLDER`, with no memory of what was fetched before).
PACKAGING=_packaging/tools/npm/registry/
CONTOSO=https://pkgs.dev.azure.com/contoso/$PACKAGING
LIBS=https://pkgs.dev.azure.com/contoso/demo/_packaging/libs/npm/registry/
OLDER=https://contoso.pkgs.visualstudio.com/$PACKAGING
FABRIKAM=https://pkgs.dev.azure.com/fabrikam/$PACKAGING
STRANGER=https://packages.northwind.example
tools=$KB_BUILDDIR/tests/tools
makes=project # the function that makes a project

# with_tools SECONDS NAME...: a phase `of_NAME` for each, where the tools can be installed
with_tools () {
  local why limit=$1 name
  shift
  if why=$("$tests/tools/install" "$tools" 2>&1); then
    for name; do
      if [ -d "$tools/$name" ]; then
        phase none "$limit" "of_$name"
      else
        skip_rest "$name" 'it is not there for this kind of machine'
      fi
    done
  elif [ $? = 77 ]; then
    skip_rest "$*" "$(tail -n 1 <<<"$why")"
  else
    not_ok "$* can be installed" "$why" | tee "$KB_SCRATCH/tap.install"
  fi
}

# --- the feeds ------------------------------------------------------------------------------

# principals: two tenants, each with its own service principal
principals () {
  keep_secret ci "$KB_AZURE_CLIENT_SECRET"
  keep_secret other "$KB_AZURE_FABRIKAM_CLIENT_SECRET"
  configure <<CONF
[stack contoso]
match=https://pkgs.dev.azure.com/;https://*.pkgs.visualstudio.com/;https://dev.azure.com/
sources=ci-$nonce
stores=kernel-keyring

[stack fabrikam]
match=https://pkgs.dev.azure.com/fabrikam/
sources=other-$nonce
stores=kernel-keyring

[source ci-$nonce]
module=service-principal
tenant=$KB_AZURE_TENANT
client-id=$KB_AZURE_CLIENT_ID
secret=file:$HOME/ci.secret

[source other-$nonce]
module=service-principal
tenant=$KB_AZURE_FABRIKAM_TENANT
client-id=$KB_AZURE_FABRIKAM_CLIENT_ID
secret=file:$HOME/other.secret
CONF
}

# one_source NAME: the stack of contoso is this source alone; nothing is kept
one_source () {
  keybearer logout contoso >/dev/null 2>&1
  configure <<CONF
[stack azure-devops]
match=https://pkgs.dev.azure.com/;https://*.pkgs.visualstudio.com/;https://dev.azure.com/
sources=$1-$nonce
stores=kernel-keyring

[source $1-$nonce]
module=$1
CONF
}

# put REGISTRY NAME [SECRET]: publishes version 1.0.0 without any of the tools
put () {
  "$tests/azure/npmpkg.py" "$2" | curl -sSf -o /dev/null -X PUT ${3:+-u "any:$3"} \
    -H 'Content-Type: application/json' --data-binary @- "$1${2/\//%2f}"
}

# The registry of libs with the GUIDs of its project and its feed
by_guids () {
  curl -sSf -u "any:$KB_AZURE_PAT" "${LIBS%npm/*}nuget/v3/index.json" \
    | jq -r '.resources[] | select(."@type" | startswith("PackagePublish")) | ."@id"' \
    | sed 's,nuget/v2/,npm/registry/,'
}

feeds () {
  put "$CONTOSO" tiny "$KB_AZURE_PAT"
  put "$CONTOSO" @contoso/tiny "$KB_AZURE_PAT"
  put "$LIBS" @libs/tiny "$KB_AZURE_PAT"
  put "$OLDER" @older/tiny "$KB_AZURE_PAT"
  put "$FABRIKAM" @fabrikam/tiny "$KB_AZURE_PAT_FABRIKAM"
  put "$STRANGER/open/npm/registry/" @northwind/tiny
  GUIDS=$(by_guids)
  put "$GUIDS" @guids/tiny "$KB_AZURE_PAT"
  anew
}

# --- projects -------------------------------------------------------------------------------

scopes () {
  printf '%s\n' "libs $LIBS" "older $OLDER" "guids $GUIDS" "fabrikam $FABRIKAM" \
    "northwind $STRANGER/open/npm/registry/" "closed $STRANGER/closed/npm/registry/"
}

# project FOLDER NAME...: one that wants version 1.0.0 of each. Azure dates a version to its arrival
# in the feed, and these are as young as can be, so the tools are told that this is well.
project () {
  local folder=$1 scope url
  shift
  mkdir -p "$folder"
  printf '%s\n' "$@" | jq -R '{(.): "1.0.0"}' \
    | jq -s '{name: "project", version: "1.0.0", private: true, dependencies: add}' >"$folder/package.json"
  {
    echo "registry=$CONTOSO"
    scopes | while read -r scope url; do echo "@$scope:registry=$url"; done
  } >"$folder/.npmrc"
  echo 'minimumReleaseAge: 0' >"$folder/pnpm-workspace.yaml"
}

EVERYTHING=(tiny @contoso/tiny @libs/tiny @older/tiny @guids/tiny @fabrikam/tiny @northwind/tiny)
OURS=(tiny @contoso/tiny @libs/tiny)

# How many packages are there after an installation
installed () { find -L "$1/node_modules" -maxdepth 3 -path '*tiny/package.json' 2>/dev/null | wc -l; }

# --- who saw what ---------------------------------------------------------------------------

anew () { ctl reset; }

# Whose credentials were let in, by organization: "contoso entra contoso"
let_in () {
  log_of 'select(.route == "packages" and .status >= 200 and .status < 400)
    | "\(if .host == "pkgs.dev.azure.com" then .path | split("/")[1] else .host | split(".")[0] end) \(.kind) \(.owner | split("@")[0])"' \
    | sort -u
}

# Whose credentials arrived at somebody else's server
strangers_saw () { log_of 'select(.route == "stranger") | .owner // .kind // empty' | grep -v '^none$' | sort -u; }

# Whether a secret of the stand-in is in a file below FOLDER
secrets_in () { grep -rlE 'eyJ0|_password|_authToken|npmAuth' "$1" --include='*' --exclude-dir=node_modules; }

# short_lived COMMAND...: its tokens end in a second; comes back when the feed refuses the one that the
# test's `current` tells
short_lived () {
  local first try
  ctl fault entra-token expires_in=1 lifetime=1 >/dev/null
  "$@" >/dev/null
  ctl fault clear >/dev/null
  first=$(current)
  for ((try = 0; try < 600; try++)); do
    [ "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $first" "${CONTOSO}tiny")" != 401 ] || return 0
    sleep 0.1
  done
  return 1
}

# --- what each tool has to stand ------------------------------------------------------------

# first_uses TOOL REQUESTS: connected, used, used again; REQUESTS are what connecting itself makes
first_uses () {
  works "connect $1" in_folder p keybearer connect "$1" contoso fabrikam
  is 'makes as many token requests as its files need' "$(requests)" "$2"
  works 'first use' installs p
  is 'of organization and project, older host and GUIDs, two tenants and a stranger' "$(installed p)" \
    "${#EVERYTHING[@]}"
  is 'with one token request an organization' "$(requests)" 2
  is 'and each token at its own organization alone' "$(let_in)" "$(printf '%s\n' \
    'contoso entra contoso' 'fabrikam entra fabrikam')"
  is 'blob storage sees no credential' "$(ctl count blob-credential) $(($(ctl count blob) > 0))" '0 1'
  is 'nor does the stranger' "$(strangers_saw)" ''
  is 'nor is one in the project' "$(secrets_in p)" ''
  anew
  works 'second use' installs p
  is 'needs no token request' "$(requests) $(installed p)" "0 ${#EVERYTHING[@]}"
}

# closed_feed: a stranger that wants a password which nobody has
closed_feed () {
  "$makes" closed tiny @closed/tiny
  anew
  fails 'a stranger that wants a password ends the installation' installs closed
  has 'with its own 401' "$out$err" '401|[Ii]nvalid authentication|E401|find package'
  is 'and is shown none of ours' "$(strangers_saw)" ''
}

# crowd COMMAND...: 32 at once in projects of their own, when nothing is kept
crowd () {
  local i all=32
  for ((i = 0; i < all; i++)); do "$makes" "p$i" "${OURS[@]}"; done
  keybearer logout contoso >/dev/null
  anew
  at_once "$all" one_of_crowd "$@"
  is "$all at once, all of them good" "$good" "$all"
  for ((i = 0; i < all; i++)); do installed "p$i"; done >counts
  is 'each with all that it wants' "$(sort -u counts)" "${#OURS[@]}"
  is 'with one token request' "$(requests)" 1
  is 'each from the feed, by our token alone' "$(($(ctl count blob) >= all * ${#OURS[@]})) $(let_in)" \
    '1 contoso entra contoso'
  is 'which nobody else sees' "$(ctl count blob-credential)$(strangers_saw)" 0
}

# one_of_crowd COMMAND... NUMBER: shares no store and no cache with the others
one_of_crowd () {
  cd "p${*: -1}" || return
  XDG_DATA_HOME=$PWD/data XDG_CACHE_HOME=$PWD/cached YARN_GLOBAL_FOLDER=$PWD/yarn timeout 1600 "${@:1:$#-1}"
}

# in_folder FOLDER COMMAND...
in_folder () { (cd "$1" && shift && "$@"); }
