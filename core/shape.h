#pragma once
// Sizes along dimensions: a shape, or the strides that go with one.  At most kMaxRank of them, held
// in place, so that a tensor's description never needs memory of its own.
#include <gradus/core/error.h>

#include <cstdint>
#include <initializer_list>
#include <string>

namespace gradus {

/// Sizes, positions and counts of elements.
using Index = std::int64_t;

inline constexpr int kMaxRank = 8;
/// So many elements a tensor has at most.  The sizes above 0 of one without elements multiply to no
/// more, either, as in NumPy: so sums and products of a tensor's sizes stay far from overflow.
inline constexpr Index kMaxElements = Index{1} << 56;

class Shape {
 public:
  Shape() = default;
  /// Throws ShapeError above kMaxRank dimensions.
  Shape(std::initializer_list<Index> sizes) : Shape(sizes.begin(), sizes.size()) {}
  Shape(const Index* sizes, std::size_t rank);

  int rank() const { return rank_; }
  Index operator[](int dim) const { return sizes_[dim]; }
  Index& operator[](int dim) { return sizes_[dim]; }
  const Index* begin() const { return sizes_; }
  const Index* end() const { return sizes_ + rank_; }

  void push_back(Index size);
  void insert(int dim, Index size);
  void erase(int dim);

  // A loop in place of std::equal, which would call memcmp for a few numbers.
  bool operator==(const Shape& other) const {
    bool same = rank_ == other.rank_;
    for (int d = 0; d < rank_ && same; ++d) {
      same = sizes_[d] == other.sizes_[d];
    }
    return same;
  }

 private:
  int rank_ = 0;
  Index sizes_[kMaxRank] = {};  // all of them defined: copies are a few wide moves
};

/// "[2, 3]"
std::string to_text(const Shape& shape);

/// The product of the sizes; 1 for rank 0.  Throws ShapeError if a size is negative or those above
/// 0 multiply to more than kMaxElements.
Index count(const Shape& shape);

/// Strides of a dense row-major array of that shape.
Shape dense_strides(const Shape& shape);
/// Both at once.
Index dense_layout(const Shape& shape, Shape& strides);

/// `dim`, with negative ones counted from the end.  Throws IndexError naming `where`.
int wrap_dim(const char* where, Index dim, int rank);

/// NumPy's broadcasting: shapes are aligned at their last dimension, and a size of 1 stretches.
/// Throws ShapeError naming `where` and both shapes.
Shape broadcast_shapes(const char* where, const Shape& a, const Shape& b);

/// True if `from` broadcasts to exactly `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

}  // namespace gradus
