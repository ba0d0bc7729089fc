#include <gradus/optim/digits.h>
#include <gradus/optim/trace.h>

#include <algorithm>
#include <utility>

namespace gradus::optim {
namespace {

thread_local Trace* active_trace = nullptr;

// How tightly operations bind, loosest first.
constexpr int kOr = 1, kAnd = 2, kCompare = 3, kSum = 4, kProduct = 5, kSign = 6, kPower = 7;
constexpr int kAtom = 8;

struct Operator {
  char op;
  const char* text;
  int binding;
  int right;  ///< what the right operand must bind at least as tightly as
};
constexpr Operator kOperators[] = {
    {'+', " + ", kSum, kSum},      {'-', " - ", kSum, kProduct},  {'*', " * ", kProduct, kProduct},
    {'/', " / ", kProduct, kSign}, {'^', "^", kPower, kAtom},     {'<', " < ", kCompare, kSum},
    {'>', " > ", kCompare, kSum},  {'l', " <= ", kCompare, kSum}, {'g', " >= ", kCompare, kSum},
    {'=', " == ", kCompare, kSum}, {'!', " != ", kCompare, kSum}, {'&', " && ", kAnd, kCompare},
    {'|', " || ", kOr, kAnd},
};

const Operator& operator_of(char op) {
  return *std::find_if(std::begin(kOperators), std::end(kOperators),
                       [op](const Operator& o) { return o.op == op; });
}

std::string wrap(const std::string& text, bool needed) {
  return needed ? join({"(", text, ")"}) : text;
}

bool same_elements(const Tensor& a, const Tensor& b) {
  return a && b && &a.storage() == &b.storage() && a.offset() == b.offset() &&
         a.shape() == b.shape();
}

// The number of x at `index`, to which x broadcasts.
double element_of(const Tensor& x, const std::vector<Index>& index) {
  Index at = 0;
  for (int d = 0; d < x.rank(); ++d) {
    if (x.shape()[d] != 1) {
      at += index[index.size() - static_cast<std::size_t>(x.rank() - d)] * x.strides()[d];
    }
  }
  return visit_floating("explain", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    return static_cast<double>(x.data<T>()[at]);
  });
}

}  // namespace

Trace::Trace(Tensor w, Tensor g, std::function<std::vector<StateSlot>()> slots,
             std::vector<Index> index)
    : w_(std::move(w)), g_(std::move(g)), slots_(std::move(slots)), index_(std::move(index)) {
  expressions_.push_back({"", "", kAtom});  // place 0 is for what has no name
}

Trace::Trace(Tensor w, std::string name) : w_(std::move(w)), collect_(std::move(name)) {}

Trace* Trace::active() { return active_trace; }

Trace::Scope::Scope(Trace* trace) : before_(std::exchange(active_trace, trace)) {}
Trace::Scope::~Scope() { active_trace = before_; }

Number Trace::symbol(std::string name, double value) {
  return Number(
      Term{value, explains() ? keep({std::move(name), significant_digits(value), kAtom}) : 0});
}

void Trace::name_options(const OptionRefs& options) {
  for (const OptionRef& option : options) {
    if (Number* const* number = std::get_if<Number*>(&option.at)) {
      **number = symbol(option.name, **number);
    }
  }
}

void Trace::name_numbers(const std::vector<StateSlot>& slots) {
  for (const StateSlot& slot : slots) {
    if (slot.number) {
      *slot.number = symbol(slot.name, *slot.number);
    }
  }
}

void Trace::forget_names(const std::vector<StateSlot>& slots) {
  for (const StateSlot& slot : slots) {
    if (slot.number) {
      *slot.number = double(*slot.number);
    }
  }
}

Index Trace::elements(const Tensor& first) const {
  if (first.shape() != w_.shape()) {
    return 0;  // a pass over something else: what it computes is a plain number in later lines
  }
  return explains() ? 1 : w_.numel();
}

void Trace::select(Index i) {
  if (explains()) {
    element_ = 0;
    return;
  }
  element_ = i;
  index_.resize(static_cast<std::size_t>(w_.rank()));
  for (int d = w_.rank() - 1; d >= 0; --d) {
    index_[static_cast<std::size_t>(d)] = i % w_.shape()[d];
    i /= w_.shape()[d];
  }
}

void Trace::leave() { element_ = -1; }

