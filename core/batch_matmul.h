#pragma once
// Products of many matrices at once.
#include <gradus/core/tensor.h>

namespace gradus::core {

/// The matrix product of the last two dimensions, for every index of those before them, which
/// broadcast.  a: [..., m, k], b: [..., k, n] -> [..., m, n], with any strides: a copy is made only
/// of an operand whose matrices have neither dense rows nor dense columns.  Throws ShapeError or
/// DtypeError naming `where`, the two operands being of one dtype, f32 or f64.
Tensor batch_matmul(const char* where, const Tensor& a, const Tensor& b);

}  // namespace gradus::core
