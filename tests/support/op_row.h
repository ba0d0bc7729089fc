#pragma once
// A row of the table of differentiable operations: how to call one, and on which shapes.
#include <gradus/core/tensor.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace gradus::test {

using Tensors = std::vector<Tensor>;
using ShapeLists = std::vector<std::vector<Shape>>;

struct OpRow {
  std::string name;
  std::function<Tensor(const Tensors&)> f;
  ShapeLists shapes;       ///< of the inputs, one list a case
  double low = 0.2;        ///< inputs are random with low <= |x| < high,
  double high = 1.5;       ///<
  bool both_signs = true;  ///< and of any sign, or positive
  bool smooth = true;      ///< has a second derivative wherever the tests try it
};
inline void PrintTo(const OpRow* row, std::ostream* out) { *out << row->name; }

/// Rank 0, size 1, empty, and several of each rank.
inline const ShapeLists kUnary = {{{}},     {{1}},       {{0}},         {{5}},
                                  {{2, 3}}, {{3, 0, 2}}, {{2, 1, 3}},   {{1, 1}},
                                  {{17}},   {{4, 2, 2}}, {{2, 3, 1, 2}}};
/// Every pattern of broadcasting: by rank, by size 1 on either side and on both, with empty ones.
inline const ShapeLists kBinary = {{{}, {}},
                                   {{3}, {}},
                                   {{}, {2, 3}},
                                   {{1}, {4}},
                                   {{4}, {1}},
                                   {{4}, {4}},
                                   {{2, 3}, {2, 3}},
                                   {{2, 3}, {3}},
                                   {{3}, {2, 3}},
                                   {{2, 3}, {2, 1}},
                                   {{1, 3}, {2, 3}},
                                   {{2, 1}, {1, 3}},
                                   {{2, 1, 4}, {3, 1}},
                                   {{1, 1, 1}, {2}},
                                   {{0}, {1}},
                                   {{2, 0}, {1, 1}},
                                   {{1}, {2, 0, 3}},
                                   {{2, 2, 2, 2}, {2, 1, 2}}};
/// At least one dimension, none of them empty in the last.
inline const ShapeLists kRows = {{{1}},       {{4}},       {{2, 3}},    {{3, 1}},
                                 {{0, 3}},    {{2, 2, 3}}, {{1, 2, 5}}, {{2, 0, 2}},
                                 {{1, 1, 1}}, {{7}},       {{5, 4}}};
/// Two dimensions and more, none empty.
inline const ShapeLists kDeep = {{{2, 3}},    {{3, 2}},       {{1, 4}},    {{4, 1}},
                                 {{2, 3, 4}}, {{1, 3, 1}},    {{2, 1, 3}}, {{3, 2, 2}},
                                 {{1, 1}},    {{2, 2, 1, 3}}, {{5, 2}}};

template <class F>
OpRow unary(const char* name, F f, bool both_signs = true) {
  return {name, [f](const Tensors& x) { return f(x[0]); }, kUnary, 0.3, 1.5, both_signs};
}

template <class F>
OpRow on_shapes(const char* name, const ShapeLists& shapes, F f) {
  return {name, [f](const Tensors& x) { return f(x[0]); }, shapes};
}

}  // namespace gradus::test
