#!/usr/bin/env bash
# accuracy.sh FIRST LAST [flags]: trains with each seed from FIRST to LAST and prints the least, the
# mean and the largest accuracy.  The flags go to train_mnist; GRADUS_DATA/mnist holds the data.
#
#   benchmarks/accuracy.sh 1 10 --optimizer adam             on the test set, with the defaults
#   for lr in 1e-3 2e-3 3e-3 4e-3; do                        how the defaults were chosen: on 5,000
#     benchmarks/accuracy.sh 11 16 --optimizer adam \        training images that are held back
#       --validation 5000 --lr $lr
#   done
set -euo pipefail
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
program=${TRAIN_MNIST:-$(dirname "$0")/../build/release/examples/train_mnist}
first=${1:?usage: accuracy.sh FIRST LAST [flags]}
last=${2:?usage: accuracy.sh FIRST LAST [flags]}
shift 2

for ((seed = first; seed <= last; ++seed)); do
  "$program" --seed "$seed" --json --quiet "$@"
done | sed 's/.*_accuracy": \([0-9.e-]*\).*/\1/' | sort -g | awk -v flags="$*" '
  { sum += $1; last = $1 }
  NR == 1 { least = $1 }
  END {
    if (NR == 0) exit 1
    printf "%s: %d seeds, least %.4f, mean %.4f, largest %.4f\n", flags, NR, least, sum / NR, last
  }'
