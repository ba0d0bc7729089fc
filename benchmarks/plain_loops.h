#pragma once
// What one would write by hand, and the same reads and writes with next to no arithmetic: loops
// over plain arrays, compiled with all that the compiler can do for this processor
// (CMakeLists.txt).
#include <cstddef>

namespace plain {

/// One parameter: weights, gradients and the arrays of its state in the rule's order, as far as
/// they exist.
struct Arrays {
  float* w;
  const float* g;
  float* m;
  float* v;
  float* u;
};

/// A loop over the elements from `begin` to `end`.
using Loop = void (*)(const Arrays& x, std::size_t begin, std::size_t end);

void adam(const Arrays& x, std::size_t begin, std::size_t end);
void adam_amsgrad(const Arrays& x, std::size_t begin, std::size_t end);
void adamw(const Arrays& x, std::size_t begin, std::size_t end);
void adamax(const Arrays& x, std::size_t begin, std::size_t end);
void nadam(const Arrays& x, std::size_t begin, std::size_t end);
void radam(const Arrays& x, std::size_t begin, std::size_t end);
void adagrad(const Arrays& x, std::size_t begin, std::size_t end);
void adadelta(const Arrays& x, std::size_t begin, std::size_t end);
void lion(const Arrays& x, std::size_t begin, std::size_t end);
void rmsprop(const Arrays& x, std::size_t begin, std::size_t end);
void rmsprop_centered(const Arrays& x, std::size_t begin, std::size_t end);
void momentum(const Arrays& x, std::size_t begin, std::size_t end);

/// Reads g, reads and writes w and m; leaves the numbers as they are.
void traffic_of_one(const Arrays& x, std::size_t begin, std::size_t end);
/// Reads g, reads and writes w, m and v; leaves the numbers as they are.
void traffic_of_two(const Arrays& x, std::size_t begin, std::size_t end);
/// Reads g, reads and writes w, m, v and u; leaves the numbers as they are.
void traffic_of_three(const Arrays& x, std::size_t begin, std::size_t end);

}  // namespace plain
