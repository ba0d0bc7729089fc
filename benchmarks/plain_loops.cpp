#include "plain_loops.h"

#include <cmath>

namespace plain {
namespace {

constexpr float kRate = 1e-6F;
constexpr float kEps = 1e-8F;
constexpr float kNothing = 1e-30F;  // vanishes in every sum

// f(w, g, m), f(w, g, m, v) or f(w, g, m, v, u) for each element.
template <int kState, class F>
[[gnu::always_inline]] inline void run(const Arrays& x, std::size_t begin, std::size_t end, F f) {
  float* __restrict w = x.w;
  const float* __restrict g = x.g;
  float* __restrict m = x.m;
  float* __restrict v = x.v;
  float* __restrict u = x.u;
  for (std::size_t i = begin; i < end; ++i) {
    if constexpr (kState == 1) {
      f(w[i], g[i], m[i]);
    } else if constexpr (kState == 2) {
      f(w[i], g[i], m[i], v[i]);
    } else {
      f(w[i], g[i], m[i], v[i], u[i]);
    }
  }
}

// Adam's means.
[[gnu::always_inline]] inline void take_in(float g, float& m, float& v) {
  m = 0.9F * m + 0.1F * g;
  v = 0.999F * v + 0.001F * g * g;
}

}  // namespace

void adam(const Arrays& x, std::size_t begin, std::size_t end) {
  run<2>(x, begin, end, [](float& w, float g, float& m, float& v) {
    take_in(g, m, v);
    w -= kRate * m / (std::sqrt(v) * 1.5F + kEps);
  });
}

void adam_amsgrad(const Arrays& x, std::size_t begin, std::size_t end) {
  run<3>(x, begin, end, [](float& w, float g, float& m, float& v, float& u) {
    take_in(g, m, v);
    u = u > v ? u : v;
    w -= kRate * m / (std::sqrt(u) * 1.5F + kEps);
  });
}

void adamw(const Arrays& x, std::size_t begin, std::size_t end) {
  run<2>(x, begin, end, [](float& w, float g, float& m, float& v) {
    take_in(g, m, v);
    w -= kRate * 0.01F * w;
    w -= kRate * m / (std::sqrt(v) * 1.5F + kEps);
  });
}

void adamax(const Arrays& x, std::size_t begin, std::size_t end) {
  run<2>(x, begin, end, [](float& w, float g, float& m, float& v) {
    const float before = 0.999F * v;
    const float now = std::fabs(g) + kEps;
    m = 0.9F * m + 0.1F * g;
    v = before > now ? before : now;
    w -= kRate * m / v;
  });
}

void nadam(const Arrays& x, std::size_t begin, std::size_t end) {
  run<2>(x, begin, end, [](float& w, float g, float& m, float& v) {
    take_in(g, m, v);
    w -= (kRate * g + 2 * kRate * m) / (std::sqrt(v) * 1.5F + kEps);
  });
}

void radam(const Arrays& x, std::size_t begin, std::size_t end) {
  run<2>(x, begin, end, [](float& w, float g, float& m, float& v) {
    take_in(g, m, v);
    w -= kRate * m * (1.5F / (std::sqrt(v) + kEps));
  });
}

void adagrad(const Arrays& x, std::size_t begin, std::size_t end) {
  run<1>(x, begin, end, [](float& w, float g, float& m) {
    m += g * g;
    w -= kRate * g / (std::sqrt(m) + kEps);
  });
}

void adadelta(const Arrays& x, std::size_t begin, std::size_t end) {
  run<2>(x, begin, end, [](float& w, float g, float& m, float& v) {
    m = 0.9F * m + 0.1F * g * g;
    const float step = std::sqrt(v + kEps) / std::sqrt(m + kEps) * g;
    v = 0.9F * v + 0.1F * step * step;
    w -= kRate * step;
  });
}

void lion(const Arrays& x, std::size_t begin, std::size_t end) {
  run<1>(x, begin, end, [](float& w, float g, float& m) {
    const float direction = 0.9F * m + 0.1F * g;
    w -= kRate * static_cast<float>((direction > 0) - (direction < 0));
    m = 0.99F * m + 0.01F * g;
  });
}

void rmsprop(const Arrays& x, std::size_t begin, std::size_t end) {
  run<1>(x, begin, end, [](float& w, float g, float& m) {
    m = 0.99F * m + 0.01F * g * g;
    w -= kRate * g / (std::sqrt(m) + kEps);
  });
}

void rmsprop_centered(const Arrays& x, std::size_t begin, std::size_t end) {
  run<3>(x, begin, end, [](float& w, float g, float& m, float& v, float& u) {
    m = 0.99F * m + 0.01F * g * g;
    v = 0.99F * v + 0.01F * g;
    u = 0.9F * u + g / (std::sqrt(m - v * v) + kEps);
    w -= kRate * u;
  });
}

void momentum(const Arrays& x, std::size_t begin, std::size_t end) {
  run<1>(x, begin, end, [](float& w, float g, float& m) {
    m = 0.9F * m + g;
    w -= kRate * m;
  });
}

void traffic_of_one(const Arrays& x, std::size_t begin, std::size_t end) {
  run<1>(x, begin, end, [](float& w, float g, float& m) {
    m += kNothing * g;
    w += kNothing * m;
  });
}

void traffic_of_two(const Arrays& x, std::size_t begin, std::size_t end) {
  run<2>(x, begin, end, [](float& w, float g, float& m, float& v) {
    m += kNothing * g;
    v += kNothing * g;
    w += kNothing * m;
  });
}

void traffic_of_three(const Arrays& x, std::size_t begin, std::size_t end) {
  run<3>(x, begin, end, [](float& w, float g, float& m, float& v, float& u) {
    m += kNothing * g;
    v += kNothing * g;
    u += kNothing * g;
    w += kNothing * m;
  });
}

}  // namespace plain
