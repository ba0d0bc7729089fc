#!/usr/bin/env bash
# The program in the README is examples/xor.cpp, which is built and run, to the letter.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Without the comment that the example begins with, and without empty lines.
# shellcheck disable=SC2016  # backquotes
shown=$(sed -n '/^```cpp$/,/^```$/p' "$root/README.md" | sed '1d;$d;/^$/d')
example=$(sed '/^\/\/ /{1d};/^$/d' "$root/examples/xor.cpp")

if [ "$shown" != "$example" ]; then
  printf 'README.md has\n%s\n\nexamples/xor.cpp has\n%s\n' "$shown" "$example"
  exit 1
fi
