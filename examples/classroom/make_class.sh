#!/bin/sh
# make_class.sh [--gradus FOLDER] [--tasks "1 2" | none] DEST
# Makes the repository that students get: this folder with blanks where the solutions are.  With
# --gradus it gets a copy of Gradus, so that it needs nothing else.
set -eu
tasks=all
gradus=
while [ $# -gt 1 ]; do
  case $1 in
    --tasks) tasks=$2 ;;
    --gradus) gradus=$2 ;;
    *) break ;;
  esac
  shift 2
done
[ $# -eq 1 ] || { echo "usage: make_class.sh [--gradus FOLDER] [--tasks LIST] DEST" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
dest=$1
[ ! -e "$dest" ] || { echo "make_class.sh: $dest is there already" >&2; exit 1; }

mkdir -p "$dest/grade" "$dest/adam"
cp "$here/CMakeLists.txt" "$here/CMakePresets.json" "$dest"
cp "$here"/grade/* "$dest/grade"
for file in "$here"/adam/*; do
  awk -v tasks="$tasks" -f "$here/strip.awk" "$file" > "$dest/adam/$(basename "$file")"
done
if [ -n "$gradus" ]; then
  mkdir "$dest/gradus"
  (cd "$gradus" && tar cf - CMakeLists.txt LICENSE gradus.h cmake core autograd nn optim data train) |
    (cd "$dest/gradus" && tar xf -)
fi
