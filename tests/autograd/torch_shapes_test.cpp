// Reads and sums by index, joins and statistics against values and gradients of PyTorch.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/statistics.h>
#include <gtest/gtest.h>

#include "support/recorded_ops.h"

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;
using Indices = std::vector<std::int64_t>;

Tensor rows() { return from_vector(Indices{2, 0, 2, 1}, {4}); }
Tensor places() { return from_vector(Indices{1, 0, 2, 0, 0, 1}, {2, 3}); }
Tensor mask() { return from_vector(std::vector<std::uint8_t>{1, 0, 1}, {1, 3}); }

const test::NamedOps kTorchShapesOps = {
    {"index_select", [](const Tensors& x) { return index_select(x[0], 0, rows()); }},
    {"index_add", [](const Tensors& x) { return index_add(x[0], 1, rows(), x[1]); }},
    {"gather", [](const Tensors& x) { return gather(x[0], 0, places()); }},
    {"scatter_add", [](const Tensors& x) { return scatter_add(x[0], 0, places(), x[1]); }},
    {"masked_fill", [](const Tensors& x) { return masked_fill(x[0], mask(), 2.5); }},
    {"tril", [](const Tensors& x) { return tril(x[0], 1); }},
    {"triu", [](const Tensors& x) { return triu(x[0], -1); }},
    {"flip",
     [](const Tensors& x) {
       return flip(x[0], {0, 2});
     }},
    {"cumsum", [](const Tensors& x) { return cumsum(x[0], 1); }},
    {"cat", [](const Tensors& x) { return cat(x, 1); }},
    {"stack", [](const Tensors& x) { return stack(x, 1); }},
    {"split", [](const Tensors& x) { return split(x[0], 2, 1)[1]; }},
    {"split_sizes",
     [](const Tensors& x) {
       return split(x[0], std::vector<Index>{1, 3}, 0)[1];
     }},
    {"chunk", [](const Tensors& x) { return chunk(x[0], 3)[1]; }},
    {"pad",
     [](const Tensors& x) {
       return pad(x[0], {{1, 2}, {0, 1}}, 0.5);
     }},
    {"softmax", [](const Tensors& x) { return softmax(x[0], 0); }},
    {"log_softmax", [](const Tensors& x) { return log_softmax(x[0], 1); }},
    {"var", [](const Tensors& x) { return var(x[0], {1}); }},
    {"var_biased", [](const Tensors& x) { return var(x[0], {}, {.correction = 0}); }},
    {"stddev",
     [](const Tensors& x) {
       return stddev(x[0], {0, 2}, {.keepdim = true});
     }},
    {"prod", [](const Tensors& x) { return prod(x[0], {1}); }},
    {"prod_of_zeros",
     [](const Tensors& x) {
       return prod(x[0] * convert(tensor({1, 0, 1, 0}), x[0].dtype()));
     }},
    {"logsumexp",
     [](const Tensors& x) {
       return logsumexp(x[0], {0, 1});
     }},
    {"amax", [](const Tensors& x) { return amax(x[0], {1}); }},
    {"amax_of_equals", [](const Tensors& x) { return amax(x[0] * 0, {1}, true) * x[0]; }},
    {"amin",
     [](const Tensors& x) {
       return amin(x[0], {0, 2});
     }},
    {"max", [](const Tensors& x) { return max(x[0], 0).values; }},
    {"min", [](const Tensors& x) { return min(x[0], 1, true).values; }}};

TEST(TorchShapes, values_and_gradients_agree) {
  test::expect_ops_as_recorded("ops_shapes.txt", kTorchShapesOps);
}

}  // namespace
}  // namespace gradus
