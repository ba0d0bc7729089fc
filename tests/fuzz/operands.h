#pragma once
// What a function is given: tensors and options, chosen by the bytes, that fit for the most part;
// and whether the tensors are afterwards what they were before.
#include <gradus/autograd/backward.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/core/random.h>
#include <gradus/core/view.h>

#include <cstring>
#include <limits>
#include <vector>

#include "fuzz/choices.h"
#include "fuzz/target.h"

namespace gradus::test {

inline bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor x = a.dense();
  const Tensor y = b.dense();
  const auto bytes = static_cast<std::size_t>(x.numel() * item_size(x.dtype()));
  return x.shape() == y.shape() && x.dtype() == y.dtype() &&
         (bytes == 0 || std::memcmp(x.address(), y.address(), bytes) == 0);
}

/// A tensor and what it was when this was made.
class Snapshot {
 public:
  explicit Snapshot(const Tensor& x)
      : now(x), before_(x.clone()), version_(x.storage().version()), wants_(x.requires_grad()) {}
  bool is_as_before() const {
    return now.storage().version() == version_ && now.requires_grad() == wants_ &&
           same_bits(now, before_);
  }

  Tensor now;

 private:
  Tensor before_;
  std::uint64_t version_;
  bool wants_;
};

/// A size or an option: one from `least` to `most`, seldom one that is out of any range.  None is
/// between what a test may take and what no memory holds.
inline Index pick(Choices& choices, Index least, Index most) {
  constexpr Index kStrange[] = {0, -1, INT64_MIN, INT64_MAX, Index{1} << 62};
  const int choice = choices.byte();
  return choice >= 251   ? kStrange[choice - 251]
         : choice == 250 ? least - 1
                         : least + choice % (most - least + 1);
}

/// The same for an option that is no whole number.
inline double pick_number(Choices& choices, double low, double high) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kStrange[] = {
      0, -1, 2, 1e300, 1e-320, kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()};
  const int choice = choices.byte();
  return choice >= 248 ? kStrange[choice - 248] : low + (high - low) * (choice % 8) / 7;
}

class Operands {
 public:
  Operands(Choices& choices, const Tensor& earlier)
      : earlier_(earlier), choices_(choices), dtype_(choices.byte() % 4 == 3 ? f64 : f32) {}

  bool yes() { return choices_.byte() % 2 == 1; }
  int one_of(int count) { return choices_.byte() % count; }
  Index whole(Index least, Index most) { return pick(choices_, least, most); }
  double number(double low, double high) { return pick_number(choices_, low, high); }
  /// The size of an operand.
  Index size(int most = 4) { return 1 + choices_.byte() % most; }

  /// Of the normal distribution.
  Tensor floating(const Shape& shape) { return make(shape, false); }
  /// From 0 to 1.
  Tensor shares(const Shape& shape) { return make(shape, true); }
  /// The same, or undefined.
  Tensor optional(const Shape& shape) { return yes() ? floating(shape) : Tensor(); }
  /// From 0 to below `end`, or all one number that may be none of them.
  Tensor indices(const Shape& shape, Index end) {
    const int kind = choices_.byte();
    Tensor x = empty(kind == 255 ? choices_.shape() : shape, kind == 254 ? choices_.dtype() : i64);
    if (kind >= 240) {
      fill(x, double(pick(choices_, 0, end)));
    } else {
      copy(x, rand(x.shape(), rng_, 0, double(end)));
    }
    return keep(x);
  }
  /// Zeros and ones, or undefined.
  Tensor mask(const Shape& shape) {
    if (!yes()) {
      return {};
    }
    const int kind = choices_.byte();
    Tensor x = empty(kind == 255 ? choices_.shape() : shape, kind == 254 ? choices_.dtype() : u8);
    if (kind >= 240) {
      fill(x, double(kind % 2));
    } else {
      copy(x, rand(x.shape(), rng_, 0, 2));
    }
    return keep(x);
  }

  Rng& rng() { return rng_; }
  /// Takes part in what follows.
  Tensor keep(const Tensor& x) {
    all_.emplace_back(x);
    return x;
  }

  /// Reads y and differentiates it, perhaps twice.
  void differentiate(const Tensor& y) {
    y.clone();
    if (!y.requires_grad()) {
      return;
    }
    const int choice = choices_.byte() % 4;
    if (choice == 3) {
      differentiate_twice(y);
    } else {
      const bool again = choice == 2;
      backward(sum(y), {.retain_graph = again});
      has_gradients_ = true;
      if (again) {
        backward(sum(y));
      }
    }
    has_gradients_ = true;
    for (const Snapshot& x : all_) {
      if (const Tensor g = x.now.grad()) {
        check(g.shape() == x.now.shape() && g.dtype() == x.now.dtype());
        g.clone();
      }
    }
  }

  /// That no operand is another than before, nor has a gradient of what failed.
  void check_unchanged() const {
    for (const Snapshot& x : all_) {
      check(x.is_as_before());
      check(has_gradients_ || !x.now.grad());
    }
  }

 private:
  Tensor make(Shape shape, bool is_share) {
    const int kind = choices_.byte();
    if (kind == 255) {
      return {};
    }
    if (kind == 254 && earlier_) {
      return keep(earlier_);
    }
    if (kind == 253) {
      shape = choices_.shape();
    } else if (kind >= 251 && shape.rank() > 0) {
      shape[choices_.byte() % shape.rank()] = pick(choices_, 0, 4);
    }
    Tensor x = lay_out(numbers(shape, kind == 250 ? choices_.dtype() : dtype_, is_share), kind % 4);
    if (is_floating(x.dtype()) && kind / 4 % 2 == 0) {
      x.set_requires_grad();
    }
    return keep(x);
  }
  Tensor numbers(const Shape& shape, Dtype dtype, bool is_share) {
    const int kind = choices_.byte();
    if (kind >= 192) {
      return full(shape, pick_number(choices_, -1, 1), dtype);
    }
    return convert(is_share ? rand(shape, rng_) : randn(shape, rng_), dtype);
  }
  /// The same numbers, but for the last way, which takes those of the first row for all.
  static Tensor lay_out(const Tensor& x, int way) {
    if (x.rank() == 0 || x.numel() == 0 || way == 0) {
      return x;
    }
    if (way == 1) {
      return core::transpose(core::transpose(x, 0, -1).clone(), 0, -1);
    }
    if (way == 2) {
      Shape wide = x.shape();
      wide[x.rank() - 1] *= 2;
      const Tensor y = core::slice(zeros(wide, x.dtype()), -1, 0, wide[x.rank() - 1], 2);
      copy(y, x);
      return y;
    }
    return core::expand(core::slice(x, 0, 0, 1), x.shape());
  }
  void differentiate_twice(const Tensor& y) {
    std::vector<Tensor> leaves;
    for (const Snapshot& x : all_) {
      if (x.now.requires_grad()) {
        leaves.push_back(x.now);
      }
    }
    if (leaves.empty()) {
      return;
    }
    Tensor total;
    for (const Tensor& g : grad({sum(y)}, leaves, {.create_graph = true, .allow_unused = true})) {
      if (g && g.requires_grad()) {
        total = total ? total + sum(g) : sum(g);
      }
    }
    if (total) {
      backward(total);
    }
  }

  Tensor earlier_;
  Choices& choices_;
  Dtype dtype_;
  Rng rng_{0};
  std::vector<Snapshot> all_;
  bool has_gradients_ = false;
};

}  // namespace gradus::test
