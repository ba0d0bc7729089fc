// Reduce on plateau: the tables of PyTorch and Keras, the runs that PyTorch recorded
// (tests/reference/record_torch_schedules.py), and the edges by hand.
#include <gradus/optim/plateau.h>
#include <gtest/gtest.h>

#include <cmath>
#include <type_traits>

#include "support/limits.h"
#include "support/naive.h"
#include "support/recorded.h"

namespace gradus {
namespace {

using optim::Plateau;
using optim::ReduceOnPlateau;
using test::expect_error;
using test::kInf;
using test::kNan;

// The rate after each metric.
std::vector<double> rates(const Plateau& options, const std::vector<double>& metrics, double lr) {
  ReduceOnPlateau plateau(options);
  std::vector<double> all;
  for (const double metric : metrics) {
    if (plateau.update(metric)) {
      lr = plateau.next_lr(lr);
    }
    all.push_back(lr);
  }
  return all;
}

// The epochs, from 1, after which the rate is cut.
std::vector<int> cuts(const Plateau& options, const std::vector<double>& metrics) {
  ReduceOnPlateau plateau(options);
  std::vector<int> all;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (plateau.update(metrics[i])) {
      all.push_back(static_cast<int>(i) + 1);
    }
  }
  return all;
}

TEST(Plateau, reproduces_the_tables_of_pytorch_and_keras) {
  const std::vector<std::vector<double>> pytorch = {
      {1, .1, .01, .001, .0001}, {1, 1, .1, .1, .01}, {1, 1, 1, .1, .1}};
  const std::vector<std::vector<double>> keras = {
      {1, .1, .01, .001, .0001}, {1, .1, .01, .001, .0001}, {1, 1, .1, .1, .01}};
  for (const Index patience : {0, 1, 2}) {
    const auto row = static_cast<std::size_t>(patience);
    Plateau p = Plateau::pytorch();
    Plateau k = Plateau::keras();
    p.patience = k.patience = patience;
    const std::vector<double> p_rates = rates(p, std::vector<double>(5, 1.0), 1);
    const std::vector<double> k_rates = rates(k, std::vector<double>(5, 1.0), 1);
    for (std::size_t epoch = 0; epoch < 5; ++epoch) {
      EXPECT_DOUBLE_EQ(p_rates[epoch], pytorch[row][epoch]) << patience << ", " << epoch;
      EXPECT_DOUBLE_EQ(k_rates[epoch], keras[row][epoch]) << patience << ", " << epoch;
    }
  }
}

Plateau options_of(const test::Recorded& c) {
  Plateau o = Plateau::pytorch();
  std::istringstream words(c.options);
  for (std::string word; words >> word;) {
    const std::string key = word.substr(0, word.find('='));
    const std::string text = word.substr(word.find('=') + 1);
    if (key == "mode") {
      o.mode = text == "max" ? Plateau::Mode::max : Plateau::Mode::min;
    } else if (key == "threshold_mode") {
      EXPECT_EQ(text, "abs");
      o.threshold_mode = Plateau::Threshold::absolute;
    } else if (key == "patience" || key == "cooldown") {
      (key == "patience" ? o.patience : o.cooldown) = std::stoll(text);
    } else {
      double* const to = key == "factor"      ? &o.factor
                         : key == "threshold" ? &o.threshold
                         : key == "min_lr"    ? &o.min_lr
                         : key == "eps"       ? &o.eps
                                              : nullptr;
      EXPECT_NE(to, nullptr) << key;
      (to ? *to : o.factor) = std::stod(text);
    }
  }
  return o;
}

TEST(Plateau, cuts_as_pytorch_does_on_noisy_metrics) {
  std::size_t count = 0;
  std::size_t cut = 0;
  for (const test::Recorded& c : test::read_recorded("schedules.txt")) {
    if (c.name != "ReduceLROnPlateau") {
      continue;
    }
    ++count;
    const std::vector<double> metrics = c.all("metric").at(0).to_vector<double>();
    const std::vector<Tensor> recorded = c.all("lr");
    for (std::size_t group = 0; group < 2; ++group) {
      const std::vector<double> expected = recorded.at(group).to_vector<double>();
      EXPECT_EQ(rates(options_of(c), metrics, group == 0 ? 0.5 : 0.02), expected) << c.options;
      cut += expected.front() != expected.back() ? 1u : 0u;
    }
  }
  EXPECT_EQ(count, 33u);
  EXPECT_GE(cut, 33u);
}

TEST(Plateau, presets_have_the_defaults_of_their_libraries) {
  const Plateau p = Plateau::pytorch();
  const Plateau k = Plateau::keras();
  for (const Plateau& o : {p, k, Plateau()}) {
    EXPECT_EQ(o.factor, 0.1);
    EXPECT_EQ(o.patience, 10);
    EXPECT_EQ(o.cooldown, 0);
    EXPECT_EQ(o.min_lr, 0);
    EXPECT_EQ(o.threshold, 1e-4);
    EXPECT_EQ(o.mode, Plateau::Mode::min);
  }
  EXPECT_EQ(p.threshold_mode, Plateau::Threshold::relative_signed);
  EXPECT_EQ(p.patience_rule, Plateau::Patience::pytorch);
  EXPECT_EQ(p.eps, 1e-8);
  EXPECT_EQ(k.threshold_mode, Plateau::Threshold::absolute);
  EXPECT_EQ(k.patience_rule, Plateau::Patience::keras);
  EXPECT_EQ(k.eps, 0);
  // Eleven metrics that do not improve on the first, or ten.
  const std::vector<double> constant(24, 1.0);
  EXPECT_EQ(cuts(p, constant), (std::vector<int>{12, 23}));
  EXPECT_EQ(cuts(k, constant), (std::vector<int>{11, 21}));
}

TEST(Plateau, cooldown_ends_a_metric_earlier_in_keras) {
  // Both cut at some metric n.  PyTorch lets n + 1 and n + 2 pass, and counts from n + 3 on; Keras
  // has counted down to 0 when it looks at n + 2, and counts it.
  const std::vector<double> constant(11, 1.0);
  Plateau o = Plateau::pytorch();
  o.patience = 1;
  o.cooldown = 2;
  EXPECT_EQ(cuts(o, constant), (std::vector<int>{3, 7, 11}));
  o.patience_rule = Plateau::Patience::keras;
  EXPECT_EQ(cuts(o, constant), (std::vector<int>{2, 4, 6, 8, 10}));
  o.patience = 3;
  EXPECT_EQ(cuts(o, constant), (std::vector<int>{4, 8}));
  // An improvement within the cooldown, or at its end, is remembered and does not prolong it.
  const std::vector<double> falls = {1, 1, 0.5, 0.7, 0.7, 0.7, 0.7};
  o.patience = 1;
  EXPECT_EQ(cuts(o, falls), (std::vector<int>{2, 4, 6}));
  EXPECT_EQ(cuts(o, {1, 1, 1, 0.5, 0.7, 0.7, 0.7}), (std::vector<int>{2, 5, 7}));
  o.patience_rule = Plateau::Patience::pytorch;
  o.patience = 0;
  EXPECT_EQ(cuts(o, falls), (std::vector<int>{2, 5}));
}

TEST(Plateau, negative_metric_is_cut_but_with_the_sign_of_pytorch) {
  const std::vector<double> constant(5, -1.0);
  EXPECT_EQ(cuts({.patience = 0}, constant), (std::vector<int>{2, 3, 4, 5}));
  Plateau trapped = Plateau::pytorch();
  trapped.patience = 0;
  EXPECT_EQ(cuts(trapped, constant), std::vector<int>{});
  EXPECT_EQ(cuts(trapped, {1, 1, 1, 1, 1}), (std::vector<int>{2, 3, 4, 5}));
  // The same in mode max.
  EXPECT_EQ(cuts({.patience = 0, .mode = Plateau::Mode::max}, constant),
            (std::vector<int>{2, 3, 4, 5}));
  trapped.mode = Plateau::Mode::max;
  EXPECT_EQ(cuts(trapped, constant), std::vector<int>{});
}

TEST(Plateau, improvement_is_more_than_the_threshold) {
  using enum Plateau::Mode;
  using enum Plateau::Threshold;
  struct Row {
    Plateau::Mode mode;
    Plateau::Threshold threshold;
    double best;
    double bar;  // just no improvement, with threshold 0.25
  };
  const std::vector<Row> rows = {
      {min, relative, 4, 3},          {min, relative, -4, -5},      {max, relative, 4, 5},
      {max, relative, -4, -3},        {min, absolute, 4, 3.75},     {min, absolute, -4, -4.25},
      {max, absolute, 4, 4.25},       {max, absolute, -4, -3.75},   {min, relative_signed, 4, 3},
      {min, relative_signed, -4, -3}, {max, relative_signed, 4, 5}, {max, relative_signed, -4, -5},
      {min, relative, 0, 0},          {max, relative, 0, 0}};
  for (const Row& row : rows) {
    const Plateau o{
        .patience = 0, .threshold = 0.25, .mode = row.mode, .threshold_mode = row.threshold};
    const double beyond = std::nextafter(row.bar, row.mode == min ? -kInf : kInf);
    EXPECT_EQ(cuts(o, {row.best, row.bar}), std::vector<int>{2}) << row.best << " " << row.bar;
    EXPECT_EQ(cuts(o, {row.best, beyond}), std::vector<int>{}) << row.best << " " << row.bar;
  }
}

TEST(Plateau, nan_and_a_worst_infinity_count_as_bad) {
  EXPECT_EQ(cuts({.patience = 0}, {kNan, 1, kNan, 0.5, kInf}), (std::vector<int>{1, 3, 5}));
  EXPECT_EQ(cuts({.patience = 1}, {1, kNan, kNan, kNan, 0.5}), (std::vector<int>{3}));
  Plateau k = Plateau::keras();
  k.patience = 2;
  EXPECT_EQ(cuts(k, {1, kNan, kNan, 0.5}), (std::vector<int>{3}));
  // Nothing improves on minus infinity.
  EXPECT_EQ(cuts({.patience = 0}, {-kInf, -kInf, -1}), (std::vector<int>{2, 3}));
}

TEST(Plateau, rate_stops_at_its_minimum_and_ignores_small_changes) {
  const ReduceOnPlateau plateau({.factor = 0.5, .min_lr = 0.2, .eps = 0.125});
  EXPECT_EQ(plateau.next_lr(1), 0.5);
  EXPECT_EQ(plateau.next_lr(0.375), 0.2);
  EXPECT_EQ(plateau.next_lr(0.25), 0.25);  // 0.05 less
  EXPECT_EQ(plateau.next_lr(0.1), 0.1);    // below the minimum: never up
  EXPECT_EQ(ReduceOnPlateau({.factor = 0.5, .eps = 0.125}).next_lr(0.25), 0.25);  // 0.125 less
  EXPECT_EQ(ReduceOnPlateau({.factor = 0}).next_lr(1), 0);
  EXPECT_EQ(ReduceOnPlateau().next_lr(1e-8), 1e-8);
  EXPECT_EQ(ReduceOnPlateau(Plateau::keras()).next_lr(1e-8), 1e-8 * 0.1);
}

TEST(Plateau, goes_on_from_a_saved_state_as_if_never_stopped) {
  std::vector<double> metrics;
  for (int i = 0; i < 60; ++i) {
    metrics.push_back(1.0 / (1 + i / 9) + 0.125 * ((i * 7) % 5));
  }
  for (Plateau o : {Plateau::pytorch(), Plateau::keras()}) {
    o.patience = 2;
    o.cooldown = 3;
    const std::vector<int> whole = cuts(o, metrics);
    EXPECT_GE(whole.size(), 4u);
    for (std::size_t stop = 0; stop < metrics.size(); ++stop) {
      ReduceOnPlateau first(o);
      ReduceOnPlateau second(o);
      std::vector<int> found;
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        if (i == stop) {
          std::vector<double> saved;
          ReduceOnPlateau::State::fields(first.state(),
                                         [&](const char*, auto x) { saved.push_back(double(x)); });
          ReduceOnPlateau::State loaded;
          std::size_t at = 0;
          ReduceOnPlateau::State::fields(loaded, [&](const char*, auto& x) {
            x = static_cast<std::remove_reference_t<decltype(x)>>(saved[at++]);
          });
          second.set_state(loaded);
        }
        if ((i < stop ? first : second).update(metrics[i])) {
          found.push_back(static_cast<int>(i) + 1);
        }
      }
      EXPECT_EQ(found, whole) << stop;
    }
  }
}

