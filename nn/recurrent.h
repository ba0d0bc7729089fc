#pragma once
// Recurrent networks: RNN, LSTM and GRU, of several layers, in one direction or both.
//
// x: [batch, time, in], as with PyTorch's batch_first=True.  Parameters have PyTorch's names,
// shapes and order of gates: weight_ih_l0 [gates hidden, in], weight_hh_l0 [gates hidden, hidden],
// bias_ih_l0 and bias_hh_l0 [gates hidden]; l1, l2, ... of further layers, "_reverse" behind those
// of the direction back in time.  All start uniform in +- 1 / sqrt(hidden), PyTorch's default.
#include <gradus/core/random.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/module.h>

#include <vector>

namespace gradus::nn {

struct RecurrentOptions {
  Index layers = 1;            ///< at most 2^20
  bool bidirectional = false;  ///< a second network runs from the last step to the first
  bool bias = true;
  double dropout = 0;  ///< of each layer's outputs but the last's, in training
};

class Recurrent : public Module {
 public:
  struct Output {
    Tensor y;  ///< h of the last layer at every step, [batch, time, directions * hidden]
    Tensor h;  ///< of each layer and direction after its last step, [layers * directions, batch,
               ///< hidden]
    Tensor c;  ///< the same for c of an LSTM, undefined for others
  };

  /// The outputs alone, from states of zero.
  Tensor forward(const Tensor& x) override { return run(x).y; }
  /// h and c are the states to begin with, of Output's shapes; zeros where undefined.  Throws
  /// ShapeError naming both shapes; ValueError for c given to a layer that has none.
  Output run(const Tensor& x, const Tensor& h = {}, const Tensor& c = {});
  void fields(Fields& visit) override;

  Index hidden() const { return hidden_; }

 protected:
  struct Weights {
    Tensor ih, hh, bias_ih, bias_hh;
  };

  /// Throws ValueError unless in, hidden and the number of layers are at least 1, layers at most
  /// 2^20 and dropout from 0 to 1, and ShapeError or MemoryError where weights are too large.
  Recurrent(const char* name, Index gates, bool has_c, Index in, Index hidden, Rng& rng,
            const RecurrentOptions& options);

  /// The states after each step, [time, batch, states], for x: [time, batch, in].
  virtual Tensor states(const Tensor& x, const Weights& w, const Tensor& start,
                        bool backwards) const = 0;

 private:
  Tensor start(const char* what, const Tensor& given, const Tensor& x) const;

  const char* name_;
  bool has_c_;
  Index in_;
  Index hidden_;
  Index directions_;
  std::vector<Weights> weights_;   // of each layer and direction
  std::vector<Dropout> dropouts_;  // between the layers
};

/// h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or with max(a, 0) in place of tanh.
/// Elman: Finding structure in time. Cognitive Science 14, 1990.
class RNN : public Recurrent {
 public:
  enum class Function { tanh, relu };
  RNN(Index in, Index hidden, Rng& rng, const RecurrentOptions& options = {},
      Function function = Function::tanh);

 private:
  Tensor states(const Tensor& x, const Weights& w, const Tensor& start,
                bool backwards) const override;
  Function function_;
};

/// i, f, o = sigmoid(W_ih x + b_ih + W_hh h + b_hh), g = tanh(of the same), each with rows of its
/// own in the order i, f, g, o:  c' = f c + i g,  h' = o tanh(c').
/// Hochreiter, Schmidhuber: Long short-term memory. Neural Computation 9, 1997.
class LSTM : public Recurrent {
 public:
  LSTM(Index in, Index hidden, Rng& rng, const RecurrentOptions& options = {});

 private:
  Tensor states(const Tensor& x, const Weights& w, const Tensor& start,
                bool backwards) const override;
};

/// r, z = sigmoid(W_ih x + b_ih + W_hh h + b_hh),  n = tanh(W_in x + b_in + r (W_hn h + b_hn)),
/// h' = (1 - z) n + z h, rows in the order r, z, n.  As in PyTorch, and other than in the paper, r
/// multiplies after the product with W_hn (Keras: reset_after=True).
/// Cho et al.: Learning phrase representations using RNN encoder-decoder. EMNLP 2014.
class GRU : public Recurrent {
 public:
  GRU(Index in, Index hidden, Rng& rng, const RecurrentOptions& options = {});

 private:
  Tensor states(const Tensor& x, const Weights& w, const Tensor& start,
                bool backwards) const override;
};

}  // namespace gradus::nn
