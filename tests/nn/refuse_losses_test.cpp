// What losses refuse, each text in full.
#include <gradus/nn/loss.h>
#include <gtest/gtest.h>

#include "support/refusals.h"

namespace gradus {
namespace {

using test::bytes;
using test::Refusal;
using test::whole;
using test::wide;
using test::x;

const std::vector<Refusal> kLossesRefusals = {
    {"mse", [] { nn::mse(x(2), x(3)); },
     "mse: prediction and target must have one shape, got [2] and [3]"},
    {"mse", [] { nn::mse(x(2), wide(2)); },
     "mse: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"mse", [] { nn::mse(whole(2), whole(2)); },
     "mse: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"l1", [] { nn::l1(x(2), x(3)); },
     "l1: prediction and target must have one shape, got [2] and [3]"},
    {"l1", [] { nn::l1(wide(2), x(2)); },
     "l1: operands must have one dtype, got f64 and f32; convert one with convert(x, dtype)"},
    {"l1", [] { nn::l1(whole(2), whole(2)); },
     "l1: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"smooth_l1", [] { nn::smooth_l1(x(2), x(3)); },
     "smooth_l1: prediction and target must have one shape, got [2] and [3]"},
    {"smooth_l1", [] { nn::smooth_l1(x(2), x(3), {.beta = 0}); },
     "smooth_l1: prediction and target must have one shape, got [2] and [3]"},
    {"smooth_l1", [] { nn::smooth_l1(x(2), wide(2)); },
     "smooth_l1: operands must have one dtype, got f32 and f64; convert one with convert(x, "
     "dtype)"},
    {"smooth_l1", [] { nn::smooth_l1(x(2), whole(2), {.beta = 0}); },
     "smooth_l1: operands must have one dtype, got f32 and i64; convert one with convert(x, "
     "dtype)"},
    {"huber", [] { nn::huber(x(2), x(3)); },
     "huber: prediction and target must have one shape, got [2] and [3]"},
    {"huber", [] { nn::huber(x(2), wide(2)); },
     "huber: operands must have one dtype, got f32 and f64; convert one with convert(x, dtype)"},
    {"huber", [] { nn::huber(whole(2), whole(2)); },
     "huber: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"bce", [] { nn::bce(x(2), x(3)); },
     "bce: prediction and target must have one shape, got [2] and [3]"},
    {"bce", [] { nn::bce(x(2), wide(2)); },
     "bce: target must have the dtype f32 of probability, got f64; convert one with convert(x, "
     "dtype)"},
    {"bce", [] { nn::bce(whole(2), whole(2)); },
     "bce: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"bce", [] { nn::bce(x(2), x(2), {.weight = x(3)}); },
     "bce: weight must broadcast to the losses' shape [2], got [3]"},
    {"bce", [] { nn::bce(x(2), x(2), {.weight = wide(2)}); },
     "bce: weight must have the dtype f32 of target, got f64; convert one with convert(x, dtype)"},
    {"bce_with_logits", [] { nn::bce_with_logits(x(2), x(3)); },
     "bce_with_logits: prediction and target must have one shape, got [2] and [3]"},
    {"bce_with_logits", [] { nn::bce_with_logits(x(2), wide(2)); },
     "bce_with_logits: target must have the dtype f32 of logits, got f64; convert one with "
     "convert(x, dtype)"},
    {"bce_with_logits", [] { nn::bce_with_logits(whole(2), whole(2)); },
     "bce_with_logits: logits must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"bce_with_logits", [] { nn::bce_with_logits(x(2), x(2), {.weight = whole(2)}); },
     "bce_with_logits: weight must have the dtype f32 of target, got i64; convert one with "
     "convert(x, dtype)"},
    {"bce_with_logits", [] { nn::bce_with_logits(x(2), x(2), {.pos_weight = wide(2)}); },
     "bce_with_logits: pos_weight must have the dtype f32 of target, got f64; convert one with "
     "convert(x, dtype)"},
    {"bce_with_logits", [] { nn::bce_with_logits(x(2), x(2), {.pos_weight = x(3)}); },
     "bce_with_logits: pos_weight must broadcast to the losses' shape [2], got [3]"},
    {"kl_divergence", [] { nn::kl_divergence(x(2), x(3)); },
     "kl_divergence: prediction and target must have one shape, got [2] and [3]"},
    {"kl_divergence", [] { nn::kl_divergence(x(2), wide(2)); },
     "kl_divergence: target must have the dtype f32 of log_prediction, got f64; convert one with "
     "convert(x, dtype)"},
    {"kl_divergence", [] { nn::kl_divergence(whole(2), whole(2)); },
     "kl_divergence: log_prediction must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"kl_divergence", [] { nn::kl_divergence(x(2), wide(2), {.log_target = true}); },
     "kl_divergence: target must have the dtype f32 of log_prediction, got f64; convert one with "
     "convert(x, dtype)"},
    {"cross_entropy", [] { nn::cross_entropy(x(2, 3, 1), whole(3, 1)); },
     "cross_entropy: class indices must be [2, 1] for scores [2, 3, 1], got [3, 1]"},
    {"cross_entropy", [] { nn::cross_entropy(x(2, 3), x(2)); },
     "cross_entropy: probabilities must have the shape [2, 3] of the logits, got [2]"},
    {"cross_entropy", [] { nn::cross_entropy(x(2, 3), wide(2, 3)); },
     "cross_entropy: probabilities must have the dtype f32 of logits, got f64; convert one with "
     "convert(x, dtype)"},
    {"cross_entropy", [] { nn::cross_entropy(x(2, 3, 1), bytes(2, 1)); },
     "cross_entropy: class indices must be i64, got u8"},
    {"cross_entropy", [] { nn::cross_entropy(whole(2, 3, 1), whole(2, 1)); },
     "cross_entropy: scores must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"cross_entropy", [] { nn::cross_entropy(x(2, 3), whole(2), {.weight = x(2)}); },
     "cross_entropy: weight must be [classes] for scores [2, 3], got [2]"},
    {"nll", [] { nn::nll(x(2, 3), whole(3)); },
     "nll: class indices must be [2] for scores [2, 3], got [3]"},
    {"nll", [] { nn::nll(x(2, 3), x(2)); }, "nll: class indices must be i64, got f32"},
    {"nll", [] { nn::nll(whole(2, 3), whole(2)); },
     "nll: dtype must be f32 or f64, got i64; convert it with convert(x, f32)"},
    {"nll", [] { nn::nll(x(2, 3), whole(2), {.weight = x(2)}); },
     "nll: weight must be [classes] for scores [2, 3], got [2]"},
    {"accuracy", [] { nn::accuracy(x(2, 3), whole(3)); },
     "accuracy: logits must be [batch, classes] and labels [batch], got [2, 3] and [3]"},
    {"accuracy", [] { nn::accuracy(x(2, 3), x(2)); },
     "accuracy: labels must be i64 class indices, got f32"}};

TEST(RefuseLosses, in_its_own_name_and_words) { test::expect_refusals(kLossesRefusals); }

}  // namespace
}  // namespace gradus
