#!/usr/bin/env bash
# Installs the build into a folder of its own, runs the installed program, and builds a native plugin
# against the installed tree, as its author would.
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
cmake -S tests/native-example -B "$prefix/build" -G Ninja >/dev/null
cmake --build "$prefix/build"
.ci/try-native.sh "$prefix/usr/bin/copydesk" "$prefix/build"
