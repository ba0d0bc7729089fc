// What products, recurrences and derivatives refuse, each text in full.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/layer_norm.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/recurrence.h>
#include <gradus/autograd/ops/reduce.h>
#include <gtest/gtest.h>

#include "support/refusals.h"

namespace gradus {
namespace {

using test::bytes;
using test::leaf;
using test::Refusal;
using test::whole;
using test::wide;
using test::x;

const std::vector<Refusal> kProductsRefusals = {
    {"matmul", [] { matmul(x(2, 3), x(2, 3)); },
     "matmul: operands must be [..., m, k] and [..., k, n], or [k], got [2, 3] and [2, 3]"},
    {"matmul", [] { matmul(x(2, 3), wide(3, 2)); },
     "matmul: matrices must have one dtype, got f32 and f64"},
    {"matmul", [] { matmul(whole(2, 3), whole(3, 2)); },
     "matmul: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"linear", [] { linear(x(2, 3), x(4, 2), x(4)); },
     "linear: x must be [..., in] and weight [out, in], got [2, 3] and [4, 2]"},
    {"linear", [] { linear(x(2, 3), x(4, 3), x(3)); },
     "linear: bias must be [out] for weight [4, 3], got [3]"},
    {"linear", [] { linear(wide(2, 3), x(4, 3), x(4)); },
     "linear: matrices must have one dtype, got f64 and f32"},
    {"linear", [] { linear(x(2, 3), x(4, 3), wide(4)); },
     "linear: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"linear", [] { linear(whole(2, 3), whole(4, 3), whole(4)); },
     "linear: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"conv2d", [] { conv2d(x(1, 2, 3, 3), x(4, 3, 2, 2)); },
     "conv2d: channels of x must be groups times those of weight, got x [1, 2, 3, 3], weight [4, "
     "3, 2, 2] and groups 1"},
    {"conv2d", [] { conv2d(x(1, 2, 3, 3), x(4, 2, 2, 2), x(3)); },
     "conv2d: bias must be [4] for weight [4, 2, 2, 2], got [3]"},
    {"conv2d", [] { conv2d(wide(1, 2, 3, 3), x(4, 2, 2, 2)); },
     "conv2d: operands must have one dtype, got f64 and f32; convert one with convert(x, dtype)"},
    {"conv2d", [] { conv2d(x(1, 2, 3, 3), x(4, 2, 2, 2), wide(4)); },
     "conv2d: bias must have the dtype f32 of weight, got f64; convert one with convert(x, dtype)"},
    {"conv2d", [] { conv2d(whole(1, 2, 3, 3), whole(4, 2, 2, 2)); },
     "conv2d: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"conv1d", [] { conv1d(x(1, 2, 3), x(4, 3, 2)); },
     "conv1d: channels of x must be groups times those of weight, got x [1, 2, 3], weight [4, 3, "
     "2] and groups 1"},
    {"conv1d", [] { conv1d(x(1, 2, 3), x(4, 2, 2), x(3)); },
     "conv1d: bias must be [4] for weight [4, 2, 2], got [3]"},
    {"conv1d", [] { conv1d(wide(1, 2, 3), x(4, 2, 2)); },
     "conv1d: operands must have one dtype, got f64 and f32; convert one with convert(x, dtype)"},
    {"conv1d", [] { conv1d(x(1, 2, 3), x(4, 2, 2), wide(4)); },
     "conv1d: bias must have the dtype f32 of weight, got f64; convert one with convert(x, dtype)"},
    {"conv1d", [] { conv1d(whole(1, 2, 3), whole(4, 2, 2)); },
     "conv1d: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"conv_transpose2d", [] { conv_transpose2d(x(1, 2, 3, 3), x(3, 2, 2, 2)); },
     "conv_transpose2d: channels of x must be the first size of weight, got x [1, 2, 3, 3] and "
     "weight [3, 2, 2, 2]"},
    {"conv_transpose2d", [] { conv_transpose2d(x(1, 2, 3, 3), x(2, 2, 2, 2), x(3)); },
     "conv_transpose2d: bias must be [2] for weight [2, 2, 2, 2], got [3]"},
    {"conv_transpose2d", [] { conv_transpose2d(wide(1, 2, 3, 3), x(2, 2, 2, 2)); },
     "conv_transpose2d: operands must have one dtype, got f64 and f32; convert one with convert(x, "
     "dtype)"},
    {"conv_transpose2d", [] { conv_transpose2d(x(1, 2, 3, 3), x(2, 2, 2, 2), wide(2)); },
     "conv_transpose2d: bias must have the dtype f32 of weight, got f64; convert one with "
     "convert(x, dtype)"},
    {"conv_transpose2d", [] { conv_transpose2d(whole(1, 2, 3, 3), whole(2, 2, 2, 2)); },
     "conv_transpose2d: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"layer_norm", [] { layer_norm(x(2, 3), x(2), x(2)); },
     "layer_norm: weight and bias must be [n] for x [2, 3], got [2] and [2]"},
    {"layer_norm", [] { layer_norm(x(2, 3), x(3), x(2)); },
     "layer_norm: weight and bias must be [n] for x [2, 3], got [3] and [2]"},
    {"layer_norm", [] { layer_norm(whole(2, 3), Tensor(), Tensor()); },
     "layer_norm: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"layer_norm", [] { layer_norm(wide(2, 3), x(3), x(3)); },
     "layer_norm: operands must have one dtype, got f64 and f32; convert one with convert(x, "
     "dtype)"},
    {"layer_norm", [] { layer_norm(x(2, 3), x(3), wide(3)); },
     "layer_norm: operands must have one dtype, got f32 and f64; convert one with convert(x, "
     "dtype)"},
    {"rnn_tanh", [] { rnn_tanh(x(2, 3, 4), x(4, 3), x(3, 4), false); },
     "rnn_tanh: gates must be [steps, batch, 1 hidden] and weight [1 hidden, hidden], got [2, 3, "
     "4] and [4, 3]"},
    {"rnn_tanh", [] { rnn_tanh(wide(2, 3, 4), x(4, 4), x(3, 4), false); },
     "rnn_tanh: operands must have one dtype, got f64, f32 and f32"},
    {"rnn_relu", [] { rnn_relu(x(2, 3, 4), x(4, 4), x(2, 4), false); },
     "rnn_relu: start must be [batch, 1 hidden] for gates [2, 3, 4] and weight [4, 4], got [2, 4]"},
    {"rnn_relu", [] { rnn_relu(x(2, 3, 4), wide(4, 4), x(3, 4), false); },
     "rnn_relu: operands must have one dtype, got f32, f64 and f32"},
    {"lstm", [] { lstm(x(2, 3, 8), x(8, 2), x(3, 2), false); },
     "lstm: start must be [batch, 2 hidden] for gates [2, 3, 8] and weight [8, 2], got [3, 2]"},
    {"lstm", [] { lstm(x(2, 3, 8), x(8, 2), wide(3, 4), false); },
     "lstm: operands must have one dtype, got f32, f32 and f64"},
    {"gru", [] { gru(x(2, 3, 8), x(6, 2), x(2), x(3, 2), false); },
     "gru: gates must be [steps, batch, 3 hidden] and weight [3 hidden, hidden], got [2, 3, 8] and "
     "[6, 2]"},
    {"gru", [] { gru(whole(2, 3, 6), whole(6, 2), whole(2), whole(3, 2), false); },
     "gru: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"hessian_vector_product", [] { hessian_vector_product(sum(x(2)), {x(2)}, {x(2)}); },
     "hessian_vector_product: tensor must come from operations on tensors that require a gradient, "
     "got one without history; call set_requires_grad() on the leaves"},
    {"hessian_vector_product", [] { hessian_vector_product(sum(leaf(2)), {leaf(3)}, {x(3)}); },
     "hessian_vector_product: the loss must depend on input 0 of shape [3]"},
    {"hessian_vector_product", [] { hessian_vector_product(sum(leaf(2)), {leaf(2)}, {x(3)}); },
     "hessian_vector_product: vector 0 must have the shape [2] of its input, got [3]"},
    {"grad", [] { grad({sum(x(2))}, {leaf(2)}); },
     "grad: tensor must come from operations on tensors that require a gradient, got one without "
     "history; call set_requires_grad() on the leaves"},
    {"grad", [] { grad({leaf(2)}, {leaf(2)}); },
     "grad: without an upstream gradient the tensor must have one element, got shape [2]; take "
     "sum() or mean() first"}};

TEST(RefuseProducts, in_its_own_name_and_words) { test::expect_refusals(kProductsRefusals); }

}  // namespace
}  // namespace gradus
