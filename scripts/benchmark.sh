#!/usr/bin/env bash
# benchmark.sh [--rounds N] [SECTION...]: installs what the measurements need, builds them, runs them,
# those that are compared with each other turn by turn, and writes the tables into docs/performance.md
# and README.md, each between its markers.
#
#   --rounds N   turns of each comparison (default 5)
#   SECTION      machine headline training scaling profile goal products convolutions rules hand
#                small growth ops start compile (default: all)
#
# libtorch runs in its best configuration: the kernels of OpenBLAS with which it is fastest, the OpenMP
# build of OpenBLAS (which shares libtorch's thread pool), and malloc told to keep freed memory.  Gradus
# runs as it is.  Where libtorch cannot be had, its comparisons are left as they stand.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
  -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

install_missing c++:g++ make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libbenchmark-dev \
  python3:python3 || die "the tools are not complete"
install_missing libtorch-dev || say "Without libtorch its comparisons are left out."
cmake_flags=(-DGRADUS_BUILD_TESTS=OFF)
build benchmark all

# Unpacked beside the build: installing the package would change the machine's OpenBLAS.
openmp=$root/build/openmp
if [ ! -e "$openmp/done" ]; then
  mkdir -p "$openmp"
  (cd "$openmp" && apt-get download libopenblas0-openmp && dpkg -x ./*.deb . && touch done) \
    > /dev/null 2>&1 || say "Without the OpenMP build of OpenBLAS, libtorch runs on the usual one."
fi

unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
exec python3 "$root/scripts/measure" "$root" "$@"
