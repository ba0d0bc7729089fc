#pragma once
// Parallel loops over the rows of a dense tensor, and over its lanes: the numbers along one of its
// dimensions, which lie apart wherever that is not the last.  Pieces are cut by shape alone.
#include <gradus/core/parallel.h>
#include <gradus/core/scratch.h>

#include <algorithm>
#include <type_traits>

namespace gradus::core {

/// A dense tensor as [outer, size, inner] around one of its dimensions.
struct Around {
  Index outer = 1;
  Index inner = 1;
  Around(const Shape& shape, int dim) {
    for (int d = 0; d < shape.rank(); ++d) {
      (d < dim ? outer : inner) *= d == dim ? 1 : shape[d];
    }
  }
};

/// f(piece's first, piece's end) over n things of `cost` elements each.
template <class F>
void for_pieces(Index n, Index cost, const F& f) {
  const Index group = std::max<Index>(kPieceElements / std::max<Index>(cost, 1), 1);
  parallel_for((n + group - 1) / group,
               [&](Index piece) { f(piece * group, std::min(n, (piece + 1) * group)); });
}

/// f(row) for each row of n numbers.
template <class F>
void for_rows(Index rows, Index n, const F& f) {
  for_pieces(rows, n, [&](Index first, Index end) {
    for (Index row = first; row < end; ++row) {
      f(row);
    }
  });
}

/// An operand of for_lanes: a dense [outer, length, inner], read if T is const, otherwise written.
template <class T>
struct Lanes {
  T* first;
  Index length;
};

/// How many lanes that lie side by side are copied together: a line of the cache, of f32.
inline constexpr Index kTileLanes = 16;

// Some lanes of an operand, each in a row of its own.
template <class T>
class LaneTile {
 public:
  // A line of the cache more than needed: rows a power of two apart would fight for their places.
  LaneTile(const Lanes<T>& lanes, Index inner)
      : lanes_(lanes),
        inner_(inner),
        stride_(lanes.length + 64 / Index(sizeof(T))),
        rows_(stride_ * std::min(inner, kTileLanes)) {}

  void read(Index lane, Index count) {
    if constexpr (std::is_const_v<T>) {
      T* from = place(lane);
      for (Index i = 0; i < lanes_.length; ++i) {
        for (Index k = 0; k < count; ++k) {
          rows_.data()[k * stride_ + i] = from[i * inner_ + k];
        }
      }
    }
  }
  void write(Index lane, Index count) {
    if constexpr (!std::is_const_v<T>) {
      T* to = place(lane);
      for (Index i = 0; i < lanes_.length; ++i) {
        for (Index k = 0; k < count; ++k) {
          to[i * inner_ + k] = rows_.data()[k * stride_ + i];
        }
      }
    }
  }
  T* row(Index k) const { return rows_.data() + k * stride_; }

 private:
  T* place(Index lane) const {
    return lanes_.first + lane / inner_ * lanes_.length * inner_ + lane % inner_;
  }

  Lanes<T> lanes_;
  Index inner_;
  Index stride_;
  Scratch<std::remove_const_t<T>> rows_;
};

/// What f takes for a lane, and for each of its numbers, in elements of a plain loop.
struct LaneCost {
  Index lane;
  Index number;
};

/// f(lane, a, b, ...) for each of the outer * inner lanes; a, b, ... point at its numbers in every
/// operand, one behind the other.  Where inner is not 1 these are copies, of several lanes at once,
/// so that memory is walked in its order.
template <class F, class... T>
void for_lanes(Index outer, Index inner, LaneCost cost, const F& f, const Lanes<T>&... operands) {
  // Numbers above a piece's do not count: a tensor without numbers may have lanes of any length,
  // and the cost must not overflow.
  const Index lane_cost =
      cost.lane + cost.number * std::min(std::max({operands.length...}), kPieceElements);
  if (inner == 1) {
    for_rows(outer, lane_cost,
             [&](Index row) { f(row, (operands.first + row * operands.length)...); });
    return;
  }
  const Index tiles = inner / kTileLanes + (inner % kTileLanes != 0);
  const auto walk = [&](Index first, Index end, LaneTile<T>... copy) {
    for (Index tile = first; tile < end; ++tile) {
      const Index within = tile % tiles * kTileLanes;
      const Index lane = tile / tiles * inner + within;
      const Index count = std::min(inner - within, kTileLanes);
      (copy.read(lane, count), ...);
      for (Index k = 0; k < count; ++k) {
        f(lane + k, copy.row(k)...);
      }
      (copy.write(lane, count), ...);
    }
  };
  for_pieces(outer * tiles, lane_cost * std::min(inner, kTileLanes),
             [&](Index first, Index end) { walk(first, end, LaneTile<T>(operands, inner)...); });
}
template <class F, class... T>
void for_lanes(Index outer, Index inner, const F& f, const Lanes<T>&... operands) {
  for_lanes(outer, inner, LaneCost{0, 1}, f, operands...);
}

}  // namespace gradus::core
