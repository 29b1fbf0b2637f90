#!/usr/bin/env bash
# Writes the pages scripts/types/*.md from the stubs beside them.
#   .ci/reference.sh BUILD
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for stub in scripts/types/*.lua; do
    page=$(basename "$stub" .lua)
    "$1/bin/copydesk" help --markdown "$page" >"scripts/types/$page.md"
done
