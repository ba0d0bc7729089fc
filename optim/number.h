#pragma once
// Number: an option of a rule, or what is computed from options and the step.  It is a double that,
// while a step is being explained, also knows how it was written: `lr / (1 - pow(beta1, t))` is
// then not only 0.00369, but also "lr / (1 - beta1^t)" (optim/explain.h).
#include <gradus/core/pack.h>

#include <cmath>
#include <string>
#include <type_traits>

namespace gradus::optim {

/// A value and its place in the table of expressions of the running trace; 0 if it has none.
struct Term {
  double value = 0;
  int text = 0;
};

// How expressions are written down (optim/trace.cpp): each gives the place in the table, 0 where
// nothing is being explained.  Terms go by value: compilers then see that nothing else can change a
// rule's options, and compute what is made of them once for a whole loop.
int write_operator(char op, Term a, Term b);  // '~' is the sign of a alone
int write_call(const char* function, Term a);
int write_call(const char* function, Term a, Term b);
int write_choice(Term mask, Term a, Term b);
/// A line "name <- x"; from here on x is called by that name.
int write_line(const char* name, Term x);

/// std::pow, which remembers the last few results.
double power(double base, double exponent);

/// Numbers that become double without loss; long double keeps its own arithmetic.
template <class A>
concept Plain = std::is_arithmetic_v<A> && !std::is_same_v<A, long double>;

class Number {
 public:
  Number() = default;
  template <Plain A>
  Number(A value) : term_{static_cast<double>(value), 0} {}
  explicit Number(const Term& term) : term_(term) {}

  operator double() const { return term_.value; }
  template <class T, int kBytes>
  operator Pack<T, kBytes>() const {
    return Pack<T, kBytes>(term_.value);
  }
  const Term& term() const { return term_; }

  friend Number operator+(const Number& a, const Number& b) {
    return made('+', a, b, a.term_.value + b.term_.value);
  }
  friend Number operator-(const Number& a, const Number& b) {
    return made('-', a, b, a.term_.value - b.term_.value);
  }
  friend Number operator*(const Number& a, const Number& b) {
    return made('*', a, b, a.term_.value * b.term_.value);
  }
  friend Number operator/(const Number& a, const Number& b) {
    return made('/', a, b, a.term_.value / b.term_.value);
  }
  friend Number operator-(const Number& a) { return made('~', a, a, -a.term_.value); }
  friend Number pow(const Number& a, const Number& b) {
    return made('^', a, b, power(a.term_.value, b.term_.value));
  }
  friend Number sqrt(const Number& a) { return called("sqrt", a, std::sqrt(a.term_.value)); }
  friend Number abs(const Number& a) { return called("abs", a, std::fabs(a.term_.value)); }
  friend Number max(const Number& a, const Number& b) {
    return called("max", a, b, a.term_.value < b.term_.value ? b.term_.value : a.term_.value);
  }
  friend Number min(const Number& a, const Number& b) {
    return called("min", a, b, b.term_.value < a.term_.value ? b.term_.value : a.term_.value);
  }
  Number& operator+=(const Number& b) { return *this = *this + b; }
  Number& operator-=(const Number& b) { return *this = *this - b; }
  Number& operator*=(const Number& b) { return *this = *this * b; }
  Number& operator/=(const Number& b) { return *this = *this / b; }

 private:
  static Number made(char op, const Number& a, const Number& b, double value) {
    Term made{value, 0};
    if ((a.term_.text | b.term_.text) != 0) [[unlikely]] {
      made.text = write_operator(op, a.term_, b.term_);
    }
    return Number(made);
  }
  static Number called(const char* function, const Number& a, double value) {
    return Number(Term{value, a.term_.text == 0 ? 0 : write_call(function, a.term_)});
  }
  static Number called(const char* function, const Number& a, const Number& b, double value) {
    const bool plain = (a.term_.text | b.term_.text) == 0;
    return Number(Term{value, plain ? 0 : write_call(function, a.term_, b.term_)});
  }

  Term term_;
};

// A Number with a plain number: without these, the conversion to double would compete.
template <Plain A>
Number operator+(const Number& a, A b) {
  return a + Number(b);
}
template <Plain A>
Number operator+(A a, const Number& b) {
  return Number(a) + b;
}
template <Plain A>
Number operator-(const Number& a, A b) {
  return a - Number(b);
}
template <Plain A>
Number operator-(A a, const Number& b) {
  return Number(a) - b;
}
template <Plain A>
Number operator*(const Number& a, A b) {
  return a * Number(b);
}
template <Plain A>
Number operator*(A a, const Number& b) {
  return Number(a) * b;
}
template <Plain A>
Number operator/(const Number& a, A b) {
  return a / Number(b);
}
template <Plain A>
Number operator/(A a, const Number& b) {
  return Number(a) / b;
}
template <Plain A>
Number pow(const Number& a, A b) {
  return pow(a, Number(b));
}
template <Plain A>
Number pow(A a, const Number& b) {
  return pow(Number(a), b);
}

/// As a double is printed in messages.
std::string to_text(const Number& x);

}  // namespace gradus::optim
