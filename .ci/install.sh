#!/usr/bin/env bash
# Installs what is missing of the Debian packages that the given lists name. Says what it installs;
# says nothing when all is there.
#   .ci/install.sh .ci/packages-build [.ci/packages-test]
set -euo pipefail

missing=()
while read -r package; do
    [ -n "$package" ] || continue
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done < <(cat "$@")
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "These packages are missing, and there is no sudo to install them:" >&2
        echo "  apt-get install ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
}
install >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    echo "apt-get failed; its last lines are above" >&2
    exit 1
}
