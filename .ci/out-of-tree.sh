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
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name copydesk-plugin.pc)")
export PKG_CONFIG_PATH
# without the sources of copydesk around it
cp -r plugins/example "$prefix/example"
for compiler in gcc clang; do
    cmake -S "$prefix/example" -B "$prefix/$compiler" -G Ninja -DCMAKE_C_COMPILER=$compiler >/dev/null
    cmake --build "$prefix/$compiler"
    ctest --test-dir "$prefix/$compiler" --output-on-failure
done
# and installed, it is found by name alone
cmake --install "$prefix/gcc" >/dev/null
cd "$prefix"
"$prefix/usr/bin/copydesk" plugin test tag/hulls
