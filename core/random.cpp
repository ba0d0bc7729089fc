#include <gradus/core/random.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace gradus {

namespace {

inline void philox(const std::uint32_t counter[4], const std::uint32_t key[2],
                   std::uint32_t out[4]) {
  std::uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
  std::uint32_t k[2] = {key[0], key[1]};
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2];
    c[0] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0];
    c[2] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1];
    c[1] = static_cast<std::uint32_t>(p1);
    c[3] = static_cast<std::uint32_t>(p0);
    k[0] += 0x9E3779B9;
    k[1] += 0xBB67AE85;
  }
  std::memcpy(out, c, sizeof c);
}

// Four numbers of the generator at once.
inline void draw_block(const Rng::State& at, std::uint64_t block, std::uint32_t out[4]) {
  const std::uint32_t counter[4] = {
      static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
      static_cast<std::uint32_t>(at.stream), static_cast<std::uint32_t>(at.stream >> 32)};
  const std::uint32_t key[2] = {static_cast<std::uint32_t>(at.seed),
                                static_cast<std::uint32_t>(at.seed >> 32)};
  philox(counter, key, out);
}

}  // namespace

void philox4x32(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]) {
  philox(counter, key, out);
}

void Rng::refill() {
  block_ = position_ / 4;
  draw_block(state(), block_, numbers_);
}

void random_bits(const Rng::State& state, Index first, Index n, std::uint32_t* out) {
  const std::uint64_t begin = state.position + static_cast<std::uint64_t>(first);
  const std::uint64_t end = begin + static_cast<std::uint64_t>(n);
  for (std::uint64_t at = begin; at < end;) {
    const std::uint64_t next = std::min(end, (at / 4 + 1) * 4);
    if (next - at == 4) {
      draw_block(state, at / 4, out + (at - begin));
    } else {
      std::uint32_t numbers[4];
      draw_block(state, at / 4, numbers);
      std::copy(numbers + at % 4, numbers + at % 4 + (next - at), out + (at - begin));
    }
    at = next;
  }
}

std::uint32_t Rng::next_u32() {
  if (position_ / 4 != block_) {
    refill();
  }
  return numbers_[position_++ % 4];
}

std::uint64_t Rng::next_u64() {
  const std::uint64_t low = next_u32();
  return low | std::uint64_t{next_u32()} << 32;
}

Rng Rng::split() {
  // A child has a key drawn from the parent and a stream that no root generator uses.
  const std::uint64_t seed = next_u64();
  return Rng(State{seed, stream_ + 1, 0});
}

double Rng::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

Index Rng::below(Index n) {
  require(n >= 1, "Rng::below: n must be at least 1, got ", n);
  const auto range = static_cast<std::uint64_t>(n);
  // Numbers below 2^64 mod n are drawn again: what is left is a multiple of n long.
  const std::uint64_t unfair = (0 - range) % range;
  std::uint64_t number = next_u64();
  while (number < unfair) {
    number = next_u64();
  }
  return static_cast<Index>(number % range);
}

namespace {

// ln(x) for normal x > 0 in additions, products and one division alone, so that it gives the same
// bits everywhere; the C library's may differ in the last one.  x = 2^e m with m in [sqrt(1/2),
// sqrt(2)), ln m = 2 atanh((m - 1) / (m + 1)).
double portable_log(double x) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  auto exponent = static_cast<int>(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffff) | std::uint64_t{1023} << 52;
  double m = 0;
  std::memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1) / (m + 1);
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) {
    sum = sum * s * s + 1.0 / k;
  }
  return 2 * s * sum + exponent * 0.69314718055994531;
}

double polynomial(const double (&c)[8], double x) {
  double sum = 0;
  for (int k = 7; k >= 0; --k) {
    sum = sum * x + c[k];
  }
  return sum;
}

// The inverse of the normal distribution function, to about 1e-15 relative.
// Wichura: Algorithm AS 241: The Percentage Points of the Normal Distribution. Applied Statistics
// 37, 1988, routine PPND16.
double normal_quantile(double p) {
  static constexpr double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                 1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                 3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr double b[] = {1.0,
                                 4.2313330701600911252e+1,
                                 6.8718700749205790830e+2,
                                 5.3941960214247511077e+3,
                                 2.1213794301586595867e+4,
                                 3.9307895800092710610e+4,
                                 2.8729085735721942674e+4,
                                 5.2264952788528545610e+3};
  static constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                 5.76949722146069140550e0,  3.64784832476320460504e0,
                                 1.27045825245236838258e0,  2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
  static constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                 1.78482653991729133580e0,  2.96560571828504891230e-1,
                                 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[] = {1.0,
                                 5.99832206555887937690e-1,
                                 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  const double r = std::sqrt(-portable_log(q < 0 ? p : 1 - p));
  const double x = r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
                          : polynomial(e, r - 5) / polynomial(f, r - 5);
  return q < 0 ? -x : x;
}

template <class F>
Tensor draw(const Shape& shape, Dtype dtype, const char* where, F number) {
  Tensor x(shape, dtype);
  visit_floating(where, dtype, [&](auto zero) {
    using T = decltype(zero);
    T* to = x.mutable_data<T>();
    for (Index i = 0; i < x.numel(); ++i) {
      to[i] = static_cast<T>(number());
    }
  });
  return x;
}

}  // namespace

// The middle of one of 2^52 equal parts, so never exactly 0 or 1.
double Rng::normal() {
  return normal_quantile((static_cast<double>(next_u64() >> 12) + 0.5) * 0x1p-52);
}

Tensor rand(const Shape& shape, Rng& rng, double low, double high, Dtype dtype) {
  require(std::isfinite(low) && std::isfinite(high), "rand: bounds must be finite, got ", low,
          " and ", high);
  require(low <= high, "rand: low must be at most high, got ", low, " and ", high);
  require(std::isfinite(high - low), "rand: the difference of the bounds must be finite, got ", low,
          " and ", high);
  // Rounding may reach `high`; the last number below it stands in.
  const double last = dtype == f32
                          ? std::nextafter(static_cast<float>(high), static_cast<float>(low))
                          : std::nextafter(high, low);
  return draw(shape, dtype, "rand", [&] {
    const double number = rng.uniform(low, high);
    return (dtype == f32 ? static_cast<float>(number) : number) >= high ? last : number;
  });
}

Tensor randn(const Shape& shape, Rng& rng, double mean, double stddev, Dtype dtype) {
  require(std::isfinite(mean), "randn: mean must be finite, got ", mean);
  require(std::isfinite(stddev) && stddev >= 0, "randn: stddev must be finite and at least 0, got ",
          stddev);
  return draw(shape, dtype, "randn", [&] { return mean + stddev * rng.normal(); });
}

Tensor permutation(Index n, Rng& rng) {
  Tensor x = arange(n, i64);
  auto* order = x.mutable_data<std::int64_t>();
  for (Index i = n - 1; i > 0; --i) {
    std::swap(order[i], order[rng.below(i + 1)]);
  }
  return x;
}

}  // namespace gradus
