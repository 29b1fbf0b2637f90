#!/usr/bin/env bash
# The public types against the kept dump, and changes that must be seen.
#   tests/abi/check.sh           compares, with gcc and with clang, and tries the changes
#   tests/abi/check.sh --keep    writes the dump anew, after a change that is meant
#
# A change that is meant: what was there stays as it is (else DESK_ABI_MAJOR rises), what is new comes
# at the end of a struct that begins with its size, DESK_ABI_MINOR rises, and the dump is kept anew in
# the same commit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
kept=tests/abi/copydesk-1.abi
[ "$(uname -m)" = x86_64 ] || { echo "skipped: the kept dump is of x86_64"; exit 0; }
command -v abidiff >/dev/null || { echo "check.sh: abidiff is missing: install abigail-tools" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# COMPILER HEADERS OUT.so
build() {
    "$1" -std=c11 -g -O0 -fPIC -shared -Wall -Wextra -Werror \
        -ffile-prefix-map="$2"=include -ffile-prefix-map="$PWD"=. -I"$2" tests/abi/probe.c -o "$3"
}
# PROBE.so; abidiff's exit code: 0 the same, 4 and above another ABI
compare() { abidiff --no-default-suppression --harmless --no-show-locs "$kept" "$1"; }

build gcc include "$work/probe.so"
if [ "${1-}" = --keep ]; then
    abidw --no-show-locs --no-corpus-path --no-comp-dir-path --out-file "$kept" "$work/probe.so"
    echo "kept $kept"
    exit 0
fi

for compiler in gcc clang; do
    build $compiler include "$work/probe.so"
    compare "$work/probe.so" >"$work/report" || {
        cat "$work/report"
        echo "check.sh: the public types are no more those of $kept ($compiler); see its head" >&2
        exit 1
    }
done

while read -r type; do
    grep -qE "name='$type'" "$kept" || {
        echo "check.sh: $type is public and not in tests/abi/probe.c" >&2
        exit 1
    }
done < <(sed -nE 's/^(struct|enum) (desk_[a-z_]+) .*/\2/p; s/^typedef .*\(\*(desk_[a-z_]+)\).*/\1/p' \
    include/copydesk/*.h | sort -u)

tried=0
# WHAT SED-SCRIPT: the change must be seen
must_see() {
    rm -rf "$work/include"
    cp -r include "$work/include"
    sed -i -E "$2" "$work"/include/copydesk/*.h
    ! diff -rq include "$work/include" >/dev/null || {
        echo "check.sh: '$1' changes nothing: mend the test" >&2
        exit 1
    }
    build gcc "$work/include" "$work/changed.so"
    local code=0
    compare "$work/changed.so" >"$work/report" || code=$?
    [ $((code & 4)) -ne 0 ] || {
        cat "$work/report"
        echo "check.sh: nobody saw: $1" >&2
        exit 1
    }
    tried=$((tried + 1))
}
must_see "a member in the middle of a struct" '/^struct desk_stage \{/,/^\};/s/^    const char \*about;/    int surprise; &/'
must_see "a member at the end of a struct" '/^struct desk_plugin_info \{/,/^\};/s/^\};/    int surprise;\n};/'
must_see "a member that is gone" '/^struct desk_host \{/,/^\};/s/^    uint32_t reserved;//'
must_see "two members changed about" '/^struct desk_option \{/,/^\};/{s/\*name;/*swap;/;s/\*type;/*name;/;s/\*swap;/*type;/}'
must_see "another type of a member" '/^struct desk_error \{/,/^\};/s/^    int code;/    long code;/'
must_see "another argument of a host function" 's/void \*\(\*alloc\)\(size_t size\)/void *(*alloc)(unsigned size)/'
must_see "another number of an error" 's/DESK_ERR_LIMIT = -3/DESK_ERR_LIMIT = -33/'
must_see "another order of log levels" 's/DESK_LOG_INFO, DESK_LOG_WARN/DESK_LOG_WARN, DESK_LOG_INFO/'
must_see "a shorter text" 's/#define DESK_ERROR_TEXT_MAX 512/#define DESK_ERROR_TEXT_MAX 256/'
must_see "a longer name" 's/#define DESK_NAME_MAX 64/#define DESK_NAME_MAX 65/'
must_see "a function of the text service that moved" '/^struct desk_text_api \{/,/^\};/s/^    uint32_t words_version;/    void *surprise; &/'
echo "the public types are those of $kept; $tried changes were seen"
