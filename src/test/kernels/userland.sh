#!/bin/sh
# Packs what a guest needs beside the kernel and the tests: busybox, a C library, and a JRE of the modules that the tests use.
#
#   userland.sh OUT.cpio amd64|arm64      needs JAVA_HOME and cpio
#
# For this machine's architecture the JRE is cut from JAVA_HOME, for another one from the same version of Debian's OpenJDK.
set -eu

SUITE=trixie
MODULES=java.base,java.instrument,java.logging,java.management,java.xml,jdk.management,jdk.unsupported

here=$(dirname "$0")
out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
arch=$2
work=$out.d
packages="busybox-static libc6 libc-bin libgcc-s1 libstdc++6 zlib1g" # libc-bin for the locale C.UTF-8
version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$JAVA_HOME/release")
foreign=
[ "$arch" = "$(dpkg --print-architecture)" ] || foreign=openjdk-$version-jdk-headless

rm -rf "$work"
"$here/../../../native/suite.sh" "$work/apt" "$SUITE" "$arch"
export APT_CONFIG="$work/apt/apt.conf"
# shellcheck disable=SC2086  # a list of packages
(cd "$work" && apt-get -q=2 download $packages $foreign)

root=$work/root
mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/etc" "$root/dev" "$root/proc" "$root/sys" "$root/tmp"
for dir in bin lib lib64; do ln -s "usr/$dir" "$root/$dir"; done
echo "127.0.0.1 localhost" > "$root/etc/hosts"
for package in $packages; do dpkg-deb --fsys-tarfile "$work/$package"_*.deb | tar -x -C "$root" --keep-directory-symlink; done
rm -rf "$root/usr/share" "$root"/usr/lib/*/gconv

if [ -z "$foreign" ]; then
  # The archive of loaded classes halves the JVM's start; it can only be made where it is used.
  "$JAVA_HOME/bin/jlink" --add-modules $MODULES --strip-debug --generate-cds-archive --output "$root/jre"
else
  dpkg -x "$work/$foreign"_*.deb "$work/jdk"
  "$JAVA_HOME/bin/jlink" --module-path "$work"/jdk/usr/lib/jvm/*/jmods --add-modules $MODULES --strip-java-debug-attributes --output "$root/jre"
fi
(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) > "$out"
rm -rf "$work"
