# Lists the tests that JUnit's XML report calls failed, and the first line of why.
/<testcase / {
  name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
  class = $0; sub(/.* classname="/, "", class); sub(/".*/, "", class)
}
/<(failure|error) / {
  why = $0; if (!sub(/.* message="/, "", why)) sub(/.* type="/, "", why); sub(/".*/, "", why); sub(/&#10;.*/, "", why)
  printf "           %s.%s: %s\n", class, name, why
}
