// What a rule lists of itself: up to 32 options, and state that is never negative, by name.
#include <gradus/optim/conformance.h>
#include <gradus/optim/elements.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "support/naive.h"

namespace gradus {
namespace {

using optim::Optimizer;
using test::expect_error;

Parameters parameters() { return {{"w", ones({2}).set_requires_grad()}}; }

// lr and "o1", "o2", ..., of which each is a part of the rate.
template <std::size_t kOptions>
struct Many {
  static constexpr std::string_view name = "Many";
  optim::Number lr = 1;
  std::array<optim::Number, kOptions - 1> others = {};
  static void fields(auto& self, auto&& visit) {
    static const auto names = [] {
      std::array<std::string, kOptions> all;
      for (std::size_t i = 0; i < kOptions; ++i) {
        all[i] = "o" + std::to_string(i);
      }
      return all;
    }();
    visit("lr", self.lr);
    for (std::size_t i = 1; i < kOptions; ++i) {
      visit(names[i].c_str(), self.others[i - 1]);
    }
  }
  struct State {
    static void fields(auto&, auto&&) {}
  };
  void check() const {}
  void update(optim::Number, Tensor& w, const Tensor& g, State&) const {
    optim::Number rate = lr;
    for (const optim::Number& other : others) {
      rate += other;
    }
    optim::update_elements(
        "Many", [rate](auto& wi, auto gi) { wi -= rate * gi; }, w, g);
  }
};

TEST(RuleLists, take_32_options) {
  const Parameters all = parameters();
  Optimizer<Many<32>> optimizer(all);
  EXPECT_EQ(optimizer.options(0).size(), 32U);
  optimizer.set_option("o31", 0.5);
  all[0].tensor.set_grad(ones({2}));
  optimizer.step();
  EXPECT_EQ(all[0].tensor.to_vector(), (std::vector<float>{-0.5, -0.5}));
  Optimizer<Many<32>> other(parameters());
  other.load_state_dict(optimizer.state_dict());
  EXPECT_EQ(other.option(0, "o31"), 0.5);
}

TEST(RuleLists, refuse_more_wherever_options_are_asked_for) {
  const std::string text = "Many: a rule must have at most 32 options, got 'o32' as one more";
  expect_error<ValueError>([] { Optimizer<Many<33>> optimizer(parameters()); }, text);
  expect_error<ValueError>(
      [] {
        Optimizer<Many<40>> optimizer;
        optimizer.add_group(parameters());
      },
      text);
  expect_error<ValueError>([] { optim::option_names<Many<33>>(); }, text);
  expect_error<ValueError>([] { optim::options_of(Many<33>()); }, text);
  expect_error<ValueError>([] { optim::with_options(Many<33>(), {}); }, text);
  expect_error<ValueError>(
      [] {
        Many<33> rule;
        optim::set_option(rule, "lr", "2");
      },
      text);
  expect_error<ValueError>([] { optim::conformance::check<Many<33>>(); }, text);
}

struct MisspeltState : optim::SGD {
  struct State : optim::SGD::State {
    static constexpr std::string_view at_least_zero[] = {"momentum_buffer", "momentum_bufer"};
  };
};
struct Stateless : Many<2> {
  struct State : Many<2>::State {
    static constexpr std::string_view at_least_zero[] = {"v"};
  };
};

TEST(RuleLists, of_state_that_is_never_negative_name_state_that_there_is) {
  Optimizer<MisspeltState> optimizer;
  expect_error<ValueError>([&] { optimizer.add_group(parameters()); },
                           "SGD: State::at_least_zero must name what State's fields() visits, got "
                           "'momentum_bufer'; that visits momentum_buffer");
  EXPECT_EQ(optimizer.group_count(), 0U);
  expect_error<ValueError>([] { Optimizer<Stateless> other(parameters()); },
                           "Many: State::at_least_zero must name what State's fields() visits, got "
                           "'v'; that visits nothing");
}

}  // namespace
}  // namespace gradus
