// What operations on elements and over dimensions refuse, each text in full.
#include <gradus/autograd/ops/activations.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/powers.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/statistics.h>
#include <gtest/gtest.h>

#include "support/refusals.h"

namespace gradus {
namespace {

using test::bytes;
using test::Refusal;
using test::whole;
using test::wide;
using test::x;

const std::vector<Refusal> kElementsRefusals = {
    {"add", [] { x(2, 3) + x(4); },
     "add: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2, 3] and [4]"},
    {"add", [] { x(2) + wide(2); },
     "add: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"add", [] { whole(2) + whole(2); },
     "add: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"add", [] { whole(2) + 0.5; }, "add: value must be a whole number that i64 can hold, got 0.5"},
    {"add", [] { bytes(2) + 1; },
     "add: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"sub", [] { x(2, 3) - x(2); },
     "sub: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2, 3] and [2]"},
    {"sub", [] { wide(2) - x(2); },
     "sub: operands must have one dtype, got f64 and f32; convert one with convert(x, dtype)"},
    {"sub", [] { whole(2) - 0.5; }, "sub: value must be a whole number that i64 can hold, got 0.5"},
    {"sub", [] { bytes(2) - 1; },
     "sub: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"sub", [] { 0.5 - whole(2); }, "sub: value must be a whole number that i64 can hold, got 0.5"},
    {"sub", [] { 1 - bytes(2); },
     "sub: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"mul", [] { x(2, 3) * x(3, 2); },
     "mul: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2, 3] and [3, "
     "2]"},
    {"mul", [] { x(2) * whole(2); },
     "mul: operands must have one dtype, got f32 and i64; convert one with convert(x, dtype)"},
    {"mul", [] { whole(2) * 0.5; }, "mul: value must be a whole number that i64 can hold, got 0.5"},
    {"mul", [] { bytes(2) * 2; },
     "mul: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"div", [] { x(2, 3) / x(2); },
     "div: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2, 3] and [2]"},
    {"div", [] { x(2) / wide(2); },
     "div: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"div", [] { whole(2) / 2; },
     "div: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"div", [] { 1 / whole(2); },
     "div: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"neg", [] { -bytes(2); },
     "neg: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"neg",
     [] {
       -zeros({2, 3}, u8);
     },
     "neg: dtype must be f32 or f64, got u8; convert it with convert(x, f32)"},
    {"pow", [] { pow(whole(2), 2); },
     "pow: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"pow", [] { pow(2, whole(2)); },
     "pow: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"pow", [] { pow(x(2), wide(2)); },
     "pow: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"pow", [] { pow(x(2), x(3)); },
     "pow: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2] and [3]"},
    {"softplus", [] { softplus(whole(2)); },
     "softplus: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"softplus", [] { softplus(x(2), -1); },
     "softplus: beta must be positive, got -1 for a tensor of shape [2]"},
    {"where", [] { where(x(2), x(2), x(2)); },
     "where: condition must be u8, got f32; make one with a comparison, such as ne(x, 0)"},
    {"where", [] { where(bytes(2), x(2), wide(2)); },
     "where: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"where", [] { where(bytes(2), x(3), x(3)); },
     "where: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2] and [3]"},
    {"maximum", [] { maximum(x(2), wide(2)); },
     "maximum: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"maximum", [] { maximum(x(2), x(3)); },
     "maximum: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2] and "
     "[3]"},
    {"maximum", [] { maximum(whole(2), whole(2)); },
     "maximum: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"minimum", [] { minimum(x(2), wide(2)); },
     "minimum: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"minimum", [] { minimum(x(2), x(3)); },
     "minimum: shapes must broadcast (equal sizes, or 1, from the last dimension), got [2] and "
     "[3]"},
    {"minimum", [] { minimum(whole(2), whole(2)); },
     "minimum: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"clamp", [] { clamp(whole(2), 0); },
     "clamp: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"clamp", [] { clamp(x(2, 3), {}); },
     "clamp: a bound must be given, got neither low nor high for a tensor of shape [2, 3]"},
    {"sum", [] { sum(x(2, 3), {2}); },
     "sum: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"sum",
     [] {
       sum(x(2, 3), {1, -1});
     },
     "sum: dims must differ, got -1 twice"},
    {"mean", [] { mean(whole(2)); },
     "mean: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"mean", [] { mean(x(2, 3), {2}); },
     "mean: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"mean",
     [] {
       mean(x(2, 3), {1, -1});
     },
     "mean: dims must differ, got -1 twice"},
    {"sum_to", [] { sum_to(x(2, 3), {2}); }, "sum_to: [2] must broadcast to [2, 3]"},
    {"sum_to",
     [] {
       sum_to(x(2, 3), {4, 3});
     },
     "sum_to: [4, 3] must broadcast to [2, 3]"},
    {"var", [] { var(whole(2)); },
     "var: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"var", [] { var(x(2, 3), {2}); },
     "var: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"var", [] { var(x(2), {}, {.correction = -1}); },
     "var: correction must be at least 0, got -1"},
    {"stddev", [] { stddev(whole(2)); },
     "stddev: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"stddev", [] { stddev(x(2, 3), {2}); },
     "stddev: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"stddev", [] { stddev(x(2), {}, {.correction = -1}); },
     "stddev: correction must be at least 0, got -1"},
    {"prod", [] { prod(whole(2)); },
     "prod: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"prod", [] { prod(x(2, 3), {2}); },
     "prod: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"prod",
     [] {
       prod(x(2, 3), {1, -1});
     },
     "prod: dims must differ, got -1 twice"},
    {"logsumexp", [] { logsumexp(whole(2)); },
     "logsumexp: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"logsumexp", [] { logsumexp(x(2, 3), {2}); },
     "logsumexp: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"logsumexp",
     [] {
       logsumexp(x(2, 3), {1, -1});
     },
     "logsumexp: dims must differ, got -1 twice"},
    {"amax", [] { amax(x(2, 3), {2}); },
     "amax: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"amax", [] { amax(x(2, 0), {1}); }, "amax: there must be an element, got shape [2, 0]"},
    {"amin", [] { amin(x(2, 3), {2}); },
     "amin: dim must be from -2 to 1 for a tensor of rank 2, got 2"},
    {"amin", [] { amin(x(2, 0), {1}); }, "amin: there must be an element, got shape [2, 0]"}};

TEST(RefuseElements, in_its_own_name_and_words) { test::expect_refusals(kElementsRefusals); }

}  // namespace
}  // namespace gradus
