#pragma once
// The formula of relu() and its derivative, for that operation and for those that end with it.

namespace gradus {

struct Relu {
  /// max(a, 0); NaN stays.
  template <class A>
  static A value(const A& a) {
    return max(a, A(0.0));
  }
  /// 0 where the value y is at most 0, elsewhere dy.
  template <class A>
  static A derivative(const A& y, const A& dy) {
    return where(y <= 0.0, A(0.0), dy);
  }
};

}  // namespace gradus
