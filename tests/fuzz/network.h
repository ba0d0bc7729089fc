#pragma once
// A network whose layers are chosen by the bytes.
#include <gradus/gradus.h>

#include <utility>

#include "fuzz/operands.h"

namespace gradus::test {

inline bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }
inline bool same_bits(const std::string& a, const std::string& b) { return a == b; }

inline bool same_state(const StateDict& a, const StateDict& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && std::visit(
                                     []<class X, class Y>(const X& one, const Y& other) {
                                       if constexpr (std::is_same_v<X, Y>) {
                                         return same_bits(one, other);
                                       } else {
                                         return false;
                                       }
                                     },
                                     x.second, y.second);
  });
}

/// What layers may ask for.
struct LayerPlan {
  explicit LayerPlan(Choices& choices, const Tensor& x)
      : kind(choices.byte()),
        last(fitting(choices, x, x.rank() - 1)),
        channels(fitting(choices, x, 1)),
        out(pick(choices, 1, 4)),
        kernel(pick(choices, 1, 3)),
        stride(pick(choices, 1, 2)),
        padding(pick(choices, 0, 1)),
        groups(pick(choices, 1, 2)),
        share(pick_number(choices, 0, 1)),
        yes(choices.byte() % 2 == 1),
        dtype(x.dtype() == f64 ? f64 : f32) {}

  /// The size that x has there, for the most part.
  static Index fitting(Choices& choices, const Tensor& x, int dim) {
    const Index size = dim >= 0 && dim < x.rank() ? x.size(dim) : 1;
    return pick(choices, size, size);
  }

  int kind;
  Index last, channels, out, kernel, stride, padding, groups;
  double share;
  bool yes;
  Dtype dtype;
};

/// Appends the layer if it takes x, which becomes what it gives; a layer that does not stays as it
/// is.
template <class Layer>
void append(nn::Sequential& net, const LayerPlan& plan, Tensor& x, Layer layer) {
  constexpr Index kMostElements = 1024;
  layer.to(plan.dtype);
  const StateDict before = layer.state_dict();
  const Snapshot given(x);
  Tensor y;
  const bool is_taken = expect_result_or_error([&] { y = layer(x); });
  check(given.is_as_before());
  check(is_taken || same_state(layer.state_dict(), before));
  if (is_taken && y.numel() <= kMostElements) {
    net.add(std::move(layer));
    x = y.detach();
  }
}

inline void append_layer(nn::Sequential& net, const LayerPlan& p, Tensor& x, Rng& rng) {
  const auto add = [&](auto layer) { append(net, p, x, std::move(layer)); };
  const nn::RecurrentOptions recurrent = {
      .layers = std::min<Index>(p.groups, 3),  // each takes memory, so that none are too many
      .bidirectional = p.yes,
      .bias = p.kernel > 1,
      .dropout = p.share};
  switch (p.kind % 28) {
    case 0:
      return add(nn::Linear(p.last, p.out, rng, p.yes));
    case 1:
      return add(
          nn::Conv2d(p.channels, p.out, p.kernel,
                     {.stride = p.stride, .padding = p.padding, .dilation = 1, .groups = p.groups},
                     rng, p.yes));
    case 2:
      return add(nn::Conv1d(p.channels, p.out, p.kernel,
                            {.stride = p.stride, .padding = p.padding, .groups = p.groups}, rng,
                            p.yes));
    case 3:
      return add(nn::ConvTranspose2d(p.channels, p.out, p.kernel,
                                     {.stride = p.stride,
                                      .padding = p.padding,
                                      .output_padding = 0,
                                      .dilation = 1,
                                      .groups = p.groups},
                                     rng, p.yes));
    case 4:
      return add(nn::BatchNorm1d(p.channels, {.momentum = p.share, .affine = p.yes}));
    case 5:
      return add(nn::BatchNorm2d(p.channels, {.momentum = std::nullopt, .affine = p.yes}));
    case 6:
      return add(nn::GroupNorm(p.groups, p.channels, p.share, p.yes));
    case 7:
      return add(nn::RMSNorm(p.last, p.share, p.yes));
    case 8:
      return add(nn::LayerNorm(p.last, {.eps = p.share, .affine = p.yes}));
    case 9:
      return add(nn::Dropout(p.share, rng));
    case 10:
      return add(nn::Embedding(p.out, p.kernel, rng,
                               p.yes ? std::optional(p.padding) : std::optional<Index>()));
    case 11:
      return add(nn::MultiheadAttention(p.last, p.groups, rng, p.share));
    case 12:
      return add(nn::TransformerEncoderLayer(
          p.last, p.groups, rng,
          {.feedforward = p.out, .dropout = p.share, .gelu = p.kernel > 1, .norm_first = p.yes}));
    case 13:
      return add(nn::RNN(p.last, p.out, rng, recurrent,
                         nn::RNN::Function{static_cast<int>(p.stride > 1)}));
    case 14:
      return add(nn::LSTM(p.last, p.out, rng, recurrent));
    case 15:
      return add(nn::GRU(p.last, p.out, rng, recurrent));
    case 16:
      return add(nn::MaxPool2d(p.kernel, {.padding = p.padding, .ceil_mode = p.yes}));
    case 17:
      return add(nn::AvgPool2d(p.kernel, {.padding = p.padding, .ceil_mode = p.yes}));
    case 18:
      return add(nn::AdaptiveAvgPool2d({p.out, p.kernel}));
    case 19:
      return add(nn::Flatten());
    case 20:
      return add(
          nn::Residual(nn::Linear(p.last, p.out, rng), nn::Tanh(), nn::Linear(p.out, p.last, rng)));
    case 21:
      return add(nn::ReLU());
    case 22:
      return add(nn::Sigmoid());
    case 23:
      return add(nn::LeakyReLU(p.share));
    case 24:
      return add(nn::ELU(p.share));
    case 25:
      return add(nn::GELU(nn::GELU::Approximate{static_cast<int>(p.yes)}));
    case 26:
      return add(nn::SiLU());
    default:
      return add(nn::Softplus(p.share));
  }
}

}  // namespace gradus::test
