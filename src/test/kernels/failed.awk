# Lists the tests that JUnit's XML report calls failed, and how why begins.
/<testcase / {
  name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
  class = $0; sub(/.* classname="/, "", class); sub(/".*/, "", class)
}
/<(failure|error) / {
  why = $0; if (!sub(/.* message="/, "", why)) sub(/.* type="/, "", why); sub(/".*/, "", why)
  gsub(/(&#10;|[ \t])+/, " ", why); gsub(/&quot;/, "\"", why)
  printf "           %s.%s: %s\n", class, name, substr(why, 1, 160)
}
