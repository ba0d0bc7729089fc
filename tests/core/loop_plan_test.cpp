#include <gradus/core/loop_plan.h>
#include <gradus/core/view.h>
#include <gtest/gtest.h>

#include "support/naive.h"

namespace gradus::core {
namespace {

using test::counted;

LoopPlan plan_of(const Shape& shape, const std::vector<Tensor>& operands) {
  std::vector<const Tensor*> pointers;
  for (const Tensor& x : operands) {
    pointers.push_back(&x);
  }
  return plan_loop("test", shape, pointers.data(), static_cast<int>(operands.size()));
}

// Walks the plan and expects each operand's elements in row-major order of the shape.
void expect_walk(const Shape& shape, const std::vector<Tensor>& operands) {
  const LoopPlan plan = plan_of(shape, operands);
  std::vector<std::vector<double>> seen(operands.size());
  LoopPlan::Row walked = plan.rows > 0 ? plan.locate(0) : LoopPlan::Row();
  for (Index row = 0; row < plan.rows; ++row, plan.advance(walked)) {
    const LoopPlan::Row found = plan.locate(row);
    const Index* const at = found.offsets;
    for (std::size_t k = 0; k < operands.size(); ++k) {
      ASSERT_EQ(walked.offsets[k], at[k]) << row;
    }
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const Index step = plan.dense ? 1 : plan.inner_stride[k];
      for (Index i = 0; i < plan.row_length; ++i) {
        seen[k].push_back(operands[k].data<float>()[at[k] + i * step]);
      }
    }
  }
  for (std::size_t k = 0; k < operands.size(); ++k) {
    EXPECT_EQ(seen[k], test::read(expand(operands[k], shape)).values) << k;
  }
}

TEST(LoopPlan, dense_operands_are_one_run) {
  const LoopPlan plan = plan_of({2, 3, 4}, {counted({2, 3, 4}), counted({2, 3, 4})});
  EXPECT_TRUE(plan.dense);
  EXPECT_EQ(plan.rows, 1);
  EXPECT_EQ(plan.row_length, 24);
}

TEST(LoopPlan, of_no_elements_has_no_rows_however_large_the_other_sizes_are) {
  for (const Shape& shape : {Shape{Index{1} << 40, 0}, Shape{Index{1} << 54, 4, 0},
                             Shape{0, Index{1} << 54, 4}, Shape{Index{1} << 40, 0, 2}, Shape{0}}) {
    EXPECT_EQ(plan_of(shape, {zeros(shape), zeros({})}).rows, 0) << to_text(shape);
  }
}

TEST(LoopPlan, sizes_of_one_do_not_break_a_run) {
  EXPECT_TRUE(plan_of({2, 1, 3}, {counted({2, 1, 3}), counted({2, 1, 3})}).dense);
  EXPECT_TRUE(plan_of({1, 1}, {counted({1, 1}), counted({})}).dense);
  EXPECT_TRUE(plan_of({1, 5}, {counted({1, 5}), counted({5})}).dense);
}

TEST(LoopPlan, dimensions_join_where_every_operand_allows_it) {
  const LoopPlan bias = plan_of({4, 5, 6}, {counted({4, 5, 6}), counted({6})});
  EXPECT_FALSE(bias.dense);
  EXPECT_EQ(bias.rows, 20);
  EXPECT_EQ(bias.row_length, 6);
  EXPECT_EQ(bias.outer, Shape{20});
  const LoopPlan lead = plan_of({4, 5, 6}, {counted({4, 5, 6}), counted({5, 6})});
  EXPECT_EQ(lead.rows, 4);
  EXPECT_EQ(lead.row_length, 30);
  const LoopPlan scalar = plan_of({4, 5, 6}, {counted({4, 5, 6}), counted({})});
  EXPECT_EQ(scalar.rows, 1);
  EXPECT_EQ(scalar.row_length, 120);
  EXPECT_EQ(scalar.inner_stride[1], 0);
}

TEST(LoopPlan, walks_every_layout_in_row_major_order) {
  const Tensor x = counted({3, 4, 5});
  expect_walk({3, 4, 5}, {x, counted({4, 5}), counted({5}), counted({}), counted({3, 1, 1})});
  expect_walk({5, 4, 3}, {transpose(x, 0, 2), counted({5, 4, 3}), counted({4, 1})});
  expect_walk({3, 2, 5}, {slice(x, 1, 0, 4, 2), counted({3, 2, 5})});
  expect_walk({4, 5}, {select(x, 0, 1), select(x, 0, 2)});
  expect_walk({3, 5}, {select(x, 1, 3), counted({3, 1})});
  expect_walk({2, 3, 4, 5}, {x, counted({2, 1, 1, 1}), counted({1, 3, 1, 5})});
  expect_walk({0, 3}, {counted({0, 3}), counted({3})});
  expect_walk({3, 0}, {counted({3, 0}), counted({3, 1})});
  expect_walk({}, {counted({}), counted({})});
  expect_walk({2, 1, 2, 1, 2, 1, 2, 1},
              {counted({2, 1, 2, 1, 2, 1, 2, 1}), counted({2, 1}), counted({1, 2, 1, 1, 1})});
}

TEST(LoopPlan, eight_dimensions_that_never_join_fit) {
  Tensor x = counted({2, 2, 2, 2, 2, 2, 2, 2});
  expect_walk(x.shape(), {x, permute(x, {7, 6, 5, 4, 3, 2, 1, 0})});
}

}  // namespace
}  // namespace gradus::core
