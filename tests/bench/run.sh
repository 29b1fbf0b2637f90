#!/usr/bin/env bash
# Builds the release and prints one JSON document: what an article costs, and against what.
#   tests/bench/run.sh [1k|10k|100k]...     default: 1k 10k; README.md says how to read it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[ $# -gt 0 ] || set -- 1k 10k
cmake --preset release -DBUILD_TESTING=ON >&2
cmake --build --preset release --target copydesk bench plugin_text >&2
dir=$(mktemp -d "${TMPDIR:-/tmp}/copydesk-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
build/release/bin/bench run "$dir" "$@"
