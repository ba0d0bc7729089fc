#!/usr/bin/env bash
# keep.sh TARGET...: keeps what fuzzing has reached (build/fuzz/corpus, after run.sh) in the tree, where
# run.sh begins on another machine: for each edge of the code one short input that goes over it, in
# tests/fuzz/reached/TARGET.tar.gz.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

here=$root/tests/fuzz
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$here/reached"
for target in "$@"; do
  archive=$here/reached/$target.tar.gz
  mkdir -p "$folder/$target/before" "$folder/$target/now"
  [ ! -e "$archive" ] || tar -xzf "$archive" -C "$folder/$target/before"
  "$root/build/fuzz/tests/fuzz/fuzz_$target" -merge=1 -use_counters=0 -max_len=1024 "$folder/$target/now" \
    "$here/corpus/$target" "$folder/$target/before" "$root/build/fuzz/corpus/$target" 2>&1 | tail -n 1
  tar -C "$folder/$target/now" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - . |
    gzip -9n > "$archive"
  say "$target: $(find "$folder/$target/now" -type f | wc -l) inputs, $(wc -c < "$archive") bytes"
done
