#pragma once
// Activation functions beyond relu, sigmoid and tanh (autograd/ops/functions.h).  Value and
// derivative of every finite element are finite, however large it is.
#include <gradus/core/tensor.h>

namespace gradus {

/// x where x > 0, otherwise slope x; at 0 the derivative is slope.  Maas, Hannun and Ng, Rectifier
/// nonlinearities improve neural network acoustic models, ICML workshop 2013.
Tensor leaky_relu(const Tensor& x, double slope = 0.01);

/// x where x > 0, otherwise alpha (e^x - 1).  Clevert, Unterthiner and Hochreiter, Fast and
/// accurate deep network learning by exponential linear units, ICLR 2016.
Tensor elu(const Tensor& x, double alpha = 1);

/// x Phi(x), with Phi the distribution function of the normal distribution: x (1 + erf(x / sqrt 2))
/// / 2.  Hendrycks and Gimpel, Gaussian error linear units, arXiv:1606.08415, 2016.
Tensor gelu(const Tensor& x);
/// The same with Phi(x) near (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2: PyTorch's
/// approximate="tanh".
Tensor gelu_tanh(const Tensor& x);

/// x sigmoid(x), also called swish.  Elfwing, Uchibe and Doya, Sigmoid-weighted linear units,
/// Neural Networks 107, 2018.
Tensor silu(const Tensor& x);

/// ln(1 + e^(beta x)) / beta, and x itself where beta x > threshold.  Throws ValueError unless
/// beta > 0.
Tensor softplus(const Tensor& x, double beta = 1, double threshold = 20);

}  // namespace gradus
