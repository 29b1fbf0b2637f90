#!/usr/bin/env bash
# Builds copydesk and shows its main job on a sample digest. Run it again: it is quick then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$*"; }
show() {
    printf '$ copydesk %s\n' "$*"
    "$program" "$@"
}

.ci/install.sh .ci/packages-build

step "Building a release (build/release)"
[ -f build/release/build.ninja ] || cmake --preset release >build/demo.log 2>&1 || {
    tail -n 20 build/demo.log
    exit 1
}
cmake --build --preset release | tail -n 1
program=$PWD/build/release/bin/copydesk
desk=$PWD/build/demo-desk
out=$desk/out

step "A desk"
if [ -e "$desk/desk.lua" ]; then
    echo "$desk is there from an earlier run"
else
    show init "$desk"
fi
cd "$desk"

step "A digest goes in"
show ingest "$OLDPWD/tests/data/digest-seed.txt"

step "Articles come out, with tags and summaries"
show list

step "A search"
show search 'place:France bridge*'

step "Exports"
show export --format markdown --to "$out/markdown"
show export --format json --to "$out/articles.jsonl"

cat <<EOT

The desk is in       $desk
Markdown files in    $out/markdown
ninjs 3.1 in         $out/articles.jsonl

Try next, in $desk
(with $program):
  copydesk show 1                                       one article whole
  copydesk ingest --explain FILE                        where a digest is cut, and why
  copydesk search 'tag:bridge -strike since:7d'         the query language: copydesk search --help
  copydesk plugins                                      what can be swapped
  copydesk ingest inbox/                                your own files
EOT
