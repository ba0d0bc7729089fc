#pragma once
// Random numbers from a counter: Philox4x32-10.  The n-th number is a function of (seed, stream,
// n), the same on every platform, so that a seed in a handout means the same numbers for everyone.
// Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3. SC 2011.
#include <gradus/core/tensor.h>

#include <cstdint>

namespace gradus {

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : seed_(seed) {}

  /// A generator whose numbers are independent of this one's and of its other splits'.  Takes one
  /// number of this one.
  Rng split();

  std::uint32_t next_u32();
  /// Takes the next n numbers of 32 bits, to be had from random_bits() with the state before.
  void skip(Index n) { position_ += static_cast<std::uint64_t>(n); }
  std::uint64_t next_u64();
  /// In [0, 1), a multiple of 2^-53.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// From the standard normal distribution.
  double normal();
  /// In [0, n), each equally likely.  Throws ValueError unless n >= 1.
  Index below(Index n);

  /// Where the generator stands: with these three an equal one is made.
  struct State {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
    std::uint64_t position = 0;
    bool operator==(const State&) const = default;
  };
  State state() const { return {seed_, stream_, position_}; }
  explicit Rng(const State& state)
      : seed_(state.seed), stream_(state.stream), position_(state.position) {}

 private:
  void refill();

  std::uint64_t seed_;
  std::uint64_t stream_ = 0;
  std::uint64_t position_ = 0;        // numbers of 32 bits taken so far
  std::uint64_t block_ = UINT64_MAX;  // which block of four `numbers_` holds
  std::uint32_t numbers_[4] = {};
};

/// Philox4x32-10: four numbers from a counter of 128 bits and a key of 64.
void philox4x32(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]);

/// out[i] <- what next_u32() gives after `first` + i others, for a generator in that state: for the
/// pieces of a parallel loop.  i = 0, ..., n - 1.
void random_bits(const Rng::State& state, Index first, Index n, std::uint32_t* out);

/// Uniform in [low, high).  Throws ValueError unless low <= high, both and their difference finite.
Tensor rand(const Shape& shape, Rng& rng, double low = 0, double high = 1, Dtype dtype = f32);
/// Normal with that mean and standard deviation.  Throws ValueError unless both are finite and
/// stddev is at least 0.
Tensor randn(const Shape& shape, Rng& rng, double mean = 0, double stddev = 1, Dtype dtype = f32);
/// 0, ..., n-1 in random order, i64 [n].
Tensor permutation(Index n, Rng& rng);

}  // namespace gradus
