#pragma once
// A race of optimizers on a surface: how many steps from random starts, with which rate.
#include <gradus/gradus.h>

#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "test_surfaces.h"

namespace race {

using namespace gradus;
using test_surfaces::Surface;
using Numbers = std::vector<double>;

constexpr int kBudget = 2000;   // steps; a start that needs more has not arrived
constexpr double kNear = 1e-3;  // to have arrived is to be so near to the lowest value,
constexpr int kStay = 100;      // this many steps in a row

using MakeOptimizer =
    std::function<std::unique_ptr<optim::OptimizerBase>(const Parameters&, double lr)>;

/// Of each start, step by step: its place, and its height above the lowest value.
struct Race {
  std::vector<Numbers> x, y, height;
  Numbers steps;     // of each start until it arrives, at most kBudget
  double total = 0;  // steps under way, of all starts
};

/// From `starts`, [2, n]; gives up once the total is above `limit`.  In these rules each element
/// has its own step, so that every column is a run of its own.
inline Race run(const MakeOptimizer& make, double lr, const Surface& surface, const Tensor& starts,
                double limit = 1e9) {
  const auto n = static_cast<std::size_t>(starts.size(1));
  const Tensor p = starts.clone().set_requires_grad();
  const auto optimizer = make({{"p", p}}, lr);
  const std::vector<Numbers> none(n);
  Race r{none, none, none, Numbers(n, kBudget)};
  std::vector<int> stay(n);
  for (int step = 0; step < kBudget && r.total <= limit; ++step) {
    const Tensor f = surface.f(select(p, 0, 0), select(p, 0, 1));
    const Numbers value = f.to_vector<double>(), place = p.to_vector<double>();
    const double before = r.total;
    for (std::size_t i = 0; i < n; ++i) {
      r.x[i].push_back(place[i]);
      r.y[i].push_back(place[n + i]);
      r.height[i].push_back(value[i] - surface.lowest);
      stay[i] = r.height[i].back() <= kNear ? stay[i] + 1 : 0;
      if (stay[i] == kStay && r.steps[i] == kBudget) r.steps[i] = step + 1 - kStay;
      if (r.steps[i] == kBudget) ++r.total;
    }
    if (r.total == before) break;
    optimizer->zero_grad();
    sum(f).backward();  // each column's gradient is that of its own height
    optimizer->step();
  }
  return r;
}

/// The rate, of 9 from 1e-3 to 10, with which 10 random starts need the fewest steps in all.
inline double find_rate(const MakeOptimizer& make, const Surface& surface) {
  const Tensor starts = random_starts(surface, 10, Rng(1));
  double best = 0, fewest = 1e9;
  for (int k = -6; k <= 2; ++k) {
    const double lr = std::pow(10, k / 2.0), total = run(make, lr, surface, starts, fewest).total;
    if (total < fewest) {
      fewest = total;
      best = lr;
    }
  }
  return best;
}

}  // namespace race
