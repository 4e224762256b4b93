# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: MIT
# Several people of the stand-in under one source of the phase's own name; more than one phase
# at a time may sign them in.  Knows nothing of what a test checks; sourced after lib.sh.
# shellcheck source=default-people.sh
. "$(dirname "${BASH_SOURCE[0]}")/default-people.sh"

# persons [OPTION...]: the source me-$nonce with these options, and alice at the browser.
# STORES and CLIENT stand for the usual ones.
persons () {
  unset GIT_TERMINAL_PROMPT GIT_ASKPASS SSH_ASKPASS CI TF_BUILD GCM_INTERACTIVE
  git config --global credential.https://dev.azure.com.useHttpPath true
  configure <<CONF
[stack azure-devops]
match=https://dev.azure.com/;https://*.visualstudio.com/
sources=me-$nonce
stores=${STORES:-kernel-keyring;secret-service}

[source me-$nonce]
module=oauth
client-id=${CLIENT:-$KB_AZURE_PUBLIC_CLIENT_ID}
$(printf '%s\n' "$@")
CONF
  browser alice
}
