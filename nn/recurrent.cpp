#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/join.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/recurrence.h>
#include <gradus/autograd/ops/view.h>
#include <gradus/nn/init.h>
#include <gradus/nn/recurrent.h>
#include <gradus/nn/require_dtype.h>

#include <cmath>

namespace gradus::nn {

Recurrent::Recurrent(const char* name, Index gates, bool has_c, Index in, Index hidden, Rng& rng,
                     const RecurrentOptions& options)
    : name_(name),
      has_c_(has_c),
      in_(in),
      hidden_(hidden),
      directions_(options.bidirectional ? 2 : 1) {
  require(in >= 1 && hidden >= 1 && options.layers >= 1, name,
          ": in, hidden and layers must be at least 1, got ", in, ", ", hidden, " and ",
          options.layers);
  constexpr Index kMostLayers = Index{1} << 20;
  require(options.layers <= kMostLayers, name, ": layers must be at most ", kMostLayers, ", got ",
          options.layers);
  require(options.dropout >= 0 && options.dropout <= 1, name, ": dropout must be from 0 to 1, got ",
          options.dropout);
  const double bound = 1 / std::sqrt(double(hidden));
  const Index rows = count({gates, hidden});
  const auto parameter = [&](const Shape& shape) {
    Tensor p = empty(shape);
    uniform(p, rng, -bound, bound);
    return p.set_requires_grad();
  };
  for (Index i = 0; i < options.layers * directions_; ++i) {
    const Index width = i < directions_ ? in : directions_ * hidden;
    Weights w;
    w.ih = parameter({rows, width});
    w.hh = parameter({rows, hidden});
    if (options.bias) {
      w.bias_ih = parameter({rows});
      w.bias_hh = parameter({rows});
    }
    weights_.push_back(w);
  }
  for (Index i = 1; options.dropout > 0 && i < options.layers; ++i) {
    dropouts_.emplace_back(options.dropout, rng);
  }
}

void Recurrent::fields(Fields& visit) {
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const auto directions = static_cast<std::size_t>(directions_);
    const std::string end =
        "_l" + std::to_string(i / directions) + (i % directions == 1 ? "_reverse" : "");
    visit("weight_ih" + end, weights_[i].ih);
    visit("weight_hh" + end, weights_[i].hh);
    visit("bias_ih" + end, weights_[i].bias_ih);
    visit("bias_hh" + end, weights_[i].bias_hh);
  }
  for (std::size_t i = 0; i < dropouts_.size(); ++i) {
    visit("dropout_l" + std::to_string(i), dropouts_[i]);
  }
}

// [layers * directions, batch, hidden]
Tensor Recurrent::start(const char* what, const Tensor& given, const Tensor& x) const {
  const Shape shape = {Index(weights_.size()), x.size(0), hidden_};
  if (!given) {
    return zeros(shape, x.dtype());
  }
  require<ShapeError>(given.shape() == shape, name_, ": ", what, " must be ", shape, " for x ",
                      x.shape(), ", got ", given.shape());
  require_dtype_of(name_, what, given, "x", x);
  return given;
}

Recurrent::Output Recurrent::run(const Tensor& x, const Tensor& h, const Tensor& c) {
  require<ShapeError>(x.rank() == 3 && x.size(2) == in_ && x.size(1) >= 1, name_,
                      ": x must be [batch, time, in] with a step and in = ", in_, ", got ",
                      x.shape());
  require_floating(name_, "x", x);
  for (const Weights& w : weights_) {
    for (const Tensor& p : {w.ih, w.hh, w.bias_ih, w.bias_hh}) {
      require_dtype_of(name_, "x", x, "the parameters", p);
    }
  }
  require(has_c_ || !c, name_, ": there is no state c, but one was given");
  const Tensor h0 = start("h", h, x);
  const Tensor c0 = has_c_ ? start("c", c, x) : Tensor();
  Tensor y = transpose(x, 0, 1);  // [time, batch, in]
  std::vector<Tensor> outputs;
  std::vector<Tensor> last_h;
  std::vector<Tensor> last_c;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const bool backwards = i % static_cast<std::size_t>(directions_) == 1;
    const Index layer = Index(i);
    Tensor first = select(h0, 0, layer);
    if (has_c_) {
      first = cat({first, select(c0, 0, layer)}, -1);
    }
    const Tensor all = states(y, weights_[i], first, backwards);
    const Tensor last = unsqueeze(select(all, 0, backwards ? 0 : -1), 0);
    last_h.push_back(has_c_ ? slice(last, -1, 0, hidden_) : last);
    if (has_c_) {
      last_c.push_back(slice(last, -1, hidden_, 2 * hidden_));
    }
    outputs.push_back(has_c_ ? slice(all, -1, 0, hidden_) : all);
    if (Index(outputs.size()) == directions_) {  // the next layer sees both directions
      y = directions_ == 1 ? outputs[0] : cat(outputs, -1);
      outputs.clear();
      const std::size_t done = i / static_cast<std::size_t>(directions_);
      y = done < dropouts_.size() ? dropouts_[done](y) : y;
    }
  }
  return {transpose(y, 0, 1), cat(last_h, 0), has_c_ ? cat(last_c, 0) : Tensor()};
}

namespace {

Tensor both(const Tensor& a, const Tensor& b) { return a ? a + b : Tensor(); }

}  // namespace

RNN::RNN(Index in, Index hidden, Rng& rng, const RecurrentOptions& options, Function function)
    : Recurrent("RNN", 1, false, in, hidden, rng, options), function_(function) {}

Tensor RNN::states(const Tensor& x, const Weights& w, const Tensor& start, bool backwards) const {
  const Tensor gates = linear(x, w.ih, both(w.bias_ih, w.bias_hh));
  return function_ == Function::tanh ? rnn_tanh(gates, w.hh, start, backwards)
                                     : rnn_relu(gates, w.hh, start, backwards);
}

LSTM::LSTM(Index in, Index hidden, Rng& rng, const RecurrentOptions& options)
    : Recurrent("LSTM", 4, true, in, hidden, rng, options) {}

Tensor LSTM::states(const Tensor& x, const Weights& w, const Tensor& start, bool backwards) const {
  return lstm(linear(x, w.ih, both(w.bias_ih, w.bias_hh)), w.hh, start, backwards);
}

GRU::GRU(Index in, Index hidden, Rng& rng, const RecurrentOptions& options)
    : Recurrent("GRU", 3, false, in, hidden, rng, options) {}

// The bias of n's part that comes from h stays with it: see gru() of autograd/ops/recurrence.h.
Tensor GRU::states(const Tensor& x, const Weights& w, const Tensor& start, bool backwards) const {
  const Index n = hidden();
  Tensor bias;
  Tensor bias_n;
  if (w.bias_ih) {
    bias = cat({slice(w.bias_ih, 0, 0, 2 * n) + slice(w.bias_hh, 0, 0, 2 * n),
                slice(w.bias_ih, 0, 2 * n, 3 * n)},
               0);
    bias_n = slice(w.bias_hh, 0, 2 * n, 3 * n);
  }
  return gru(linear(x, w.ih, bias), w.hh, bias_n, start, backwards);
}

}  // namespace gradus::nn
