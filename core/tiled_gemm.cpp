#include <gradus/core/blocks.h>
#include <gradus/core/panel.h>
#include <gradus/core/parallel.h>
#include <gradus/core/scratch.h>
#include <gradus/core/tile.h>
#include <gradus/core/tiled_gemm.h>

#include <algorithm>

namespace gradus::core {
namespace {

// Bytes of a panel: it stays in the first-level cache beside six rows of A.
constexpr Index kPanelBytes = 32768;
// Rows of a panel at most, where it is narrow.
constexpr Index kMostRows = 512;

// Multiply-adds that are worth a second thread.
constexpr double kShareWork = 1.2e6;
// Tiles of rows that are worth packing B anew.
constexpr Index kFewTiles = 32;

template <class T>
struct Product {
  Index m, n, k;
  Operand<const T> a;
  Operand<const T> b;
  bool add;
  Operand<T> c;
};

// Processor cycles, roughly, by the numbers that are packed and moved.
template <class T>
double cycles(const Product<T>& p) {
  const Index lanes = tile_sizes<T>().lanes;
  const double columns = double((p.n + lanes - 1) / lanes * lanes);
  const double multiply = double(p.m) * columns * double(p.k) / double(2 * lanes);
  const double pack = double(p.n) * double(p.k) * (p.b.column_step == 1 ? 0.1 : 0.35);
  const double read = double(p.m) * double(p.k) * (p.a.column_step == 1 ? 0 : 0.5);
  const double store = double(p.m) * double(p.n) * (p.c.column_step == 1 ? 0.1 : 0.4);
  return multiply + pack + read + store;
}

template <class T>
Operand<T> transposed(const Operand<T>& x) {
  return {x.data, x.column_step, x.row_step};
}

// What the next tile reads.
template <class T>
void prefetch_rows(const T* x, Index step, Index rows, Index columns) {
  constexpr Index kLine = 64 / Index(sizeof(T));
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; j += kLine) {
      __builtin_prefetch(x + i * step + j);
    }
  }
}

// Rows m_begin to m_end and columns n_begin to n_end of C.
template <class T>
void multiply(const Product<T>& p, Index m_begin, Index m_end, Index n_begin, Index n_end) {
  const Index most = tile_sizes<T>().width;
  const Index m = m_end - m_begin;
  const Scratch<T> panel(kPanelBytes / Index(sizeof(T)));
  std::int32_t a_at[kMostRows];
  std::int32_t b_at[kMostRows];
  Index width = 0;
  for (Index j = n_begin; j < n_end; j += most) {
    const Index columns = std::min(most, n_end - j);
    const Index most_rows =
        std::min(kMostRows, kPanelBytes / Index(sizeof(T)) / tile_columns<T>(columns));
    if (width != tile_columns<T>(columns)) {
      width = tile_columns<T>(columns);
      fill_steps(std::min(most_rows, p.k), width, b_at);
      fill_steps(std::min(most_rows, p.k), p.a.column_step, a_at);
    }
    // Where C cannot take whole registers, it is made elsewhere and brought there.
    const bool direct = p.c.column_step == 1 && columns == width;
    T* const to = p.c.data + m_begin * p.c.row_step + j * p.c.column_step;
    const Scratch<T> elsewhere(direct ? 0 : m * width);
    T* const c = direct ? to : elsewhere.data();
    const Index c_step = direct ? p.c.row_step : width;
    if (!direct && p.add) {
      pack_panel<T>(to, p.c.row_step, p.c.column_step, m, columns, width, c);
    }
    for_blocks(p.k, most_rows, [&](Index q, Index length) {
      pack_panel(p.b.data + q * p.b.row_step + j * p.b.column_step, p.b.row_step, p.b.column_step,
                 length, columns, width, panel.data());
      Tile<T> tile{{}, a_at, panel.data(), b_at, length, nullptr, c_step, p.add || q > 0};
      for_blocks(m, kTileRows, [&](Index row, Index rows) {
        const T* const a = p.a.data + (m_begin + row) * p.a.row_step + q * p.a.column_step;
        for (Index i = 0; i < rows; ++i) {
          tile.a[i] = a + i * p.a.row_step;
        }
        tile.c = c + row * c_step;
        const Index next = std::min(kTileRows, m - row - rows);
        if (p.a.column_step == 1) {
          prefetch_rows(a + rows * p.a.row_step, p.a.row_step, next, length);
        }
        if (tile.add) {
          prefetch_rows(tile.c + rows * c_step, c_step, next, width);
        }
        run_tile(tile, rows, columns);
      });
    });
    if (!direct) {
      unpack_panel(c, width, m, columns, to, p.c.row_step, p.c.column_step);
    }
  }
}

// Cuts C among threads: by columns into parts of four registers at least, or of two where there are
// too few; by rows only where they are many, since every part packs its columns of B anew.
template <class T>
void share(const Product<T>& p) {
  const double work = double(p.m) * double(p.n) * double(p.k);
  const Index threads = num_threads();
  // Several pieces a thread where there is work for them, since a thread may be held up.
  const Index wanted = std::max<Index>(
      1, std::min(Index(std::min(work / kShareWork, 1e6)), work < 4e7 ? threads : 2 * threads));
  const Index lanes = tile_sizes<T>().lanes;
  const Index units_n = (p.n + lanes - 1) / lanes;
  const Index units_m = (p.m + kTileRows - 1) / kTileRows;
  Index by_n = std::clamp<Index>(units_n / 4, 1, wanted);
  Index by_m = std::clamp<Index>(units_m / kFewTiles, 1, wanted / by_n);
  if (by_n * by_m < std::min(wanted, threads)) {
    by_n = std::clamp<Index>(units_n / 2, 1, wanted);
    by_m = std::min(units_m, (wanted + by_n - 1) / by_n);
  }
  if (by_n * by_m == 1) {
    multiply(p, 0, p.m, 0, p.n);
    return;
  }
  parallel_for(by_n * by_m, [&](Index piece) {
    const Index i = piece / by_n;
    const Index j = piece % by_n;
    multiply(p, units_m * i / by_m * kTileRows, std::min(p.m, units_m * (i + 1) / by_m * kTileRows),
             units_n * j / by_n * lanes, std::min(p.n, units_n * (j + 1) / by_n * lanes));
  });
}

}  // namespace

template <class T>
void tiled_gemm(Index m, Index n, Index k, const Operand<const T>& a, const Operand<const T>& b,
                bool add, const Operand<T>& c) {
  const Product<T> plain{m, n, k, a, b, add, c};
  const Product<T> flipped{
      n, m, k, transposed(b), transposed(a), add, transposed(c)};  // C' = B' A'
  share(cycles(plain) <= cycles(flipped) ? plain : flipped);
}

template void tiled_gemm(Index, Index, Index, const Operand<const float>&,
                         const Operand<const float>&, bool, const Operand<float>&);
template void tiled_gemm(Index, Index, Index, const Operand<const double>&,
                         const Operand<const double>&, bool, const Operand<double>&);

}  // namespace gradus::core
