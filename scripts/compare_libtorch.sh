#!/usr/bin/env bash
# Trains 784-128-10 in Gradus and in libtorch, turn by turn, and prints a table of the ratios.
#
#   scripts/compare_libtorch.sh [ROUNDS]       (default 5)
#
# libtorch runs in its best configuration: OpenBLAS's own choice of kernels, the OpenMP build of
# OpenBLAS (which shares libtorch's thread pool), and malloc told to keep freed memory.  Gradus runs as
# it is.  Installs what is missing (libtorch-dev is large).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rounds=${1:-5}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || die "ROUNDS must be a whole number of at least 1, got '$rounds'"

install_missing g++:g++ cmake:cmake ninja:ninja-build libopenblas-dev zlib1g-dev libbenchmark-dev \
  libtorch-dev || exit 1

build benchmark gradus_mlp
build benchmark libtorch_mlp
programs=$root/build/benchmark/benchmarks

# Unpacked beside the build: installing the package would change the machine's OpenBLAS.
openmp=$root/build/openmp
if [ ! -e "$openmp/done" ]; then
  mkdir -p "$openmp"
  (cd "$openmp" && apt-get download libopenblas0-openmp > /dev/null 2>&1 && dpkg -x ./*.deb . && touch done)
fi
library=$(dirname "$(find "$openmp" -name 'libopenblas.so.0' | head -n 1)")

unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
results=$root/build/compare_libtorch.txt
: > "$results"
for threads in 1 2; do
  for optimizer in adam sgdm; do
    for batch in 32 64 128; do
      for ((round = 0; round < rounds; ++round)); do
        task=(mlp_a "$optimizer" "$batch" "$threads")
        OMP_NUM_THREADS=$threads LD_LIBRARY_PATH=$library MALLOC_TRIM_THRESHOLD_=8589934592 \
          MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TOP_PAD_=67108864 \
          "$programs/libtorch_mlp" "${task[@]}" >> "$results"
        "$programs/gradus_mlp" "${task[@]}" >> "$results"
      done
    done
  done
done

echo "Measured $(date -u +%Y-%m-%d) on $(nproc) processors ($(awk -F': ' '/model name/ { print $2; exit }' \
  /proc/cpuinfo)), $(c++ --version | head -n 1)."
echo
echo '| optimizer | batch | threads | Gradus, images/s | libtorch, images/s | ratio: median (least to most) |'
echo '|---|---|---|---|---|---|'
awk '
  function value(field) { return substr(field, index(field, "=") + 1) }
  { key = $3 " | " value($4) " | " value($5); rate = value($6) }
  $1 == "libtorch" { theirs = rate }
  $1 == "gradus" {
    if (!(key in count)) order[++keys] = key
    n = ++count[key]; ratio[key, n] = rate / theirs; ours[key, n] = rate; peers[key, n] = theirs
  }
  function sorted(table, key, n, out,    i, j, swap) {
    for (i = 1; i <= n; ++i) out[i] = table[key, i]
    for (i = 1; i <= n; ++i) for (j = i + 1; j <= n; ++j) if (out[j] < out[i]) {
      swap = out[i]; out[i] = out[j]; out[j] = swap
    }
    return out[int((n + 1) / 2)]
  }
  END {
    for (k = 1; k <= keys; ++k) {
      key = order[k]; n = count[key]
      a = sorted(ours, key, n, scratch); b = sorted(peers, key, n, scratch)
      m = sorted(ratio, key, n, scratch)
      printf "| %s | %d | %d | %.2f (%.2f to %.2f) |\n", key, a, b, m, scratch[1], scratch[n]
    }
  }' "$results"
