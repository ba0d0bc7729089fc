#!/usr/bin/env bash
# mnist.sh [flags]: trains a network on MNIST, from a bare Debian or Ubuntu to
# its test accuracy.
#
# It installs what is missing of the build tools (apt-get, as root or with sudo),
# builds the program train_mnist in build/release, finds the data, and trains.
# All flags go to the program.
#
# The data comes from the folder given with --data; otherwise from
# $GRADUS_DATA/mnist; otherwise it is downloaded into mnist/ (see fetch_mnist.sh).
# Without network the program trains on the built-in digits, as it does with
# --dataset digits.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

program=$root/build/release/examples/train_mnist

arguments=("$@")

# has_flag FLAG: it is on the command line, as `FLAG value` or `FLAG=value`.
has_flag() {
  local argument
  for argument in "${arguments[@]}"; do
    [[ $argument != "$1" && $argument != "$1="* ]] || return 0
  done
  return 1
}

# value_of FLAG: the value given to it.
value_of() {
  local i value=
  for i in "${!arguments[@]}"; do
    case ${arguments[i]} in
      "$1") value=${arguments[i + 1]:-} ;;
      "$1="*) value=${arguments[i]#*=} ;;
    esac
  done
  printf %s "$value"
}

has_mnist() {
  local set part file
  for set in train t10k; do
    for part in images-idx3 labels-idx1; do
      for file in "$1/$set-$part-ubyte" "$1/$set-${part/-/.}-ubyte"; do
        if [ -f "$file" ] || [ -f "$file.gz" ]; then
          continue 2
        fi
      done
      return 1
    done
  done
}

for argument in "$@"; do
  if [ "$argument" = --help ] || [ "$argument" = -h ]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    if [ -x "$program" ]; then
      exec "$program" --help
    fi
    echo "The program's own flags are listed here once it is built: run this script without --help."
    exit 0
  fi
done

install_missing c++:g++ make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev libcli11-dev ||
  die "the build tools are not complete"
build release train_mnist

dataset=$(value_of --dataset)
test_dataset=$(value_of --test-dataset)
if has_flag --data || { [ "$dataset" = digits ] && [ "$test_dataset" != mnist ]; }; then
  exec "$program" "$@"
fi
if [ -n "${GRADUS_DATA:-}" ] && has_mnist "$GRADUS_DATA/mnist"; then
  exec "$program" --data "$GRADUS_DATA/mnist" "$@"
fi
if [ -n "${GRADUS_DATA:-}" ]; then
  say "GRADUS_DATA is set, but $GRADUS_DATA/mnist does not hold MNIST's four files"
fi

# A wrong flag is to be known before anything is downloaded: without data the program gets no further.
if [ "$dataset" != digits ]; then
  nothing=$(mktemp -d)
  status=0
  message=$("$program" --data "$nothing" "$@" 2>&1 > /dev/null) || status=$?
  rmdir "$nothing"
  if [ $status -eq 2 ]; then
    say "$message"
    exit 2
  fi
fi

# Whoever asks for MNIST by name does not want anything else.
if [ "$dataset$test_dataset" = "" ]; then
  otherwise="training on the built-in digits"
else
  otherwise="there is no MNIST to train or test on"
fi
status=0
install_missing curl ca-certificates && "$root/scripts/fetch_mnist.sh" --otherwise "$otherwise" \
  "$root/mnist" || status=$?
if [ $status -eq 0 ]; then
  exec "$program" --data "$root/mnist" "$@"
elif [ "$dataset$test_dataset" != "" ]; then
  exit 1
fi
[ $status -eq 3 ] || say "MNIST cannot be had: training on the built-in digits"
exec "$program" --dataset digits "$@"
