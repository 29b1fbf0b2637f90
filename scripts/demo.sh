#!/usr/bin/env bash
# Builds copydesk and shows its main job on a sample digest. Run it again: it is quick then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$*"; }
show() {
    printf '$ copydesk'
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:-]*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    echo
    "$program" "$@"
}

mkdir -p build
.ci/install.sh .ci/packages-build

step "Building a release (build/release)"
[ -f build/release/build.ninja ] || cmake --preset release -DBUILD_TESTING=OFF >build/demo.log 2>&1 || {
    tail -n 20 build/demo.log
    exit 1
}
cmake --build --preset release | tail -n 1
program=$PWD/build/release/bin/copydesk
desk=build/demo-desk

step "A desk"
if [ -e "$desk/desk.lua" ]; then
    echo "$desk is there from an earlier run; remove it to begin anew"
else
    show init "$desk"
fi
cd "$desk"

step "A digest goes in"
show ingest ../../tests/data/digest-seed.txt

step "Articles come out, with tags and summaries"
show list

step "A search"
show search 'place:France train*'

step "Exports"
show export --format markdown --to out/markdown
show export --format json --to out/articles.jsonl

cat <<EOT

The desk is in       $PWD
Markdown files in    $PWD/out/markdown
ninjs 3.1 in         $PWD/out/articles.jsonl

Try next:
  cd $PWD
  PATH=$(dirname "$program"):\$PATH
  copydesk show 1                                        one article whole
  copydesk ingest --explain ../../tests/data/digest-toc.txt    where a digest is cut, and why
  copydesk search 'place:Serbia -tram since:7d'          copydesk search --help tells the language
  copydesk plugins --options                             what can be swapped, and tuned in desk.lua
  copydesk ingest inbox                                  your own files
EOT
