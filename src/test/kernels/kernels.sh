#!/bin/sh
# Boots other kernels in qemu and runs the tests of sys, epoll and uring in each:
#
#   kernels.sh [NAME...]      default: all of the table below. `make kernels` calls it, with what it needs at hand
#
# TESTS=ChainTest,CloseTest in the environment runs those classes only; SECONDS_AT_MOST=3600 gives each kernel more time, on a machine that is busy.
# One line for each kernel on standard output, what failed below it; target/kernels/NAME.log is its console, target/kernels/NAME/ holds the
# JUnit reports and ring.txt. Exit status 1 when a test fails, a JVM crashes or a kernel does not come to an end.
# Kernels and userlands are fetched once: `rm -r target/kernels` has them fetched anew.
set -eu

# Debian's cloud kernels: small, and with io_uring, sockets and tmpfs built in.
#      name      arch  suite
TABLE="5.10      amd64 bullseye
       6.1       amd64 bookworm
       6.12      amd64 trixie
       7         amd64 forky
       6.1-arm64 arm64 bookworm"
SECONDS_AT_MOST=${SECONDS_AT_MOST:-900} # for the tests; the machine gets a minute more

root=$(cd "$(dirname "$0")/../../.." && pwd)
here=$root/src/test/kernels
out=$root/target/kernels
mkdir -p "$out"

fail() {
  echo "kernels.sh: $1" >&2
  exit 2
}

fetch_kernel() { # NAME ARCH SUITE: puts $out/NAME.vmlinuz there
  [ ! -f "$out/$1.vmlinuz" ] || return 0
  echo "fetching the kernel of Debian $3 for $2"
  work=$out/$1.d
  rm -rf "$work"
  "$root/native/suite.sh" "$work/apt" "$3" "$2"
  # What linux-image-cloud-ARCH depends on; from 7 on the kernel itself is in linux-binary-VERSION.
  packages=$(APT_CONFIG="$work/apt/apt.conf" apt-cache depends --recurse --important "linux-image-cloud-$2" | grep -E '^linux-(image|binary)-[0-9]')
  # shellcheck disable=SC2086  # a list of packages
  (cd "$work" && APT_CONFIG="$work/apt/apt.conf" apt-get -q=2 download $packages)
  for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
  find "$work/root" -type f -name 'vmlinuz*' -exec mv {} "$out/$1.vmlinuz" \; # in /boot, or from 7 on beside the modules
  [ -f "$out/$1.vmlinuz" ] || fail "there is no kernel in $packages of Debian $3"
  rm -rf "$work"
}

pack_tests() {
  work=$out/tests.d
  rm -rf "$work"
  mkdir -p "$work/tests"
  cp -r "$root/target/classes" "$root/target/test-classes" "$out/jars" "$work/tests/"
  cp "$here/init" "$work/"
  (cd "$work" && find . | cpio -o -H newc --quiet -R 0:0) > "$out/tests.cpio"
  rm -rf "$work"
}

boot() { # NAME ARCH: the console goes to $out/NAME.log
  case $2 in
    # Without CMPXCHG16B, after which qemu 7.2 leaves the flags register in disorder: kernels that use it (6.12) die of that sooner or later.
    amd64) machine="qemu-system-x86_64 -cpu max,cx16=off -append console=ttyS0" ;;
    arm64) machine="qemu-system-aarch64 -M virt -cpu neoverse-n1 -append console=ttyAMA0" ;;
  esac
  cat "$out/userland-$2.cpio" "$out/tests.cpio" > "$out/initrd.cpio"
  # Emulated, as nested virtualisation is seldom to be had: the same everywhere, and fast enough.
  timeout $((SECONDS_AT_MOST + 60)) ${machine%-append*} -accel tcg,thread=multi -smp 2 -m 2048 -nodefaults -nographic -no-reboot -serial stdio \
    -kernel "$out/$1.vmlinuz" -initrd "$out/initrd.cpio" -append "${machine#*-append } seconds_at_most=$SECONDS_AT_MOST tests=${TESTS:-} quiet panic=-1" < /dev/null > "$out/$1.log" 2>&1 || true
  sed -i 's/\r//g' "$out/$1.log"
  rm "$out/initrd.cpio"
}

attribute() { # NAME FILE: of the <testsuite> element
  sed -n "/<testsuite /{s/.* $1=\"\([^\"]*\)\".*/\1/p;q}" "$2"
}

report() { # NAME SECONDS: prints the line; false when something is wrong
  log=$out/$1.log
  xml=$out/$1/TEST-junit-jupiter.xml
  rm -rf "${out:?}/$1"
  mkdir "$out/$1"
  sed -n '/^guest: reports$/,/^guest: exit/p' "$log" | grep -v '^guest:' | base64 -d 2> /dev/null | tar -xz -C "$out/$1" 2> /dev/null || true
  status=$(sed -n 's/^guest: exit \([0-9]*\) .*/\1/p' "$log")
  release=$(sed -n 's/^guest: kernel //p' "$log")
  if [ -z "$status" ] || [ ! -f "$xml" ]; then
    printf '%-10s %-28s DID NOT FINISH, %s s: see %s\n' "$1" "${release:-no kernel came up}" "$2" "${log#"$root"/}"
    tail -n 5 "$log"
    return 1
  fi
  tests=$(attribute tests "$xml") skipped=$(attribute skipped "$xml")
  failed=$(($(attribute failures "$xml") + $(attribute errors "$xml")))
  printf '%-10s %-28s tests %4d  passed %4d  skipped %4d  failed %4d  %4d s\n' \
    "$1" "$release" "$tests" $((tests - skipped - failed)) "$skipped" "$failed" "$2"
  awk -f "$here/failed.awk" "$xml"
  [ ! -f "$out/$1/hs_err.log" ] || { echo "           a JVM crashed: see ${out#"$root"/}/$1/hs_err.log"; return 1; }
  [ "$status" = 0 ]
}

names=$*
[ -n "$names" ] || names=$(echo "$TABLE" | awk '{ print $1 }')
for name in $names; do
  echo "$TABLE" | awk -v name="$name" '$1 == name { found = 1 } END { exit !found }' || fail "no kernel is named $name; there are" $(echo "$TABLE" | awk '{ print $1 }')
done

pack_tests
wrong=0
for name in $names; do
  # shellcheck disable=SC2046  # name, architecture and suite
  set -- $(echo "$TABLE" | awk -v name="$name" '$1 == name')
  fetch_kernel "$@"
  [ -f "$out/userland-$2.cpio" ] || "$here/userland.sh" "$out/userland-$2.cpio" "$2"
  start=$(date +%s)
  boot "$1" "$2"
  report "$1" $(($(date +%s) - start)) || wrong=1
done
exit $wrong
