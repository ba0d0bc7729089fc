#!/bin/sh
# check.sh CMAKE SOURCE_FOLDER BUILD_FOLDER COMPILER
# A test of the exercise passes exactly where all its tasks are solved.
set -eu
cmake=$1
classroom=$2/examples/classroom
build=$3
work=$build/classroom
rm -rf "$work"
mkdir -p "$work"
"$cmake" --install "$build" --prefix "$work/prefix" > "$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
failures=0
claim() {  # claim WHAT EXPECTED GOT
  if [ "$2" != "$3" ]; then
    echo "FAILED: $1"
    echo "expected: $2"
    echo "got: $3"
    failures=$((failures + 1))
  fi
}
compile() {
  "$cmake" --build "$work/class/build" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  if grep -q 'warning:' "$work/log"; then
    cat "$work/log"
    failures=$((failures + 1))
  fi
}

# What students get: it compiles as it is, and nobody has points.
sh "$classroom/make_class.sh" "$work/class"
claim "lines of solution in the skeleton" 0 \
  "$(grep -cE 'SOLUTION|BLANK|= beta1|1 - pow|w -= ' "$work/class/adam/adam.h" || true)"
"$cmake" -S "$work/class" -B "$work/class/build" -D CMAKE_PREFIX_PATH="$work/prefix" \
  -D CMAKE_CXX_COMPILER="$4" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grade=$work/class/build/adam_grade

# The tasks of each test that fails, in the order of the tests.
failed_tasks() {
  "$grade" "$@" | sed -n 's/^FAIL [0-9]*\/[0-9]* *tasks* \([0-9+]*\) .*/\1/p' | tr '\n' ' '
}
for blanks in all 1 2 3 none; do
  awk -v tasks="$blanks" -f "$classroom/strip.awk" "$classroom/adam/adam.h" \
    > "$work/class/adam/adam.h"
  compile
  case $blanks in
    all) expected='1 1 2 2 3 3 1+2+3 1+2+3 ' ;;
    none) expected= ;;
    *) expected="$blanks $blanks 1+2+3 1+2+3 " ;;
  esac
  claim "blanks: $blanks" "$expected" "$(failed_tasks)"
done
claim "the solution passes for another student" "" "$(failed_tasks --seed 12345)"
claim "all points" "10 of 10 points" "$("$grade" --json "$work/results.json" | tail -n 1)"
claim "the report of all passed tests" "8" "$(grep -c '"status": "passed"' "$work/results.json")"

# Hints: a slip that is known gets its name, in the text and in the report.
solution=$work/class/adam/adam.h
cp "$solution" "$work/solution.h"
sed 's/pow(beta, t);/pow(beta, t + 1);/' "$work/solution.h" > "$solution"
compile
claim "a hint" "FAIL 0/1  task 2      the correction at the first step
          correction(0.9, 1): expected 0.1, got 0.19
          hint: the exponent is t, not t + 1" "$("$grade" --task 2 | head -n 3)"
"$grade" --json "$work/results.json" > /dev/null && claim "a slip is noticed" 1 0
claim "a hint in the report" 1 \
  "$(grep -c '"output": "correction(0.9, 1): expected 0.1, got 0.19\\u000ahint' "$work/results.json")"

# A table of a class: solved, never ending, crashing, not compiling.
for student in ada bob cleo dan; do
  mkdir "$work/$student"
done
cp "$work/solution.h" "$work/ada/adam.h"
sed 's/return 1 - pow(beta, t);/for (volatile int k = 0;; k = 1) {}/' "$work/solution.h" > "$work/bob/adam.h"
sed 's/return 1 - pow(beta, t);/__builtin_trap();/' "$work/solution.h" > "$work/cleo/adam.h"
echo 'struct {' > "$work/dan/adam.h"
claim "the table of a class" 'student,points,state
"ada",10,passed
"bob",4,failed
"cleo",4,failed
"dan",0,does not compile' \
  "$(sh "$classroom/grade_all.sh" "$work/class" "$work"/ada/adam.h "$work"/bob/adam.h \
      "$work"/cleo/adam.h "$work"/dan/adam.h)"
claim "a crash is named" 1 "$(grep -cE 'crashed: (Illegal|Trace)' "$work/cleo/adam.h.txt" | sed 's/[1-9][0-9]*/1/')"
claim "a loop without end is named" "took longer than 2 s; does a loop end?" \
  "$(grep -m 1 -o 'took longer.*' "$work/bob/adam.h.txt")"

# Markers that do not match are an error, not a skeleton with the solution in it.
printf '  // SOLUTION 1\n  x;\n' > "$work/bad"
claim "a missing END" "$work/bad: line 2: SOLUTION without END" \
  "$(awk -v tasks=all -f "$classroom/strip.awk" "$work/bad" 2>&1 > /dev/null)"
[ "$failures" -eq 0 ] && echo "the exercise holds"
exit $((failures > 0))
