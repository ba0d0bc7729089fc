#pragma once
// Panels: columns of B as tiles read them (core/tile.h), row after row of one width, the columns
// that B does not have filled with zeros; and rows of A that stand across memory.
//
// Limit: a number is read and written once, a register a cycle, and where rows become columns moves
// log2(lanes) times between registers, lanes being those of 16 bytes where a register has 32, all
// of which are turned at once: 512 x 512 numbers take 0.14 to 0.2 ns each on an AMD EPYC (family
// 25, AVX2), where exchanges across the whole register, not unrolled, took 0.7.
#include <gradus/core/shape.h>

namespace gradus::core {

/// From a row of `columns` numbers to the next, so that they begin an odd number of the cache's
/// lines apart: what stands in one column then fills the cache evenly, where it would share a few
/// places of it if rows began a power of two apart.
template <class T>
constexpr Index spread_step(Index columns) {
  constexpr Index kLine = 64 / Index(sizeof(T));
  return ((columns + kLine - 1) / kLine | 1) * kLine;
}

/// panel: [k, width] <- k rows of `columns` numbers, row_step apart, where column_step is 1; or as
/// many columns, column_step apart, where row_step is 1.  The width, at least `columns`, is a
/// multiple of tile_sizes<T>().lanes.
template <class T>
void pack_panel(const T* from, Index row_step, Index column_step, Index k, Index columns,
                Index width, T* panel);

/// The way back, without the margin.
template <class T>
void unpack_panel(const T* panel, Index width, Index k, Index columns, T* to, Index row_step,
                  Index column_step);

/// to[i, j] <- from[i, j] for rows from_step and to_step apart.
template <class T>
void copy_rows(const T* from, Index from_step, Index rows, Index columns, T* to, Index to_step);

}  // namespace gradus::core
