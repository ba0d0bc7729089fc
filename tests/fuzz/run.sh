#!/usr/bin/env bash
# run.sh TARGET SECONDS: fuzzes idx, gzip, csv, safetensors or ops with libFuzzer for so long, under
# AddressSanitizer and UndefinedBehaviorSanitizer.  New inputs are kept in build/fuzz/corpus, what
# was found in build/fuzz/found.  Fails if something was found.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

[ $# -eq 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | grep -v ^set >&2; exit 2; }
target=$1
here=$root/tests/fuzz
[ -d "$here/corpus/$target" ] || { say "run.sh: no target $target"; exit 2; }

install_missing clang++:clang make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev \
  libgtest-dev
build fuzz "fuzz_$target"
mkdir -p "$root/build/fuzz/corpus/$target" "$root/build/fuzz/found"
exec "$root/build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$2" -timeout=1 -rss_limit_mb=512 \
  -max_len=4096 -dict="$here/$target.dict" -artifact_prefix="$root/build/fuzz/found/$target-" \
  -print_final_stats=1 "$root/build/fuzz/corpus/$target" "$here/corpus/$target"
