#include <gradus/core/cpu.h>
#include <gradus/core/panel.h>
#include <gradus/core/unrolled.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace gradus::core {
namespace {

template <class T, int kNumbers>
struct Register {
  typedef T Values __attribute__((vector_size(kNumbers * sizeof(T))));
};

// Numbers that one instruction can move anywhere among themselves: of a register of 64 bytes all,
// of others those of a lane of 16.
template <class T, int kLanes>
constexpr int kSquare = kLanes * sizeof(T) == 64 ? kLanes : 16 / int(sizeof(T));

// In each lane, a[from] b[from] a[from + 1] b[from + 1] ...
template <class T, int kFrom, class Values, int... at>
[[gnu::always_inline]] inline void interleave(Values& to, const Values& a, const Values& b,
                                              std::integer_sequence<int, at...>) {
  constexpr int kLanes = sizeof...(at);
  constexpr int kNumbers = kSquare<T, kLanes>;
  to = __builtin_shufflevector(
      a, b, (at / kNumbers * kNumbers + kFrom + at % kNumbers / 2 + at % 2 * kLanes)...);
}

// to <- row i of `from`, or zeros behind `count` of them, in its first lane, and row i + kSquare in
// the second one.
template <class T, class Values, int... at>
[[gnu::always_inline]] inline void rows_in_lanes(Values& to, const T* from, Index from_step,
                                                 Index i, Index count,
                                                 std::integer_sequence<int, at...>) {
  constexpr int kNumbers = kSquare<T, sizeof...(at)>;
  constexpr int kRows = sizeof...(at) / kNumbers;
  static_assert(kRows <= 2);
  typename Register<T, kNumbers>::Values rows[2] = {};
  unrolled<kRows>([&](auto row) __attribute__((always_inline)) {
    const Index place = i + row * kNumbers;
    if (place < count) {
      std::memcpy(&rows[row], from + place * from_step, sizeof rows[row]);
    }
  });
  to = __builtin_shufflevector(rows[0], rows[1], at...);
}

// kLanes numbers of as many rows, to as many rows of that many.  Of `count` rows, if it is less,
// with zeros for the others.  The squares of all lanes are turned at once.
template <class T, int kLanes>
[[gnu::always_inline]] inline void transpose_square(const T* from, Index from_step, T* to,
                                                    Index to_step, Index count = kLanes) {
  using Values = typename Register<T, kLanes>::Values;
  constexpr auto lanes = std::make_integer_sequence<int, kLanes>();
  constexpr int kSide = kSquare<T, kLanes>;
  unrolled<kLanes / kSide>([&](auto part) __attribute__((always_inline)) {
    Values rows[kSide];
    unrolled<kSide>([&](auto i) __attribute__((always_inline)) {
      rows_in_lanes(rows[i], from + part * kSide, from_step, i, count, lanes);
    });
    unrolled<std::countr_zero(unsigned(kSide))>([&](auto) __attribute__((always_inline)) {
      Values next[kSide];
      unrolled<kSide / 2>([&](auto i) __attribute__((always_inline)) {
        interleave<T, 0>(next[2 * i], rows[i], rows[i + kSide / 2], lanes);
        interleave<T, kSide / 2>(next[2 * i + 1], rows[i], rows[i + kSide / 2], lanes);
      });
      unrolled<kSide>([&](auto i) __attribute__((always_inline)) { rows[i] = next[i]; });
    });
    unrolled<kSide>([&](auto i) __attribute__((always_inline)) {
      std::memcpy(to + (part * kSide + i) * to_step, &rows[i], sizeof(Values));
    });
  });
}

// to[j, i] <- from[i, j], in squares of kLanes, the rest in smaller ones
template <class T, int kLanes>
[[gnu::always_inline]] inline void transpose_block(const T* from, Index from_step, Index rows,
                                                   Index columns, T* to, Index to_step) {
  if constexpr (kLanes == 1) {
    for (Index j = 0; j < columns; ++j) {
      for (Index i = 0; i < rows; ++i) {
        to[j * to_step + i] = from[i * from_step + j];
      }
    }
  } else {
    constexpr int kNext = kLanes > 4 ? kLanes / 2 : 1;
    const Index whole_rows = rows / kLanes * kLanes;
    const Index whole_columns = columns / kLanes * kLanes;
    for (Index i = 0; i < whole_rows; i += kLanes) {
      for (Index j = 0; j < whole_columns; j += kLanes) {
        transpose_square<T, kLanes>(from + i * from_step + j, from_step, to + j * to_step + i,
                                    to_step);
      }
    }
    if (whole_columns < columns) {
      transpose_block<T, kNext>(from + whole_columns, from_step, whole_rows,
                                columns - whole_columns, to + whole_columns * to_step, to_step);
    }
    if (whole_rows < rows) {
      transpose_block<T, kNext>(from + whole_rows * from_step, from_step, rows - whole_rows,
                                columns, to + whole_rows, to_step);
    }
  }
}

// The same to rows of to_step numbers, what is behind `rows` of them filled with zeros.
template <class T, int kLanes>
[[gnu::always_inline]] inline void transpose_padded(const T* from, Index from_step, Index rows,
                                                    Index columns, T* to, Index to_step) {
  const Index whole_columns = columns / kLanes * kLanes;
  for (Index i = 0; i < to_step; i += kLanes) {
    const Index count = std::clamp<Index>(rows - i, 0, kLanes);
    for (Index j = 0; j < whole_columns; j += kLanes) {
      T* const square = to + j * to_step + i;
      if (count == kLanes) {
        transpose_square<T, kLanes>(from + i * from_step + j, from_step, square, to_step);
      } else {
        transpose_square<T, kLanes>(from + i * from_step + j, from_step, square, to_step, count);
      }
    }
  }
  for (Index j = whole_columns; j < columns; ++j) {
    std::fill(to + j * to_step + rows, to + (j + 1) * to_step, T(0));
  }
  transpose_block<T, kLanes>(from + whole_columns, from_step, rows, columns - whole_columns,
                             to + whole_columns * to_step, to_step);
}

// to[j] <- from[j], a register at a time, the last ones some of them again; fewer than a register
// through smaller ones.
template <class T, int kLanes>
[[gnu::always_inline]] inline void copy_run(const T* from, Index columns, T* to) {
  using Values = typename Register<T, kLanes>::Values;
  const auto copy = [&](Index j) __attribute__((always_inline)) {
    Values values;
    std::memcpy(&values, from + j, sizeof values);
    std::memcpy(to + j, &values, sizeof values);
  };
  if (columns >= kLanes) {
    for (Index j = 0; j + kLanes <= columns; j += kLanes) {
      copy(j);
    }
    copy(columns - kLanes);
  } else if constexpr (kLanes > 2) {
    copy_run<T, kLanes / 2>(from, columns, to);
  } else if (columns == 1) {
    to[0] = from[0];
  }
}

// to[i, j] <- from[i, j]
template <class T, int kLanes>
[[gnu::always_inline]] inline void copy_block(const T* from, Index from_step, Index rows,
                                              Index columns, T* to, Index to_step) {
  for (Index i = 0; i < rows; ++i, from += from_step, to += to_step) {
    copy_run<T, kLanes>(from, columns, to);
  }
}

enum class Move {
  copy,         // rows stay rows
  turn,         // and become columns
  turn_padded,  // likewise, and columns end in zeros
};

template <class T>
struct Block {
  Move move;
  const T* from;
  Index from_step;
  Index rows, columns;
  T* to;
  Index to_step;
};

template <class T, int kBytes>
[[gnu::always_inline]] inline void move_block(const Block<T>& b) {
  constexpr int kLanes = kBytes / int(sizeof(T));
  switch (b.move) {
    case Move::copy:
      return copy_block<T, kLanes>(b.from, b.from_step, b.rows, b.columns, b.to, b.to_step);
    case Move::turn:
      return transpose_block<T, kLanes>(b.from, b.from_step, b.rows, b.columns, b.to, b.to_step);
    case Move::turn_padded:
      return transpose_padded<T, kLanes>(b.from, b.from_step, b.rows, b.columns, b.to, b.to_step);
  }
}

#if defined(__x86_64__)
template <class T>
[[gnu::target("avx2")]] void move_avx2(const Block<T>& block) {
  move_block<T, 32>(block);
}
template <class T>
[[gnu::target("avx512f")]] void move_avx512(const Block<T>& block) {
  move_block<T, 64>(block);
}
#endif

template <class T>
void move(const Block<T>& block) {
#if defined(__x86_64__)
  switch (active_cpu()) {
    case Cpu::avx512:
      return move_avx512(block);
    case Cpu::avx2:
      return move_avx2(block);
    case Cpu::base:
      break;
  }
#endif
  move_block<T, 16>(block);
}

}  // namespace

