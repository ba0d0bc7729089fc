#!/usr/bin/env bash
# check.sh [STEP...]: everything that is slower than test.sh.  Installs what it needs, runs the steps
# (all of them unless some are named), and ends with which of them passed.
#
#   clang       the tests, built with Clang, warnings being errors
#   gcc         the tests without optimisation and with assertions, built with GCC, warnings likewise
#   aarch64     the tests on 64-bit ARM, cross-compiled and run in qemu
#   tsan        all tests under ThreadSanitizer, not only those labelled `threads`
#   asan        all tests under Clang's AddressSanitizer, which watches the library's local variables too
#   ubsan       the tests and their own code under UndefinedBehaviorSanitizer, built with Clang
#   valgrind    the tests under valgrind's memory checker: uninitialised reads, definite leaks
#   tidy        clang-tidy, by .clang-tidy
#   format      clang-format, by .clang-format
#   coverage    how much of the readers, the writers and the optimizers the tests reach, with Clang
#   fuzz        each target of tests/fuzz for a minute
#   benchmarks  the benchmarks build, and each case runs once
# shellcheck disable=SC2317  # the steps are called by name
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 2

sources() {
  find core autograd nn optim data train examples tests benchmarks -name "$1"
}

step_clang() {
  install_missing clang++:clang && scripts/test.sh --build clang
}

step_gcc() {
  scripts/test.sh --build debug
}

step_tsan() {
  scripts/test.sh --build tsan
}

step_asan() {
  scripts/test.sh --build fuzz
}

step_ubsan() {
  scripts/test.sh --build ubsan
}

step_fuzz() {
  local folder failed=0
  for folder in tests/fuzz/corpus/*; do
    tests/fuzz/run.sh "${folder##*/}" 60 || failed=1
  done
  return "$failed"
}

step_aarch64() {
  scripts/test.sh --build aarch64
}

# Whole programs at a time: valgrind starts slowly.  examples_test would start the examples, into which
# valgrind does not look, so train_mnist is run here.  train_test has an operator delete of its own, and
# valgrind another operator new; of its tests those are left out that fail allocations, that look at the
# memory of the process, which is valgrind's, and that give a child little time to save; of data_test's
# those that demand to see memory being taken, and one of /proc/self/auxv, which valgrind replaces; of
# optim_test's those that need subnormal numbers flushed, which valgrind does not do.
step_valgrind() {
  install_missing c++:g++ make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libgtest-dev valgrind ||
    return
  build valgrind all
  local program folder filter flags failed=0
  local checker=(valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite
                 --errors-for-leak-kinds=definite --suppressions=tests/valgrind.supp)
  for program in build/valgrind/tests/*_test; do
    [ "${program##*/}" != examples_test ] || continue
    say "valgrind $program"
    flags=()
    case ${program##*/} in
      data_test) filter='-GzipBomb.that_ends_early_*:SafetensorsFile.takes_at_most_*:*.of_a_size_that_its_system_*' ;;
      train_test) flags=(--show-mismatched-frees=no) filter='-Allocations.*:Kill.*:LongRun.*' ;;
      optim_test) filter='-Nonfinite.decaying_*:ExtremeGradients.beyond_*' ;;
      *) filter='*' ;;
    esac
    "${checker[@]}" "${flags[@]}" "$program" --gtest_brief=1 --gtest_filter="$filter" || failed=1
  done

  folder=$(mktemp -d) || return
  program=build/valgrind/examples/train_mnist
  local images=(--dataset digits --train-size 1000 --validation 100)
  say "valgrind $program"
  "${checker[@]}" "$program" "${images[@]}" --model lenet --augment distort --epochs 1 --quiet \
    --checkpoint "$folder/a" || failed=1
  "${checker[@]}" "$program" --resume "$folder/a" --epochs 2 --quiet || failed=1
  rm -r "$folder"
  return "$failed"
}

step_tidy() {
  install_missing clang++:clang clang-tidy || return
  build clang all
  sources '*.cpp' | grep -v '^benchmarks/' |
    xargs -P "$(jobs)" -n 4 clang-tidy --quiet -p build/clang 2> /dev/null
}

step_format() {
  install_missing clang-format || return
  { sources '*.h' && sources '*.cpp'; } | xargs clang-format --dry-run -Werror
}

# The tools of the same release as the compiler.
step_coverage() {
  install_missing clang++:clang make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libgtest-dev \
    python3:python3 && install_missing "$(clang++ -print-prog-name=llvm-cov):llvm" || return
  local program
  for program in data_test train_test optim_test examples_test; do
    build coverage "$program"
  done
  python3 scripts/coverage.py build/coverage
}

step_benchmarks() {
  install_missing c++:g++ make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libbenchmark-dev || return
  build benchmark all
  local program failed=0
  for program in build/benchmark/benchmarks/*_benchmark; do
    say "$program"
    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE "$program" --benchmark_min_time=0.01 || failed=1
  done
  return "$failed"
}

all=(format clang gcc aarch64 tsan asan ubsan valgrind tidy coverage fuzz benchmarks)
steps=("$@")
[ $# -gt 0 ] || steps=("${all[@]}")
for step in "${steps[@]}"; do
  case $step in
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
  esac
  [ "$(type -t "step_$step")" = function ] || { say "check.sh: no step $step"; exit 2; }
done

failed=0
report=()
for step in "${steps[@]}"; do
  say "=== $step"
  # Of its own, so that a step which ends the shell does not end the others.
  if ("step_$step"); then
    report+=("passed: $step")
  else
    report+=("failed: $step")
    failed=1
  fi
done
printf '%s\n' "${report[@]}"
exit $failed
