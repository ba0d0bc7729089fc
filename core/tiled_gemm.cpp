#include <gradus/core/blocks.h>
#include <gradus/core/panel.h>
#include <gradus/core/parallel.h>
#include <gradus/core/scratch.h>
#include <gradus/core/tile.h>
#include <gradus/core/tiled_gemm.h>

#include <algorithm>

namespace gradus::core {
namespace {

// Rows of a panel at most: places of as many rows of the longest that blas.cpp hands on are 32
// bits.
constexpr Index kMostRows = 512;

// Multiply-adds that each thread must have: 2 to 4 microseconds, and to begin a loop takes one.
constexpr double kShareWork = 2e5;
// Tiles of rows in a part, about: 512 terms of theirs, f32, are 1.5 MB.
constexpr Index kManyTiles = 128;

template <class T>
struct Product {
  Index m, n, k;
  Operand<const T> a;
  Operand<const T> b;
  bool add;
  Operand<T> c;
};

// Processor cycles, roughly, by the numbers that are packed and moved, a panel that is read in
// place being taken for a packed one.
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

// C' = B' A'
template <class T>
Product<T> flipped(const Product<T>& p) {
  return {p.n, p.m, p.k, transposed(p.b), transposed(p.a), p.add, transposed(p.c)};
}

// Rows of A for which it does not pay to pack a panel of B that can be read where it stands.
constexpr Index kFewRows = 64;

// Whether m rows of A are better multiplied by such a panel than by a packed one: where they are
// few, or the panel's rows an odd number of lines apart, so that they fill a cache evenly.
template <class T>
bool reads_in_place(const Operand<const T>& b, Index m) {
  constexpr Index kLine = 64;
  return b.column_step == 1 &&
         (m <= kFewRows || b.row_step * Index(sizeof(T)) % (2 * kLine) == kLine);
}

// What tiles of one width read from a panel, and where they put it.
template <class T>
struct Panel {
  Index columns, width;
  const T* data;
  Index data_step;
  T* c;
  Index c_step;
};

// Rows of A: numbers a_at apart, or one behind the other where that is null.
template <class T>
struct Rows {
  const T* data;
  Index step;
  const std::int32_t* a_at;
};

// An A whose rows stand across memory is turned once where that many panels of B would read it so
// and its sums have more terms than these few: 64 rows run 1.1, 512 1.2 to 1.3 times as fast for
// it, 16 rows 0.76 to 0.96 times (AMD EPYC, family 25).
constexpr Index kManyPanels = 16;
constexpr Index kFewTerms = 32;

template <class T>
bool turns_rows(const Product<T>& p, Index n) {
  return p.a.column_step != 1 && p.a.row_step == 1 && n >= kManyPanels * tile_sizes<T>().width &&
         p.k > kFewTerms;
}

// C += A times a panel, or = for the first terms of the sum, for m rows of A and `length` terms.
template <class T>
void multiply_panel(const Rows<T>& a, Index m, Index length, bool add, const Panel<T>& panel) {
  Tile<T> tile{{},     a.a_at,  panel.data,   nullptr, panel.data_step,
               length, nullptr, panel.c_step, add};
  TilesOf<T> tiles(panel.columns);
  for_blocks(m, tile_rows<T>(panel.columns), [&](Index row, Index rows) {
    const T* const from = a.data + row * a.step;
    for (Index i = 0; i < rows; ++i) {
      tile.a[i] = from + i * a.step;
    }
    tile.c = panel.c + row * panel.c_step;
    const bool is_last = row + rows == m;
    tile.next_a = is_last || a.a_at ? 0 : rows * a.step;
    tile.next_c = is_last || !add ? 0 : rows * panel.c_step;
    tiles.run(tile, rows);
  });
}

// Rows m_begin, ... and columns n_begin, ... of C, m by n of them.  A block of terms of the sum
// goes over all panels before the next, so that its part of A stays in a near cache.
template <class T>
void multiply(const Product<T>& p, Index m_begin, Index m, Index n_begin, Index n) {
  const Index most = tile_sizes<T>().width;
  const Index most_terms = std::min(kMostRows, panel_rows<T>(tile_columns<T>(std::min(n, most))));
  const Scratch<T> data(kPanelNumbers<T>);
  const Index terms = std::min(most_terms, p.k);
  const bool turns = turns_rows(p, n);
  const Scratch<T> turned(turns ? m * spread_step<T>(terms) : 0);
  std::int32_t a_at[kMostRows];
  if (p.a.column_step != 1 && !turns) {
    fill_steps(terms, p.a.column_step, a_at);
  }
  // Where C cannot take whole registers, it is made elsewhere and brought there.
  const auto is_direct = [&](Index columns) {
    return p.c.column_step == 1 && columns == tile_columns<T>(columns);
  };
  const bool direct = is_direct(std::min(n, most)) && is_direct((n - 1) % most + 1);
  const Scratch<T> elsewhere(direct ? 0 : m * (n + most));
  const auto for_panels = [&](auto f) {
    for (Index j = 0; j < n; j += most) {
      const Index columns = std::min(most, n - j);
      const Index width = tile_columns<T>(columns);
      T* const to = p.c.data + m_begin * p.c.row_step + (n_begin + j) * p.c.column_step;
      f(j, to,
        Panel<T>{columns, width, data.data(), width, direct ? to : elsewhere.data() + m * j,
                 direct ? p.c.row_step : width});
    }
  };
  if (!direct && p.add) {
    for_panels([&](Index, const T* from, const Panel<T>& panel) {
      pack_panel(from, p.c.row_step, p.c.column_step, m, panel.columns, panel.width, panel.c);
    });
  }
  const bool in_place = reads_in_place(p.b, m);
  for_blocks(p.k, most_terms, [&](Index q, Index length) {
    Rows<T> a{p.a.data + m_begin * p.a.row_step + q * p.a.column_step, p.a.row_step,
              p.a.column_step == 1 ? nullptr : a_at};
    if (turns) {
      const Index step = spread_step<T>(length);
      pack_panel(a.data, p.a.row_step, p.a.column_step, m, length, step, turned.data());
      a = {turned.data(), step, nullptr};
    }
    for_panels([&](Index j, T*, Panel<T> panel) {
      const T* const b = p.b.data + q * p.b.row_step + (n_begin + j) * p.b.column_step;
      if (in_place && panel.columns == panel.width) {
        panel.data = b;
        panel.data_step = p.b.row_step;
      } else {
        pack_panel(b, p.b.row_step, p.b.column_step, length, panel.columns, panel.width,
                   data.data());
      }
      multiply_panel(a, m, length, p.add || q > 0, panel);
    });
  });
  if (!direct) {
    for_panels([&](Index, T* to, const Panel<T>& panel) {
      unpack_panel(panel.c, panel.width, m, panel.columns, to, p.c.row_step, p.c.column_step);
    });
  }
}

// Whether C is better cut by rows than by columns, so that what is large and lasts stays with its
// processor.  Where the sum runs over the rows of both operands, as over a batch in the gradient of
// a weight, that is C, which others walk by rows; otherwise B, the weight, whose columns are cut.
template <class T>
bool keeps_rows(const Product<T>& p) {
  return p.a.row_step == 1 && p.a.column_step != 1 && p.b.column_step == 1;
}

// Cuts C among threads, so that few numbers move between their caches, and to sizes for the caches.
template <class T>
void share(const Product<T>& p, bool rows_first) {
  const double work = double(p.m) * double(p.n) * double(p.k);
  const Index threads = num_threads();
  // Several pieces a thread, so that another can take over from one that is held up; not on one
  // thread, since each piece packs for itself.
  const Index most = work < 4e7 || threads == 1 ? threads : 2 * threads;
  const Index wanted = std::clamp<Index>(Index(std::min(work / kShareWork, 1e6)), 1, most);
  const Index lanes = tile_sizes<T>().lanes;
  const Index units_n = (p.n + lanes - 1) / lanes;
  const Index units_m = (p.m + kTileRows - 1) / kTileRows;
  // Parts of four tiles of rows, or of four registers of columns, at least.
  Index by_m = 1;
  Index by_n = 1;
  if (rows_first) {
    by_m = std::clamp<Index>(units_m / 4, 1, wanted);
    by_n = std::clamp<Index>(units_n / 4, 1, wanted / by_m);
  } else {
    by_n = std::clamp<Index>(units_n / 4, 1, wanted);
    by_m = std::clamp<Index>(units_m / 4, 1, wanted / by_n);
  }
  if (by_n * by_m < std::min(wanted, threads)) {  // or of smaller ones
    by_n = std::clamp<Index>(units_n / 2, 1, wanted);
    by_m = std::min(units_m, (wanted + by_n - 1) / by_n);
  }
  by_m = std::max(by_m, units_m / kManyTiles);
  parallel_for(by_n * by_m, [&](Index piece) {
    const auto part = [](Index size, Index units, Index unit, Index at, Index parts) {
      return std::min(size, units * at / parts * unit);
    };
    const Index i = piece / by_n;
    const Index j = piece % by_n;
    const Index m = part(p.m, units_m, kTileRows, i, by_m);
    const Index n = part(p.n, units_n, lanes, j, by_n);
    multiply(p, m, part(p.m, units_m, kTileRows, i + 1, by_m) - m, n,
             part(p.n, units_n, lanes, j + 1, by_n) - n);
  });
}

}  // namespace

template <class T>
void tiled_gemm(Index m, Index n, Index k, const Operand<const T>& a, const Operand<const T>& b,
                bool add, const Operand<T>& c) {
  const Product<T> plain{m, n, k, a, b, add, c};
  const Product<T> other = flipped(plain);
  if (cycles(plain) <= cycles(other)) {
    share(plain, keeps_rows(plain));
  } else {
    share(other, !keeps_rows(plain));
  }
}

template void tiled_gemm(Index, Index, Index, const Operand<const float>&,
                         const Operand<const float>&, bool, const Operand<float>&);
template void tiled_gemm(Index, Index, Index, const Operand<const double>&,
                         const Operand<const double>&, bool, const Operand<double>&);

}  // namespace gradus::core
