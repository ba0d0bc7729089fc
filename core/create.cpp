// The creation functions that core/tensor.h declares.
#include <gradus/core/representable.h>
#include <gradus/core/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace gradus {

Tensor empty(const Shape& shape, Dtype dtype) { return {shape, dtype}; }

Tensor zeros(const Shape& shape, Dtype dtype) {
  Tensor x(shape, dtype);
  std::memset(x.address(), 0, static_cast<std::size_t>(x.numel() * item_size(dtype)));
  return x;
}

Tensor ones(const Shape& shape, Dtype dtype) { return full(shape, 1, dtype); }

Tensor full(const Shape& shape, double value, Dtype dtype) {
  require_representable("full", value, dtype);
  Tensor x(shape, dtype);
  fill(x, value);
  return x;
}

Tensor zeros_like(const Tensor& x) { return zeros(x.shape(), x.dtype()); }
Tensor ones_like(const Tensor& x) { return ones(x.shape(), x.dtype()); }
Tensor empty_like(const Tensor& x) { return {x.shape(), x.dtype()}; }

namespace {

template <class F>
Tensor generate(Index n, Dtype dtype, F value) {
  Tensor x(Shape{n}, dtype);
  visit_any(dtype, [&](auto zero) {
    auto* to = x.mutable_data<decltype(zero)>();
    for (Index i = 0; i < n; ++i) {
      to[i] = static_cast<decltype(zero)>(value(i));
    }
  });
  return x;
}

}  // namespace

Tensor arange(Index n, Dtype dtype) {
  require(dtype != u8 || n <= 256, "arange: n must be at most 256 for dtype u8, got ", n);
  return generate(n, dtype, [](Index i) { return i; });
}

Tensor linspace(double first, double last, Index n, Dtype dtype) {
  require<DtypeError>(is_floating(dtype), "linspace: dtype must be f32 or f64, got ", dtype);
  return generate(n, dtype, [&](Index i) {
    return i + 1 == n && n > 1
               ? last
               : first + (last - first) * double(i) / double(std::max<Index>(n - 1, 1));
  });
}

Tensor eye(Index n, Dtype dtype) {
  Tensor x = zeros({n, n}, dtype);
  visit_any(dtype, [&](auto zero) {
    auto* to = x.mutable_data<decltype(zero)>();
    for (Index i = 0; i < n; ++i) {
      to[i * n + i] = 1;
    }
  });
  return x;
}

template <Element T>
Tensor from_vector(const std::vector<T>& values, const Shape& shape) {
  require<ShapeError>(count(shape) == static_cast<Index>(values.size()), "from_vector: shape ",
                      shape, " must hold as many elements as there are values, got ", count(shape),
                      " and ", values.size());
  Tensor x(shape, dtype_of<T>);
  std::copy(values.begin(), values.end(), x.mutable_data<T>());
  return x;
}
template Tensor from_vector(const std::vector<float>&, const Shape&);
template Tensor from_vector(const std::vector<double>&, const Shape&);
template Tensor from_vector(const std::vector<std::int64_t>&, const Shape&);
template Tensor from_vector(const std::vector<std::uint8_t>&, const Shape&);

// `shape` grows with the first list of each level; the others must agree with it.
void Nested::read(int depth, Shape& shape, std::vector<float>& values) const {
  if (!is_list_) {
    require<ShapeError>(depth == shape.rank(),
                        "tensor: lists must be nested evenly, got a number at "
                        "level ",
                        depth, " of shape ", shape);
    values.push_back(static_cast<float>(value_));
    return;
  }
  const auto length = static_cast<Index>(items_.size());
  if (depth == shape.rank() && values.empty()) {
    shape.push_back(length);
  }
  require<ShapeError>(depth < shape.rank() && shape[depth] == length,
                      "tensor: lists at one level must have one length, got ", length, " in shape ",
                      shape);
  for (const Nested& item : items_) {
    item.read(depth + 1, shape, values);
  }
}

Tensor tensor(std::initializer_list<Nested> items) {
  Shape shape;
  std::vector<float> values;
  Nested(items).read(0, shape, values);
  return from_vector(values, shape);
}

}  // namespace gradus
