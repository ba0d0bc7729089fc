#!/usr/bin/env bash
# The processor seconds that a user's one-file programs take to compile with plain -O2: the median of
# five.
#
#   benchmarks/compile_cost.sh [BUILD]      (default build/release; only its include folder is used)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
include=${1:-$root/build/release}/include
[ -d "$include/gradus" ] || { echo "${0##*/}: no headers in $include; build first" >&2; exit 1; }
object=$(mktemp)
trap 'rm -f "$object"' EXIT

for program in xor mnist custom_optimizer; do
  for ((run = 0; run < 5; ++run)); do
    TIMEFORMAT='%U %S'
    { time g++ -std=c++20 -O2 -I"$include" -c "$root/examples/$program.cpp" -o "$object"; } 2>&1 |
      awk '{ print $1 + $2 }'
  done | sort -n | awk -v name="$program" '{ s[NR] = $1 } END { printf "%-18s %.2f s\n", name, s[3] }'
done
