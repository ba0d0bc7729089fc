#pragma once
// Trace: watches one step of one parameter.  While it is active on a thread, the passes of a rule
// (optim/elements.h) also run their formula on Traced numbers: for one element, to explain every
// line, or for all elements, to collect the values that the formula calls by one name.
#include <gradus/core/tensor.h>
#include <gradus/optim/explanation.h>
#include <gradus/optim/traced.h>

#include <functional>
#include <string>
#include <vector>

namespace gradus::optim {

/// One of the tensors or numbers of a parameter's state.
struct StateSlot {
  const char* name;
  Tensor* tensor = nullptr;  ///< this or
  Number* number = nullptr;  ///< this
  bool at_least_zero = false;
};

class Trace {
 public:
  /// Explains the element at `index` of w, with gradient g and the state that `slots` lists.
  Trace(Tensor w, Tensor g, std::function<std::vector<StateSlot>()> slots,
        std::vector<Index> index);
  /// Collects, for every element of w, the last value that the formula calls `name`.
  Trace(Tensor w, std::string name);

  const Tensor& gradient() const { return g_; }
  /// Lets numbers be called by their names: options, numbers of the state, the step.
  void name_options(const OptionRefs& options);
  void name_numbers(const std::vector<StateSlot>& slots);
  /// Takes the names from the numbers of the state again.
  static void forget_names(const std::vector<StateSlot>& slots);
  Number symbol(std::string name, double value);

  const std::vector<Line>& lines() const { return lines_; }
  const std::vector<double>& collected() const { return collected_; }

  /// The trace that watches this thread, or nullptr.
  static Trace* active();
  /// Makes a trace active on this thread for a while.
  class Scope {
   public:
    explicit Scope(Trace* trace);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Trace* before_;
  };

  // --- for optim/elements.h ------------------------------------------------------------------

  /// How many elements of a pass whose first operand is `first` are to be traced.
  Index elements(const Tensor& first) const;
  /// Turns to the i-th of them.
  void select(Index i);
  /// What the formula shall see of `x`, which broadcasts to w's shape, there.
  Traced operand(const Tensor& x);
  /// Ends the pass.
  void leave();
  /// The last line of operand `x` ends in what x is now, which was computed in another way.
  void settle(const Tensor& x);
  /// Calls `x` by this name from now on.
  void name(const char* name, const Tensor& x);

 private:
  friend int write_operator(char op, Term a, Term b);
  friend int write_call(const char* function, Term a);
  friend int write_call(const char* function, Term a, Term b);
  friend int write_choice(Term mask, Term a, Term b);
  friend int write_line(const char* name, Term x);

  /// How tightly the outermost operation of an expression binds.
  struct Expression {
    std::string symbols;
    std::string numbers;  // empty where the term's value is written
    int binding;
  };
  const char* name_of(const Tensor& x) const;
  Expression expression(const Term& x) const;
  int keep(Expression expression);
  int call(const char* function, std::initializer_list<Term> terms);
  void collect(const char* name, double value);
  bool explains() const { return collect_.empty(); }

  Tensor w_;
  Tensor g_;
  std::function<std::vector<StateSlot>()> slots_;
  std::vector<Index> index_;  // of the element
  std::string collect_;
  Index element_ = -1;  // of w in row-major order, within a pass
  std::vector<std::pair<Tensor, const char*>> named_;
  std::vector<Expression> expressions_;
  std::vector<Line> lines_;
  std::vector<double> collected_;
};

}  // namespace gradus::optim
