#!/usr/bin/env bash
# The command line, end to end, against the program in the given build folder: each spec a process of
# its own, as many at once as there are cores (most of them wait most of the time).
#   .ci/cli.sh BUILD [SPEC...]    "ingest" is tests/cli/ingest_spec.lua; none: all
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export COPYDESK_BIN=$PWD/$1/bin/copydesk COPYDESK_SOURCE=$PWD
shift
[ $# -gt 0 ] || set -- $(basename -a -s _spec.lua tests/cli/*_spec.lua)

spec() { # NAME
    local begun=$SECONDS output code=0
    output=$(busted --lua=lua5.4 --output=plainTerminal --pattern=_spec --lpath='tests/cli/?.lua' \
        "tests/cli/$1_spec.lua" 2>&1) || code=$?
    printf '%s\n%s: %d s\n\n' "$output" "$1" $((SECONDS - begun))
    return "$code"
}
export -f spec
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'spec "$1"' spec {}
