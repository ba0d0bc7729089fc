#include <gradus/nn/init.h>

#include <cmath>

namespace gradus::nn {
namespace {

double deviation(const char* where, double gain, double mean_fan) {
  require(gain >= 0 && std::isfinite(gain), where, ": gain must be finite and at least 0, got ",
          gain);
  return mean_fan > 0 ? gain / std::sqrt(mean_fan) : 0;
}

Fans fans_of(const char* where, const Tensor& weight) {
  require<ShapeError>(weight.rank() >= 2, where, ": weight must be [out, in, ...], got ",
                      weight.shape());
  Index field = 1;
  for (int d = 2; d < weight.rank(); ++d) {
    field *= weight.shape()[d];
  }
  return {weight.shape()[1] * field, weight.shape()[0] * field};
}

double mean_fan(const char* where, const Tensor& weight) {
  const Fans f = fans_of(where, weight);
  return double(f.in + f.out) / 2;
}

}  // namespace

Fans fans(const Tensor& weight) { return fans_of("fans", weight); }

void uniform(const Tensor& x, Rng& rng, double low, double high) {
  const NoGrad in_place;
  copy(x, rand(x.shape(), rng, low, high, x.dtype()));
}

void normal(const Tensor& x, Rng& rng, double mean, double stddev) {
  const NoGrad in_place;
  copy(x, randn(x.shape(), rng, mean, stddev, x.dtype()));
}

void xavier_uniform(const Tensor& weight, Rng& rng, double gain) {
  const double bound =
      std::sqrt(3.0) * deviation("xavier_uniform", gain, mean_fan("xavier_uniform", weight));
  uniform(weight, rng, -bound, bound);
}

void xavier_normal(const Tensor& weight, Rng& rng, double gain) {
  normal(weight, rng, 0, deviation("xavier_normal", gain, mean_fan("xavier_normal", weight)));
}

void kaiming_uniform(const Tensor& weight, Rng& rng, double gain) {
  const double bound = std::sqrt(3.0) * deviation("kaiming_uniform", gain,
                                                  double(fans_of("kaiming_uniform", weight).in));
  uniform(weight, rng, -bound, bound);
}

void kaiming_normal(const Tensor& weight, Rng& rng, double gain) {
  normal(weight, rng, 0,
         deviation("kaiming_normal", gain, double(fans_of("kaiming_normal", weight).in)));
}

}  // namespace gradus::nn
