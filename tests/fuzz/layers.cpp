// Functions that layers and losses are made of, chosen by the bytes with operands and options: each
// gives a result whose numbers and derivatives can be read, or an Error.  No operand changes.
#include <gradus/gradus.h>

#include "fuzz/loss_calls.h"
#include "fuzz/operands.h"
#include "support/huge_requests.h"

namespace gradus {
namespace {

using test::Choices;
using test::Operands;

constexpr Index kMostElements = 4096;  // of a result that later calls may take
constexpr int kMostCalls = 6;

Size2 sizes(Operands& o, Index least, Index most) {
  const Index h = o.whole(least, most);
  return {h, o.yes() ? o.whole(least, most) : h};
}

// --- convolutions ----------------------------------------------------------------------------

struct Channels {
  explicit Channels(Operands& o) : groups(o.size(3)), in(o.size(3)), out(o.size(3)) {}
  Index groups, in, out;  // of each group
};

/// What both kinds in two dimensions take.
struct Convolution {
  Convolution(Operands& o, int most_side, bool transposed) : c(o) {
    const Index batch = o.one_of(4);
    const Index height = o.size(most_side);
    const Index rows = o.size();
    x = o.floating({batch, c.groups * c.in, height, o.size(most_side)});
    weight = o.floating(
        {c.groups * (transposed ? c.in : c.out), transposed ? c.out : c.in, rows, o.size()});
    bias = o.optional({c.groups * c.out});
  }
  Channels c;
  Tensor x, weight, bias;
};

MaxPoolOptions max_pool_options(Operands& o) {
  MaxPoolOptions options;
  if (o.yes()) {
    options.stride = sizes(o, 1, 4);
  }
  options.padding = sizes(o, 0, 2);
  options.dilation = sizes(o, 1, 2);
  options.ceil_mode = o.yes();
  return options;
}

Tensor conv_2d(Operands& o) {
  const Index behind = o.whole(0, 2);
  const Convolution of(o, 9, false);
  Conv2dOptions options;
  options.stride = sizes(o, 1, 3);
  options.padding = sizes(o, 0, 3);
  options.dilation = sizes(o, 1, 2);
  options.groups = o.whole(of.c.groups, of.c.groups);
  if (behind == 2) {
    const Size2 kernel = sizes(o, 1, 4);
    return conv2d_relu_max_pool2d(of.x, of.weight, of.bias, options, kernel, max_pool_options(o));
  }
  return behind == 1 ? conv2d_relu(of.x, of.weight, of.bias, options)
                     : conv2d(of.x, of.weight, of.bias, options);
}

Tensor conv_transpose_2d(Operands& o) {
  const Convolution of(o, 5, true);
  ConvTranspose2dOptions options;
  options.stride = sizes(o, 1, 3);
  options.padding = sizes(o, 0, 2);
  options.output_padding = sizes(o, 0, 1);
  options.dilation = sizes(o, 1, 2);
  options.groups = o.whole(of.c.groups, of.c.groups);
  return conv_transpose2d(of.x, of.weight, of.bias, options);
}

Tensor conv_1d(Operands& o) {
  const Channels c(o);
  const Index batch = o.one_of(4);
  const Tensor x = o.floating({batch, c.groups * c.in, o.size(20)});
  const Tensor weight = o.floating({c.groups * c.out, c.in, o.size(6)});
  const Tensor bias = o.optional({c.groups * c.out});
  Conv1dOptions options;
  options.stride = o.whole(1, 3);
  options.padding = o.whole(0, 3);
  options.dilation = o.whole(1, 2);
  options.groups = o.whole(c.groups, c.groups);
  return conv1d(x, weight, bias, options);
}

// --- pooling ---------------------------------------------------------------------------------

Tensor images(Operands& o, int rank) {
  Shape shape = {o.one_of(4), o.size(3)};
  while (shape.rank() < rank) {
    shape.push_back(o.size(9));
  }
  return o.floating(shape);
}

Tensor max_pool(Operands& o) {
  const int rank = o.yes() ? 3 : 4;
  const Tensor x = images(o, rank);
  const Size2 kernel = sizes(o, 1, 4);
  const MaxPoolOptions options = max_pool_options(o);
  return rank == 3 ? max_pool1d(x, kernel.w, options) : max_pool2d(x, kernel, options);
}

Tensor avg_pool(Operands& o) {
  const int rank = o.yes() ? 3 : 4;
  const Tensor x = images(o, rank);
  const Size2 kernel = sizes(o, 1, 4);
  AvgPoolOptions options;
  if (o.yes()) {
    options.stride = sizes(o, 1, 4);
  }
  options.padding = sizes(o, 0, 2);
  options.count_include_pad = o.yes();
  options.ceil_mode = o.yes();
  return rank == 3 ? avg_pool1d(x, kernel.w, options) : avg_pool2d(x, kernel, options);
}

Tensor adaptive_pool(Operands& o) {
  const Tensor x = images(o, 4);
  return adaptive_avg_pool2d(x, sizes(o, 1, 6));
}

// --- products, norms, attention, recurrence --------------------------------------------------

Tensor linear_layer(Operands& o) {
  const Index in = o.size(9);
  const Index out = o.size(9);
  const Tensor x = o.floating(o.yes() ? Shape{o.size(), in} : Shape{2, o.size(), in});
  const Tensor weight = o.floating({out, in});
  return linear(x, weight, o.optional({out}));
}

Tensor norm(Operands& o) {
  const Index n = o.size(20);
  const Tensor x = o.floating({o.one_of(4), n});
  const bool affine = o.yes();
  const Tensor weight = affine ? o.floating({n}) : Tensor();
  const Tensor bias = affine ? o.floating({n}) : Tensor();
  return layer_norm(x, weight, bias, o.number(1e-5, 1));
}

AttentionOptions masks(Operands& o, Index queries, Index keys) {
  AttentionOptions options;
  options.mask = o.mask(o.yes() ? Shape{queries, keys} : Shape{keys});
  options.causal = o.yes();
  options.bias = o.optional({queries, keys});
  return options;
}

Tensor attention(Operands& o) {
  const Index batch = o.one_of(3);
  const Index queries = o.one_of(5);
  const Index keys = o.one_of(5);
  if (o.yes()) {
    const Tensor scores = o.floating({batch, queries, keys});
    const double scale = o.number(0, 1);
    return attention_weights(scores, scale, masks(o, queries, keys));
  }
  const Index features = o.size();
  const Tensor q = o.floating({batch, queries, features});
  const Tensor k = o.floating({batch, keys, features});
  const Tensor v = o.floating({batch, keys, o.size()});
  return scaled_dot_product_attention(q, k, v, masks(o, queries, keys));
}

Tensor recurrence(Operands& o) {
  const int kind = o.one_of(4);
  const Index steps = o.one_of(5);
  const Index batch = o.one_of(4);
  const Index hidden = o.size(9);
  const Index gates = kind == 2 ? 4 : kind == 3 ? 3 : 1;
  const Tensor sums = o.floating({steps, batch, gates * hidden});
  const Tensor weight = o.floating({gates * hidden, hidden});
  const Tensor start = o.floating({batch, kind == 2 ? 2 * hidden : hidden});
  const bool backwards = o.yes();
  switch (kind) {
    case 0:
      return rnn_tanh(sums, weight, start, backwards);
    case 1:
      return rnn_relu(sums, weight, start, backwards);
    case 2:
      return lstm(sums, weight, start, backwards);
    default:
      return gru(sums, weight, o.optional({hidden}), start, backwards);
  }
}

Tensor rows_of_table(Operands& o) {
  const Index n = o.size(6);
  const Tensor weight = o.floating({n, o.size()});
  const Tensor places = o.indices(o.yes() ? Shape{o.one_of(6)} : Shape{2, o.size()}, n);
  return o.yes() ? embedding(places, weight) : embedding(places, weight, o.whole(-n, n - 1));
}

Tensor activation(Operands& o) {
  const Tensor x = o.floating({o.one_of(4), o.size(9)});
  switch (o.one_of(6)) {
    case 0:
      return leaky_relu(x, o.number(-1, 1));
    case 1:
      return elu(x, o.number(0, 1));
    case 2:
      return gelu(x);
    case 3:
      return gelu_tanh(x);
    case 4:
      return silu(x);
    default: {
      const double beta = o.number(0.5, 2);
      return softplus(x, beta, o.number(0, 20));
    }
  }
}

// --- all of them -----------------------------------------------------------------------------

using Call = Tensor (*)(Operands&);
constexpr Call kCalls[] = {conv_2d,
                           conv_transpose_2d,
                           conv_1d,
                           max_pool,
                           avg_pool,
                           adaptive_pool,
                           linear_layer,
                           norm,
                           attention,
                           recurrence,
                           rows_of_table,
                           activation,
                           test::loss_of_difference,
                           test::loss_of_yes_and_no,
                           test::loss_of_classes};

}  // namespace
}  // namespace gradus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  Choices choices(bytes, size);
  Tensor earlier;
  for (int k = 0; k < kMostCalls && !choices.ended(); ++k) {
    const Call call = kCalls[static_cast<std::size_t>(choices.byte()) % std::size(kCalls)];
    Operands operands(choices, earlier);
    test::expect_result_or_error([&] {
      const Tensor y = call(operands);
      earlier = y.numel() <= kMostElements ? y : Tensor();
      operands.differentiate(y);
    });
    operands.check_unchanged();
  }
  return 0;
}