TEST(Plateau, names_what_it_remembers) {
  ReduceOnPlateau plateau({.patience = 5, .cooldown = 2});
  plateau.update(2);
  plateau.update(3);
  std::string text;
  ReduceOnPlateau::State::fields(plateau.state(), [&](const char* name, auto x) {
    text += std::string(name) + "=" + std::to_string(Index(x)) + " ";
  });
  EXPECT_EQ(text, "best=2 bad=1 cooldown=0 ");
  EXPECT_EQ(ReduceOnPlateau().state().best, kInf);
  EXPECT_EQ(ReduceOnPlateau({.mode = Plateau::Mode::max}).state().best, -kInf);
}

TEST(Plateau, refuses_options_rates_and_states_out_of_range) {
  const auto refuses = [](const Plateau& o, const std::string& message) {
    expect_error<ValueError>([&] { ReduceOnPlateau plateau(o); }, "ReduceOnPlateau: " + message);
  };
  const std::string share = " must be at least 0 and below 1, got ";
  const std::string finite = " must be finite and at least 0, got ";
  refuses({.factor = 1}, "factor" + share + "1");
  refuses({.factor = -0.5}, "factor" + share + "-0.5");
  refuses({.factor = kNan}, "factor" + share + "nan");
  refuses({.patience = -1}, "patience must be at least 0, got -1");
  refuses({.cooldown = -2}, "cooldown must be at least 0, got -2");
  refuses({.min_lr = kInf}, "min_lr" + finite + "inf");
  refuses({.min_lr = -1}, "min_lr" + finite + "-1");
  refuses({.threshold = 1}, "a relative threshold" + share + "1");
  refuses({.threshold = kNan}, "a relative threshold" + share + "nan");
  refuses({.threshold = -1, .threshold_mode = Plateau::Threshold::absolute},
          "threshold" + finite + "-1");
  refuses({.eps = kNan}, "eps" + finite + "nan");

  ReduceOnPlateau plateau;
  expect_error<ValueError>([&] { plateau.next_lr(-1); }, "ReduceOnPlateau: lr" + finite + "-1");
  expect_error<ValueError>([&] { plateau.next_lr(kNan); }, "ReduceOnPlateau: lr" + finite + "nan");
  plateau.update(3);
  expect_error<ValueError>([&] { plateau.set_state({.best = kNan, .bad = 1}); },
                           "ReduceOnPlateau: best must be a number or infinite, got nan");
  expect_error<ValueError>([&] { plateau.set_state({.best = 1, .bad = -1}); },
                           "ReduceOnPlateau: bad must be at least 0, got -1");
  expect_error<ValueError>([&] { plateau.set_state({.best = 1, .cooldown = -1}); },
                           "ReduceOnPlateau: cooldown must be at least 0, got -1");
  EXPECT_EQ(plateau.state().best, 3);
  EXPECT_EQ(plateau.state().bad, 0);
}

}  // namespace
}  // namespace gradus
