#pragma once
// An independent picture of an array: its sizes and its numbers in row-major order, moved about one
// by one.  Tests of views, loops and reductions compare tensors with it.
#include <gradus/core/tensor.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <vector>

namespace gradus::test {

using Indices = std::vector<Index>;

struct Naive {
  Indices sizes;
  std::vector<double> values;

  int rank() const { return static_cast<int>(sizes.size()); }
  std::size_t position(const Indices& at) const {
    Index place = 0;
    for (std::size_t d = 0; d < sizes.size(); ++d) {
      place = place * sizes[d] + at[d];
    }
    return static_cast<std::size_t>(place);
  }
  double operator()(const Indices& at) const { return values[position(at)]; }
};

inline Index product(const Indices& sizes) {
  Index n = 1;
  for (const Index size : sizes) {
    n *= size;
  }
  return n;
}

/// Whether both see the same memory.
inline bool shares(const Tensor& x, const Tensor& y) { return x.storage_ref() == y.storage_ref(); }

inline Indices to_indices(const Shape& shape) { return {shape.begin(), shape.end()}; }
inline Shape to_shape(const Indices& sizes) { return {sizes.data(), sizes.size()}; }

/// Every index of an array of those sizes, the last dimension fastest.
inline std::vector<Indices> all_indices(const Indices& sizes) {
  std::vector<Indices> all;
  if (product(sizes) == 0) {
    return all;
  }
  Indices at(sizes.size(), 0);
  for (;;) {
    all.push_back(at);
    int d = static_cast<int>(sizes.size()) - 1;
    while (d >= 0 && ++at[static_cast<std::size_t>(d)] == sizes[static_cast<std::size_t>(d)]) {
      at[static_cast<std::size_t>(d--)] = 0;
    }
    if (d < 0) {
      return all;
    }
  }
}

/// An array of those sizes whose element at an index is f(index).
inline Naive build(const Indices& sizes, const std::function<double(const Indices&)>& f) {
  Naive result{sizes, {}};
  for (const Indices& at : all_indices(sizes)) {
    result.values.push_back(f(at));
  }
  return result;
}

/// The number at an index, found through strides alone.
inline double element(const Tensor& x, const Indices& at) {
  Index place = 0;
  for (int d = 0; d < x.rank(); ++d) {
    place += at[static_cast<std::size_t>(d)] * x.strides()[d];
  }
  return visit_any(x.dtype(),
                   [&](auto zero) { return static_cast<double>(x.data<decltype(zero)>()[place]); });
}

/// A tensor as a Naive, read element by element.
inline Naive read(const Tensor& x) {
  return build(to_indices(x.shape()), [&](const Indices& at) { return element(x, at); });
}

/// 1, 2, 3, ...: every element differs, so that a wrong place shows.
inline Tensor counted(const Shape& shape, Dtype dtype = f32) {
  std::vector<double> values(static_cast<std::size_t>(count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(i + 1);
  }
  return convert(from_vector(values, shape), dtype);
}

/// Expects the same sizes and exactly the same numbers; NaN equals NaN.
inline void expect_same(const Tensor& x, const Naive& expected, const std::string& note = "") {
  ASSERT_EQ(to_indices(x.shape()), expected.sizes) << note;
  const Naive found = read(x);
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const bool both_nan =
        found.values[i] != found.values[i] && expected.values[i] != expected.values[i];
    ASSERT_TRUE(both_nan || found.values[i] == expected.values[i])
        << note << " element " << i << ": " << found.values[i] << " instead of "
        << expected.values[i];
  }
}

/// Expects an exception of type E, and of no other, with this message.
template <class E, class F>
void expect_error(F&& f, const std::string& message) {
  try {
    f();
    ADD_FAILURE() << "no error; expected: " << message;
  } catch (const E& error) {
    EXPECT_EQ(typeid(error), typeid(E));
    EXPECT_EQ(error.what(), message);
  } catch (const std::exception& error) {
    ADD_FAILURE() << "an error of another type: " << error.what();
  }
}

}  // namespace gradus::test
