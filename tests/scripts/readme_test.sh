#!/usr/bin/env bash
# The program in the README is examples/xor.cpp, which is built and run, to the letter.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Without the comment that the example begins with, and without empty lines.
shown=$(sed -n '/^```cpp$/,/^```$/p' "$root/README.md" | sed '1d;$d;/^$/d')
example=$(sed '/^\/\/ /{1d};/^$/d' "$root/examples/xor.cpp")

if ! diff <(echo "$shown") <(echo "$example"); then
  echo "the program in README.md (<) and examples/xor.cpp (>) differ"
  exit 1
fi
