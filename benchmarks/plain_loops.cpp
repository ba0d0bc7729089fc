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

void adam_amsgrad(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict v = x.v;
  float* __restrict largest = x.u;
  for (std::size_t i = begin; i < end; ++i) {
    m[i] = 0.9F * m[i] + 0.1F * g[i];
    v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
    largest[i] = largest[i] > v[i] ? largest[i] : v[i];
    w[i] -= kRate * m[i] / (std::sqrt(largest[i]) * 1.5F + kEps);
  }
}

void adamw(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict v = x.v;
  for (std::size_t i = begin; i < end; ++i) {
    w[i] -= kRate * 0.01F * w[i];
    m[i] = 0.9F * m[i] + 0.1F * g[i];
    v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
    w[i] -= kRate * m[i] / (std::sqrt(v[i]) * 1.5F + kEps);
  }
}

void adamax(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict u = x.v;
  for (std::size_t i = begin; i < end; ++i) {
    const float before = 0.999F * u[i];
    const float now = std::fabs(g[i]) + kEps;
    m[i] = 0.9F * m[i] + 0.1F * g[i];
    u[i] = before > now ? before : now;
    w[i] -= kRate * m[i] / u[i];
  }
}

void nadam(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict v = x.v;
  for (std::size_t i = begin; i < end; ++i) {
    m[i] = 0.9F * m[i] + 0.1F * g[i];
    v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
    w[i] -= (kRate * g[i] + 2 * kRate * m[i]) / (std::sqrt(v[i]) * 1.5F + kEps);
  }
}

void radam(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict v = x.v;
  for (std::size_t i = begin; i < end; ++i) {
    m[i] = 0.9F * m[i] + 0.1F * g[i];
    v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
    w[i] -= kRate * m[i] * (1.5F / (std::sqrt(v[i]) + kEps));
  }
}

void adagrad(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict sum = x.m;
  for (std::size_t i = begin; i < end; ++i) {
    sum[i] += g[i] * g[i];
    w[i] -= kRate * g[i] / (std::sqrt(sum[i]) + kEps);
  }
}

void adadelta(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict squares = x.m;
  float* __restrict steps = x.v;
  for (std::size_t i = begin; i < end; ++i) {
    squares[i] = 0.9F * squares[i] + 0.1F * g[i] * g[i];
    const float step = std::sqrt(steps[i] + kEps) / std::sqrt(squares[i] + kEps) * g[i];
    steps[i] = 0.9F * steps[i] + 0.1F * step * step;
    w[i] -= kRate * step;
  }
}

void lion(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  for (std::size_t i = begin; i < end; ++i) {
    const float direction = 0.9F * m[i] + 0.1F * g[i];
    const float sign = static_cast<float>((direction > 0) - (direction < 0));
    w[i] -= kRate * sign;
    m[i] = 0.99F * m[i] + 0.01F * g[i];
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

void rmsprop_centered(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict v = x.m;
  float* __restrict mean = x.v;
  float* __restrict buffer = x.u;
  for (std::size_t i = begin; i < end; ++i) {
    v[i] = 0.99F * v[i] + 0.01F * g[i] * g[i];
    mean[i] = 0.99F * mean[i] + 0.01F * g[i];
    buffer[i] = 0.9F * buffer[i] + g[i] / (std::sqrt(v[i] - mean[i] * mean[i]) + kEps);
    w[i] -= kRate * buffer[i];
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

void traffic_of_three(const Arrays& x, std::size_t begin, std::size_t end) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict v = x.v;
  float* __restrict u = x.u;
  for (std::size_t i = begin; i < end; ++i) {
    m[i] += kNothing * g[i];
    v[i] += kNothing * g[i];
    u[i] += kNothing * g[i];
    w[i] += kNothing * m[i];
  }
}

}  // namespace plain
