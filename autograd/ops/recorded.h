#pragma once
// Recorded: a number of a formula that stands for a whole tensor.  Its operators are recorded
// operations, so that a derivative that was written for one number, and runs in one fused pass
// otherwise, can itself be differentiated: see derivative_of() in autograd/ops/map.h.
#include <gradus/core/tensor.h>

namespace gradus {

class Recorded {
 public:
  Recorded(double number) : number_(number) {}
  explicit Recorded(const Tensor& tensor) : tensor_(tensor) {}

  /// The tensor, stretched to the shape of `like`; a number fills one of its shape and dtype.
  Tensor as(const Tensor& like) const;

  /// Where it is true.
  struct Mask {
    Tensor truth;  ///< u8; undefined for a comparison of numbers
    bool all = false;
    Dtype dtype = f64;  ///< of what was compared
    friend Mask operator&&(const Mask& a, const Mask& b);
    friend Mask operator||(const Mask& a, const Mask& b);
  };

  friend Recorded operator+(const Recorded& a, const Recorded& b);
  friend Recorded operator-(const Recorded& a, const Recorded& b);
  friend Recorded operator*(const Recorded& a, const Recorded& b);
  friend Recorded operator/(const Recorded& a, const Recorded& b);
  friend Recorded operator-(const Recorded& a) { return -1.0 * a; }
  friend Mask operator<(const Recorded& a, const Recorded& b);
  friend Mask operator>(const Recorded& a, const Recorded& b) { return b < a; }
  friend Mask operator<=(const Recorded& a, const Recorded& b);
  friend Mask operator>=(const Recorded& a, const Recorded& b) { return b <= a; }
  friend Mask operator==(const Recorded& a, const Recorded& b);
  friend Mask operator!=(const Recorded& a, const Recorded& b);
  friend Recorded where(const Mask& mask, const Recorded& a, const Recorded& b);
  friend Recorded max(const Recorded& a, const Recorded& b);
  friend Recorded min(const Recorded& a, const Recorded& b);

  friend Recorded abs(const Recorded& a);
  friend Recorded sign(const Recorded& a);
  friend Recorded sqrt(const Recorded& a);
  friend Recorded exp(const Recorded& a);
  friend Recorded log(const Recorded& a);
  friend Recorded log1p(const Recorded& a);
  friend Recorded expm1(const Recorded& a);
  friend Recorded sin(const Recorded& a);
  friend Recorded cos(const Recorded& a);
  friend Recorded tanh(const Recorded& a);
  friend Recorded erf(const Recorded& a);
  friend Recorded sigmoid(const Recorded& a);
  friend Recorded pow(const Recorded& a, double exponent);
  friend Recorded pow(const Recorded& a, const Recorded& exponent);

 private:
  template <class F>
  static Recorded combine(const Recorded& a, const Recorded& b, F f);
  template <class F, class G>
  static Mask compare(const Recorded& a, const Recorded& b, F holds, G mirrored);
  template <class F>
  static Recorded apply(const Recorded& a, F f);

  Tensor tensor_;
  double number_ = 0;  // where tensor_ is undefined
};

}  // namespace gradus
