# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: MIT
# For tests of package tools: two organizations of two tenants, and who was shown what.
# Knows nothing of any tool.

PKGS=https://pkgs.dev.azure.com
STRANGER=https://packages.northwind.example
export PKGS STRANGER

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
match=https://dev.azure.com/fabrikam/;https://pkgs.dev.azure.com/fabrikam/;https://fabrikam.pkgs.visualstudio.com/
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

# nobody [oauth]: a configuration by which only a person could sign in, with a PAT or in the browser
nobody () {
  configure <<CONF
[stack azure-devops]
match=https://pkgs.dev.azure.com/;https://*.pkgs.visualstudio.com/;https://dev.azure.com/
sources=me-$nonce
stores=kernel-keyring

[source me-$nonce]
module=${1:-pat}
${1:+tenant=$KB_AZURE_TENANT
client-id=$KB_AZURE_PUBLIC_CLIENT_ID}
CONF
}

# forget: all tokens, and what the stand-in has counted
forget () {
  keybearer logout contoso >/dev/null 2>&1
  keybearer logout fabrikam >/dev/null 2>&1
  ctl reset
}

# Whose credentials a route took, by organization: "contoso Basic contoso", one line a kind
taken () {
  log_of "select(.route == \"$1\" and .status < 400 and .owner != null)
    | \"\(if .host == \"pkgs.dev.azure.com\" then .path | split(\"/\")[1]
          else .host | split(\".\")[0] end) \(.scheme) \(.owner)\"" | sort -u
}

# hash_of SECRET: as tool-server notes what it was shown
hash_of () { printf '%s' "$1" | sha256sum | cut -d ' ' -f 1; }

# Whose credentials somebody else's server was shown
shown_to_strangers () { log_of 'select(.route == "stranger") | .owner // empty' | sort -u; }

leaks () { ctl count blob-credential; }

# a_short_token COMMAND...: runs it with a token of three seconds, and waits until that is over
a_short_token () {
  local until
  ctl fault entra-token lifetime=3 expires_in=3 count=1 >/dev/null
  "$@"
  until=$(($(date +%s) + 3))
  while [ "$(date +%s)" -le "$until" ]; do sleep 0.2; done
  ctl fault clear >/dev/null
}

# lay FEED/pypi NAME [VERSION [NEEDS]]: a wheel and a source package, with a PAT and without a tool
lay () {
  local pat=$KB_AZURE_PAT file
  case $1 in *fabrikam*) pat=$KB_AZURE_PAT_FABRIKAM ;; "$STRANGER"*) pat= ;; esac
  rm -rf laid && mkdir laid
  "$tests/azure/pypkg.py" laid "${@:2}"
  for file in laid/*; do
    curl -sS -f -o /dev/null ${pat:+-u "any:$pat"} -F :action=file_upload -F "name=$2" -F "version=${3:-1.0}" \
      -F "content=@$file" "$1/upload/"
  done
}
