#pragma once
// Convolutions and their gradients as seven plain loops, and what they are compared with.  All
// numbers are small integers, so that sums are exact in any order.
#include <gradus/core/conv.h>
#include <gradus/core/random.h>
#include <gtest/gtest.h>

#include "support/cpu.h"

namespace gradus::test {

using core::ConvShape;
using core::Window;

// Integers from -4 to 4.
inline Tensor integers(const Shape& shape, Rng& rng, Dtype dtype = f32) {
  std::vector<double> values(static_cast<std::size_t>(count(shape)));
  for (double& value : values) {
    value = double(rng.next_u32() % 9) - 4;
  }
  return convert(from_vector(values, shape), dtype);
}

// Calls f with the places in x, weight and y of every term of the convolution.
template <class F>
void for_terms(const ConvShape& s, F f) {
  const Window& w = s.window;
  for (Index n = 0; n < s.batch; ++n) {
    for (Index o = 0; o < s.groups * s.out; ++o) {
      for (Index r = 0; r < s.output.h; ++r) {
        for (Index q = 0; q < s.output.w; ++q) {
          for (Index c = 0; c < s.in; ++c) {
            for (Index i = 0; i < w.kernel.h; ++i) {
              for (Index j = 0; j < w.kernel.w; ++j) {
                const Index channel = o / s.out * s.in + c;
                const Index y = r * w.stride.h + i * w.dilation.h - w.padding.h;
                const Index x = q * w.stride.w + j * w.dilation.w - w.padding.w;
                if (y >= 0 && y < s.input.h && x >= 0 && x < s.input.w) {
                  f(((n * s.groups * s.in + channel) * s.input.h + y) * s.input.w + x,
                    ((o * s.in + c) * w.kernel.h + i) * w.kernel.w + j,
                    ((n * s.groups * s.out + o) * s.output.h + r) * s.output.w + q);
                }
              }
            }
          }
        }
      }
    }
  }
}

struct Products {
  std::vector<double> y, dx, dweight, dbias;
};

inline Products plain(const ConvShape& s, const Tensor& x, const Tensor& weight, const Tensor& dy) {
  const std::vector<double> a = convert(x, f64).to_vector<double>();
  const std::vector<double> w = convert(weight, f64).to_vector<double>();
  const std::vector<double> d = convert(dy, f64).to_vector<double>();
  Products p{std::vector<double>(d.size()), std::vector<double>(a.size()),
             std::vector<double>(w.size()),
             std::vector<double>(static_cast<std::size_t>(s.groups * s.out))};
  for (std::size_t i = 0; i < d.size(); ++i) {
    p.dbias[i / static_cast<std::size_t>(s.positions()) % p.dbias.size()] += d[i];
  }
  for_terms(s, [&](Index in, Index k, Index out) {
    const auto i = static_cast<std::size_t>(in);
    const auto t = static_cast<std::size_t>(k);
    const auto o = static_cast<std::size_t>(out);
    p.y[o] += a[i] * w[t];
    p.dx[i] += d[o] * w[t];
    p.dweight[t] += d[o] * a[i];
  });
  return p;
}

inline void expect_equal(const Tensor& found, const std::vector<double>& expected,
                         const std::string& note) {
  EXPECT_EQ(convert(found, f64).to_vector<double>(), expected) << note;
}

inline void expect_plain(const Shape& x_shape, const Shape& weight_shape, const Window& window,
                         Index groups, Dtype dtype = f32) {
  const ConvShape s = core::conv_shape("conv", x_shape, weight_shape, window, groups);
  const std::string note =
      join({"x ", x_shape, ", weight ", weight_shape, ", stride ", window.stride, ", padding ",
            window.padding, ", dilation ", window.dilation, ", groups ", groups});
  Rng rng(1);
  const Tensor x = integers(x_shape, rng, dtype);
  const Tensor weight = integers(weight_shape, rng, dtype);
  const Tensor dy = integers(s.y_shape(), rng, dtype);
  const Products expected = plain(s, x, weight, dy);
  for (const Cpu cpu : all_cpus()) {
    const WithCpu with(cpu);
    const std::string where = note + ", " + to_text(cpu);
    expect_equal(core::conv("conv", s, x, weight, {}), expected.y, where);
    expect_equal(core::conv_input("conv", s, dy, weight), expected.dx, where + ", input");
    Tensor dbias;
    expect_equal(core::conv_weight("conv", s, x, dy), expected.dweight, where + ", weight");
    expect_equal(core::conv_weight("conv", s, x, dy, &dbias), expected.dweight, where + ", both");
    expect_equal(dbias, expected.dbias, where + ", bias");
  }
}

}  // namespace gradus::test
