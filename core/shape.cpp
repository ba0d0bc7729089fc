#include <gradus/core/shape.h>

#include <algorithm>

namespace gradus {

Shape::Shape(const Index* sizes, std::size_t rank) : rank_(static_cast<int>(rank)) {
  require<ShapeError>(rank <= kMaxRank, "Shape: rank must be at most ", kMaxRank, ", got ", rank);
  std::copy_n(sizes, rank, sizes_);
}

void Shape::push_back(Index size) { insert(rank_, size); }

void Shape::insert(int dim, Index size) {
  require<ShapeError>(rank_ < kMaxRank, "Shape: rank must be at most ", kMaxRank,
                      ", got one dimension more than ", *this);
  std::copy_backward(sizes_ + dim, sizes_ + rank_, sizes_ + rank_ + 1);
  sizes_[dim] = size;
  ++rank_;
}

void Shape::erase(int dim) {
  std::copy(sizes_ + dim + 1, sizes_ + rank_, sizes_ + dim);
  --rank_;
}

std::string to_text(const Shape& shape) {
  std::string text = "[";
  for (int d = 0; d < shape.rank(); ++d) {
    text += (d > 0 ? ", " : "") + Part(shape[d]).text();
  }
  return text + "]";
}

Index count(const Shape& shape) {
  Index product = 1;
  bool overflow = false;
  for (const Index size : shape) {
    require<ShapeError>(size >= 0, "Shape: sizes must be at least 0, got ", shape);
    overflow |= __builtin_mul_overflow(product, std::max<Index>(size, 1), &product);
  }
  require<ShapeError>(!overflow && product <= kMaxElements,
                      "Shape: sizes above 0 must multiply to at most 2^56, got ", shape);
  return std::find(shape.begin(), shape.end(), 0) == shape.end() ? product : 0;
}

Shape dense_strides(const Shape& shape) {
  Shape strides = shape;
  Index step = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    strides[d] = step;
    step *= std::max<Index>(shape[d], 1);
  }
  return strides;
}

Index dense_layout(const Shape& shape, Shape& strides) {
  strides = shape;
  Index product = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    strides[d] = product;
    if (shape[d] <= 0 || __builtin_mul_overflow(product, shape[d], &product) ||
        product > kMaxElements) [[unlikely]] {
      const Index n = count(shape);  // throws unless the array is empty
      strides = dense_strides(shape);
      return n;
    }
  }
  return product;
}

int wrap_dim(const char* where, Index dim, int rank) {
  const Index limit = std::max(rank, 1);
  require<IndexError>(dim >= -limit && dim < limit, where, ": dim must be from ", -limit, " to ",
                      limit - 1, " for a tensor of rank ", rank, ", got ", dim);
  return static_cast<int>(dim < 0 ? dim + limit : dim);
}

Shape broadcast_shapes(const char* where, const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  const int lead = longer.rank() - shorter.rank();
  Shape result = longer;
  for (int d = 0; d < shorter.rank(); ++d) {
    const Index l = longer[lead + d];
    const Index s = shorter[d];
    require<ShapeError>(
        l == s || l == 1 || s == 1, where,
        ": shapes must broadcast (equal sizes, or 1, from the last dimension), got ", a, " and ",
        b);
    result[lead + d] = l == 1 ? s : l;
  }
  return result;
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  const int lead = to.rank() - from.rank();
  if (lead < 0) {
    return false;
  }
  for (int d = 0; d < from.rank(); ++d) {
    if (from[d] != 1 && from[d] != to[lead + d]) {
      return false;
    }
  }
  return true;
}

}  // namespace gradus
