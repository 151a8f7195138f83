#!/bin/sh
# Prints the folder of a JDK to use, or nothing. One counts when it has bin/javac and a `release` file that names version 22 or newer. Looked for in
# $JAVA_HOME, then behind the javac on PATH, then in $JDK_DIRS (the usual places), newest first.
least=22

major() { [ -x "$1/bin/javac" ] && sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2> /dev/null; }

path=$(command -v javac) && path=$(dirname "$(dirname "$(readlink -f "$path")")")
for dir in "$JAVA_HOME" "$path"; do
  version=$(major "$dir")
  if [ -n "$version" ] && [ "$version" -ge "$least" ]; then
    echo "$dir"
    exit
  fi
done

# shellcheck disable=SC2086  # patterns, a list of them
for dir in ${JDK_DIRS:-/usr/lib/jvm/* /opt/java/* /opt/jdk* $HOME/.sdkman/candidates/java/* $HOME/.jdks/*}; do
  version=$(major "$dir")
  if [ -n "$version" ] && [ "$version" -ge "$least" ]; then
    echo "$version $dir"
  fi
done | sort -rn | head -n 1 | cut -d' ' -f2-
