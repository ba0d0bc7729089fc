#include "plain_loops.h"

#include <cmath>

namespace plain {
namespace {
constexpr float kRate = 1e-6F;
constexpr float kEps = 1e-8F;
constexpr float kNothing = 1e-30F;  // vanishes in every sum
}  // namespace

void adam(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict v = x.v;
  for (std::size_t i = begin; i < end; ++i) {
    m[i] = 0.9F * m[i] + 0.1F * g[i];
    v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
    w[i] -= kRate * m[i] / (std::sqrt(v[i]) * 1.5F + kEps);
  }
}

void rmsprop(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict v = x.m;
  for (std::size_t i = begin; i < end; ++i) {
    v[i] = 0.99F * v[i] + 0.01F * g[i] * g[i];
    w[i] -= kRate * g[i] / (std::sqrt(v[i]) + kEps);
  }
}

void momentum(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict b = x.m;
  for (std::size_t i = begin; i < end; ++i) {
    b[i] = 0.9F * b[i] + g[i];
    w[i] -= kRate * b[i];
  }
}

void traffic_of_one(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  for (std::size_t i = begin; i < end; ++i) {
    m[i] += kNothing * g[i];
    w[i] += kNothing * m[i];
  }
}

void traffic_of_two(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict v = x.v;
  for (std::size_t i = begin; i < end; ++i) {
    m[i] += kNothing * g[i];
    v[i] += kNothing * g[i];
    w[i] += kNothing * m[i];
  }
}

}  // namespace plain
