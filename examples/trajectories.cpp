// How optimizers walk: a race over six surfaces, from many random starts.
//
//   build/release/examples/trajectories [figure.svg]
//
// "Adam converges faster", "RMSprop is worse where the problem is not convex": such sentences name
// no surface, no start and no learning rate.  Here they do.  The rate is found in the same way for
// every rule and surface: of 9, from 1e-3 to 10, the one with which 10 starts need the fewest
// steps in all.  The race then has 20 other starts.
//
// No rule is the first everywhere.  Momentum and Adam arrive nearly always.  Plain SGD is ahead of
// them on Himmelblau's surface and the saddle, neither of them convex, and nowhere near on
// Rosenbrock's.  RMSprop and Adagrad, which have a rate for each coordinate, are the fastest in a
// valley along one, and lose that when the valley is turned.  Rprop was made for gradients without
// noise, as they are here, and is quick on all but Rosenbrock's surface.
#include <gradus/gradus.h>
#include <gradus/train/plot.h>

#include <algorithm>
#include <cstdio>

#include "figure_path.h"
#include "race.h"
#include "test_surfaces.h"

using namespace gradus;
using test_surfaces::Surface;
using Numbers = std::vector<double>;

struct Rule {
  const char* name;
  race::MakeOptimizer make;
  bool drawn;
};

/// A rule with its options but lr.
template <class R>
Rule rule(const char* name, R options, bool drawn = false) {
  return {name,
          [options](const Parameters& p, double lr) mutable {
            options.lr = lr;
            return std::make_unique<optim::Optimizer<R>>(p, options);
          },
          drawn};
}

const std::vector<Rule> kRules = {
    rule("SGD", optim::SGD{}, true),         rule("momentum", optim::SGD{.momentum = 0.9}, true),
    rule("RMSprop", optim::RMSprop{}, true), rule("RMSprop 0.9", optim::RMSprop{.alpha = 0.9}),
    rule("Adam", optim::Adam{}, true),       rule("Adagrad", optim::Adagrad{}),
    rule("Adadelta", optim::Adadelta{}),     rule("Adamax", optim::Adamax{}),
    rule("NAdam", optim::NAdam{}),           rule("RAdam", optim::RAdam{}),
    rule("Rprop", optim::Rprop{}),           rule("Lion", optim::Lion{}),
};

int main(int argc, char** argv) try {
  const std::string path = figure_path(argc, argv, "trajectories.svg");
  train::Figure figure({.title = "Six surfaces, each rule with its best learning rate",
                        .caption =
                            "Left: paths from one start (ring) to the minima (stars). Right: "
                            "height above the lowest value, from 20 random starts; lines are "
                            "medians, bands the middle half.",
                        .columns = 2,
                        .panel_height = 220});
  std::printf("steps until f is within %g of its lowest value, and stays; %d: never; 20 starts\n",
              race::kNear, race::kBudget);
  std::printf("%-14s %-12s %7s %7s %6s %6s %9s\n", "surface", "rule", "lr", "median", "least",
              "most", "arrived");
  for (const Surface& s : test_surfaces::all()) {
    train::Panel& map = figure.add({.title = s.name, .x = s.x, .y = s.y});
    train::Panel& heights = figure.add({.title = s.name + ": height",
                                        .x_label = "step",
                                        .log_y = true,
                                        .x = {0, 300},
                                        .y = {1e-6, 1e3}});
    test_surfaces::draw_levels(s, map);
    int series = 0;
    for (const auto& [name, make, drawn] : kRules) {
      const double lr = race::find_rate(make, s);
      const race::Race many = race::run(make, lr, s, random_starts(s, 20, Rng(2)));
      Numbers steps = many.steps;
      std::sort(steps.begin(), steps.end());
      const auto arrived =
          std::lower_bound(steps.begin(), steps.end(), race::kBudget) - steps.begin();
      std::printf("%-14s %-12s %7.2g %7.0f %6.0f %6.0f %6d/20\n", s.name.c_str(), name, lr,
                  (steps[9] + steps[10]) / 2, steps[0], steps[19], static_cast<int>(arrived));
      if (drawn) {
        const train::Style style = {.label = name, .series = series++, .width = 1.5};
        const race::Race one =
            race::run(make, lr, s, from_vector<double>({s.start.x, s.start.y}, {2, 1}));
        map.line(one.x[0], one.y[0], style);
        heights.spread(train::counting(many.height[0].size()), many.height, style);
      }
    }
    test_surfaces::draw_minima(s, map);
    map.mark(s.start.x, s.start.y, train::Mark::ring);
  }
  figure.save(path);
  std::printf("wrote %s\n", path.c_str());
} catch (...) {
  std::fprintf(stderr, "trajectories: %s\n", caught_message());
  return 1;
}
