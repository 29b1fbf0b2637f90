#!/usr/bin/env bash
# Runs each fuzz target on its kept corpus, then for its share of the seconds, all processors busy.
# A find stops its target and fails the run; it is written to build/fuzz-found/NAME, beside the inputs
# that reached something new. The corpus in tests/fuzz/corpus grows by hand.
#   .ci/fuzz.sh BUILD SECONDS
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1 seconds=$2
export ASAN_OPTIONS=detect_leaks=1:${ASAN_OPTIONS-} UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS-}
targets=("$build"/fuzz/fuzz_*)
at_once=$(nproc)
share=$((seconds * at_once / ${#targets[@]}))

run() { # TARGET
    local name corpus found
    name=$(basename "$1")
    corpus=tests/fuzz/corpus/${name#fuzz_} found=build/fuzz-found/$name
    mkdir -p "$found"
    if "$1" -max_total_time="$share" -timeout=20 -rss_limit_mb=2048 -detect_leaks=1 \
        -print_final_stats=1 -artifact_prefix="$found/" "$found" "$corpus" >"$found.log" 2>&1; then
        echo "$name: $(find "$corpus" -type f | wc -l) kept inputs and $share s," \
            "$(awk '/number_of_executed_units/ { print $2 }' "$found.log") runs, no find"
    else
        tail -n 40 "$found.log"
        echo "$name: FAILED; the whole report is in $found.log"
        return 1
    fi
}

export -f run
export share
printf '%s\0' "${targets[@]}" | xargs -0 -n 1 -P "$at_once" bash -c 'run "$1"' fuzz.sh
