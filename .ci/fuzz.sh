#!/usr/bin/env bash
# Runs each fuzz target on its kept corpus, then for its share of the seconds. New finds are written
# to build/; the corpus in tests/fuzz/corpus grows by hand.
#   .ci/fuzz.sh BUILD SECONDS
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1 seconds=$2
targets=("$build"/fuzz/fuzz_*)
share=$((seconds / ${#targets[@]}))
for target in "${targets[@]}"; do
    name=$(basename "$target")
    corpus=tests/fuzz/corpus/${name#fuzz_}
    found=build/fuzz-found/$name
    mkdir -p "$found"
    echo "$name: $(find "$corpus" -type f | wc -l) kept inputs, then $share s"
    "$target" -max_total_time="$share" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$found/" "$found" "$corpus"
done
