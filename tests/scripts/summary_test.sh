#!/usr/bin/env bash
# summary_test.sh: scripts/summary.awk on what a real ctest writes, about tests that pass, fail, skip
# in both ways, crash, are disabled and were never built.
# shellcheck disable=SC2317  # functions that check() calls
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/scripts/lib.sh
. "$root/tests/scripts/lib.sh"

# A program that prints what GoogleTest prints about a skipped test.
cat > "$work/skips" <<'END'
#!/bin/sh
echo "[ RUN      ] Mnist.trains"
echo "/x/mnist_test.cpp:9: Skipped"
echo "set GRADUS_DATA to a folder <with> \"mnist\" & more"
echo
echo "[  SKIPPED ] Mnist.trains (0 ms)"
echo "[  PASSED  ] 0 tests."
END
chmod +x "$work/skips"

# run_tests TEST...: a project of these tests is run by ctest, and summarized into $work/out.
need_data=0
run_tests() {
  local name
  rm -rf "$work/project"
  mkdir "$work/project"
  {
    echo "cmake_minimum_required(VERSION 3.21)"
    echo "project(summary LANGUAGES NONE)"
    echo "enable_testing()"
    for name in "$@"; do
      case $name in
        passes | is_disabled) echo "add_test(NAME $name COMMAND sh -c \"echo Skipped\")" ;;
        fails) echo "add_test(NAME $name COMMAND sh -c \"echo '<x> & y: Skipped'; exit 1\")" ;;
        crashes) echo "add_test(NAME $name COMMAND sh -c \"kill -SEGV \$\$\")" ;;
        is_not_built) echo "add_test(NAME $name COMMAND $work/nothing)" ;;
        skips) echo "add_test(NAME $name COMMAND $work/skips)" ;;
        skips_by_code) echo "add_test(NAME $name COMMAND sh -c \"echo no; echo no python3; exit 77\")" ;;
      esac
      case $name in
        is_disabled) echo "set_tests_properties($name PROPERTIES DISABLED ON)" ;;
        skips) echo "set_tests_properties($name PROPERTIES SKIP_REGULAR_EXPRESSION [=[\[  SKIPPED \]]=])" ;;
        skips_by_code) echo "set_tests_properties($name PROPERTIES SKIP_RETURN_CODE 77)" ;;
      esac
    done
  } > "$work/project/CMakeLists.txt"
  cmake -S "$work/project" -B "$work/project/build" > "$work/out" 2>&1 || failed "configuring"
  ctest --test-dir "$work/project/build" --output-junit "$work/results.xml" > /dev/null 2>&1
  awk -v need_data=$need_data -f "$root/scripts/summary.awk" "$work/results.xml" > "$work/out"
  status=$?
}

prints() {
  [ "$(cat "$work/out")" = "$1" ]
}

because='set GRADUS_DATA to a folder <with> "mnist" & more'

claim "tests that pass are counted"
run_tests passes
check prints "1 passed, 0 failed, 0 skipped"
check [ $status -eq 0 ]

claim "a skipped test is named with its reason"
run_tests passes skips skips_by_code is_disabled
check prints "skipped: skips: $because
skipped: skips_by_code: no python3
skipped: is_disabled: Disabled
1 passed, 0 failed, 3 skipped"
check [ $status -eq 0 ]

claim "failed tests are named, and fail"
run_tests passes fails crashes is_not_built
check prints "failed:  fails
failed:  crashes
failed:  is_not_built
1 passed, 3 failed, 0 skipped"
check [ $status -ne 0 ]

claim "a test that skips although its data is there has failed"
need_data=1
run_tests passes skips skips_by_code
check prints "skipped: skips_by_code: no python3
failed:  skips: skipped, though the data is there: $because
1 passed, 1 failed, 1 skipped"
check [ $status -ne 0 ]

finish
