#!/bin/sh
# Runs the example as its users would: its tests, in C and then in Lua, and a desk that uses it.
#   check.sh PROGRAM PLUGIN.so
set -eu
program=$1 plugin=$2
here=$(cd "$(dirname "$0")" && pwd)
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT

"$program" init "$desk/c" >/dev/null
printf 'desk.native { "%s" }\ndesk.ingest { "text" }\ndesk.tag { { "hulls", min_digits = 2 } }\n' \
    "$plugin" >"$desk/c/desk.lua"
"$program" -C "$desk/c" plugin test tag/hulls

"$program" init "$desk/lua" >/dev/null
cp -r "$here/lua/tag" "$desk/lua/scripts/"
cp "$here/tag/hulls/test.lua" "$desk/lua/scripts/tag/hulls/"
"$program" -C "$desk/lua" plugin test tag/hulls

# its module, from a Lua plugin of the desk
mkdir -p "$desk/c/scripts/tag/first"
cat >"$desk/c/scripts/tag/first/init.lua" <<'LUA'
return { kind = "tag", name = "first", version = "1.0.0", api = 1, about = "The first ship.",
    run = function(article)
        local label, first, last = desk.hulls.find(article.text)
        return label and { { scheme = "first", label = label, spans = { { first, last } } } } or {}
    end }
LUA
sed -i 's/desk.tag { /desk.tag { "first", /' "$desk/c/desk.lua"

printf 'At sea\n\nDDG-51 met CVN 78 and A-1 off Norfolk.\n' >"$desk/ships.txt"
printf 'Ashore\n\nNobody met anybody.\n' >"$desk/none.txt"
"$program" -C "$desk/c" ingest --quiet "$desk/ships.txt" "$desk/none.txt"
for query in tag:CVN-78 tag:DDG-51; do
    found=$("$program" -C "$desk/c" search "$query")
    case $found in
    *Ashore*) found= ;;
    *"At sea"*) ;;
    *) found= ;;
    esac
    [ -n "$found" ] || { echo "check.sh: $query does not find the one article" >&2; exit 1; }
done
echo "hulls: the stage and the module ran in a desk"
