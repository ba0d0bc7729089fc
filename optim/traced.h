#pragma once
// Traced: the scalar on which a formula runs to be explained.  It has the operations of a Pack
// (core/pack.h, core/vector_math.h), gives the bits that a lane of a pack gives, and writes down
// what was computed from what.  An assignment to an operand of the formula is a line of the
// explanation.
#include <gradus/optim/number.h>

namespace gradus::optim {

class Traced {
 public:
  Traced() = default;
  Traced(double value) : term_{value, 0} {}
  Traced(const Number& number) : term_(number.term()) {}
  /// A value of f32, if `single`, or f64.
  Traced(const Term& term, bool single) : term_(term), single_(single) {}
  /// The operand of a formula that is called `name`.
  Traced(const char* name, const Term& term, bool single)
      : term_(term), operand_(name), single_(single) {}

  // A copy is a value: assigning to it is no line.
  Traced(const Traced& other) : term_(other.term_), single_(other.single_) {}
  Traced& operator=(const Traced& other);

  const Term& term() const { return term_; }
  double value() const { return term_.value; }
  bool is_single() const { return single_; }

  friend Traced operator+(const Traced& a, const Traced& b);
  friend Traced operator-(const Traced& a, const Traced& b);
  friend Traced operator*(const Traced& a, const Traced& b);
  friend Traced operator/(const Traced& a, const Traced& b);
  friend Traced operator-(const Traced& a);
  Traced& operator+=(const Traced& b) { return *this = *this + b; }
  Traced& operator-=(const Traced& b) { return *this = *this - b; }
  Traced& operator*=(const Traced& b) { return *this = *this * b; }
  Traced& operator/=(const Traced& b) { return *this = *this / b; }

  struct Mask {
    Term term;  // 1 or 0
    friend Mask operator&&(const Mask& a, const Mask& b);
    friend Mask operator||(const Mask& a, const Mask& b);
  };
  friend Mask operator<(const Traced& a, const Traced& b);
  friend Mask operator>(const Traced& a, const Traced& b);
  friend Mask operator<=(const Traced& a, const Traced& b);
  friend Mask operator>=(const Traced& a, const Traced& b);
  friend Mask operator==(const Traced& a, const Traced& b);
  friend Mask operator!=(const Traced& a, const Traced& b);
  friend Traced where(const Mask& mask, const Traced& a, const Traced& b);

  friend Traced max(const Traced& a, const Traced& b);
  friend Traced min(const Traced& a, const Traced& b);
  friend Traced sqrt(const Traced& a);
  friend Traced abs(const Traced& a);
  friend Traced sign(const Traced& a);
  friend Traced exp(const Traced& a);
  friend Traced log(const Traced& a);
  friend Traced tanh(const Traced& a);
  friend Traced sigmoid(const Traced& a);
  friend Traced pow(const Traced& a, const Number& exponent);

 private:
  Term term_;
  const char* operand_ = nullptr;  // the name of an operand that is assigned to
  bool single_ = false;
};

}  // namespace gradus::optim
