#pragma once
// Initial values of parameters.  `weight` is [out, in, ...]: fan_in is the product of all sizes but
// the first, fan_out of all but the second.  All functions overwrite the tensor in place.
//
// Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks.
//   AISTATS 2010 (Xavier).
// He, Zhang, Ren, Sun: Delving deep into rectifiers. ICCV 2015, arXiv:1502.01852 (Kaiming).
#include <gradus/core/random.h>

namespace gradus::nn {

struct Fans {
  Index in;
  Index out;
};
/// Throws ShapeError below rank 2.
Fans fans(const Tensor& weight);

void uniform(const Tensor& x, Rng& rng, double low, double high);
void normal(const Tensor& x, Rng& rng, double mean, double stddev);

/// Uniform in +- gain sqrt(6 / (fan_in + fan_out)).
void xavier_uniform(const Tensor& weight, Rng& rng, double gain = 1);
/// Normal with deviation gain sqrt(2 / (fan_in + fan_out)).
void xavier_normal(const Tensor& weight, Rng& rng, double gain = 1);
/// Uniform in +- gain sqrt(3 / fan_in); the gain sqrt(2) is that of ReLU.
void kaiming_uniform(const Tensor& weight, Rng& rng, double gain = 1.4142135623730951);
/// Normal with deviation gain / sqrt(fan_in).
void kaiming_normal(const Tensor& weight, Rng& rng, double gain = 1.4142135623730951);

}  // namespace gradus::nn
