#!/bin/sh
# Brings nginx, Caddy and Apache for the tests into the folder $1, and installs nothing: an installed web server starts by
# itself, takes port 80 of the machine, and starts again with it. What is installed already is used as it is.
set -eu

into=$1
packages="nginx-light caddy apache2-bin curl"

there() {
    PATH="$into/usr/sbin:$into/usr/bin:$PATH:/usr/sbin"
    command -v nginx && command -v caddy && command -v apache2 && command -v curl
}

# Which packages are missing, those that they need among them, by name.
missing() {
    # shellcheck disable=SC2086 # several names
    apt-get install --simulate -qq --no-install-recommends $packages | sed -n "s/^Inst \([^ ]*\) .*/\1/p"
}

refresh() {
    if [ "$(id -u)" = 0 ]; then apt-get update -qq; else sudo -n apt-get update -qq; fi
}

there >/dev/null && exit 0
echo "Fetching nginx, Caddy and Apache for the tests …"
fetching=$(mktemp -d)
trap 'rm -rf "$fetching"' EXIT
# A list of packages that is out of date names some that are gone; so it is asked for anew before anything is given up.
fetch() {
    names=$(missing) && [ -n "$names" ] && (cd "$fetching" && echo "$names" | xargs apt-get download -qq)
}
if ! fetch 2>/dev/null; then
    refresh && fetch || {
        echo "nginx, Caddy or Apache is missing, and could not be fetched; on Debian: apt-get install $packages" >&2
        exit 1
    }
fi
mkdir -p "$into"
for package in "$fetching"/*.deb; do dpkg --extract "$package" "$into"; done
there >/dev/null || { echo "nginx, Caddy or Apache is missing in what was fetched" >&2; exit 1; }
