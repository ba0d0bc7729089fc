// Article B starts the parameters at zero: a network then has one hidden unit, however many it has.
#include <gtest/gtest.h>

#include "article_xor.h"

namespace gradus::test::article {
namespace {

bool units_differ(const XorRun& run) {
  for (const Numbers& unit : run.into_units) {
    if (unit != run.into_units[0]) {
      return true;
    }
  }
  return false;
}

TEST(ArticleB, hidden_units_that_start_equal_stay_equal) {
  EXPECT_TRUE(units_differ(learn_xor(Start::random)));
  EXPECT_FALSE(units_differ(learn_xor(Start::equal)));
  EXPECT_FALSE(units_differ(learn_xor(Start::zeros)));
}

TEST(ArticleB, a_network_learns_from_a_random_start_alone) {
  EXPECT_LT(learn_xor(Start::random).losses.back(), 0.01);
  EXPECT_GT(learn_xor(Start::equal).losses.back(), 0.1);
  const XorRun zeros = learn_xor(Start::zeros);
  EXPECT_NEAR(zeros.losses.back(), 0.25, 1e-3);  // the best constant
  for (const Numbers& unit : zeros.into_units) {
    EXPECT_EQ(unit, (Numbers{0, 0}));
  }
}

}  // namespace
}  // namespace gradus::test::article
