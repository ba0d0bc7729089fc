#!/bin/sh
# self_test.sh: check.sh must accept a good tree and refuse each planted violation, naming its file.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failures=0

fresh_tree() {
  rm -rf "$work/tree"
  mkdir -p "$work/tree" && cd "$work/tree" || exit 2
  mkdir -p core autograd/ops nn optim data train examples tests/core benchmarks scripts cmake docs .ci
  printf '#pragma once\n#include <vector>\n' > core/tensor.h
  printf '#include <gradus/core/blas.h>\n#include <cblas.h>\n' > core/blas.cpp
  printf '#pragma once\n#include <gradus/core/tensor.h>\n' > autograd/ops/math.h
  printf '#pragma once\n#include <gradus/autograd/ops/math.h>\n' > nn/linear.h
  printf '#pragma once\n#include <gradus/core/tensor.h>\n' > optim/sgd.h
  printf '#include <gradus/data/idx.h>\n\n#include <zlib.h>\n#include <fcntl.h>\n' > data/idx.cpp
  printf '#include <gradus/nn/linear.h>\n#include <gradus/optim/sgd.h>\n' > train/trainer.cpp
  printf '#include <gradus/gradus.h>\n#include "train_mnist/options.h"\n' > examples/mnist.cpp
  printf 'GRADUS_DATA=%s\n' '..''/shared/data' > .ci/run
  printf 'project(gradus)\n' > CMakeLists.txt
  printf '#pragma once\n' > gradus.h
}

# expect FILE WORDS: check.sh must fail with a line about FILE that has WORDS.
expect() {
  output=$(sh "$here/check.sh" "$work/tree")
  if [ $? -ne 1 ] || ! printf '%s\n' "$output" | grep "^$1:" | grep -q -- "$2"; then
    echo "not caught: '$2' in $1; check.sh said: $output"
    failures=$((failures + 1))
  fi
  if [ "$(printf '%s\n' "$output" | wc -l)" -ne 1 ]; then
    echo "one violation was planted in $1, check.sh said: $output"
    failures=$((failures + 1))
  fi
}

# plant FILE TEXT WORDS: TEXT at the end of FILE of a fresh tree is refused.
plant() {
  fresh_tree
  case $1 in
    *.h) [ -e "$1" ] || printf '#pragma once\n' > "$1" ;;
  esac
  printf '%s\n' "$2" >> "$1"
  expect "$1" "$3"
}

fresh_tree
if ! output=$(sh "$here/check.sh" "$work/tree"); then
  echo "a good tree was refused: $output"
  failures=$((failures + 1))
fi

for pair in core:autograd core:nn core:optim core:data core:train autograd:nn autograd:optim \
            autograd:data autograd:train nn:optim nn:data nn:train optim:autograd optim:nn \
            optim:data optim:train data:autograd data:nn data:optim data:train; do
  from=${pair%:*}
  to=${pair#*:}
  plant "$from/new.h" "#include <gradus/$to/x.h>" "$from may not include $to"
  plant "$from/new.cpp" "  #  include <gradus/$to/x.h>  // why" "$from may not include $to"
done
plant autograd/ops/deep.cpp '#include <gradus/nn/x.h>' 'autograd may not include nn'
plant optim/new.h '#include <gradus/gradus.h>' 'may not include gradus/gradus.h'
plant nn/new.h '#include <gradus/nm/linear.h>' 'names no folder'
plant nn/new.h '#include "linear.h"' 'must have the form'
plant nn/new.cpp '#include "gradus/nn/linear.h"' 'must have the form'
plant nn/new.cpp '#include <nn/linear.h>' 'must have the form'
plant nn/new.cpp '#include GRADUS_HEADER' 'must name its file'
for header in cblas.h zlib.h CLI/CLI.hpp nlohmann/json.hpp gtest/gtest.h; do
  plant core/new.h "#include <$header>" 'a header may include'
done
plant core/new.cpp '#include <cblas.h>' 'only core/blas.cpp'

fresh_tree
printf '#include <vector>\n' > core/bare.h
expect core/bare.h 'pragma once'

for file in core/long.cpp tests/core/long_test.cpp examples/long.cpp scripts/long.sh cmake/long.cmake; do
  fresh_tree
  awk 'BEGIN { for (i = 1; i <= 300; ++i) print "//" }' > "$file"
  sh "$here/check.sh" "$work/tree" > /dev/null || { echo "300 lines were refused"; failures=1; }
  echo '//' >> "$file"
  expect "$file" 'this one has 301'
done

for file in docs/notes.md scripts/test.sh tests/core/x_test.cpp data/idx.cpp README.md; do
  plant "$file" "see ../""shared/data" 'only .ci/run'
done
plant cmake/library.cmake 'include(FetchContent)' 'nothing may be downloaded'
plant CMakeLists.txt 'file(DOWNLOAD https://example.org/x x)' 'nothing may be downloaded'

[ "$failures" -eq 0 ] && echo "every planted violation was caught"
exit "$failures"
