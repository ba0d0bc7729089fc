#!/usr/bin/env bash
# mnist_test.sh: where scripts/mnist.sh finds data and what it passes on.  The build and the program
# are stand-ins here, and so are the mirrors; the program itself has tests of its own.
# shellcheck disable=SC2317  # functions that check() calls
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/scripts/lib.sh
. "$root/tests/scripts/lib.sh"
unset GRADUS_DATA http_proxy HTTP_PROXY all_proxy ALL_PROXY

checkout=$work/checkout
names="train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte"
mkdir -p "$work/served" "$work/bin"
for name in $names; do
  echo "$name" | gzip -n > "$work/served/$name.gz"
  echo "$(echo "$name" | sha256sum | cut -d ' ' -f 1)  $name" >> "$work/sums"
done
start_server "$work/served"

# The stand-in for cmake "builds" the stand-in for the program, which prints its arguments, refuses
# --wrong as the program does, and ends with $PROGRAM_STATUS.
cat > "$work/bin/cmake" <<'END'
#!/bin/sh
echo "cmake $*" >> "$WORK/cmake.log"
[ -z "${BUILD_FAILS:-}" ] || { echo "x.cpp:1: error: no"; exit 1; }
mkdir -p build/release/examples
cp "$WORK/program" build/release/examples/train_mnist
END
cat > "$work/program" <<'END'
#!/bin/sh
printf '<%s>' "$@"
case "$*" in *--wrong*) echo "--wrong is wrong" >&2; exit 2 ;; esac
exit ${PROGRAM_STATUS:-0}
END
for need in c++ make dpkg-query; do
  printf '#!/bin/sh\necho installed\n' > "$work/bin/$need"
done
chmod +x "$work/bin"/* "$work/program"

# mnist ARGUMENT...: in a fresh checkout; sets $status.
mirrors=$url/good
mnist() {
  rm -rf "$checkout" "$work/cmake.log"
  mkdir -p "$checkout"
  cp -r "$root/scripts" "$checkout"
  cp "$work/sums" "$checkout/scripts/mnist.sha256"
  WORK=$work PATH=$work/bin:$PATH GRADUS_MNIST_MIRRORS=$mirrors timeout 60 \
    "$checkout/scripts/mnist.sh" "$@" > "$work/stdout" 2> "$work/out"
  status=$?
}

passes() {
  [ "$(cat "$work/stdout")" = "$1" ]
}

says() {
  grep -q -- "$1" "$work/out"
}

claim "MNIST is downloaded once, and all flags go through"
mnist --optimizer adam --seed "3 4"
check [ $status -eq 0 ]
check passes "<--data><$checkout/mnist><--optimizer><adam><--seed><3 4>"
check cmp -s "$checkout/mnist/t10k-labels-idx1-ubyte.gz" "$work/served/t10k-labels-idx1-ubyte.gz"
check grep -q -- "--build --preset release --target train_mnist" "$work/cmake.log"

claim "a folder that the user gives is used as it is, also with other content"
for form in "--data $data" "--data=$data"; do
  # shellcheck disable=SC2086  # two words
  mnist $form --epochs 1
  check [ ! -s "$work/log" ]
done
check passes "<--data=$data><--epochs><1>"

claim "GRADUS_DATA is used where it holds the files, in both spellings"
mkdir "$data/mnist"
export GRADUS_DATA=$data
for name in $names; do
  cp "$work/served/$name.gz" "$data/mnist"
done
mnist
check passes "<--data><$data/mnist>"
for name in $names; do
  gzip -d "$data/mnist/$name.gz"
  mv "$data/mnist/$name" "$data/mnist/${name/-idx/.idx}"
done
mnist
check passes "<--data><$data/mnist>"
check [ ! -s "$work/log" ]
rm "$data/mnist/t10k-labels.idx1-ubyte"
mnist
check passes "<--data><$checkout/mnist>"
unset GRADUS_DATA

claim "the built-in digits need no data"
mnist --dataset digits
check passes "<--dataset><digits>"
mnist --dataset=digits --seed 2
check passes "<--dataset=digits><--seed><2>"
check [ ! -s "$work/log" ]

claim "the built-in digits tested on MNIST need MNIST"
mnist --dataset digits --test-dataset mnist
check passes "<--data><$checkout/mnist><--dataset><digits><--test-dataset><mnist>"

mirrors="http://127.0.0.1:1 http://127.0.0.1:2"
claim "without network one line says so, and the built-in digits are trained on"
mnist --epochs 2
check [ $status -eq 0 ]
check passes "<--dataset><digits><--epochs><2>"
check [ "$(grep -c -i -e network -e curl -e digits "$work/out")" -eq 1 ]
check says "No network .*: training on the built-in digits"

claim "whoever asks for MNIST without network gets no other data"
for flag in "--dataset mnist" "--dataset=mnist" "--dataset digits --test-dataset mnist"; do
  # shellcheck disable=SC2086  # several words
  mnist $flag
  check [ $status -eq 1 ]
  check passes ""
  check says "No network"
done

mirrors=$url/html
claim "mirrors that give no MNIST are told from no network"
mnist
check [ $status -eq 0 ]
check passes "<--dataset><digits>"
check says "MNIST cannot be had: training on the built-in digits"

mirrors=$url/good
claim "the program's exit status is passed on"
for PROGRAM_STATUS in 1 2 130; do
  export PROGRAM_STATUS
  mnist --epochs -1
  check [ $status -eq $PROGRAM_STATUS ]
done
unset PROGRAM_STATUS

claim "a wrong flag is known before anything is downloaded"
: > "$work/log"
mnist --wrong
check [ $status -eq 2 ]
check says "^--wrong is wrong"
check [ ! -s "$work/log" ]

claim "a build that fails shows the error, and nothing is trained"
BUILD_FAILS=1 mnist
check [ $status -eq 1 ]
check says "x.cpp:1: error: no"
check passes ""

claim "--help installs, builds and loads nothing"
: > "$work/log"
mnist --help
check [ $status -eq 0 ]
check grep -q "^mnist.sh \[flags\]: trains a network on MNIST" "$work/stdout"
check [ ! -e "$work/cmake.log" ]
check [ ! -s "$work/log" ]

finish
