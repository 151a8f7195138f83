#!/bin/sh
# Makes an apt of its own for one Debian suite and architecture, which leaves the machine's apt as it is:
#
#   native/suite.sh DIR SUITE amd64|arm64
#
# Afterwards `APT_CONFIG=DIR/apt.conf apt-get download ...` and `... apt-cache ...` see that suite and nothing else.
set -eu

dir=${1:?usage: native/suite.sh DIR SUITE ARCH}
suite=$2
arch=$3

fail() {
  echo "suite.sh: $1" >&2
  exit 1
}

command -v apt-get > /dev/null && command -v dpkg > /dev/null || fail "no apt-get and dpkg on this machine to fetch it with"
# The mirror this machine already uses, in either of apt's two formats.
mirror=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs: *\([^ ]*\/debian\/\{0,1\}\) *$/\1/p' | head -n 1)
[ -n "$mirror" ] || mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
  sed -n 's/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\/debian\/\{0,1\}\) .*/\2/p' | head -n 1)
[ -n "$mirror" ] || fail "this machine's apt names no Debian mirror"

mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/parts"
dir=$(cd "$dir" && pwd)
echo "deb [arch=$arch signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$dir/sources.list"
cat > "$dir/apt.conf" << END
APT::Architecture "$arch";
APT::Architectures "$arch";
APT::Sandbox::User "root";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "$dir/parts";
Dir::State::lists "$dir/lists";
Dir::Cache "$dir/cache";
END
APT_CONFIG="$dir/apt.conf" apt-get -q=2 update || fail "cannot read the package list of $mirror $suite"
