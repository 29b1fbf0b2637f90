#!/usr/bin/env bash
# The command line, end to end, against the program in the given build folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export COPYDESK_BIN=$PWD/$1/bin/copydesk COPYDESK_SOURCE=$PWD
exec busted --lua=lua5.4 --output=plainTerminal --pattern=_spec --lpath='tests/cli/?.lua' tests/cli