template <class T>
void pack_panel(const T* from, Index row_step, Index column_step, Index k, Index columns,
                Index width, T* panel) {
  if (column_step != 1) {
    return move<T>({Move::turn_padded, from, column_step, columns, k, panel, width});
  }
  move<T>({Move::copy, from, row_step, k, columns, panel, width});
  for (Index p = 0; p < k && columns < width; ++p) {
    std::fill(panel + p * width + columns, panel + (p + 1) * width, T(0));
  }
}

template <class T>
void unpack_panel(const T* panel, Index width, Index k, Index columns, T* to, Index row_step,
                  Index column_step) {
  if (column_step == 1) {
    move<T>({Move::copy, panel, width, k, columns, to, row_step});
  } else {
    move<T>({Move::turn, panel, width, k, columns, to, column_step});
  }
}

template <class T>
void copy_rows(const T* from, Index from_step, Index rows, Index columns, T* to, Index to_step) {
  move<T>({Move::copy, from, from_step, rows, columns, to, to_step});
}

template void copy_rows(const float*, Index, Index, Index, float*, Index);
template void copy_rows(const double*, Index, Index, Index, double*, Index);
template void pack_panel(const float*, Index, Index, Index, Index, Index, float*);
template void pack_panel(const double*, Index, Index, Index, Index, Index, double*);
template void unpack_panel(const float*, Index, Index, Index, float*, Index, Index);
template void unpack_panel(const double*, Index, Index, Index, double*, Index, Index);

}  // namespace gradus::core
