#!/bin/sh
# check.sh ROOT: does the source tree under ROOT keep the rules of its layout?  Prints every violation
# as "file:line: what", and ends with 1 if there is one.
set -u
cd "${1:?usage: check.sh ROOT}" || exit 2

libraries="core autograd nn optim data train"
violations=$(mktemp) || exit 2
trap 'rm -f "$violations"' EXIT

# The folders that a folder may include, itself among them.
allowed() {
  case $1 in
    core) echo core ;;
    autograd) echo core autograd ;;
    nn) echo core autograd nn ;;
    optim) echo core optim ;;
    data) echo core data ;;
    train) echo core autograd nn optim data train ;;
  esac
}

sources_of() {
  [ -d "$1" ] && find "$1" -type f \( -name '*.h' -o -name '*.cpp' \)
}

# --- who includes whom -----------------------------------------------------------------------------
# shellcheck disable=SC2016  # awk's variables
check_includes='
function report(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
BEGIN {
  count = split(allowed, names, " "); for (i = 1; i <= count; ++i) may[names[i]] = 1
  count = split(folders, names, " "); for (i = 1; i <= count; ++i) ours[names[i]] = 1
}
FNR == 1 { header = FILENAME ~ /[.]h$/ }
/^[ \t]*#[ \t]*include/ {
  path = $0
  if (!match(path, /[<"][^>"]*[>"]/)) { report("an include must name its file"); next }
  quoted = substr(path, RSTART, 1) == "\""
  path = substr(path, RSTART + 1, RLENGTH - 2)
  split(path, part, "/")
  if (quoted) {
    report("include \"" path "\" must have the form <gradus/folder/file.h>")
  } else if (part[1] == "gradus") {
    if (path == "gradus/gradus.h") report(folder " may not include gradus/gradus.h, which is all of Gradus")
    else if (!(part[2] in ours)) report("include <" path "> names no folder of the library")
    else if (!(part[2] in may)) report(folder " may not include " part[2] ": <" path ">")
  } else if (part[1] in ours) {
    report("include <" path "> must have the form <gradus/folder/file.h>")
  } else if (header && path !~ /^[a-z0-9_]+$/) {
    report("a header may include Gradus and the C++ standard library only, not <" path ">")
  } else if (path ~ /cblas/ && FILENAME != "core/blas.cpp") {
    report("only core/blas.cpp may know CBLAS")
  }
}'
for folder in $libraries; do
  for file in $(sources_of "$folder"); do
    awk -v folder="$folder" -v allowed="$(allowed "$folder")" -v folders="$libraries" \
        "$check_includes" "$file"
    case $file in
      *.h) grep -q '^#pragma once$' "$file" || echo "$file:1: a header must say #pragma once" ;;
    esac
  done
done >> "$violations"

# --- sizes -----------------------------------------------------------------------------------------
for entry in $libraries examples tests benchmarks scripts cmake .ci CMakeLists.txt gradus.h; do
  if [ -e "$entry" ]; then
    find "$entry" -type f \( -name '*.h' -o -name '*.cpp' -o -name '*.cmake' -o -name '*.py' \
      -o -name '*.sh' -o -name '*.in' -o -name CMakeLists.txt -o -name run \)
  fi
done | while read -r file; do
  lines=$(awk 'END { print NR }' "$file")
  [ "$lines" -le 300 ] || echo "$file:$lines: a file may have 300 lines, this one has $lines"
done >> "$violations"

# --- what stays outside ----------------------------------------------------------------------------
project="$libraries examples tests benchmarks scripts cmake docs"
for entry in $project *.md *.h *.txt *.json .clang-tidy .clang-format .gitignore; do
  if [ -e "$entry" ]; then
    grep -rnI '[.][.]/shared' "$entry" /dev/null
  fi
done | sed 's/^\([^:]*:[0-9]*\):.*/\1: only .ci\/run may name the folder of shared development data/' \
  >> "$violations"

for entry in CMakeLists.txt cmake $libraries examples tests/CMakeLists.txt benchmarks; do
  if [ -e "$entry" ]; then
    grep -rnE --include=CMakeLists.txt --include='*.cmake' \
      'FetchContent|ExternalProject|file *\( *DOWNLOAD' "$entry" /dev/null
  fi
done | sed 's/^\([^:]*:[0-9]*\):.*/\1: nothing may be downloaded at configure time/' >> "$violations"

if [ -s "$violations" ]; then
  cat "$violations"
  exit 1
fi
echo "the layout keeps its rules"
