#!/usr/bin/env bash
# Runs a native plugin from outside the tree as a user would: a desk whose desk.lua names its shared
# object by absolute path, an article through its stage, and the tag read back from the store.
#   .ci/try-native.sh PROGRAM BUILD
set -euo pipefail
program=$1 plugin=$(realpath "$2")/shout.so
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT

"$program" init "$desk" >/dev/null
cat >"$desk/desk.lua" <<LUA
desk.native { "$plugin" }
desk.ingest { "text" }
desk.tag { "shout" }
LUA
printf 'A loud morning\n\nThe geese are back!\n' >"$desk/loud.txt"
printf 'A calm morning\n\nThe geese are asleep.\n' >"$desk/calm.txt"
"$program" -C "$desk" ingest "$desk/loud.txt" "$desk/calm.txt"

found=$("$program" -C "$desk" search 'tag:loud')
grep -q 'A loud morning' <<<"$found" && ! grep -q 'A calm morning' <<<"$found" || {
    printf 'try-native.sh: tag/shout did not tag what it should; the search gave:\n%s\n' "$found" >&2
    exit 1
}
echo "tag/shout of $plugin ran"
