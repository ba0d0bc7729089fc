// What comparisons and operations along one dimension refuse, each text in full.
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/statistics.h>
#include <gradus/core/compare.h>
#include <gtest/gtest.h>

#include "support/refusals.h"

namespace gradus {
namespace {

using test::bytes;
using test::Refusal;
using test::whole;
using test::wide;
using test::x;

const std::vector<Refusal> kLanesRefusals = {
    {"softmax", [] { softmax(x(2, 3), 2); },
     "softmax: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"softmax", [] { softmax(whole(2, 3), 1); },
     "softmax: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"log_softmax", [] { log_softmax(x(2, 3), -3); },
     "log_softmax: dim must be from -2 to 1 for a tensor of rank 2, got -3"},
    {"log_softmax", [] { log_softmax(bytes(2, 3), 0); },
     "log_softmax: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"cumsum", [] { cumsum(x(2, 3), 2); },
     "cumsum: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"cumsum", [] { cumsum(x(2, 3), -3); },
     "cumsum: dim must be from -2 to 1 for a tensor of rank 2, got -3"},
    {"argmax", [] { argmax(x(2, 3), 2); },
     "argmax: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"argmax", [] { argmax(x(0)); }, "argmax: there must be an element, got shape [0]"},
    {"argmin", [] { argmin(x(2, 3), 2); },
     "argmin: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"argmin", [] { argmin(x(2, 0), 1); },
     "argmin: dimension 1 must not be empty, got shape [2, 0]"},
    {"scatter_add", [] { scatter_add(x(2, 3), 2, whole(2, 3), x(2, 3)); },
     "scatter_add: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"scatter_add", [] { scatter_add(x(2, 3), 0, whole(2, 3), x(4, 4)); },
     "scatter_add: source must have the shape [2, 3] of the indices, got [4, 4]"},
    {"max_pool1d", [] { max_pool1d(x(2, 3), 2); },
     "max_pool1d: x must be [batch, channels, length], got [2, 3]"},
    {"max_pool1d", [] { max_pool1d(x(1, 1, 3), 4); },
     "max_pool1d: kernel must fit into the padded input, got kernel 4 with dilation 1 on [1, 1, 3] "
     "with padding 0"},
    {"logical_and", [] { logical_and(x(2), x(2)); },
     "logical_and: mask must be u8, got f32; make one with a comparison, such as ne(x, 0)"},
    {"logical_and", [] { logical_and(bytes(2, 3), bytes(4)); },
     "logical_and: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2, 3] "
     "and [4]"},
    {"logical_or", [] { logical_or(x(2), x(2)); },
     "logical_or: mask must be u8, got f32; make one with a comparison, such as ne(x, 0)"},
    {"logical_or", [] { logical_or(bytes(2, 3), bytes(4)); },
     "logical_or: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2, 3] "
     "and [4]"},
    {"logical_not", [] { logical_not(x(2)); },
     "logical_not: mask must be u8, got f32; make one with a comparison, such as ne(x, 0)"},
    {"logical_not", [] { logical_not(whole(2)); },
     "logical_not: mask must be u8, got i64; make one with a comparison, such as ne(x, 0)"}};

TEST(RefuseLanes, in_its_own_name_and_words) { test::expect_refusals(kLanesRefusals); }

using Comparison = Tensor (*)(const Tensor&, const Tensor&);

class RefuseComparisons : public testing::TestWithParam<std::pair<const char*, Comparison>> {};

TEST_P(RefuseComparisons, shapes_that_do_not_broadcast_and_two_dtypes) {
  const auto& [name, compare] = GetParam();
  const auto text = [compare = compare](const Tensor& b) -> std::string {
    try {
      compare(x(2, 3), b);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(text(x(4)), std::string(name) +
                            ": shapes must broadcast (equal sizes, or 1, from the last dimension), "
                            "got [2, 3] and [4]");
  EXPECT_EQ(text(wide(2, 3)), std::string(name) +
                                  ": operands must have one dtype, got f32 and f64; convert one "
                                  "with convert(x, dtype)");
}

INSTANTIATE_TEST_SUITE_P(All, RefuseComparisons,
                         testing::Values(std::pair<const char*, Comparison>{"eq", eq},
                                         std::pair<const char*, Comparison>{"ne", ne},
                                         std::pair<const char*, Comparison>{"lt", lt},
                                         std::pair<const char*, Comparison>{"le", le},
                                         std::pair<const char*, Comparison>{"gt", gt},
                                         std::pair<const char*, Comparison>{"ge", ge}),
                         [](const auto& row) { return row.param.first; });

}  // namespace
}  // namespace gradus
