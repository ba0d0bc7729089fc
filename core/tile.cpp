// Compiled with -ffp-contract=fast: a product and its sum are one fused multiply-add.
#include <gradus/core/cpu.h>
#include <gradus/core/tile.h>
#include <gradus/core/unrolled.h>

#include <algorithm>
#include <type_traits>

namespace gradus::core {
namespace {

template <class T, int kBytes>
struct Register {
  typedef T Values __attribute__((vector_size(kBytes)));
  typedef T Memory __attribute__((vector_size(kBytes), aligned(alignof(T)), may_alias));
};

template <class T, int kBytes, int kRows, int kRegisters>
[[gnu::always_inline]] inline void tile_body(const Tile<T>& tile) {
  using Values = typename Register<T, kBytes>::Values;
  using Memory = typename Register<T, kBytes>::Memory;
  // Terms that a loop takes at once: with AVX2, where what is beside multiply-adds counts, in the
  // tiles that most of a product is made of.  In all tiles, this file would take 70 s instead of
  // 26 to compile.
  constexpr int kTogether =
      kBytes == 32 && kRegisters > 1 && (kRows == kTileRows || kRows == kTileRows - 1) ? 4 : 1;
  Values sum[kRows][kRegisters] = {};
  const T* a[kRows];
  unrolled<kRows>([&](auto i) __attribute__((always_inline)) { a[i] = tile.a[i]; });
  const auto for_sums = [ c = tile.c, step = tile.c_step ](auto f) __attribute__((always_inline)) {
    unrolled<kRows>([&](auto i) __attribute__((always_inline)) {
      Memory* const row = reinterpret_cast<Memory*>(c + i * step);
      unrolled<kRegisters>([&](auto j) __attribute__((always_inline)) { f(i, j, row + j); });
    });
  };
  if (tile.add) {
    for_sums([&](auto i, auto j, const Memory* c)
                 __attribute__((always_inline)) { sum[i][j] = *c; });
  }
  const T* const b = tile.b;
  const Index k = tile.k;
  // left(a[i]) is what row i of A has for this term.
  const auto add_term = [&](auto left, const T* b_row) __attribute__((always_inline)) {
    const Memory* const row = reinterpret_cast<const Memory*>(b_row);
    Values right[kRegisters];
    unrolled<kRegisters>([&](auto j) __attribute__((always_inline)) { right[j] = row[j]; });
    unrolled<kRows>([&](auto i) __attribute__((always_inline)) {
      const T number = left(a[i]);
      unrolled<kRegisters>([&](auto j)
                               __attribute__((always_inline)) { sum[i][j] += number * right[j]; });
    });
  };
  // Rows of B b_step apart; at(x, p, t) is number p + t of a row x of A.
  const auto add_stepped = [&](Index first, Index last, auto at) __attribute__((always_inline)) {
    const T* row = b + first * tile.b_step;
    const auto add_next = [&](Index p, auto t) __attribute__((always_inline)) {
      add_term(
          [&](const T* x) __attribute__((always_inline)) { return at(x, p, t); }, row);
      row += tile.b_step;
    };
    Index p = first;
    for (; p + kTogether <= last; p += kTogether) {
      unrolled<kTogether>([&](auto t) __attribute__((always_inline)) { add_next(p, t); });
    }
    for (; p < last; ++p) {
      add_next(p, std::integral_constant<int, 0>());
    }
  };
  const std::int32_t* const a_at = tile.a_at;
  const std::int32_t* const b_at = tile.b_at;
  const auto add_terms = [&](Index first, Index last) __attribute__((always_inline)) {
    if (!a_at) {
      add_stepped(
          first, last,
          [](const T* x, Index p, auto t) __attribute__((always_inline)) { return (x + p)[t]; });
    } else if (kTogether > 1 && !b_at) {  // others have little to gain
      add_stepped(
          first, last, [a_at](const T* x, Index p, auto t) __attribute__((always_inline)) {
            return x[(a_at + p)[t]];
          });
    } else {
      for (Index p = first; p < last; ++p) {
        add_term(
            [at = a_at[p]](const T* x) __attribute__((always_inline)) { return x[at]; },
            b + (b_at ? b_at[p] : p * tile.b_step));
      }
    }
  };
  constexpr Index kLine = 64 / Index(sizeof(T));
  const Index next_a = tile.next_a;
  constexpr bool kAsks = kRows == kTileRows && kRegisters > 1 && kBytes != 32;
  if (!kAsks || (next_a == 0 && tile.next_c == 0)) {
    add_terms(0, k);
  } else if constexpr (kAsks) {
    // With each line of terms, a line of each of the next rows of A and a row of C.
    for (Index first = 0; first < k; first += kLine) {
      if (next_a != 0) {
        unrolled<kRows>([&](auto i) __attribute__((always_inline)) {
          __builtin_prefetch(a[i] + next_a + first);
        });
      }
      if (tile.next_c != 0 && first < kRows * kLine) {
        const T* const row = tile.c + tile.next_c + first / kLine * tile.c_step;
        unrolled<kRegisters * kBytes / 64>([&](auto j) __attribute__((always_inline)) {
          __builtin_prefetch(row + j * kLine);
        });
      }
      add_terms(first, std::min(k, first + kLine));
    }
  }
  for_sums([&](auto i, auto j, Memory* c) __attribute__((always_inline)) { *c = sum[i][j]; });
}

// Rows i, ... and columns j, ... of a Dot, kRows by kColumns of them.
template <class T, int kBytes, int kRows, int kColumns>
[[gnu::always_inline]] inline void dot_block(const Dot<T>& dot, Index i, Index j) {
  using Values = typename Register<T, kBytes>::Values;
  using Memory = typename Register<T, kBytes>::Memory;
  constexpr int kRegisters = 64 / kBytes;
  constexpr Index kLanes = kBytes / Index(sizeof(T));
  Values sum[kRows][kColumns][kRegisters];
  const auto for_sums = [&](auto f) __attribute__((always_inline)) {
    unrolled<kRows>([&](auto r) __attribute__((always_inline)) {
      unrolled<kColumns>([&](auto c) __attribute__((always_inline)) {
        T* const at = dot.sums + ((i + r) * kDotColumns + j + c) * kDotLanes<T>;
        unrolled<kRegisters>([&](auto part) __attribute__((always_inline)) {
          f(sum[r][c][part], *reinterpret_cast<Memory*>(at + part * kLanes));
        });
      });
    });
  };
  for_sums([](Values & value, const Memory& at) __attribute__((always_inline)) { value = at; });
  for (Index p = 0; p < dot.k; p += kDotLanes<T>) {
    unrolled<kRegisters>([&](auto part) __attribute__((always_inline)) {
      const Index at = p + part * kLanes;
      Values right[kColumns];
      unrolled<kColumns>([&](auto c) __attribute__((always_inline)) {
        right[c] = *reinterpret_cast<const Memory*>(dot.b[j + c] + at);
      });
      unrolled<kRows>([&](auto r) __attribute__((always_inline)) {
        const Values left = *reinterpret_cast<const Memory*>(dot.a[i + r] + at);
        unrolled<kColumns>([&](auto c) __attribute__((always_inline)) {
          sum[r][c][part] += left * right[c];
        });
      });
    });
  }
  for_sums([](const Values& value, Memory& at) __attribute__((always_inline)) { at = value; });
}

template <class T, int kBytes, int kRows, int kColumns>
[[gnu::always_inline]] inline void dot_body(const Dot<T>& dot) {
  for (Index i = 0; i < kDotRows; i += kRows) {
    for (Index j = 0; j < kDotColumns; j += kColumns) {
      dot_block<T, kBytes, kRows, kColumns>(dot, i, j);
    }
  }
}

// The instruction sets: bytes of a register, and how many of them a row of the widest tile takes.
#if defined(__x86_64__)
struct Avx2 {
  static constexpr int kBytes = 32;
  static constexpr int kRegisters = 2;  // 12 of the 16 that there are hold sums
  template <class T, int kRows, int kRowRegisters>
  [[gnu::target("avx2,fma")]] static void run(const Tile<T>& tile) {
    tile_body<T, kBytes, kRows, kRowRegisters>(tile);
  }
  template <class T>
  [[gnu::target("avx2,fma")]] static void run(const Dot<T>& dot) {
    dot_body<T, kBytes, 3, 2>(dot);
  }
};
struct Avx512 {
  static constexpr int kBytes = 64;
  static constexpr int kRegisters = 4;
  template <class T, int kRows, int kRowRegisters>
  [[gnu::target("avx512f,fma")]] static void run(const Tile<T>& tile) {
    tile_body<T, kBytes, kRows, kRowRegisters>(tile);
  }
  template <class T>
  [[gnu::target("avx512f,fma")]] static void run(const Dot<T>& dot) {
    dot_body<T, kBytes, 6, 4>(dot);
  }
};
using Widest = Avx512;
#else
struct Baseline {
  static constexpr int kBytes = 16;
  static constexpr int kRegisters = 4;
  template <class T, int kRows, int kRowRegisters>
  static void run(const Tile<T>& tile) {
    tile_body<T, kBytes, kRows, kRowRegisters>(tile);
  }
  template <class T>
  static void run(const Dot<T>& dot) {
    dot_body<T, kBytes, 3, 2>(dot);
  }
};
using Widest = Baseline;
#endif

template <class Isa>
constexpr int most_rows(int registers) {
  return registers < Isa::kRegisters ? int(kMostTileRows) : int(kTileRows);
}

// The kernel of `rows`, 1 to kRows.
template <class T, class Isa, int kRegisters, int kRows = most_rows<Isa>(kRegisters)>
TileKernel<T> choose(Index rows) {
  if constexpr (kRows > 1) {
    if (rows < kRows) {
      return choose<T, Isa, kRegisters, kRows - 1>(rows);
    }
  }
  return Isa::template run<T, kRows, kRegisters>;
}

template <class F>
auto for_active_cpu(F f) {
#if defined(__x86_64__)
  if (active_cpu() < Cpu::avx512) {
    return f(Avx2());
  }
#endif
  return f(Widest());
}

// f with the instruction set and the registers of a row that holds so many columns
template <class T, class F>
auto for_tile(Index columns, F f) {
  return for_active_cpu([&](auto isa) {
    constexpr Index kLanes = isa.kBytes / Index(sizeof(T));
    if (columns <= kLanes) {
      return f(isa, std::integral_constant<int, 1>());
    }
    if (columns <= 2 * kLanes) {
      return f(isa, std::integral_constant<int, 2>());
    }
    return f(isa, std::integral_constant<int, isa.kRegisters>());
  });
}

}  // namespace

bool has_tiles() {
#if defined(__x86_64__)
  static const bool fuses = __builtin_cpu_supports("fma");
  return fuses && active_cpu() >= Cpu::avx2;
#elif defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

template <class T>
TileSizes tile_sizes() {
  return for_active_cpu([](auto isa) {
    constexpr Index kLanes = isa.kBytes / Index(sizeof(T));
    return TileSizes{kLanes, kLanes * isa.kRegisters};
  });
}

template <class T>
Index tile_columns(Index columns) {
  return for_tile<T>(
      columns, [](auto isa, auto registers) { return registers * isa.kBytes / Index(sizeof(T)); });
}

template <class T>
Index tile_rows(Index columns) {
  return for_tile<T>(
      columns, [](auto isa, auto registers) { return Index(most_rows<decltype(isa)>(registers)); });
}

template <class T>
TileKernel<T> tile_kernel(Index rows, Index columns) {
  return for_tile<T>(
      columns, [&](auto isa, auto registers) { return choose<T, decltype(isa), registers>(rows); });
}

template <class T>
void run_dot(const Dot<T>& dot) {
  for_active_cpu([&](auto isa) { decltype(isa)::run(dot); });
}

template void run_dot(const Dot<float>&);
template void run_dot(const Dot<double>&);
template TileSizes tile_sizes<float>();
template TileSizes tile_sizes<double>();
template Index tile_columns<float>(Index);
template Index tile_columns<double>(Index);
template Index tile_rows<float>(Index);
template Index tile_rows<double>(Index);
template TileKernel<float> tile_kernel(Index, Index);
template TileKernel<double> tile_kernel(Index, Index);

}  // namespace gradus::core
