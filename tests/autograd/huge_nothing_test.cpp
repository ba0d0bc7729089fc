// Operations on tensors that have no elements and yet a size beyond all memory.
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "support/huge_requests.h"

namespace gradus {
namespace {

struct HugeCase {
  std::string name;
  std::function<Tensor(const Tensor&)> call;
  // Of these shapes: there must be a largest number, a class, a place, a side below 2^31.
  bool refuses_all = false;
};

// Along each dimension by itself.
void add_lanes(std::vector<HugeCase>& table, const std::string& name,
               Tensor (*op)(const Tensor&, Index)) {
  for (Index dim = 0; dim < 3; ++dim) {
    table.push_back(
        {name + std::to_string(dim), [op, dim](const Tensor& x) { return op(x, dim); }});
  }
}

void add_reductions(std::vector<HugeCase>& table, const std::string& name,
                    Tensor (*op)(const Tensor&, const std::vector<Index>&, bool)) {
  for (const std::vector<Index>& dims : {std::vector<Index>{0}, {1}, {2}, {0, 2}, {}}) {
    std::string digits;
    for (const Index dim : dims) {
      digits += std::to_string(dim);
    }
    table.push_back({name + digits, [op, dims](const Tensor& x) { return op(x, dims, true); },
                     name == "amax" && dims.empty()});
  }
}

std::vector<HugeCase> cases() {
  std::vector<HugeCase> table = {
      {"exp", [](const Tensor& x) { return exp(x); }},
      {"add", [](const Tensor& x) { return x + transpose(transpose(x, 0, 1), 0, 1); }},
      {"where", [](const Tensor& x) { return where(convert(x.detach(), u8), x, 1.0); }},
      {"maximum", [](const Tensor& x) { return maximum(x, x); }},
      {"pow", [](const Tensor& x) { return pow(x, x); }},
      {"tril", [](const Tensor& x) { return tril(x, 1); }},
      {"triu", [](const Tensor& x) { return triu(x, -1); }},
      {"flip",
       [](const Tensor& x) {
         return flip(x, {0, 1, 2});
       }},
      {"cat",
       [](const Tensor& x) {
         return cat({x, x}, 2);
       }},
      {"stack",
       [](const Tensor& x) {
         return stack({x, x});
       }},
      {"chunk", [](const Tensor& x) { return chunk(x, 2, 1)[0]; }},
      {"pad",
       [](const Tensor& x) {
         return pad(x, {{0, 0}, {0, 0}});
       }},
      {"reshape",
       [](const Tensor& x) {
         return reshape(x, {-1, x.size(0), x.size(1)});
       }},
      {"layer_norm",
       [](const Tensor& x) { return layer_norm(x, ones({x.size(2)}), ones({x.size(2)})); }},
      {"matmul", [](const Tensor& x) { return matmul(x, transpose(x, 1, 2)); }},
      {"matmul, turned", [](const Tensor& x) { return matmul(transpose(x, 1, 2), x); }},
      {"attention", [](const Tensor& x) { return scaled_dot_product_attention(x, x, x); }},
      {"cross_entropy",
       [](const Tensor& x) {
         return cross_entropy(x, zeros({x.size(0), x.size(2)}, i64));
       },
       true},
      {"max_pool1d", [](const Tensor& x) { return max_pool1d(x, 1); }},
      {"avg_pool1d", [](const Tensor& x) { return avg_pool1d(x, 1); }},
      {"max_pool2d", [](const Tensor& x) { return max_pool2d(unsqueeze(x, 1), 1); }, true},
      {"avg_pool2d", [](const Tensor& x) { return avg_pool2d(unsqueeze(x, 1), 1); }, true},
      {"adaptive_avg_pool2d",
       [](const Tensor& x) { return adaptive_avg_pool2d(unsqueeze(x, 1), 2); }, true},
      {"conv1d",
       [](const Tensor& x) {
         return conv1d(x, ones({1, x.size(1), 1}));
       },
       true},
      {"conv2d",
       [](const Tensor& x) {
         return conv2d(unsqueeze(x, 1), ones({1, 1, 1, 1}));
       },
       true},
      {"conv_transpose2d",
       [](const Tensor& x) {
         return conv_transpose2d(unsqueeze(x, 1), ones({1, 1, 1, 1}));
       },
       true},
      {"argmax", [](const Tensor& x) { return argmax(x, 2); }},
      {"var", [](const Tensor& x) { return var(x, {1}); }},
      {"slice", [](const Tensor& x) { return slice(x, 1, 0, INT64_MAX, 2); }},
      {"select", [](const Tensor& x) { return exp(select(x, 1, -1)); }},
      {"gather",
       [](const Tensor& x) {
         return gather(x, 1, zeros({1, 0, 1}, i64));
       }},
      {"index_select", [](const Tensor& x) { return index_select(x, 1, zeros({0}, i64)); }},
  };
  add_lanes(table, "cumsum", cumsum);
  add_lanes(table, "softmax", softmax);
  add_lanes(table, "log_softmax", log_softmax);
  add_reductions(table, "sum", sum);
  add_reductions(table, "amax", amax);
  add_reductions(table, "prod", prod);
  add_reductions(table, "logsumexp", logsumexp);
  return table;
}

class HugeNothing : public testing::TestWithParam<HugeCase> {};

// Sizes beyond all memory, of tensors that have no elements: an error, or at once.
TEST_P(HugeNothing, is_done_or_refused_without_going_through_it) {
  constexpr Index kHuge = kMaxElements / 4;  // some results are twice as large
  const std::vector<Shape> shapes = {{kHuge, 0, 1}, {0, kHuge, 1}, {0, 1, kHuge},
                                     {1, kHuge, 0}, {1, 0, kHuge}, {kHuge, 1, 0}};
  int done = 0;
  for (const Shape& shape : shapes) {
    const Tensor x = zeros(shape).set_requires_grad(true);
    try {
      const Tensor y = GetParam().call(x);
      ++done;
      if (y.requires_grad() && y.numel() == 0) {
        backward(sum(y));
        EXPECT_EQ(x.grad().shape(), shape);
      }
    } catch (const Error&) {
      // Refused.
    }
  }
  EXPECT_EQ(done == 0, GetParam().refuses_all);
}

INSTANTIATE_TEST_SUITE_P(All, HugeNothing, testing::ValuesIn(cases()), [](const auto& row) {
  std::string name = row.param.name;
  std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
  return name;
});

TEST(HugeImages, of_an_empty_batch_have_convolutions_with_gradients) {
  const Tensor x = zeros({0, 1, Index{1} << 28, Index{1} << 27}).set_requires_grad(true);
  const Tensor weight = ones({1, 1, 3, 3}).set_requires_grad(true);
  backward(
      sum(conv2d(x, weight, {}, {.padding = 1}) + conv_transpose2d(x, weight, {}, {.padding = 1})));
  EXPECT_EQ(x.grad().shape(), x.shape());
  EXPECT_EQ(sum(weight.grad()).item(), 0);
  EXPECT_THROW(conv2d(zeros({0, 1, Index{1} << 31, 1}), ones({1, 1, 1, 1})), ShapeError);
  EXPECT_THROW(conv2d(x, ones({1, 1, 1, 1}), {}, {.padding = 0x7fffffff}), ShapeError);
}

}  // namespace
}  // namespace gradus
