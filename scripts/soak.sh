#!/usr/bin/env bash
# soak.sh [--budget MINUTES] [METHOD...]: what takes too long for the suite, in full amounts.  Builds
# the tests, runs the methods (all of them unless some are named) until the budget is used up (default:
# 60 minutes), and appends what each tried and found to docs/soak_results.md.  It fails where a method
# does, and where the budget does not reach the last one.
#
#   kills           a writer of checkpoints killed 5,000 times, at any moment
#   training_kills  200 runs of train_mnist, each killed and resumed, all ending with the same files
#   signals         200 signals to train_mnist, each run resumed, all ending with the same weights
#   cuts            500 runs of train_mnist, and 500 of all rules with all schedules in f32 and f64,
#                   cut at a random step and resumed, bit for bit
#   fsync_order     the calls of a save, seen by strace
#   mutations       a million valid files of each format, one to three of their fields replaced
#   differential    10,000 files of each format, exchanged with Python
#   allocations     each allocation of a save, load, forward and backward, step, loader fails in turn,
#                   under AddressSanitizer, which finds what leaks
#   memory_limits   every program within 32 MB of addresses, 48 MB, ... until it comes to its end
#   steps           10 million steps in f32 as in f64, and 40,000 epochs: memory, time, descriptors
#   determinism     one seed 20 times, with 1 to 8 threads and 0 to 8 workers; train_mnist with each model
#   large_tensor    a tensor of more than 4 GiB, written and read (9 GB of memory)
#   mistakes        the mistakes of tests/mistakes, each planted and found by a test
#   threads_stress  models, workers, loops and errors on many threads under ThreadSanitizer, 10 minutes
#   fuzz_TARGET     safetensors, idx, csv, gzip, npy, options, ops, layers, training: libFuzzer on a
#                   target of tests/fuzz, 20 million executions, 5 million for the last three; later
#                   runs go on with what earlier ones kept
#
# A method is a function method_NAME: its last line on stdout is what it found, and it fails if that
# is not as it must be, with $cut_short where it found no fault before the budget was used up.  It sees
# $minutes, what is left of the budget.
# shellcheck disable=SC2317  # the methods are called by name
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root" || exit 2

tests=build/release/tests
run_under=()
cut_short=73

# run_test PROGRAM SUITES: its own line about what it did.  Fails where no test ran or one was skipped.
run_test() {
  (cd "$tests" && "${run_under[@]}" "./$1" --gtest_brief=1 --gtest_filter="$2") > "$log" 2>&1
  local status=$?
  grep -v -e '^\[' -e '^Running main' "$log" | tail -n 20
  grep -q -e '^\[==========\] 0 tests' -e '^\[  SKIPPED \]' "$log" && status=1
  return "$status"
}

in_one_line() {
  paste -s -d ';' | sed 's/;/; /g'
}

method_kills() {
  GRADUS_KILLS=5000 run_test train_test 'Kill.*'
}

method_training_kills() {
  GRADUS_TRAINING_KILLS=200 run_test examples_test 'Checkpoints.of_killed_runs*'
}

method_signals() {
  GRADUS_SIGNALS=200 run_test examples_test 'Checkpoints.of_runs_that_a_signal*'
}

method_cuts() {
  export GRADUS_CUTS=500
  { run_test examples_test 'ThreadsResume.*' && run_test train_test 'ThreadsTrainingResume.*'; } |
    in_one_line
}

method_mutations() {
  GRADUS_MUTATIONS=1000000 run_test data_test 'Mutation.*' | in_one_line
}

method_differential() {
  install_missing python3-numpy || return
  GRADUS_DIFFERENTIAL=10000 run_test data_test 'Differential.*'
}

method_fsync_order() {
  install_missing strace:strace || return
  local folder calls
  folder=$(mktemp -d) || return
  strace -f -y -o "$folder/calls" -e 'trace=openat,write,fsync,?rename,?renameat,?renameat2' \
    build/release/examples/train_mnist --dataset digits --train-size 64 --validation 10 --epochs 1 \
    --threads 1 --quiet --checkpoint "$folder/a" > /dev/null || return
  calls=$(sed -n '/[.]part"/,$p' "$folder/calls" |
          sed -nE -e 's/^[0-9]+ +(openat|write)\(.*/\1/p' -e 's/.* (rename)[a-z0-9]*\(.* = 0$/\1/p' \
              -e 's/.* (fsync)\([0-9]+<.*[.]part>\) += 0$/\1(file)/p' \
              -e "s#.* (fsync)\\([0-9]+<$folder>\\) += 0\$#\\1(folder)#p" |
          uniq | head -n 6 | paste -s -d ' ')
  rm -r "$folder"
  echo "calls in their order: $calls"
  [ "$calls" = "openat write fsync(file) rename openat fsync(folder)" ]
}

method_allocations() {
  build fuzz train_test  # Clang's AddressSanitizer, which also finds what leaks
  tests=build/fuzz/tests GRADUS_ALLOCATION_STRIDE=1 run_test train_test 'Allocations.*' | in_one_line
}

method_memory_limits() {
  GRADUS_MEMORY_LIMITS=1 run_test examples_test 'MemoryLimit.*'
}

