#include <gradus/core/vector_math.h>
#include <gradus/optim/traced.h>

namespace gradus::optim {
namespace {

// f on packs of one number, so that every result has the bits that it has in the loop.
template <class F>
double on_packs(bool single, F f, double a) {
  if (single) {
    using P = Pack<float, sizeof(float)>;
    return double(f(P(a)).values);
  }
  using P = Pack<double, sizeof(double)>;
  return f(P(a)).values;
}
template <class F>
double on_packs(bool single, F f, double a, double b) {
  if (single) {
    using P = Pack<float, sizeof(float)>;
    return double(f(P(a), P(b)).values);
  }
  using P = Pack<double, sizeof(double)>;
  return f(P(a), P(b)).values;
}

bool either_single(const Traced& a, const Traced& b) { return a.is_single() || b.is_single(); }

template <class F>
Traced operation(char op, const Traced& a, const Traced& b, F f) {
  const bool single = either_single(a, b);
  const double value = on_packs(single, f, a.value(), b.value());
  return Traced(Term{value, write_operator(op, a.term(), b.term())}, single);
}
template <class F>
Traced call(const char* function, const Traced& a, F f) {
  const double value = on_packs(a.is_single(), f, a.value());
  return Traced(Term{value, write_call(function, a.term())}, a.is_single());
}
template <class F>
Traced call(const char* function, const Traced& a, const Traced& b, F f) {
  const bool single = either_single(a, b);
  const double value = on_packs(single, f, a.value(), b.value());
  return Traced(Term{value, write_call(function, a.term(), b.term())}, single);
}
// Both rounded to what they are compared in.
template <class F>
Traced::Mask comparison(char op, const Traced& a, const Traced& b, F f) {
  const auto rounded = [single = either_single(a, b)](double x) {
    return single ? double(float(x)) : x;
  };
  const bool truth = f(rounded(a.value()), rounded(b.value()));
  return {Term{double(truth), write_operator(op, a.term(), b.term())}};
}

}  // namespace

Traced& Traced::operator=(const Traced& other) {
  single_ = single_ || other.single_;
  term_ = other.term_;
  if (operand_) {
    term_.text = write_line(operand_, term_);
  }
  return *this;
}

Traced operator+(const Traced& a, const Traced& b) {
  return operation('+', a, b, [](auto x, auto y) { return x + y; });
}
Traced operator-(const Traced& a, const Traced& b) {
  return operation('-', a, b, [](auto x, auto y) { return x - y; });
}
Traced operator*(const Traced& a, const Traced& b) {
  return operation('*', a, b, [](auto x, auto y) { return x * y; });
}
Traced operator/(const Traced& a, const Traced& b) {
  return operation('/', a, b, [](auto x, auto y) { return x / y; });
}
Traced operator-(const Traced& a) {
  return Traced(Term{-a.value(), write_operator('~', a.term(), a.term())}, a.single_);
}

Traced::Mask operator&&(const Traced::Mask& a, const Traced::Mask& b) {
  return {
      Term{double(a.term.value != 0 && b.term.value != 0), write_operator('&', a.term, b.term)}};
}
Traced::Mask operator||(const Traced::Mask& a, const Traced::Mask& b) {
  return {
      Term{double(a.term.value != 0 || b.term.value != 0), write_operator('|', a.term, b.term)}};
}
Traced::Mask operator<(const Traced& a, const Traced& b) {
  return comparison('<', a, b, [](double x, double y) { return x < y; });
}
Traced::Mask operator>(const Traced& a, const Traced& b) {
  return comparison('>', a, b, [](double x, double y) { return x > y; });
}
Traced::Mask operator<=(const Traced& a, const Traced& b) {
  return comparison('l', a, b, [](double x, double y) { return x <= y; });
}
Traced::Mask operator>=(const Traced& a, const Traced& b) {
  return comparison('g', a, b, [](double x, double y) { return x >= y; });
}
Traced::Mask operator==(const Traced& a, const Traced& b) {
  return comparison('=', a, b, [](double x, double y) { return x == y; });
}
Traced::Mask operator!=(const Traced& a, const Traced& b) {
  return comparison('!', a, b, [](double x, double y) { return x != y; });
}
Traced where(const Traced::Mask& mask, const Traced& a, const Traced& b) {
  const bool single = either_single(a, b);
  const double value = mask.term.value != 0 ? a.value() : b.value();
  return Traced(Term{value, write_choice(mask.term, a.term(), b.term())}, single);
}

Traced max(const Traced& a, const Traced& b) {
  return call("max", a, b, [](auto x, auto y) { return max(x, y); });
}
Traced min(const Traced& a, const Traced& b) {
  return call("min", a, b, [](auto x, auto y) { return min(x, y); });
}
Traced sqrt(const Traced& a) {
  return call("sqrt", a, [](auto x) { return sqrt(x); });
}
Traced abs(const Traced& a) {
  return call("abs", a, [](auto x) { return abs(x); });
}
Traced sign(const Traced& a) {
  return call("sign", a, [](auto x) { return sign(x); });
}
Traced exp(const Traced& a) {
  return call("exp", a, [](auto x) { return exp(x); });
}
Traced log(const Traced& a) {
  return call("log", a, [](auto x) { return log(x); });
}
Traced tanh(const Traced& a) {
  return call("tanh", a, [](auto x) { return tanh(x); });
}
Traced sigmoid(const Traced& a) {
  return call("sigmoid", a, [](auto x) { return sigmoid(x); });
}
Traced pow(const Traced& a, const Number& exponent) {
  const double value = on_packs(
      a.is_single(), [e = double(exponent)](auto x) { return pow(x, e); }, a.value());
  return Traced(Term{value, write_operator('^', a.term(), exponent.term())}, a.is_single());
}

}  // namespace gradus::optim
