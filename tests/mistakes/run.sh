#!/usr/bin/env bash
# run.sh [PATTERN]: plants each mistake of mistakes.txt (those whose line holds PATTERN) into a copy of
# the sources in build/mistakes, builds what it needs, and demands that the tests beside it find it.
# Its last line says how many were caught; it fails if one was not.  About 10 s a mistake on two
# processors, after the first build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
list=$PWD/tests/mistakes/mistakes.txt
pattern=${1:-}

copy=$PWD/build/mistakes
mkdir -p "$copy/tree" || exit
# Only what differs, so that a second run builds little.
while read -r -d '' file; do
  cmp -s "$file" "$copy/tree/$file" || cp --parents "$file" "$copy/tree" || exit
done < <(git ls-files -z)
cd "$copy/tree" || exit
cmake --preset debug -DGRADUS_WARNINGS_AS_ERRORS=OFF > "$copy/log" || { cat "$copy/log"; exit 1; }

mapfile -t lines < <(grep -v '^#' "$list" | grep -F -- "$pattern")
mapfile -t programs < <(printf '%s\n' "${lines[@]}" | awk '{ split($2, part, ":"); print part[1] }' |
                        sort -u)

# build PROGRAM...
build() {
  cmake --build --preset debug --target "$@" --parallel "$(nproc)" > "$copy/log" 2>&1
}

# tests PROGRAM:FILTER: whether they pass.
tests() {
  (cd build/debug/tests &&
   timeout 120 "./${1%%:*}" --gtest_brief=1 --gtest_fail_fast --gtest_filter="${1#*:}") \
    > "$copy/tests" 2>&1
}

build "${programs[@]}" || { tail -n 30 "$copy/log"; exit 1; }
for which in $(printf '%s\n' "${lines[@]}" | awk '{ print $2 }' | sort -u); do
  tests "$which" || { echo "without any mistake $which fails"; tail -n 30 "$copy/tests"; exit 1; }
  grep -q ' 0 tests' "$copy/tests" && { echo "$which names no test"; exit 1; }
done

caught=0
for line in "${lines[@]}"; do
  read -r file which change <<< "$line"
  cp -p "$file" "$copy/before"
  sed -i -e "$change" "$file"
  if cmp -s "$file" "$copy/before"; then
    outcome="CHANGES NOTHING"
  elif ! build "${which%%:*}"; then
    outcome="DOES NOT COMPILE"
  elif tests "$which"; then
    outcome=SURVIVES
  else
    outcome=caught
    caught=$((caught + 1))
  fi
  printf '%-16s %s\n' "$outcome" "$line"
  cp "$copy/before" "$file"
done
echo "$caught of ${#lines[@]} planted mistakes caught"
[ "$caught" -eq ${#lines[@]} ]
