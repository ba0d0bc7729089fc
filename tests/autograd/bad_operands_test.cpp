// Every differentiable operation, and each of its operands in turn: one that is not defined or has
// another dtype.
#include <gradus/core/tensor.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "support/cases.h"
#include "support/refusals.h"

namespace gradus {
namespace {

using test::kUndefined;
using test::OpRow;
using test::Tensors;

// Operands that may be left out, by the operation and their place.
const std::set<std::pair<std::string, std::size_t>> kOptional = {
    {"linear", 2},
    {"conv2d", 2},
    {"conv2d_with_all_options", 2},
    {"conv2d_relu", 2},
    {"conv2d_relu_max_pool2d", 2},
    {"conv1d", 2},
    {"conv_transpose2d", 2},
    {"conv_transpose2d_with_all_options", 2},
    {"Conv2d_layer", 2},
    {"Conv1d_layer", 2},
    {"ConvTranspose2d_layer", 2},
    {"rnn_layer", 1},
    {"gru", 3},
    {"gru_layer", 1},
    {"gru_layer_without_bias", 1},
    {"lstm_layer", 1},
    {"lstm_layer", 2},
    {"attention_bias", 1}};

class BadOperands : public testing::TestWithParam<const OpRow*> {
 protected:
  // Calls the first case with another tensor in that place.
  Tensor call(std::size_t place, const Tensor& operand) const {
    std::mt19937 engine(1);
    Tensors operands =
        test::make_case(*GetParam(), GetParam()->shapes[0], test::Layout::dense, engine).leaves;
    operands.at(place) = operand;
    return GetParam()->f(operands);
  }

  // The text of the error, or nothing where there is a result.
  std::string refusal(std::size_t place, const Tensor& operand) const {
    try {
      call(place, operand);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  const std::size_t count_ = GetParam()->shapes[0].size();
};

TEST_P(BadOperands, that_are_not_defined_are_refused_unless_they_are_optional) {
  for (std::size_t i = 0; i < count_; ++i) {
    const bool needs_both = GetParam()->name == "layer_norm" && i > 0;
    EXPECT_EQ(refusal(i, Tensor()),
              kOptional.contains({GetParam()->name, i}) ? ""
              : needs_both ? "layer_norm: weight and bias must be given both or neither"
                           : kUndefined)
        << i;
  }
}

// One operand decides the dtype of the result; two must agree.
TEST_P(BadOperands, of_another_dtype_are_refused_or_give_it_to_the_result) {
  const std::string& name = GetParam()->name;
  for (std::size_t i = 0; i < count_; ++i) {
    for (const Dtype dtype : {f32, i64, u8}) {
      const Tensor operand = zeros(GetParam()->shapes[0][i], dtype);
      const std::string text = refusal(i, operand);
      if (text.empty()) {
        EXPECT_EQ(count_, 1U);
        EXPECT_EQ(call(i, operand).dtype(), dtype == u8 && name.starts_with("sum") ? i64 : dtype);
      } else if (!text.starts_with("cross_entropy: class indices must be [")) {
        EXPECT_NE(text.find(to_text(dtype)), std::string::npos) << text;
        EXPECT_TRUE(count_ == 1 || dtype != f32 || text.find("f64") != std::string::npos) << text;
        EXPECT_FALSE(count_ == 1 && dtype == f32) << text;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Op, BadOperands, testing::ValuesIn(test::op_rows()),
                         [](const auto& row) { return row.param->name; });

}  // namespace
}  // namespace gradus
