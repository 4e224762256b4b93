# SPDX-License-Identifier: MIT
# Completes keybearer's verbs and options in fish; knows no organization.
# tests/helper/test-commands holds it to the verbs of the program.

set -l none __fish_use_subcommand
set -l seen __fish_seen_subcommand_from

complete -c keybearer -f
complete -c keybearer -n $none -s v -d 'Tell each decision on standard error'
complete -c keybearer -n $none -l version -d 'Show the version'
complete -c keybearer -l help -d 'Show how it is called'

complete -c keybearer -n $none -a login -d 'Sign a person in and keep what was given'
complete -c keybearer -n $none -a logout -d 'Forget what is kept, everywhere'
complete -c keybearer -n $none -a list -d 'List what is kept, and where'
complete -c keybearer -n $none -a store -d 'Make a store ready, or take over what others keep'
complete -c keybearer -n $none -a status -d 'Tell who is signed in, where and until when'
complete -c keybearer -n $none -a token -d 'Print a token'
complete -c keybearer -n $none -a exec -d 'Run a command with a token in its environment'
complete -c keybearer -n $none -a explain -d 'Tell what would happen for a URL, and why'
complete -c keybearer -n $none -a check -d 'Check the configuration and the modules it names'
complete -c keybearer -n $none -a modules -d 'List the modules and their options'
complete -c keybearer -n $none -a api -d 'Call the REST API of Azure DevOps'
complete -c keybearer -n $none -a git -d 'Answer git as its credential helper'
complete -c keybearer -n $none -a nuget -d 'Answer NuGet as its plugin'
complete -c keybearer -n $none -a pnpm -d 'Answer pnpm as its tokenHelper'
complete -c keybearer -n $none -a bazel -d 'Answer Bazel as its credential helper'
complete -c keybearer -n $none -a cargo -d 'Answer Cargo as its credential provider'
complete -c keybearer -n $none -a docker -d 'Answer Docker as its credential helper'
complete -c keybearer -n $none -a go -d 'Answer Go as its GOAUTH command'
complete -c keybearer -n $none -a keyring -d 'Answer pip and uv as the command keyring'
complete -c keybearer -n $none -a kubectl -d 'Answer kubectl as its exec plugin'
complete -c keybearer -n $none -a terraform -d 'Answer Terraform as its credentials helper'

complete -c keybearer -n "$seen list status explain modules" -l json -d 'For scripts'
complete -c keybearer -n "$seen logout" -l all -d 'Every account'
complete -c keybearer -n "$seen token" -l output -x -a 'raw json header env azure-cli' -d 'The form'
complete -c keybearer -n "$seen api" -s X -x -a 'GET HEAD POST PUT PATCH DELETE OPTIONS' -d 'The method'
complete -c keybearer -n "$seen api" -s d -r -d 'The body, @FILE'
complete -c keybearer -n "$seen api" -s f -x -d 'A member of the body'
complete -c keybearer -n "$seen api" -l paginate -d 'All pages'
complete -c keybearer -n "$seen api" -l org -x -d 'The organization'
complete -c keybearer -n "$seen check" -l config -r -F -d 'This file alone'
complete -c keybearer -n "$seen exec" -l system-accesstoken -d 'Set SYSTEM_ACCESSTOKEN, too'
complete -c keybearer -n "$seen exec" -l only -x -a 'plain azure-cli nuget npm yarn uv poetry twine cargo gradle pipeline' -d 'For these tools alone'
complete -c keybearer -n "$seen exec" -a '(__fish_complete_subcommand)'
complete -c keybearer -n "$seen store" -a 'init put remove migrate'
complete -c keybearer -n "$seen migrate" -l from -x -a 'libsecret gcm all' -d 'The helper'
complete -c keybearer -n "$seen migrate" -l delete -d 'Delete what was copied'
complete -c keybearer -n "$seen migrate" -l dry-run -d 'Change nothing'
complete -c keybearer -n "$seen migrate" -l json -d 'For scripts'
complete -c keybearer -n "$seen git" -a 'get store erase capability'
