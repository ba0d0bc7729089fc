#!/usr/bin/env bash
# test.sh [--build PRESET] [--label LABEL] [--need-data] [-- ctest flags]: installs what the tests
# need, builds them, runs them through ctest, and ends with how many passed, failed and were skipped,
# and why.
#
#   --build PRESET  one of CMakePresets.json: release (unless given), debug, asan,
#                   ubsan, fuzz, tsan, clang, aarch64
#   --label LABEL   only the tests that carry this label: threads, or memory for those of the folders
#                   that hold memory and read files
#   --need-data     a test that is skipped for want of data counts as failed
# Tests on real data find it through GRADUS_DATA, a folder that holds mnist/, and skip without it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

preset=release
label=
need_data=0
while [ $# -gt 0 ]; do
  case $1 in
    --build | --label)
      [ $# -ge 2 ] || { say "test.sh: $1 needs a value"; exit 2; }
      [ "$1" = --build ] && preset=$2 || label=$2
      shift
      ;;
    --need-data) need_data=1 ;;
    --) shift; break ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) say "test.sh: unknown option $1"; exit 2 ;;
  esac
  shift
done

needs=(c++:g++ make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libgtest-dev curl:curl python3:python3)
case $preset in
  clang | ubsan | fuzz) needs+=(clang++:clang) ;;
  aarch64)
    needs+=(aarch64-linux-gnu-g++:g++-aarch64-linux-gnu qemu-aarch64:qemu-user
            libstdc++6:arm64 libopenblas-dev:arm64 zlib1g-dev:arm64 libgtest-dev:arm64)
    ;;
esac
install_missing "${needs[@]}" || die "the test tools are not complete"
install_missing python3-numpy || say "test.sh: without NumPy the tests skip the files that Python exchanges"

if [ "$preset" = tsan ] && setarch -R true 2> /dev/null; then
  run_under=(setarch -R)  # where a kernel spreads addresses widely, ThreadSanitizer finds no room
fi

target=all
cmake_flags=(-DGRADUS_TESTS=all)
case $label in
  threads | memory)
    target=${label}_tests
    cmake_flags=(-DGRADUS_TESTS="$label")
    ;;
esac
build "$preset" "$target"

say "Running the tests of build/$preset${label:+ labelled $label}${GRADUS_DATA:+ (data: $GRADUS_DATA)}"
results=$root/build/$preset/results.xml
status=0
"${run_under[@]}" ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error \
  --parallel "$(nproc)" ${label:+-L "^$label\$"} --output-junit "$results" "$@" || status=$?
[ -f "$results" ] || die "ctest ran no test"
awk -v need_data=$need_data -f "$root/scripts/summary.awk" "$results" || status=1
exit $status
