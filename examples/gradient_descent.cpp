// Gradient descent with the whole training set as one batch, and with small ones.
//
//   build/release/examples/gradient_descent [figure.svg]
//
// "Gradient descent suffers from unstable gradients": that of the whole set is exact.  Noise comes
// from batches.  Both can be seen on a task of which everything is known (line_fit.h):
//
//   L(w) - L(w*) = 1/2 sum_j h_j (1 - lr h_j)^(2t) (w*_j)^2        after t steps from w = 0
//   E |g_b - g|^2 = (n - b) / (b (n - 1)) * 1/n sum_i |g_i - g|^2  for b samples, each taken once
//
// Each step leaves 1 - lr h_j of the error along j: where the h_j differ much, descent is slow.
#include <gradus/gradus.h>
#include <gradus/train/plot.h>

#include <cmath>
#include <cstdio>

#include "figure_path.h"
#include "line_fit.h"

using namespace gradus;
using namespace line_fit;

constexpr double kRate = 0.5;

/// The loss before the first pass over the data and after each.  The seed decides the order.
Numbers descend(int passes, Index batch_size, std::uint64_t seed) {
  const Task task;
  optim::Optimizer optimizer({{"w", task.w}}, optim::SGD{.lr = kRate});
  data::DataLoader batches(task.x, task.y, {.batch_size = batch_size}, Rng(seed));
  Numbers losses;
  for (int pass = 0; pass <= passes; ++pass) {
    losses.push_back(task.loss({task.x, task.y}).item());
    for (const data::Batch& batch : batches) {
      optimizer.zero_grad();
      task.loss(batch).backward();
      optimizer.step();
    }
  }
  return losses;
}

int main(int argc, char** argv) try {
  const std::string path = figure_path(argc, argv, "gradient_descent.svg");
  train::Figure figure({.title = "Gradient descent: noise comes from batches",
                        .caption = "Bands: 20 orders of the samples. Rings: what the formulas say.",
                        .columns = 2});
  const Task task;
  const data::Batch all = {task.x, task.y};
  const Numbers g = task.gradient(all);  // at w = 0, where g_j = -h_j w*_j
  const auto above_lowest = [&](double t) {
    return 0.5 * (std::pow(1 - kRate * h[0], 2 * t) * g[0] * g[0] / h[0] +
                  std::pow(1 - kRate * h[1], 2 * t) * g[1] * g[1] / h[1]);
  };
  const double lowest = task.loss(all).item() - above_lowest(0);

  train::Panel& left = figure.add(
      {.title = "Loss above the lowest", .x_label = "passes over the data", .log_y = true});
  int series = 0;
  for (const int b : {4, 32, n}) {
    std::vector<Numbers> runs;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      runs.push_back(descend(100, b, seed));
      for (double& value : runs.back()) value -= lowest;
    }
    const std::string name = b == n ? "all 256 at once" : join({"batches of ", b});
    left.spread(train::counting(101), runs, {.label = name, .series = series++},
                train::Cover::everything);
    std::printf("%-16s after 100 passes: lowest + %.3g, from %.3g to %.3g\n", name.c_str(),
                train::quantile(runs, 0.5).back(), train::quantile(runs, 0).back(),
                train::quantile(runs, 1).back());
  }
  std::printf("%-16s after 100 steps:  lowest + %.3g\n", "formula", above_lowest(100));
  for (int t = 0; t <= 100; t += 10) {
    left.mark(t, above_lowest(t), train::Mark::ring, {.series = 2});
  }

  train::Panel& right = figure.add({.title = "Error of the gradient at w = 0: |g_b - g| / |g|",
                                    .x_label = "batch size b",
                                    .log_x = true});
  const auto squared_error = [&](const data::Batch& b) {
    const Numbers part = task.gradient(b);
    return std::pow(std::hypot(part[0] - g[0], part[1] - g[1]) / std::hypot(g[0], g[1]), 2);
  };
  double variance = 0;
  for (const data::Batch& one : data::DataLoader(all.x, all.y, {.batch_size = 1}, Rng(1))) {
    variance += squared_error(one) / n;
  }
  Numbers sizes, found;
  for (double b = 1; b <= n; b *= 2) {
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      data::DataLoader batches(all.x, all.y, {.batch_size = Index(b)}, Rng(seed));
      mean += squared_error(*batches.begin()) / 200;
    }
    sizes.push_back(b);
    found.push_back(std::sqrt(mean));
    const double formula = std::sqrt(variance * (n - b) / (b * (n - 1)));
    right.mark(b, formula, train::Mark::ring, {.series = 3});
    std::printf("batches of %-4.0f |g_b - g| / |g| = %.3f, formula %.3f\n", b, found.back(),
                formula);
  }
  right.line(sizes, found, {.label = "root of the mean square of 200", .series = 3});
  figure.save(path);
  std::printf("wrote %s\n", path.c_str());
} catch (...) {
  std::fprintf(stderr, "gradient_descent: %s\n", caught_message());
  return 1;
}