method_steps() {
  GRADUS_STEPS=10000000 GRADUS_EPOCHS=40000 run_test train_test 'LongRun.*' | in_one_line
}

method_determinism() {
  local model hashes failed=0
  {
    GRADUS_DETERMINISM=1 run_test train_test 'ThreadsDeterminism.*' || failed=1
    for model in mlp lenet cnn vgg; do
      hashes=$(for run in {1..20}; do
        build/release/examples/train_mnist --dataset digits --train-size 500 --validation 100 \
          --model "$model" --epochs 1 --augment distort --dropout 0.2 --threads $((1 + run % 8)) \
          --json --quiet
      done | grep -o '"weights_hash": "[0-9a-f]*"' | sort | uniq -c | sed 's/^ *//; s/"//g')
      echo "runs of train_mnist --model $model by their hash: $hashes"
      [[ $hashes == "20 "* ]] || failed=1
    done
    [ "$failed" = 0 ]
  } | in_one_line
}

method_large_tensor() {
  GRADUS_LARGE_TENSOR_MB=4096 run_test data_test 'LargeTensor.*'
}

method_mistakes() {
  tests/mistakes/run.sh
}

method_threads_stress() {
  local seconds=600
  [ "$minutes" -ge 10 ] || seconds=$((minutes * 60))
  if setarch -R true 2> /dev/null; then
    run_under=(setarch -R)  # see scripts/test.sh
  fi
  cmake_flags=(-DGRADUS_TESTS=threads)
  build tsan train_test
  tests=build/tsan/tests GRADUS_STRESS_SECONDS=$seconds run_test train_test 'ThreadsStress.*' || return
  [ "$seconds" -eq 600 ] || return "$cut_short"
}

# fuzz TARGET EXECUTIONS: so many, or what fits in the budget.
fuzz() {
  tests/fuzz/run.sh "$1" $((minutes * 60)) "$2" > "$log" 2>&1
  local status=$? short
  # Of one process or several, one after the other.
  awk -v wanted="$2" -v cut_short="$cut_short" '
       /^#[0-9]/ {
         for (i = 2; i < NF; ++i) if ($i == "cov:" && $(i + 1) > edges) {
           edges = $(i + 1)
           last = runs + substr($1, 2)
         }
       }
       /^stat::number_of_executed_units/ { runs += $2 }
       /^stat::slowest_unit_time_sec/ && $2 > seconds { seconds = $2 }
       /^stat::peak_rss_mb/ && $2 > mb { mb = $2 }
       END {
         printf "%d executions, %d edges, none new in the last %d, slowest %d s, at most %d MB\n",
                runs, edges, runs - last, seconds, mb
         exit runs < wanted ? cut_short : 0
       }' "$log"
  short=$?
  [ "$status" -ne 0 ] || status=$short
  return "$status"
}
for target in safetensors idx csv gzip npy options; do
  eval "method_fuzz_$target() { fuzz $target 20000000; }"
done
for target in ops layers training; do
  eval "method_fuzz_$target() { fuzz $target 5000000; }"
done

all=(kills training_kills signals cuts fsync_order mutations differential allocations memory_limits
     steps determinism large_tensor mistakes threads_stress
     fuzz_safetensors fuzz_idx fuzz_csv fuzz_gzip fuzz_npy fuzz_options
     fuzz_ops fuzz_layers fuzz_training)
budget=60
methods=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --budget) budget=${2:?--budget needs a number of minutes}; shift ;;
    *) methods+=("$1") ;;
  esac
  shift
done
[ ${#methods[@]} -gt 0 ] || methods=("${all[@]}")
for method in "${methods[@]}"; do
  [ "$(type -t "method_$method")" = function ] || { say "soak.sh: no method $method"; exit 2; }
done

install_missing c++:g++ make cmake libopenblas-dev zlib1g-dev nlohmann-json3-dev libcli11-dev \
  libgtest-dev || exit
if printf '%s\n' "${methods[@]}" | grep -qv ^fuzz_; then
  for program in train_test examples_test data_test; do
    build release "$program"
  done
fi
built=$(git rev-parse --short HEAD)
git diff --quiet HEAD -- . ':!docs' || built+=" and changes"
log=$(mktemp) || exit
trap 'rm -f "$log"' EXIT
results=docs/soak_results.md
failed=0
for method in "${methods[@]}"; do
  minutes=$((budget - SECONDS / 60))
  if [ "$minutes" -le 0 ]; then
    say "the budget of $budget minutes is used up before $method"
    failed=1
    break
  fi
  say "=== $method"
  start=$SECONDS
  status=0
  found=$("method_$method") || status=$?
  case $status in
    0) outcome=passed ;;
    72) outcome="ended by hand" failed=1 ;;  # libFuzzer, interrupted
    "$cut_short") outcome="cut short" failed=1 ;;
    *) outcome=FAILED failed=1 ;;
  esac
  say "$found"
  printf '| %s | %s | %s s | %s | %s | %s |\n' "$(date -u +%F)" "$method" $((SECONDS - start)) \
    "$outcome" "$(tail -n 1 <<< "$found" | tr '|' '/')" "$built" >> "$results"
done
exit $failed
