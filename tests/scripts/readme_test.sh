#!/usr/bin/env bash
# The first program in the README is examples/xor.cpp, which is built and run, to the letter.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Without the comment that the example begins with, and without empty lines.
# shellcheck disable=SC2016  # backquotes
shown=$(awk '/^```cpp$/ { on = 1; next } on && /^```$/ { exit } on && NF' "$root/README.md")
example=$(sed '/^\/\/ /{1d};/^$/d' "$root/examples/xor.cpp")

if [ "$shown" != "$example" ]; then
  printf 'README.md has\n%s\n\nexamples/xor.cpp has\n%s\n' "$shown" "$example"
  exit 1
fi
