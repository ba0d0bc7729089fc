#pragma once
// The inner loop of matrix products and convolutions: a tile of C = A B that stays in registers
// while the sum over k runs.
//
// Limit: two fused multiply-adds of a whole register a cycle, and two numbers or registers loaded.
// 6 rows by 4 registers hide the latency, and load 10 for 24 multiply-adds; so do 12 rows by 2,
// with 14, while 12 by 1 load 13 for 12.  On an Intel Xeon (model 167, AVX-512) a tile in the
// first-level cache with 128 terms reaches 97 % of what multiply-adds that wait for nothing do;
// whole products are in docs/performance.md.  What the next tile reads is asked into that cache
// while this one is summed up, a line at a time: asked for at once, it held up products of 512 rows
// by a tenth.  With AVX2, 6 rows by 2 registers, other instructions count too: 12 multiply-adds and
// their 8 loads go through the processor's front end in 4 of their 6 cycles, or in 7 where another
// hardware thread has every other turn.  So places are not looked up where they follow each other,
// and nothing is asked for (docs/performance.md).
//
// Every number of C is c + a[0] b[0] + a[1] b[1] + ..., from left to right, each step rounded once.
// So the bits depend neither on how C is cut into tiles and the sum into blocks, nor on the width
// of registers; the plain twin is a loop over std::fma (tests/core/tile_test.cpp).
#include <gradus/core/shape.h>

#include <cstdint>

namespace gradus::core {

/// Rows of the widest tile; narrower ones may have more.
constexpr Index kTileRows = 6;
constexpr Index kMostTileRows = 12;
/// Bytes of B that tiles go through one after the other, which stay in the second-level cache: a
/// row of the widest tile in twelve cycles, where that cache gives a line in one or two.  Long
/// sums, since C is read and written once for each panel: with 32 KiB, which stay in the
/// first-level cache, the larger network with convolutions runs 0.95 and 784-512-512-10 0.97 times
/// as fast (AMD EPYC, family 26).
constexpr Index kPanelBytes = 147456;
template <class T>
constexpr Index kPanelNumbers = kPanelBytes / Index(sizeof(T));
/// Rows of a panel of that width, at most.
template <class T>
constexpr Index panel_rows(Index width) {
  return kPanelNumbers<T> / width;
}
/// Where numbers may stand, at most: places in a Tile are 32 bits.
constexpr double kMostPlaces = 2e9;

/// Bytes of a row of the widest tile; rows of B are read, and of C written, in whole registers.
constexpr Index kTileBytes = 256;

/// The sum runs over k terms.  Number p of row i of A is a[i][a_at[p]], or a[i][p] where a_at is
/// null; row p of B begins at b + b_at[p], or, where that is null, at b + p b_step; rows of C begin
/// c_step apart.  Where b_at is given, a_at is too.
template <class T>
struct Tile {
  const T* a[kMostTileRows];
  const std::int32_t* a_at;
  const T* b;
  const std::int32_t* b_at;
  Index b_step;
  Index k;
  T* c;
  Index c_step;
  bool add;  ///< to what C holds, or from 0
  /// How far behind this tile's rows the next one's stand, of A, whose numbers then follow each
  /// other, and of C.  Tiles of kTileRows rows and several registers ask for them meanwhile, but
  /// with AVX2, for a row of C with each line of terms; 0: they do not.
  Index next_a = 0;
  Index next_c = 0;
};

/// Rows of a and of b that run_dot() takes, and the numbers that its sums are split into.
constexpr Index kDotRows = 6;
constexpr Index kDotColumns = 4;
template <class T>
constexpr Index kDotLanes = 64 / Index(sizeof(T));

/// Products of rows that run along memory, for sums over many terms of few rows: sums[i, j, lane]
/// <- sums + a[i][lane] b[j][lane] + a[i][kDotLanes + lane] b[j][kDotLanes + lane] + ..., from left
/// to right, each step rounded once.  k is a multiple of kDotLanes<T>.
template <class T>
struct Dot {
  const T* a[kDotRows];
  const T* b[kDotColumns];
  Index k;
  T* sums;  ///< [kDotRows, kDotColumns, kDotLanes<T>]
};

/// at[p] = p step, for a Tile.
inline void fill_steps(Index count, Index step, std::int32_t* at) {
  for (Index p = 0; p < count; ++p) {
    at[p] = static_cast<std::int32_t>(p * step);
  }
}

/// What the kernels of the active processor (core/cpu.h) work on.
struct TileSizes {
  Index lanes;  ///< numbers in a register
  Index width;  ///< columns of the widest tile
};

/// False where there is no fused multiply-add, or packs were not compiled: products are then
/// BLAS's.
bool has_tiles();
template <class T>
TileSizes tile_sizes();

/// Rows of C that a tile of so many columns has at most: kTileRows, or kMostTileRows where it
/// leaves registers for them.
template <class T>
Index tile_rows(Index columns);

/// Makes C of a tile.
template <class T>
using TileKernel = void (*)(const Tile<T>&);
/// The kernel for C of `rows` (1 to tile_rows(columns)) by `columns` (1 to width), which is rounded
/// up to lanes, 2 lanes or 4 lanes, at most the width: tile_columns() of them are read from B and
/// written to C.
template <class T>
TileKernel<T> tile_kernel(Index rows, Index columns);
template <class T>
void run_dot(const Dot<T>& dot);
/// `columns` rounded up as a kernel does.
template <class T>
Index tile_columns(Index columns);

/// Tiles of so many columns, whose kernel is looked for where their rows become more or fewer.
template <class T>
class TilesOf {
 public:
  explicit TilesOf(Index columns) : columns_(columns) {}
  /// rows: 1 to tile_rows(columns)
  void run(const Tile<T>& tile, Index rows) {
    if (rows != rows_) {
      rows_ = rows;
      kernel_ = tile_kernel<T>(rows, columns_);
    }
    kernel_(tile);
  }

 private:
  Index columns_;
  Index rows_ = 0;
  TileKernel<T> kernel_ = nullptr;
};

}  // namespace gradus::core
