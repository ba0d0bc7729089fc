#!/bin/sh
# check_object.sh OBJECT COMPILER_ID: does the object file take square roots of whole vectors, for
# every instruction set that is dispatched to, and none of single numbers where it should not?
set -u
object=${1:?usage: check_object.sh OBJECT COMPILER_ID}
compiler=${2:?usage: check_object.sh OBJECT COMPILER_ID}
if ! command -v objdump > /dev/null || [ "$(uname -m)" != x86_64 ]; then
  echo "needs objdump and x86-64"
  exit 77
fi
code=$(objdump -d --no-show-raw-insn "$object") || exit 2
failures=0
want() {
  if ! printf '%s\n' "$code" | grep -Eq "$1"; then
    echo "FAILED: $object has no $2"
    failures=$((failures + 1))
  fi
}
want '[^v]sqrtps +.*%xmm' 'square root of 4 floats'
want '[^v]sqrtpd +.*%xmm' 'square root of 2 doubles'
if [ "$compiler" = GNU ]; then
  want 'vsqrtps +.*%ymm' 'square root of 8 floats'
  want 'vsqrtpd +.*%ymm' 'square root of 4 doubles'
  want 'vsqrtps +.*%zmm' 'square root of 16 floats'
  want 'vsqrtpd +.*%zmm' 'square root of 8 doubles'
fi
# A formula is one loop: it calls no function for its elements.
if printf '%s\n' "$code" | grep -Eq 'call.*<sqrtf?[@>+]'; then
  echo "FAILED: $object calls the C library's square root"
  failures=$((failures + 1))
fi
[ "$failures" -eq 0 ] && echo "the square roots are of vectors"
exit $((failures > 0))
