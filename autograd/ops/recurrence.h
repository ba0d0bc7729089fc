#pragma once
// Recurrent layers: one operation runs a cell over all steps of time.  The sums over the inputs of
// all steps come in as one product made before, so that only the products with the state are left
// for each step; sequences are independent, and blocks of them run in parallel.
#include <gradus/core/tensor.h>

namespace gradus {

/// The states after each step, [steps, batch, states], of a cell that begins in `start`.
/// gates: [steps, batch, gates * hidden], the sums of the inputs' part and all biases; weight:
/// [gates * hidden, hidden], what the state is multiplied with; start: [batch, states].  With
/// `backwards` time runs from the last step to the first.  Throws ShapeError, for more than 2^26
/// steps too, or DtypeError.
///
///   rnn_tanh, rnn_relu   one gate,          states: h
///   lstm                 gates i, f, g, o,  states: h and c, side by side, 2 * hidden
///   gru                  gates r, z, n,     states: h; the part of n's sum that comes from h is
///                        apart, since r multiplies it, and has a bias of its own: [hidden], or
///                        undefined
Tensor rnn_tanh(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards);
Tensor rnn_relu(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards);
Tensor lstm(const Tensor& gates, const Tensor& weight, const Tensor& start, bool backwards);
Tensor gru(const Tensor& gates, const Tensor& weight, const Tensor& bias, const Tensor& start,
           bool backwards);

}  // namespace gradus
