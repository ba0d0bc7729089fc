#pragma once
// What the programs that are compared with each other share: the task, and how it is timed.
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace peers {

/// "cnn adam 64 2": model, optimizer, batch and threads from the command line.
///   mlp_a        784-128-10 with ReLU
///   mlp_b        784-512-512-10
///   lenet, cnn   those of train_mnist
///   gru, lstm    64 characters of 65: embedding 64, hidden 256, a score for each
///   transformer  the same with one TransformerEncoderLayer: 4 heads, 256 between its linear layers
struct Task {
  std::string model = "mlp_a";
  std::string optimizer = "adam";
  int batch = 64;
  int threads = 1;

  bool reads_text() const { return model == "gru" || model == "lstm" || model == "transformer"; }
  bool reads_images() const { return model == "lenet" || model == "cnn"; }
};

constexpr std::int64_t kTime = 64;
constexpr std::int64_t kCharacters = 65;
constexpr std::int64_t kEmbed = 64;
constexpr std::int64_t kHidden = 256;
constexpr std::int64_t kHeads = 4;

inline Task parse_task(int argc, char** argv) {
  const std::vector<std::string> models = {"mlp_a", "mlp_b", "lenet",      "cnn",
                                           "gru",   "lstm",  "transformer"};
  Task task;
  if (argc == 5) {
    task = {argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4])};
  }
  if (argc != 5 || std::find(models.begin(), models.end(), task.model) == models.end() ||
      (task.optimizer != "sgdm" && task.optimizer != "adam") || task.batch < 1 ||
      task.batch > 2048 || task.threads < 1) {
    std::fprintf(stderr,
                 "usage: %s mlp_a|mlp_b|lenet|cnn|gru|lstm|transformer sgdm|adam BATCH THREADS\n",
                 argv[0]);
    std::exit(2);
  }
  return task;
}

inline double seconds_of(clockid_t clock) {
  timespec time = {};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Prints the median samples a second of `step` over five spans of about 0.15 s, after 0.15 s of
/// warming up: by the clock, and by the processor time of all threads, in which what other programs
/// take does not count.
template <class Step>
void report(const char* name, const Task& task, Step step) {
  const auto run = [&](double seconds) {
    const double start = seconds_of(CLOCK_MONOTONIC);
    const double used = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    double end = start;
    double samples = 0;
    for (; end - start < seconds; end = seconds_of(CLOCK_MONOTONIC)) {
      step();
      samples += task.batch;
    }
    return std::pair(samples / (end - start),
                     samples / (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - used));
  };
  run(0.15);
  std::vector<double> by_clock;
  std::vector<double> by_processor;
  for (int i = 0; i < 5; ++i) {
    const auto [clock, processor] = run(0.15);
    by_clock.push_back(clock);
    by_processor.push_back(processor);
  }
  std::sort(by_clock.begin(), by_clock.end());
  std::sort(by_processor.begin(), by_processor.end());
  std::printf("%s %s %s %d %d %.1f %.1f\n", name, task.model.c_str(), task.optimizer.c_str(),
              task.batch, task.threads, by_clock[2], by_processor[2]);
}

}  // namespace peers
