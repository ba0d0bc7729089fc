// "Adaptive learning rate": what each weight's own rate is, and how it changes.
//
//   build/release/examples/effective_rate [figure.svg]
//
// The learning rate of Adam, RMSprop and Adagrad is one number, and it stays.  What adapts is what
// multiplies the gradient, or its average, of each coordinate: lr / (sqrt(v) + eps) for RMSprop.
// Each rule calls that its "effective rate" in its formula; values_of() collects it for every
// coordinate, as of the step that would come next.
#include <gradus/gradus.h>
#include <gradus/train/plot.h>

#include <algorithm>
#include <cstdio>

#include "figure_path.h"

using namespace gradus;
using Numbers = std::vector<double>;

constexpr int kSeeds = 5;
constexpr int kSteps = 240;
constexpr int kEvery = 40;  // steps between two looks
constexpr double kShares[] = {0.05, 0.25, 0.5, 0.75, 0.95};

struct Group {
  const char* name;
  std::vector<Numbers> percentiles[kSeeds];  // [seed][share][look]
};

double percentile(Numbers& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5)];
}

/// Trains one network, and looks at the rates of its two groups now and then.
template <class R>
void watch(const R& rule, std::uint64_t seed, Group (&groups)[2]) {
  Rng rng(seed);
  nn::Sequential net(nn::Flatten(), nn::Linear(784, 32, rng), nn::ReLU(), nn::Linear(32, 10, rng));
  // Weights are group 0; biases, which do not decay, are group 1.
  auto optimizer = optim::group_by_name(net.parameters(), rule,
                                        {{"*.bias", optim::changing<R>("weight_decay=0")}});
  const data::LabelledImages digits = data::digits(64 * kSteps, seed);
  data::DataLoader batches(digits, {.batch_size = 64}, rng);
  for (const data::Batch& batch : batches) {
    optimizer.zero_grad();
    nn::cross_entropy(net(batch.x), batch.y).backward();
    optimizer.step();
    if (optimizer.steps() % kEvery != 0) continue;
    const auto rates = optimizer.values_of("effective rate");
    for (std::size_t k = 0; k < 2; ++k) {
      Numbers all;
      for (const Parameter& p : optimizer.parameters(k)) {
        all.insert(all.end(), rates.at(p.name).begin(), rates.at(p.name).end());
      }
      std::sort(all.begin(), all.end());
      std::vector<Numbers>& seen = groups[k].percentiles[seed - 1];
      seen.resize(std::size(kShares));
      for (std::size_t i = 0; i < seen.size(); ++i) {
        seen[i].push_back(percentile(all, kShares[i]));
      }
    }
  }
}

template <class R>
void show(train::Figure& figure, const char* title, const R& rule) {
  Group groups[] = {{"weights", {}}, {"biases", {}}};
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) watch(rule, seed, groups);

  train::Panel& panel =
      figure.add({.title = join({title, ", lr ", rule.lr}), .x_label = "step", .log_y = true});
  Numbers steps;
  for (int t = kEvery; t <= kSteps; t += kEvery) steps.push_back(t);
  for (int k = 0; k < 2; ++k) {
    std::printf("%-9s %-8s", title, groups[k].name);
    Numbers line[std::size(kShares)];  // medians of the seeds
    double least = 1e300, most = 0;    // of the last medians
    for (std::size_t i = 0; i < std::size(kShares); ++i) {
      std::vector<Numbers> runs;
      for (const auto& seed : groups[k].percentiles) runs.push_back(seed[i]);
      line[i] = train::quantile(runs, 0.5);
      std::printf("  %8.2g", line[i].back());
      for (const Numbers& run : runs) {
        least = i == 2 ? std::min(least, run.back()) : least;
        most = i == 2 ? std::max(most, run.back()) : most;
      }
    }
    std::printf("  %.2g to %.2g\n", least, most);
    panel.band(steps, line[0], line[4], {.series = k, .opacity = 0.6});
    panel.band(steps, line[1], line[3], {.series = k});
    panel.line(steps, line[2], {.label = groups[k].name, .series = k});
  }
}

int main(int argc, char** argv) try {
  const std::string path = figure_path(argc, argv, "effective_rate.svg");
  train::Figure figure(
      {.title = "What multiplies the gradient of each coordinate",
       .caption = "Line: median coordinate; dark: the middle half; light: from 5 to 95 %. Each the "
                  "median of 5 seeds. A network of 784-32-10 learns the built-in digits.",
       .columns = 2});
  std::printf(
      "after %d steps         5 %%      25 %%      50 %%      75 %%      95 %%  50 %% of each "
      "seed\n",
      kSteps);
  show(figure, "SGD", optim::SGD{.lr = 0.1, .momentum = 0.9, .weight_decay = 1e-5});
  show(figure, "Adagrad", optim::Adagrad{.lr = 0.01, .weight_decay = 1e-5});
  show(figure, "RMSprop", optim::RMSprop{.lr = 1e-3, .weight_decay = 1e-5});
  show(figure, "Adam", optim::Adam{.lr = 1e-3, .weight_decay = 1e-5});
  figure.save(path);
  std::printf("wrote %s\n", path.c_str());
} catch (...) {
  std::fprintf(stderr, "effective_rate: %s\n", caught_message());
  return 1;
}
