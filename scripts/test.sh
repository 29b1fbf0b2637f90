#!/usr/bin/env bash
# Runs every test and prints what each part took.
#   scripts/test.sh            all of it
#   scripts/test.sh PART...    only these: lint release cli plugins install torture asan tsan fuzz
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

parts=(lint release cli plugins install torture asan tsan fuzz)
[ $# -eq 0 ] || parts=("$@")
logs=build/test-logs
mkdir -p "$logs"
passed=0 failed=0
declare -a times

build() { # PRESET
    cmake --preset "$1" -DBUILD_TESTING=ON && cmake --build --preset "$1"
}
part_lint() { cmake --preset release -DBUILD_TESTING=ON && .ci/lint.sh; }
part_release() { build release && cmake --build --preset release --target bench && ctest --preset release -j 2; }
part_cli() { build release && .ci/cli.sh build/release; }
part_plugins() { build release && build/release/bin/copydesk plugin test; }
part_install() { build release && .ci/out-of-tree.sh build/release; }
part_torture() {
    build release && cmake --build --preset release --target torture &&
        build/release/bin/torture --cycles "${TORTURE_CYCLES:-200}"
}
part_asan() { build asan && ctest --preset asan -j 2 && .ci/cli.sh build/asan; }
part_tsan() { build tsan && ctest --preset tsan -R 'store|pool|ingest|inflow|lineup|text_threads' -j 2; }
part_fuzz() { build fuzz && .ci/fuzz.sh build/fuzz "${FUZZ_SECONDS:-60}"; }

.ci/install.sh .ci/packages-build .ci/packages-test || exit 1
for part in "${parts[@]}"; do
    declare -F "part_$part" >/dev/null || {
        echo "test.sh: no part '$part'; there are: lint release cli plugins install torture asan tsan fuzz" >&2
        exit 2
    }
    printf '== %s\n' "$part"
    begun=$SECONDS
    if "part_$part" >"$logs/$part.log" 2>&1; then
        passed=$((passed + 1)) result=passed
    else
        failed=$((failed + 1)) result=FAILED
        tail -n 60 "$logs/$part.log"
    fi
    grep -hE '^skipped|^SKIPPED|\[  SKIPPED \]' "$logs/$part.log" | sort | uniq -c | head -20
    took=$(printf '%-8s %s %5d s   (%s)' "$part" "$result" $((SECONDS - begun)) "$logs/$part.log")
    times+=("$took")
    echo "$took"
done

printf '\n== what each part took\n'
printf '%s\n' "${times[@]}"
printf 'all      %11d s\n\n%d passed, %d failed\n' "$SECONDS" "$passed" "$failed"
[ "$failed" -eq 0 ]
