#pragma once
// What mutation tests share: they replace fields of valid files by values at the edges.
#include <cstdint>
#include <cstdio>
#include <optional>
#include <random>
#include <vector>

#include "data/files.h"
#include "support/naive.h"
#include "support/trials.h"

namespace gradus::test {

using Sizes = std::vector<std::uint64_t>;

/// How many files of each format: GRADUS_MUTATIONS, or few enough for the suite.
inline int mutations() { return trials("GRADUS_MUTATIONS", 10'000); }

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  template <class T, std::size_t N>
  const T& one_of(const T (&choices)[N]) {
    return choices[below(N)];
  }
  /// A value at an edge, or next to the one that is there.
  std::uint64_t edge(std::uint64_t now) {
    constexpr std::uint64_t kEdges[] = {0,
                                        1,
                                        2,
                                        255,
                                        65535,
                                        0x7fffffff,
                                        0x80000000,
                                        0xffffffff,
                                        0x100000000,
                                        INT64_MAX,
                                        std::uint64_t{1} << 63,
                                        UINT64_MAX};
    const std::uint64_t choice = below(3);
    return choice == 0 ? now + 1 : choice == 1 ? now - 1 : one_of(kEdges);
  }
  /// Replaces one to three of the fields.
  void mutate(const std::vector<std::uint64_t*>& fields) {
    for (std::uint64_t left = 1 + below(3); left > 0; --left) {
      std::uint64_t& field = *fields[below(fields.size())];
      field = edge(field);
    }
  }
  /// The same where the fields are these and, each twice as often, the sizes.
  void mutate(std::vector<std::uint64_t*> fields, Sizes& sizes) {
    add(fields, sizes);
    mutate(fields);
  }
  static void add(std::vector<std::uint64_t*>& fields, Sizes& sizes) {
    for (std::uint64_t& size : sizes) {
      fields.insert(fields.end(), 2, &size);
    }
  }
  /// Small sizes of an array.
  Sizes sizes(std::uint64_t least_rank) {
    Sizes sizes(least_rank + below(4 - least_rank));
    for (std::uint64_t& size : sizes) {
      size = 1 + below(4);
    }
    return sizes;
  }

 private:
  std::mt19937_64 random_;
};

/// Bytes of an array with `item` bytes an element, nothing where the sizes above 0 multiply to more
/// than 2^56.
inline std::optional<std::uint64_t> bytes_of(const Sizes& sizes, std::uint64_t item) {
  std::uint64_t elements = 1;
  bool is_empty = false;
  for (const std::uint64_t size : sizes) {
    if (size > 0 && elements > (std::uint64_t{1} << 56) / size) {
      return {};
    }
    elements *= size > 0 ? size : 1;
    is_empty = is_empty || size == 0;
  }
  return is_empty ? 0 : elements * item;
}

/// The result, or nothing where the file is refused; any other exception passes through.
template <class F>
auto read_or_refuse(const F& read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const FileError&) {
    return {};
  }
}

inline Sizes sizes_of(const Tensor& x) { return {x.shape().begin(), x.shape().end()}; }

/// Of a dense tensor.
inline Bytes bytes_in(const Tensor& x) {
  return {static_cast<const char*>(x.address()),
          static_cast<std::size_t>(x.numel() * item_size(x.dtype()))};
}

inline Bytes some_data(std::uint64_t size) {
  Bytes data;
  for (std::uint64_t i = 0; i < size; ++i) {
    data += static_cast<char>('a' + i % 23);  // no infinity, no NaN
  }
  return data;
}

/// Calls check(draw, loaded) for each file, which adds the file to `loaded` if it was; up to the
/// first fatal failure.  Expects that many are loaded and many are refused, and says how many.
template <class Check>
void for_each_mutation(const char* format, std::uint64_t seed, const Check& check) {
  Mutator draw(seed);
  int loaded = 0;
  for (int round = 0; round < mutations(); ++round) {
    check(draw, loaded);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << format << " file " << round;
  }
  std::printf("%d of %d mutated %s files loaded\n", loaded, mutations(), format);
  EXPECT_GT(loaded, mutations() / 100);
  EXPECT_LT(loaded, mutations() / 10 * 9);
}

}  // namespace gradus::test

namespace gradus::data {

using test::Bytes;
using test::Mutator;
using test::read_or_refuse;
using test::Sizes;
using test::some_data;

}  // namespace gradus::data
