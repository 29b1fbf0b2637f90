#!/usr/bin/env bash
# Steady drops into a desk that runs; memory and descriptors of its host must stay flat.
#   tests/bench/soak.sh [MINUTES] [FILES_A_SECOND]     (60 and 10)
# A line a minute; the exit code is 1 when, after the first tenth, the host has grown by a quarter
# and more than 8 MiB, holds more descriptors, or did not take in what was dropped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
minutes=${1:-60} rate=${2:-10}
program=$PWD/build/release/bin/copydesk
top=$(mktemp -d) host=
finish() {
    [ -z "$host" ] || kill "$host" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$top"
}
trap finish EXIT
"$program" init "$top/desk" >/dev/null
"$program" -C "$top/desk" run --log-level warning &
host=$!

# one file, the same length as the others and no other's words
drop() { # NUMBER
    local name=$top/desk/inbox/.$1.part i
    {
        printf 'Notice %d of the harbour\n\n' "$1"
        for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            printf 'The ferry number %d left the quay at noon with %d people and a band. ' \
                $(($1 * 31 + i)) $(($1 + i * 7))
        done
        printf '\n'
    } >"$name"
    mv "$name" "$top/desk/inbox/notice-$1.txt"
}
resident_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$host/status"; }
descriptors() { find "/proc/$host/fd" -mindepth 1 | wc -l; }

begun=$SECONDS end=$((SECONDS + minutes * 60)) warm=$((SECONDS + minutes * 6)) told=0
number=0 first_kib=0 first_fds=0 most_kib=0 most_fds=0
while [ $SECONDS -lt $end ]; do
    second=$SECONDS
    for ((i = 0; i < rate; i++)); do
        number=$((number + 1))
        drop "$number"
    done
    kib=$(resident_kib) fds=$(descriptors)
    if [ $SECONDS -lt $warm ]; then
        [ "$kib" -le "$first_kib" ] || first_kib=$kib
        [ "$fds" -le "$first_fds" ] || first_fds=$fds
    else
        [ "$kib" -le "$most_kib" ] || most_kib=$kib
        [ "$fds" -le "$most_fds" ] || most_fds=$fds
    fi
    if [ $(((SECONDS - begun) / 60)) -ge $told ]; then
        echo "minute $told: $number files, $((kib / 1024)) MiB, $fds descriptors"
        told=$((told + 1))
    fi
    [ $SECONDS -gt $second ] || sleep "0.$((9 - rate / 20))"
done

for ((i = 0; i < 600; i++)); do # what waits
    [ -n "$(ls "$top/desk/inbox")" ] || break
    sleep 0.1
done
"$program" -C "$top/desk" stop >/dev/null
host=
taken=$("$program" -C "$top/desk" status --json | sed 's/.*"articles":\([0-9]*\).*/\1/')
"$program" -C "$top/desk" check
echo "dropped $number, taken in $taken; first tenth: $((first_kib / 1024)) MiB and $first_fds descriptors" \
    "at most; after it: $((most_kib / 1024)) MiB and $most_fds"
[ "$taken" -eq "$number" ] && [ "$most_fds" -le $((first_fds + 2)) ] &&
    { [ $((most_kib * 4)) -le $((first_kib * 5)) ] || [ $((most_kib - first_kib)) -le 8192 ]; }
