#!/bin/sh
# Brings the commands named, with apt where that is allowed; otherwise says exactly what to install. What comes after --optional is brought
# too where that is allowed, and nothing fails without it.
set -eu

package_of() {
  case $1 in
    gcc) echo "gcc libc6-dev" ;;
    mvn) echo "maven" ;;
    aarch64-linux-gnu-gcc) echo "gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;;
    qemu-system-x86_64) echo "qemu-system-x86" ;;
    qemu-system-aarch64) echo "qemu-system-arm" ;;
    libuv.so.1) echo "libuv1" ;;
    *) echo "$1" ;;
  esac
}

there() {
  case $1 in
    *.so.*) /sbin/ldconfig -p 2> /dev/null | grep -qF "$1" ;;
    *) command -v "$1" > /dev/null ;;
  esac
}

if [ "$1" = jdk ]; then
  echo "setup: no JDK 22 or newer was found in JAVA_HOME ('${JAVA_HOME:-}'), on PATH, or in the usual places (/usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks)." >&2
  echo "  Install one, for example Temurin 25 (package temurin-25-jdk of the Adoptium repository), or set JAVA_HOME to one." >&2
  exit 1
fi

optional=
if [ "$1" = --optional ]; then
  optional=yes
  shift
fi

missing=
for command in "$@"; do
  there "$command" || missing="$missing $(package_of "$command")"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2> /dev/null; then sudo="sudo -n"; else sudo=no; fi

install() {
  echo "setup: installing$missing"
  # shellcheck disable=SC2086  # a list of packages
  $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
}

if ! command -v apt-get > /dev/null; then
  why="there is no apt-get here"
elif [ "$sudo" = no ]; then
  why="this user may not install them"
elif install; then
  exit 0
else
  why="apt-get has failed"
fi
echo "setup: ${optional:+going on, although }these packages are missing, and $why:$missing" >&2
echo "  On Debian or Ubuntu: sudo apt-get install$missing" >&2
[ -n "$optional" ] || exit 1
