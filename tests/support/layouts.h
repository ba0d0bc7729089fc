#pragma once
// Leaves whose elements lie in memory in other ways than in a row, all with the same numbers.
#include <gradus/core/view.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace gradus::test {

/// How the leaf of a case lies: dense; with its dimensions in reverse order; every second element
/// of a larger array; and with its first dimension missing, so that the function must expand it.
enum class Layout { dense, reversed, sliced, expanded };
inline constexpr Layout kLayouts[] = {Layout::dense, Layout::reversed, Layout::sliced,
                                      Layout::expanded};

inline std::string to_text(Layout layout) {
  constexpr const char* kNames[] = {"dense", "reversed", "sliced", "expanded"};
  return kNames[static_cast<int>(layout)];
}

/// Random numbers with low <= |x| < high; of both signs if asked.
inline Tensor random_values(const Shape& shape, std::mt19937& engine, double low, double high,
                            bool both_signs) {
  std::uniform_real_distribution<double> size(low, high);
  std::vector<double> values(static_cast<std::size_t>(count(shape)));
  for (double& value : values) {
    value = size(engine);
    value = both_signs && engine() % 2 ? -value : value;
  }
  return from_vector(values, shape);
}

/// A tensor with x's numbers that lies in memory as `layout` says (expanded counts as dense).
inline Tensor laid_out(const Tensor& x, Layout layout) {
  Tensor y = x.clone();
  if (layout == Layout::reversed) {
    std::vector<Index> order;
    for (int d = x.rank(); d-- > 0;) {
      order.push_back(d);
    }
    y = core::permute(core::permute(x, order).clone(), order);
  } else if (layout == Layout::sliced) {
    Shape twice = x.shape();
    std::for_each(&twice[0], &twice[0] + twice.rank(), [](Index& size) { size = 2 * size + 1; });
    if (x.rank() == 0) {
      twice.push_back(3);
    }
    y = full(twice, 77, x.dtype());
    for (int d = 0; d < x.rank(); ++d) {
      y = core::slice(y, d, 1, twice[d], 2);
    }
    y = x.rank() == 0 ? core::select(y, 0, 1) : y;
    copy(y, x);
  }
  return y;
}

}  // namespace gradus::test
