#!/usr/bin/env bash
# Each line of tests/mistakes/mistakes.txt changes its file: code that was rewritten needs its mistake
# planted anew.  Whether the tests find them is for tests/mistakes/run.sh.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
lines=0
failed=0
while read -r file which change; do
  lines=$((lines + 1))
  if sed -e "$change" "$file" | cmp -s - "$file"; then
    echo "changes nothing: $file $which $change"
    failed=1
  fi
done < <(grep -v '^#' tests/mistakes/mistakes.txt)
echo "$lines planted mistakes"
[ "$lines" -ge 25 ] && exit "$failed"
