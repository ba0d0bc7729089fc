#pragma once
// What the programs that are compared with each other share: the task, and how it is timed.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace peers {

/// "mlp_a adam 64 2": model, optimizer, batch and threads from the command line.  mlp_a is
/// 784-128-10, mlp_b 784-512-512-10, both with ReLU.
struct Task {
  std::string model = "mlp_a";
  std::string optimizer = "adam";
  int batch = 64;
  int threads = 1;
};

inline Task parse_task(int argc, char** argv) {
  Task task;
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s mlp_a|mlp_b sgdm|adam BATCH THREADS\n", argv[0]);
    std::exit(2);
  }
  task.model = argv[1];
  task.optimizer = argv[2];
  task.batch = std::atoi(argv[3]);
  task.threads = std::atoi(argv[4]);
  if ((task.model != "mlp_a" && task.model != "mlp_b") ||
      (task.optimizer != "sgdm" && task.optimizer != "adam") || task.batch < 1 ||
      task.batch > 4096 || task.threads < 1) {
    std::fprintf(stderr, "%s: unknown model or optimizer, or a number out of range\n", argv[0]);
    std::exit(2);
  }
  return task;
}

inline double seconds_now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/// Prints the median images a second of `step` over seven spans of about 0.1 s, after 0.1 s of
/// warming up.
template <class Step>
void report(const char* name, const Task& task, Step step) {
  const auto run = [&](double seconds) {
    const double start = seconds_now();
    double end = start;
    long steps = 0;
    while (end - start < seconds) {
      for (int i = 0; i < 8; ++i) {
        step();
      }
      steps += 8;
      end = seconds_now();
    }
    return static_cast<double>(steps) * task.batch / (end - start);
  };
  run(0.1);
  std::vector<double> rates;
  for (int i = 0; i < 7; ++i) {
    rates.push_back(run(0.1));
  }
  std::sort(rates.begin(), rates.end());
  std::printf("%s %s %s batch=%d threads=%d images_per_s=%.0f\n", name, task.model.c_str(),
              task.optimizer.c_str(), task.batch, task.threads, rates[3]);
}

}  // namespace peers
