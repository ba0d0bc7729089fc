#include <gradus/autograd/ops/functions.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/init.h>
#include <gradus/nn/unseen.h>

#include <cmath>

namespace gradus::nn {
namespace {

void check(const char* where, Index in, Index out, const Size2& kernel, Index groups) {
  require(in >= 1 && out >= 1, where, ": in and out must be at least 1, got ", in, " and ", out);
  require(kernel.h >= 1 && kernel.w >= 1, where, ": kernel must be at least 1, got ", kernel);
  require(groups >= 1 && in % groups == 0 && out % groups == 0, where,
          ": groups must be at least 1 and divide in and out, got ", groups, " for ", in, " and ",
          out);
}

// weight: [., channels, kernel...], out: numbers of the bias.
void start(Tensor& weight, Tensor& bias, const Shape& shape, Index out, bool with_bias, Rng& rng) {
  weight = empty(shape);
  const double bound = 1 / std::sqrt(double(fans(weight).in));
  uniform(weight, rng, -bound, bound);
  weight.set_requires_grad();
  if (with_bias) {
    bias = empty({out});
    uniform(bias, rng, -bound, bound);
    bias.set_requires_grad();
  }
}

}  // namespace

Conv2d::Conv2d(Index in, Index out, const Size2& kernel, const Conv2dOptions& options, Rng& rng,
               bool with_bias)
    : options_(options) {
  check("Conv2d", in, out, kernel, options.groups);
  start(weight, bias, {out, in / options.groups, kernel.h, kernel.w}, out, with_bias, rng);
}

void Conv2d::fields(Fields& visit) {
  visit("weight", weight);
  visit("bias", bias);
}

Tensor Conv2d::with_relu(const Tensor& x) {
  return runs_unseen<Conv2d>(*this) ? conv2d_relu(x, weight, bias, options_) : relu((*this)(x));
}

Tensor Conv2d::with_relu_and_max_pool(const Tensor& x, MaxPool2d& pool) {
  return runs_unseen<Conv2d>(*this) && runs_unseen<MaxPool2d>(pool)
             ? conv2d_relu_max_pool2d(x, weight, bias, options_, pool.kernel, pool.options)
             : pool(with_relu(x));
}

Conv1d::Conv1d(Index in, Index out, Index kernel, const Conv1dOptions& options, Rng& rng,
               bool with_bias)
    : options_(options) {
  check("Conv1d", in, out, kernel, options.groups);
  start(weight, bias, {out, in / options.groups, kernel}, out, with_bias, rng);
}

void Conv1d::fields(Fields& visit) {
  visit("weight", weight);
  visit("bias", bias);
}

ConvTranspose2d::ConvTranspose2d(Index in, Index out, const Size2& kernel,
                                 const ConvTranspose2dOptions& options, Rng& rng, bool with_bias)
    : options_(options) {
  check("ConvTranspose2d", in, out, kernel, options.groups);
  start(weight, bias, {in, out / options.groups, kernel.h, kernel.w}, out, with_bias, rng);
}

void ConvTranspose2d::fields(Fields& visit) {
  visit("weight", weight);
  visit("bias", bias);
}

}  // namespace gradus::nn
