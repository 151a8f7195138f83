#!/bin/sh
# Puts liburing >= 2.15 (headers and liburing-ffi.a) where the build looks for it:
#
#   native/liburing.sh PREFIX [x86_64|aarch64]      default: this machine's architecture
#
# Afterwards PREFIX/include, PREFIX/include/<multiarch> and PREFIX/lib/liburing-ffi.a exist. They come from, in this order,
#   1. $LIBURING_PREFIX                  a prefix the user names (for another architecture: $LIBURING_PREFIX_aarch64)
#   2. pkg-config liburing-ffi           when the system has 2.15 or newer with the static archive
#   3. Debian's newer suite              fetched by package name into PREFIX/.apt; the machine's own suites stay as they are
# PREFIX/origin says which.
set -eu

VERSION=2.15
SUITE=${LIBURING_SUITE:-forky}

prefix=${1:?usage: native/liburing.sh PREFIX [ARCH]}
arch=${2:-$(uname -m)}
case $arch in
  x86_64) debarch=amd64 ;;
  aarch64) debarch=arm64 ;;
  *) echo "liburing.sh: no helper library is built for $arch; x86_64 and aarch64 are known" >&2; exit 1 ;;
esac
multiarch=$arch-linux-gnu

fail() {
  cat >&2 <<END
liburing.sh: $1
  liburing $VERSION or newer is needed to build: its headers and liburing-ffi.a. Any of these mends it:
    - on Debian or Ubuntu, let this script fetch it: it needs apt-get, dpkg and a reachable Debian mirror
    - install liburing >= $VERSION with its static ffi archive, so that 'pkg-config --atleast-version=$VERSION liburing-ffi' succeeds
    - build liburing $VERSION yourself (./configure --prefix=DIR && make install) and set LIBURING_PREFIX=DIR
END
  exit 1
}

# install DIR_WITH_HEADERS ARCHIVE ORIGIN
install_from() {
  mkdir -p "$prefix/include" "$prefix/lib"
  cp -r "$1/liburing" "$1/liburing.h" "$prefix/include/"
  cp "$2" "$prefix/lib/liburing-ffi.a"
  echo "$3" > "$prefix/origin"
  echo "liburing for $arch: $3"
}

archive_in() { # the static archive below a prefix, wherever its distribution puts it
  for dir in "$1/lib/$multiarch" "$1/lib64" "$1/lib"; do
    if [ -f "$dir/liburing-ffi.a" ]; then echo "$dir/liburing-ffi.a"; return; fi
  done
}

new_enough() { # include directory
  major=$(sed -n 's/^#define IO_URING_VERSION_MAJOR  *\([0-9]*\).*/\1/p' "$1/liburing/io_uring_version.h" 2>/dev/null)
  minor=$(sed -n 's/^#define IO_URING_VERSION_MINOR  *\([0-9]*\).*/\1/p' "$1/liburing/io_uring_version.h" 2>/dev/null)
  [ -n "$major" ] && [ -n "$minor" ] &&
    { [ "$major" -gt "${VERSION%.*}" ] || { [ "$major" -eq "${VERSION%.*}" ] && [ "$minor" -ge "${VERSION#*.}" ]; }; }
}

if [ "$arch" = "$(uname -m)" ]; then named=${LIBURING_PREFIX:-}; else named=$(eval "echo \${LIBURING_PREFIX_$arch:-}"); fi
wanted=${named:-default}
if [ -f "$prefix/lib/liburing-ffi.a" ] && [ "$(cat "$prefix/.wanted" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
rm -rf "$prefix"
mkdir -p "$prefix"

if [ -n "$named" ]; then
  archive=$(archive_in "$named")
  [ -n "$archive" ] || fail "LIBURING_PREFIX=$named holds no lib/liburing-ffi.a"
  new_enough "$named/include" || fail "LIBURING_PREFIX=$named holds an older liburing"
  install_from "$named/include" "$archive" "LIBURING_PREFIX $named"
elif [ "$arch" = "$(uname -m)" ] && pkg-config --atleast-version=$VERSION liburing-ffi 2>/dev/null &&
  [ -f "$(pkg-config --variable=libdir liburing-ffi)/liburing-ffi.a" ]; then
  install_from "$(pkg-config --variable=includedir liburing-ffi)" "$(pkg-config --variable=libdir liburing-ffi)/liburing-ffi.a" \
    "system liburing $(pkg-config --modversion liburing-ffi)"
else
  apt=$(cd "$prefix" && pwd)/.apt
  "$(dirname "$0")/suite.sh" "$apt" "$SUITE" "$debarch" || fail "it cannot be fetched from Debian $SUITE"
  (cd "$apt" && APT_CONFIG="$apt/apt.conf" apt-get -q=2 download liburing-dev linux-libc-dev) || fail "cannot download liburing-dev of Debian $SUITE"
  for package in "$apt"/*.deb; do dpkg -x "$package" "$apt/root"; done
  new_enough "$apt/root/usr/include" || fail "Debian $SUITE carries an older liburing"
  install_from "$apt/root/usr/include" "$(archive_in "$apt/root/usr")" "Debian $SUITE liburing-dev $(dpkg-deb -f "$apt"/liburing-dev_*.deb Version)"
  # liburing.h wants kernel headers newer than this machine's own.
  for dir in linux asm-generic "$multiarch/asm"; do
    [ ! -d "$apt/root/usr/include/$dir" ] || { mkdir -p "$prefix/include/$(dirname "$dir")"; cp -rL "$apt/root/usr/include/$dir" "$prefix/include/$(dirname "$dir")/"; }
  done
  rm -rf "$apt"
fi
echo "$wanted" > "$prefix/.wanted"
