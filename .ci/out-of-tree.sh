#!/usr/bin/env bash
# Installs the build into a folder of its own, runs the installed program, and builds the example
# plugin against the installed tree, as its author would, with gcc and with clang.
#   .ci/out-of-tree.sh BUILD
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$1" --prefix "$prefix/usr" >/dev/null
"$prefix/usr/bin/copydesk" version
"$prefix/usr/bin/copydesk" plugin test --quiet

# the unit, as it would lie in a system whose prefix this is
if command -v systemd-analyze >/dev/null; then
    unit=$prefix/copydesk@check.service
    sed -E "s#^(Exec[A-Za-z]*)=[^ ]*#\1=$prefix/usr/bin/copydesk#" \
        "$prefix/usr/lib/systemd/user/copydesk@.service" >"$unit"
    said=$(XDG_RUNTIME_DIR=$prefix systemd-analyze verify --user --man=no "$unit" 2>&1) || { echo "$said"; exit 1; }
    if grep -F "copydesk@" <<<"$said"; then exit 1; fi # what it does not know is a warning alone
else
    echo "skipped: no systemd-analyze: the unit was not looked at"
fi

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name copydesk-plugin.pc)")
export PKG_CONFIG_PATH
# the example in the manual compiles as it stands
sed -n '/^ \*     \/\/ shout.c/,/^ \*     };$/s/^ \*     \{0,1\}//p' "$prefix/usr/include/copydesk/plugin.h" \
    >"$prefix/shout.c"
read -ra flags < <(pkg-config --cflags --libs copydesk-plugin lua5.4)
for compiler in gcc clang; do
    $compiler -std=c11 -Wall -Wextra -Werror -pedantic -shared -fPIC -fvisibility=hidden \
        -o "$prefix/shout.so" "$prefix/shout.c" "${flags[@]}"
done
for header in plugin text; do
    echo "#include <copydesk/$header.h>" | g++ -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only \
        "${flags[@]}" -
done
"$prefix/usr/bin/copydesk" init "$prefix/desk" >/dev/null
echo "desk.native { '$prefix/shout.so' } desk.ingest { 'text' } desk.tag { 'loud' }" \
    >"$prefix/desk/desk.lua"
mkdir -p "$prefix/desk/scripts/tag/loud"
cat >"$prefix/desk/scripts/tag/loud/init.lua" <<'LUA'
return { kind = "tag", name = "loud", version = "1.0.0", api = 1, about = "Says it louder.",
    run = function(article)
        return { { scheme = "loud", label = desk.shout.loud(article.headline) } }
    end }
LUA
echo '{"id": 1, "headline": "hi", "text": "ho"}' |
    "$prefix/usr/bin/copydesk" -C "$prefix/desk" plugin try tag/loud | grep -q '"hi!"'

# the example that is installed, without the sources of copydesk around it
cp -r "$(pkg-config --variable=exampledir copydesk-plugin)" "$prefix/example"
for compiler in gcc clang; do
    cmake -S "$prefix/example" -B "$prefix/$compiler" -G Ninja -DCMAKE_C_COMPILER=$compiler >/dev/null
    cmake --build "$prefix/$compiler"
    ctest --test-dir "$prefix/$compiler" --output-on-failure
done
# what `plugin new --native` writes can be built and tested, too
for plugin in tag/fleet ingest/notes summarize/longest; do
    name=${plugin#*/}
    "$prefix/usr/bin/copydesk" -C "$prefix/desk" plugin new --native "$plugin" >/dev/null
    cmake -S "$prefix/desk/native/$name" -B "$prefix/$name" -G Ninja >/dev/null
    cmake --build "$prefix/$name"
    ctest --test-dir "$prefix/$name" --output-on-failure
done
# and installed, it is found by name alone
cmake --install "$prefix/gcc" >/dev/null
cd "$prefix"
"$prefix/usr/bin/copydesk" plugin test tag/hulls
