#pragma once
// Adam with a mistake in it, one for each thing that the conformance checks should notice. Those in
// what a rule lists are made when it is compiled, all others when it runs: a rule for each would
// take most of the time that the tests of optimizers compile.
#include <gradus/core/parallel.h>
#include <gradus/core/reduce.h>
#include <gradus/core/view.h>
#include <gradus/optim/elements.h>
#include <gradus/optim/rule.h>

#include <cmath>

namespace gradus::test {

enum class Mistake {
  none,
  bias_exponent,        // 1 - beta2^(t + 1)
  no_bias_correction,   // the first step is 3.16 lr long
  count_per_tensor,     // t advances with every tensor, not with every step
  unlisted_state,       // State::fields leaves m out
  unlisted_option,      // fields leaves beta2 out
  swapped_option,       // fields gives beta1 the name of beta2
  neighbour,            // reads the element before
  summed_gradient,      // adds up coordinates
  absolute_gradient,    // forgets the sign of g
  square_as_numerator,  // w <- w - lr v / (sqrt(v) + eps)
  uphill,               // w <- w + ...
  sign_of_zero,         // 0 counts as positive
  float_share,          // (1 - beta2) in float
  float_rate,           // lr in float
  writes_gradient,      // adds the weight decay to g itself
  decay_at_zero_lr,     // w <- (1 - weight_decay) w
  shared_state,         // one running size for all parameters
  shared_options,       // the options that were checked last
  unchecked_option,     // check() forgets eps
  unnamed_option,       // the error for eps does not say which option it is
  hidden_nan,           // a NaN gradient counts as 0
  rebound_parameter,    // makes a new tensor of w
  uncounted_write,      // writes w where nobody sees it
  no_eps,               // 0 / 0 at a zero gradient
  needs_a_dimension,    // of which a number has none
  thread_dependent,     // lr / num_threads()
  hidden_counter,       // another lr in every call
  growing_weights,      // sums weighted by beta1^-t, which overflow
  single_state,         // state of f32 whatever the parameter
  own_loop,             // pointers instead of update_elements
  normalised_gradient,  // g / sqrt(g^2), which is 0 / 0 below 1e-19 in f32
  fourth_power,         // g^4, which overflows above 1e9 in f32
  fading_counter,  // lr (1 - 2^-count) with a count of all calls, of which soon nothing is seen
  frozen_state,    // m is changed in a copy
  signed_state,    // at_least_zero names m
};

inline Mistake made_mistake = Mistake::none;
inline double shared_number = 0;  // of those mistakes that share something

// The rule makes this mistake as long as the object is there.
class Making {
 public:
  explicit Making(Mistake mistake) {
    made_mistake = mistake;
    shared_number = 0;
  }
  ~Making() { made_mistake = Mistake::none; }
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;
};

template <Mistake kListed = Mistake::none>
struct Planted {
  static constexpr std::string_view name = "Planted";
  using Number = optim::Number;
  static constexpr bool lists(Mistake mistake) { return kListed == mistake; }
  static bool has(Mistake mistake) { return made_mistake == mistake; }

  Number lr = 1e-2, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;

  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    if constexpr (lists(Mistake::swapped_option)) {
      visit("beta2", self.beta1);
    } else if constexpr (!lists(Mistake::unlisted_option)) {
      visit("beta2", self.beta2);
    }
    visit("eps", self.eps);
    visit("weight_decay", self.weight_decay);
  }

  struct State {
    Tensor m, v;
    static constexpr std::string_view at_least_zero[] = {lists(Mistake::signed_state) ? "m" : "v"};
    static void fields(auto& self, auto&& visit) {
      if constexpr (!lists(Mistake::unlisted_state)) {
        visit("m", self.m);
      }
      visit("v", self.v);
    }
  };

  static double& checked_lr() {
    static double value = 0;
    return value;
  }

  void check() const {
    checked_lr() = lr;
    optim::require_at_least_zero(name, "lr", lr);
    optim::require_below_one(name, "beta1", beta1);
    optim::require_below_one(name, "beta2", beta2);
    if (has(Mistake::unnamed_option)) {
      require(std::isfinite(eps) && eps >= 0, "Planted: something is wrong");
    } else if (!has(Mistake::unchecked_option)) {
      optim::require_at_least_zero(name, "eps", eps);
    }
    optim::require_at_least_zero(name, "weight_decay", weight_decay);
  }

  // By the inequality of Cauchy and Schwarz between the sums that m and v are.
  double step_bound(Index step) const {
    if (weight_decay != 0) {
      return std::numeric_limits<double>::infinity();
    }
    const auto t = static_cast<double>(step);
    const double q = beta1 * beta1 / beta2;
    const double sum = (1 - std::pow(q, t)) / (1 - q);
    return lr * (1 - beta1) / (1 - std::pow(beta1, t)) *
           std::sqrt((1 - std::pow(beta2, t)) / (1 - beta2) * sum);
  }

