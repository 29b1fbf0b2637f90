#!/bin/sh
# Runs test.lua against the shared object, as a desk would that uses it.
#   check.sh PROGRAM PLUGIN.so
set -eu
program=$1 plugin=$2
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT

"$program" init "$desk/desk" >/dev/null
printf 'desk.native { "%s" }\n' "$plugin" >"$desk/desk/desk.lua"
printf 'desk.ingest { "text" }\ndesk.tag { "language" }\ndesk.@KIND@ { "@NAME@" }\n' >>"$desk/desk/desk.lua"
"$program" -C "$desk/desk" plugin test @KIND@/@NAME@

printf '== At sea\nThe ferry is back. It sails again.\n' >"$desk/sample.txt"
"$program" -C "$desk/desk" ingest "$desk/sample.txt"
