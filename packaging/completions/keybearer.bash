# SPDX-License-Identifier: MIT
# Completes keybearer's verbs and options in bash; knows no organization.
# tests/helper/test-commands holds it to the verbs of the program.

_keybearer ()
{
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local at=1 verb words=
  COMPREPLY=()
  [ "${COMP_WORDS[1]-}" = -v ] && at=2
  if [ "$COMP_CWORD" -le "$at" ]; then
    words='login logout list status token exec connect disconnect explain check doctor store modules api audit pat git pnpm'
    words="$words bazel cargo docker go keyring kubectl nuget terraform"
    [ "$COMP_CWORD" = 1 ] && words="$words -v --help --version"
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    return
  fi
  verb=${COMP_WORDS[at]}
  case $verb,$previous in
    token,--output) words='raw json header env azure-cli' ;;
    connect,connect | disconnect,disconnect)
      words='git npm pnpm yarn nuget pip uv twine poetry cargo go bazel docker kubectl terraform --help' ;;
    connect,* | disconnect,*) words='--dry-run --help' ;;
    exec,--only) words='plain azure-cli nuget npm yarn uv poetry twine cargo gradle pipeline' ;;
    check,--config)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    login,*) words='--account --tenant --device --port --paste --source --help' ;;
    logout,*) words='--all --revoke --help' ;;
    list,* | status,* | explain,* | modules,*) words='--json --help' ;;
    token,*) words='--output --scope --help' ;;
    doctor,*) words='--json --offline --help' ;;
    check,*) words='--config --help' ;;
    store,store) words='init put remove migrate --help' ;;
    store,--from) words='libsecret gcm all' ;;
    audit,*) words='--since --until --tokens --action --follow --interval --json --org --help' ;;
    pat,pat) words='list show create update rotate revoke scopes --help' ;;
    pat,--for) words='git-read git-write feed-read feed-write build work-items' ;;
    pat,--scope) words=$(keybearer pat scopes 2>/dev/null) ;;
    pat,--state) words='active expired revoked all' ;;
    pat,--sort) words='name end state' ;;
    pat,*) words='--scope --for --days --until --all-orgs --to --fd --show --no-keep --name --state --sort --reverse --all --expiring-within --dry-run --json --org --help' ;;
    api,-X) words='GET HEAD POST PUT PATCH DELETE OPTIONS' ;;
    api,*) words='-X -d -f --paginate --org --help' ;;
    store,init) words='sealed-file secret-service' ;;
    store,*) words='--from --delete --dry-run --json --help' ;;
    git,*) words='get store erase capability' ;;
    exec,*)
      _keybearer_command "$at" && return
      words='--only --system-accesstoken --help --'
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

# What stands after -- is a command line of its own.
_keybearer_command ()
{
  local i
  for ((i = $1 + 1; i < COMP_CWORD; i++)); do
    [ "${COMP_WORDS[i]}" = -- ] || continue
    if declare -F _command_offset >/dev/null; then
      _command_offset $((i + 1))
    elif [ "$COMP_CWORD" = $((i + 1)) ]; then
      mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
    else
      mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
    fi
    return 0
  done
  return 1
}

complete -F _keybearer keybearer
