# Lists the tests that Surefire's XML reports call skipped, and why: awk -f skipped.awk TEST-*.xml
/<testcase / {
  name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
  class = $0; sub(/.* classname="/, "", class); sub(/".*/, "", class)
}
/<skipped/ {
  why = $0
  if (!sub(/.*<!\[CDATA\[/, "", why) && !sub(/.* message="/, "", why)) why = "no reason given"
  sub(/^org\.opentest4j\.TestAbortedException: /, "", why); sub(/^Assumption failed: /, "", why); sub(/(\]\]>|").*/, "", why)
  if (!n++) print "Skipped on this machine:"
  printf "  %s.%s: %s\n", class, name, why
}
END { if (!n) print "No test was skipped." }
