#pragma once
// Operations with an operand that is no input of the gradient: indices, masks, labels, weights.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/choose.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/functions.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/nn/batch_norm.h>
#include <gradus/nn/loss.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace gradus::test {

struct ConstantRow {
  std::string name;
  std::function<Tensor(const Tensor&, const Tensor&)> f;  ///< of x and the constant
  Tensor x;                                               ///< f64
  Tensor constant;                                        ///< has other values in the reverse order
  bool is_saved = true;                                   ///< or only what was made of it
};
inline void PrintTo(const ConstantRow& row, std::ostream* out) { *out << row.name; }

inline std::vector<ConstantRow> constant_rows() {
  const auto x = [] { return from_vector<double>({0.5, -1, 0.25, 2, -0.75, 1.5}, {2, 3}); };
  const auto mask = [] { return from_vector<std::uint8_t>({1, 0, 1, 0, 0, 1}, {2, 3}); };
  const auto labels = [] { return from_vector<std::int64_t>({2, 0}, {2}); };
  const auto places = [] { return from_vector<std::int64_t>({0, 1, 1, 0, 0, 0}, {2, 3}); };
  const auto picks = [] { return from_vector<std::int64_t>({1, 0, 0}, {3}); };
  const auto weights = [] { return from_vector<double>({1, 2, 4}, {3}); };
  const auto shares = [] { return from_vector<double>({0.1, 0.7, 0.2, 0.5, 0.3, 0.2}, {2, 3}); };
  using T = const Tensor&;
  using nn::Reduction;
  return {
      {"where", [](T a, T c) { return where(c, a * a, a); }, x(), mask()},
      {"where_number", [](T a, T c) { return where(c, a, 0.5); }, x(), mask()},
      {"masked_fill", [](T a, T c) { return masked_fill(a, c, 3); }, x(), mask()},
      {"index_select", [](T a, T c) { return index_select(a, 0, c); }, x(), picks()},
      {"index_add", [](T a, T c) { return index_add(a, 1, c, a * a); }, x(), picks()},
      {"gather", [](T a, T c) { return gather(a, 0, c); }, x(), places()},
      {"scatter_add", [](T a, T c) { return scatter_add(a, 0, c, a * a); }, x(), places()},
      {"embedding", [](T a, T c) { return embedding(c, a); }, x(), places()},
      {"embedding_padded", [](T a, T c) { return embedding(c, a, 1); }, x(), places()},
      {"attention_mask", [](T a, T c) { return attention_weights(a, 0.7, {.mask = c}); }, x(),
       mask(), false},
      {"attention_bias", [](T a, T c) { return attention_weights(a, 0.7, {.bias = c}); }, x(),
       shares(), false},
      {"cross_entropy", [](T a, T c) { return cross_entropy(a, c); }, x(), labels()},
      {"cross_entropy_smoothed",
       [](T a, T c) { return nn::cross_entropy(a, c, {.label_smoothing = 0.1}); }, x(), labels(),
       false},
      {"cross_entropy_ignoring",
       [](T a, T c) { return nn::cross_entropy(a, c, {.ignore_index = 0}); }, x(), labels(), false},
      {"cross_entropy_weights",
       [labels](T a, T c) { return nn::cross_entropy(a, labels(), {.weight = c}); }, x(), weights(),
       false},
      {"cross_entropy_of_probabilities", [](T a, T c) { return nn::cross_entropy(a, c); }, x(),
       shares()},
      {"nll", [](T a, T c) { return nn::nll(a, c, {.reduction = Reduction::sum}); }, x(), labels(),
       false},
      {"nll_weights", [labels](T a, T c) { return nn::nll(a, labels(), {.weight = c}); }, x(),
       weights(), false},
      {"mse", [](T a, T c) { return nn::mse(a, c); }, x(), shares()},
      {"l1", [](T a, T c) { return nn::l1(a, c); }, x(), shares()},
      {"smooth_l1", [](T a, T c) { return nn::smooth_l1(a, c); }, x(), shares()},
      {"huber", [](T a, T c) { return nn::huber(a, c); }, x(), shares()},
      {"bce", [](T a, T c) { return nn::bce(sigmoid(a), c); }, x(), shares()},
      {"bce_with_logits", [](T a, T c) { return nn::bce_with_logits(a, c); }, x(), shares()},
      {"bce_weight", [shares](T a, T c) { return nn::bce_with_logits(a, shares(), {.weight = c}); },
       x(), weights()},
      {"bce_pos_weight",
       [shares](T a, T c) { return nn::bce_with_logits(a, shares(), {.pos_weight = c}); }, x(),
       weights(), false},
      {"kl_divergence", [](T a, T c) { return nn::kl_divergence(a, c); }, x(), shares()},
      {"batch_norm_running_var",
       [](T a, T c) {
         nn::BatchNorm1d layer(3);
         layer.to(f64);
         layer.running_var = c;
         layer.eval();
         return layer(a);
       },
       x(), weights(), false}};
}

}  // namespace gradus::test
