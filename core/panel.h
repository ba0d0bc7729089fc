#pragma once
// Panels: columns of B as tiles read them (core/tile.h), row after row of one width, the columns
// that B does not have filled with zeros.
//
// Limit: a number is read and written once, a register a cycle, and where rows become columns moves
// log2(lanes) times between registers, lanes being those of 16 bytes where a register has 32, all
// of which are turned at once: 512 x 512 numbers take 0.14 to 0.2 ns each on an AMD EPYC (family
// 25, AVX2), where exchanges across the whole register, not unrolled, took 0.7.
#include <gradus/core/shape.h>

namespace gradus::core {

/// panel: [k, width] <- k rows of `columns` numbers, row_step apart, where column_step is 1; or as
/// many columns, column_step apart, where row_step is 1.  The width is a multiple of a register.
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