  void update(Number t, Tensor& w, const Tensor& g, State& s) const {
    const Dtype dtype = has(Mistake::single_state) ? f32 : w.dtype();
    for (Tensor* slot : {&s.m, &s.v}) {
      if (!*slot) {
        *slot = zeros(w.shape(), dtype);
      }
    }
    Number rate = lr;
    Number root = 1;
    Number share = 1 - beta2;
    prepare(t, w, rate, root, share);
    const Tensor seen = gradient(g);
    if (has(Mistake::own_loop) || has(Mistake::uncounted_write)) {
      return plain_loop(rate, w, seen);
    }
    const auto formula = [rule = *this, rate, root, share](auto& wi, auto gi, auto& m, auto& v) {
      change(gi);
      if (has(Mistake::decay_at_zero_lr)) {
        wi *= 1 - rule.weight_decay;
      } else if (rule.weight_decay != 0) {
        gi += rule.weight_decay * wi;
      }
      m = rule.beta1 * m + (1 - rule.beta1) * gi;
      v = rule.beta2 * v + share * (has(Mistake::fourth_power) ? gi * gi * gi * gi : gi * gi);
      auto top = m;
      auto divisor = sqrt(v) * root + (has(Mistake::no_eps) ? 0.0 : 1.0) * rule.eps;
      if (has(Mistake::square_as_numerator)) {
        top = v;
      } else if (has(Mistake::uphill)) {
        top = -m;
      }
      wi -= rate * top / divisor;
    };
    if (has(Mistake::rebound_parameter)) {
      w = w.clone();
    } else if (has(Mistake::writes_gradient)) {
      optim::update_elements(
          "Planted", [](auto& gi, auto wi) { gi += 1e-3 * wi; }, const_cast<Tensor&>(g), w);
    }
    Tensor m = has(Mistake::frozen_state) ? s.m.clone() : s.m;
    optim::update_elements("Planted", formula, w, seen, m, s.v);
  }

 private:
  // What depends on the step alone.
  void prepare(Number t, const Tensor& w, Number& rate, Number& root, Number& share) const {
    if (has(Mistake::count_per_tensor)) {
      t = ++shared_number;
    } else if (has(Mistake::shared_state)) {
      shared_number = 0.9 * shared_number + std::fabs(core::sum(w).item());
      rate /= 1 + shared_number;
    } else if (has(Mistake::shared_options)) {
      rate = checked_lr();
    } else if (has(Mistake::hidden_counter)) {
      rate /= 1 + std::fmod(++shared_number, 17);
    } else if (has(Mistake::fading_counter)) {
      rate /= 1 - std::pow(0.5, ++shared_number);
    } else if (has(Mistake::thread_dependent)) {
      rate /= num_threads();
    } else if (has(Mistake::needs_a_dimension)) {
      rate /= static_cast<double>(w.size(0));
    } else if (has(Mistake::float_share)) {
      share = 1.0F - static_cast<float>(double(beta2));
    } else if (has(Mistake::float_rate)) {
      rate = static_cast<float>(double(lr));
    } else if (has(Mistake::growing_weights)) {
      const Number growth = pow(1 / beta1, t);
      rate *= growth / (growth + 1);
    }
    if (!has(Mistake::no_bias_correction)) {
      rate /= 1 - pow(beta1, t);
      root = 1 / sqrt(1 - pow(beta2, has(Mistake::bias_exponent) ? t + 1 : t));
    }
  }

  // What the formula sees of g, as a whole.
  static Tensor gradient(const Tensor& g) {
    Tensor seen = g.clone();
    if (has(Mistake::summed_gradient)) {
      const Tensor sum = core::sum(g);
      core::elementwise(
          "Planted", [](auto& a, auto b) { a += b; }, seen, sum);
    } else if (has(Mistake::neighbour)) {
      Tensor row = core::reshape(seen, {seen.numel()});
      copy(core::slice(row, 0, 1, seen.numel()),
           core::slice(core::reshape(g, {g.numel()}), 0, 0, g.numel() - 1).clone());
    }
    return has(Mistake::summed_gradient) || has(Mistake::neighbour) ? seen : g;
  }

  // What it sees of one element.
  template <class S>
  static void change(S& gi) {
    if (has(Mistake::absolute_gradient)) {
      gi = abs(gi);
    } else if (has(Mistake::sign_of_zero)) {
      gi = where(gi >= 0.0, S(1.0), S(-1.0));
    } else if (has(Mistake::hidden_nan)) {
      gi = where(gi == gi, gi, S(0.0));
    } else if (has(Mistake::normalised_gradient)) {
      gi = where(gi == 0.0, gi, gi / sqrt(gi * gi));
    }
  }

  static void plain_loop(double rate, Tensor& w, const Tensor& g) {
    visit_floating("Planted", w.dtype(), [&](auto zero) {
      using T = decltype(zero);
      T* to = has(Mistake::own_loop) ? w.mutable_data<T>() : static_cast<T*>(w.address());
      const T* from = g.data<T>();
      for (Index i = 0; i < w.numel(); ++i) {
        to[i] -= T(rate) * from[i];
      }
    });
  }
};

}  // namespace gradus::test