Traced Trace::operand(const Tensor& x) {
  const double value = element_of(x, index_);
  const bool single = x.dtype() == f32;
  if (!explains()) {
    return Traced("", Term{value, 0}, single);
  }
  // Its number is written where it is read, which a tensor that is only written to never is.
  const char* name = name_of(x);
  return Traced(name, Term{value, keep({name, "", kAtom})}, single);
}

void Trace::settle(const Tensor& x) {
  if (!explains() || x.shape() != w_.shape()) {
    return;
  }
  const auto last = std::find_if(lines_.rbegin(), lines_.rend(),
                                 [name = name_of(x)](const Line& l) { return l.name == name; });
  if (last != lines_.rend()) {
    last->value = element_of(x, index_);
  }
}

void Trace::name(const char* name, const Tensor& x) {
  if (explains()) {
    named_.emplace_back(x, name);
  }
}

const char* Trace::name_of(const Tensor& x) const {
  for (const auto& [tensor, name] : named_) {
    if (same_elements(tensor, x)) {
      return name;
    }
  }
  for (const StateSlot& slot : slots_()) {
    if (slot.tensor && same_elements(*slot.tensor, x)) {
      return slot.name;
    }
  }
  return same_elements(w_, x) ? "w" : same_elements(g_, x) ? "g" : "x";
}

Trace::Expression Trace::expression(const Term& x) const {
  const Expression& kept = expressions_[static_cast<std::size_t>(x.text)];
  if (!kept.numbers.empty()) {
    return kept;
  }
  const std::string text = significant_digits(x.value);
  return {x.text != 0 ? kept.symbols : text, text, x.value < 0 ? kSign : kAtom};
}

int Trace::keep(Expression expression) {
  expressions_.push_back(std::move(expression));
  return static_cast<int>(expressions_.size()) - 1;
}

int write_operator(char op, Term a, Term b) {
  Trace* trace = Trace::active();
  if (!trace || !trace->explains()) {
    return 0;
  }
  const Trace::Expression left = trace->expression(a);
  if (op == '~') {
    const auto negated = [&](const std::string& x) {
      return join({"-", wrap(x, left.binding < kSign || x.front() == '-')});
    };
    return trace->keep({negated(left.symbols), negated(left.numbers), kSign});
  }
  const Trace::Expression right = trace->expression(b);
  const Operator& o = operator_of(op);
  // Only in front may a sign stand without parentheses.
  const auto join_texts = [&](const std::string& x, const std::string& y) {
    const bool wrap_left = left.binding < o.binding || (o.binding == kPower && x.front() == '-');
    const bool wrap_right = right.binding < o.right || y.front() == '-';
    return wrap(x, wrap_left) + o.text + wrap(y, wrap_right);
  };
  return trace->keep({join_texts(left.symbols, right.symbols),
                      join_texts(left.numbers, right.numbers), o.binding});
}

int Trace::call(const char* function, std::initializer_list<Term> terms) {
  std::string symbols = std::string(function) + "(";
  std::string numbers = symbols;
  const char* comma = "";
  for (const Term& term : terms) {
    const Expression e = expression(term);
    symbols += join({comma, e.symbols});
    numbers += join({comma, e.numbers});
    comma = ", ";
  }
  return keep({symbols + ")", numbers + ")", kAtom});
}

int write_call(const char* function, Term a) {
  Trace* trace = Trace::active();
  return trace && trace->explains() ? trace->call(function, {a}) : 0;
}
int write_call(const char* function, Term a, Term b) {
  Trace* trace = Trace::active();
  return trace && trace->explains() ? trace->call(function, {a, b}) : 0;
}
int write_choice(Term mask, Term a, Term b) {
  Trace* trace = Trace::active();
  return trace && trace->explains() ? trace->call("where", {mask, a, b}) : 0;
}

int write_line(const char* name, Term x) {
  Trace* trace = Trace::active();
  if (!trace) {
    return 0;
  }
  if (!trace->explains()) {
    trace->collect(name, x.value);
    return 0;
  }
  const Trace::Expression e = trace->expression(x);
  trace->lines_.push_back({name, e.symbols, e.numbers, x.value});
  return trace->keep({name, significant_digits(x.value), kAtom});
}

void Trace::collect(const char* name, double value) {
  if (name != collect_) {
    return;
  }
  collected_.resize(static_cast<std::size_t>(w_.numel()));
  if (element_ < 0) {
    std::fill(collected_.begin(), collected_.end(), value);  // one number for all elements
  } else {
    collected_[static_cast<std::size_t>(element_)] = value;
  }
}

}  // namespace gradus::optim
