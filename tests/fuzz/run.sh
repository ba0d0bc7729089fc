#!/usr/bin/env bash
# run.sh TARGET SECONDS [RUNS]: fuzzes idx, gzip, csv, npy, safetensors, options, ops, layers or training
# with libFuzzer for so long, or so many executions if they end sooner, under AddressSanitizer and
# UndefinedBehaviorSanitizer.  It begins with the inputs of tests/fuzz/corpus and, the first time, with
# those that keep.sh kept and that seeds.py makes.  New ones stay in build/fuzz/corpus, what was found in
# build/fuzz/found.  Fails if something was found: a unit that takes a second counts.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

[ $# -ge 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | grep -v ^set >&2; exit 2; }
target=$1
seconds=$2
runs=${3:--1}
here=$root/tests/fuzz
most_bytes=1024
most_runs=-1  # of one process
flags=()
case $target in
  ops | layers | training) most_bytes=400 ;;
  # Each input reaches thousands of edges: to weigh them takes a fifth of the time.  And CLI11, which is
  # made once in a process, keeps eight bytes of each flag that it ever read.
  options) most_bytes=512 most_runs=2000000 flags=(-entropic=0) ;;
esac
[ -d "$here/corpus/$target" ] || { say "run.sh: no target $target"; exit 2; }

install_missing clang++:clang make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev \
  libcli11-dev libgtest-dev python3:python3
build fuzz "fuzz_$target"
program=$root/build/fuzz/tests/fuzz/fuzz_$target
kept=$root/build/fuzz/corpus/$target
found=$root/build/fuzz/found
mkdir -p "$found"
if [ ! -d "$kept" ]; then
  rm -rf "$kept.new"
  mkdir -p "$kept.new"
  [ ! -e "$here/reached/$target.tar.gz" ] || tar -xzf "$here/reached/$target.tar.gz" -C "$kept.new"
  case $target in
    ops | options) python3 "$here/seeds.py" "$target" "$kept.new" ;;
  esac
  mv "$kept.new" "$kept"
fi

# Freed memory is held back for a while, not for so long that every execution gets new pages.
export ASAN_OPTIONS=quarantine_size_mb=16:malloc_context_size=8
status=0
end=$((SECONDS + seconds))
while [ "$status" -eq 0 ] && [ "$runs" -ne 0 ] && [ "$SECONDS" -lt "$end" ]; do
  part=$runs
  if [ "$most_runs" -gt 0 ] && { [ "$runs" -lt 0 ] || [ "$runs" -gt "$most_runs" ]; }; then
    part=$most_runs
  fi
  "$program" -max_total_time=$((end - SECONDS)) -runs="$part" -timeout=60 -report_slow_units=1 \
    -rss_limit_mb=512 -max_len="$most_bytes" -dict="$here/$target.dict" \
    -artifact_prefix="$found/$target-" -print_final_stats=1 "${flags[@]}" "$kept" \
    "$here/corpus/$target" || status=$?
  [ "$runs" -lt 0 ] || runs=$((runs - part))
done

# libFuzzer looks at the clock, which goes on while others have the processor.
TIMEFORMAT=%U
for unit in "$found/$target-slow-unit-"*; do
  [ -e "$unit" ] || continue
  taken=$({ time "$program" "$unit" > /dev/null 2>&1; } 2>&1)
  if awk "BEGIN { exit !($taken < 1) }"; then
    rm "$unit"
  else
    say "run.sh: $unit takes $taken s"
    status=1
  fi
done
exit "$status"
