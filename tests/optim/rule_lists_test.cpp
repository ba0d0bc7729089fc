// What a rule lists of itself: state that is never negative, by name.
#include <gradus/optim/optimizer.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus {
namespace {

using optim::Optimizer;
using test::expect_error;

Parameters parameters() { return {{"w", ones({2}).set_requires_grad()}}; }

struct Misspelt : optim::SGD {
  struct State : optim::SGD::State {
    static constexpr std::string_view at_least_zero[] = {"momentum_buffer", "momentum_bufer"};
  };
};

TEST(RuleLists, of_state_that_is_never_negative_name_state_that_there_is) {
  Optimizer<Misspelt> optimizer;
  expect_error<ValueError>([&] { optimizer.add_group(parameters()); },
                           "SGD: State::at_least_zero must name what State's fields() visits, got "
                           "'momentum_bufer'; that visits momentum_buffer");
  EXPECT_EQ(optimizer.group_count(), 0U);
}

}  // namespace
}  // namespace gradus
