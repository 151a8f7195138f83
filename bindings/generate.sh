#!/bin/sh
# Regenerates the Java bindings below java/ from the C headers, byte for byte, with the `jextract` on PATH:
#
#   bindings/generate.sh PREFIX            java/ and ORIGIN from the headers and the checked-in *.includes
#   bindings/generate.sh --lists PREFIX    first the *.includes from `wanted`; for when that or the headers have changed
#
# PREFIX (or $LIBURING_PREFIX) holds include/liburing.h and the kernel headers it wants: what native/liburing.sh makes.
# No hand edits below java/: the next run deletes them.
set -eu
export LC_ALL=C
unset CPATH C_INCLUDE_PATH # these would slip other headers in

lists=false
if [ "${1:-}" = --lists ]; then lists=true; shift; fi
prefix=${1:-${LIBURING_PREFIX:?usage: bindings/generate.sh [--lists] PREFIX}}

fail() { echo "generate.sh: $*" >&2; exit 1; }
command -v jextract >/dev/null || fail "there is no jextract on PATH.
  Get an early-access build of it, or build it from the OpenJDK project's source with libclang (bindings/ORIGIN names the version used last),
  put its bin directory on PATH and run this again. Only changing the bindings takes jextract; building the library does not."
[ -f "$prefix/include/liburing.h" ] || fail "$prefix holds no include/liburing.h: run native/liburing.sh $prefix first"
# epoll_event and some O_* constants differ on other architectures.
[ "$(uname -m)" = x86_64 ] || fail "the checked-in bindings are those of x86_64; this is $(uname -m)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Links, so that neither a path of this machine nor a blank in one reaches the tools.
ln -s "$(cd "$prefix" && pwd)" "$work/prefix"
ln -s "$(cd "$(dirname "$0")/.." && pwd)" "$work/root"
prefix=$work/prefix
here=$work/root/bindings
cd "$work" # jextract takes flags from a compile_flags.txt in the current directory: here there is none

# IOURINGINLINE=extern turns liburing's inline functions into declarations, which its ffi variant defines.
flags="-I $prefix/include -I $prefix/include/x86_64-linux-gnu -D _GNU_SOURCE -D IOURINGINLINE=extern"

# dump PACKAGE HEADER: the include list of a package, one "--include-KIND NAME # HEADER" a line, without this machine's paths.
dump() {
  jextract $flags --dump-includes "$work/all" --output "$work/unused" "$2" 2> "$work/log" || { cat "$work/log" >&2; fail "jextract cannot read $2"; }
  sed -n 's|^\(--include[^#]*[^ #]\) *# header: .*/include/|\1 # |; s|# [a-z0-9_]*-linux-gnu/|# |; /^--/p' "$work/all" | sort -u -k 4,4 -k 1,2 |
    awk -v package="$1" '
      FNR == NR { if ($1 == package) wanted[$2] = $3 == "*" ? "[^_].*" : $3; next }
      ($4 in wanted) && $2 ~ "^(" wanted[$4] ")$"' "$here/wanted" - > "$here/$1.includes"
}

# generate PACKAGE CLASS HEADER
generate() {
  if $lists; then dump "$1" "$3"; fi
  jextract $flags --target-package "io.ferrule.bindings.$1" --header-class-name "$2" --output "$work/java" "@$here/$1.includes" "$3"
}

generate liburing LibUring "$prefix/include/liburing.h"
generate libc LibC "$here/libc.h"
generate helper Helper "$work/root/native/include/ferrule.h"

# SymbolLookup.findOrThrow came with JDK 23; release 22 has only find. One method of ours beside SYMBOL_LOOKUP stands in for it.
find "$work/java" -name '*.java' -exec sed -i '
  s/SYMBOL_LOOKUP\.findOrThrow(/findOrThrow(/
  /static final SymbolLookup SYMBOL_LOOKUP/,/;$/{
    /;$/a\
\
    static MemorySegment findOrThrow(String symbol) {\
        return SYMBOL_LOOKUP.find(symbol).orElseThrow(() -> new UnsatisfiedLinkError("unresolved symbol: " + symbol));\
    }
  }' {} +
# Handles of arrays' elements take the JVM tens of milliseconds to make, and hardly anyone wants one: each in a class of its own, made when used first.
find "$work/java" -name '*.java' -exec sed -i -E '
  s/^( *)private static final (VarHandle|MethodHandle) (\w+)\$ELEM_HANDLE = (.*);$/\1private static final class \3$Elements {\n\1    static final \2 HANDLE = \4;\n\1}/
  s/\b(\w+)\$ELEM_HANDLE\./\1$Elements.HANDLE./' {} +
if grep -rl 'ELEM_HANDLE' "$work/java"; then fail "these still make the handles of elements at once"; fi
if grep -rlF -e .findOrThrow -e "$work" "$work/java"; then fail "these still call JDK 23's findOrThrow or name a path of this machine"; fi
rm -rf "$here/java"
cp -R "$work/java" "$here/java"

# ORIGIN: what all this was made from. The versions are the headers' own; a header is listed when a name in a list comes from it.
cat > "$work/versions.h" <<'END'
#include <features.h>
#include <liburing/io_uring_version.h>
#include <linux/version.h>
=liburing=IO_URING_VERSION_MAJOR.IO_URING_VERSION_MINOR
=kernel headers=LINUX_VERSION_MAJOR.LINUX_VERSION_PATCHLEVEL.LINUX_VERSION_SUBLEVEL
=glibc=__GLIBC__.__GLIBC_MINOR__
END
{
  echo "Written by generate.sh. java/ was made with"
  echo
  jextract --version 2>&1 | grep -v '^JDK' | sed 's/^/    /'
  cc $flags -E -P "$work/versions.h" | sed -n 's/ *\. */./g; s/^=\(.*\)= */    \1 /p'
  echo
  echo "from these headers (SHA-256):"
  echo
  for header in "$prefix/include/liburing.h" "$here/libc.h" "$work/root/native/include/ferrule.h"; do
    cc $flags -M "$header" | tr ' \\' '\n\n' | grep '^/'
  done | sort -u | while read -r file; do
    name=$(echo "$file" | sed 's|.*/include/||; s|^[a-z0-9_]*-linux-gnu/||')
    if grep -qF "# $name" "$here"/*.includes; then echo "    $(sha256sum < "$file" | cut -d ' ' -f 1)  $name"; fi
  done | sort -u -k 2
} > "$here/ORIGIN"
