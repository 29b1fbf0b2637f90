#!/usr/bin/env bash
# clang-format, clang-tidy and the house's own rules. `build/release` must be configured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t sources < <(git ls-files '*.c' '*.h')
clang-format --dry-run -Werror "${sources[@]}"

refuse() { # MESSAGE PATTERN PATH...
    local message=$1 pattern=$2
    shift 2
    if git grep -nE "$pattern" -- "$@"; then
        echo "lint: $message" >&2
        exit 1
    fi
}
refuse "core never includes plugins" '#include *[<"](\.\./)*plugins/' core
refuse_floors() { # HIGHER FLOOR...
    local higher=$1 floor
    shift
    for floor in "$@"; do
        refuse "core/$floor sees floors above or beside it" "#include \"($higher)/" "core/$floor"
    done
}
top='watch|schedule|control|live|cli'
refuse_floors "model|store|plugin|lua|worker|pipeline|$top" base
refuse_floors "store|plugin|lua|worker|pipeline|$top" model
refuse_floors "plugin|lua|worker|pipeline|$top" store
refuse_floors "store|lua|worker|pipeline|$top" plugin
refuse_floors "worker|pipeline|$top" lua
refuse_floors "pipeline|$top" worker
refuse_floors "$top" pipeline
refuse_floors 'schedule|control|live|cli' watch
refuse_floors 'watch|schedule|live|cli' control
refuse_floors 'watch|control|live|cli' schedule
refuse_floors 'cli' live
refuse "plugins include only include/copydesk" '#include *[<"](\.\./)*core/' plugins
refuse "allocate through base/alloc.h" '[^_a-z](malloc|calloc|realloc|strdup|strndup)\(' \
    'core/*.c' ':!core/base/alloc.c'

# The linker takes the first of two functions of one name out of an archive, and says nothing.
cmake --build build/release --target copydesk_core >/dev/null
twice=$(nm --defined-only -g build/release/core/libcopydesk_core.a |
    awk '$2 ~ /^[TDBRC]$/ { print $3 }' | sort | uniq -d)
[ -z "$twice" ] || {
    echo "lint: defined twice in core: $twice" >&2
    exit 1
}

run-clang-tidy -quiet -p build/release -j "$(nproc)" "$PWD/(core|plugins)/.*\.c$" \
    >build/tidy.log 2>&1 || {
    grep -E 'warning:|error:' build/tidy.log | sort -u | head -40 >&2
    echo "lint: clang-tidy; the whole report is in build/tidy.log" >&2
    exit 1
}
