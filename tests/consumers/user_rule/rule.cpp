#include "rule.h"

#include <gradus/optim/elements.h>
#include <gradus/optim/optimizer.h>

namespace user {
namespace {

using namespace gradus;
using namespace gradus::optim;

struct Adam {
  static constexpr std::string_view name = "user's Adam";
  Number lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("beta1", self.beta1);
    visit("beta2", self.beta2);
    visit("eps", self.eps);
  }
  struct State {
    Tensor m, v;
    static void fields(auto& self, auto&& visit) {
      visit("m", self.m);
      visit("v", self.v);
    }
  };
  void check() const {
    require_at_least_zero(name, {{"lr", lr}, {"eps", eps}});
    require_below_one(name, {{"beta1", beta1}, {"beta2", beta2}});
  }
  void update(Number t, Tensor& w, const Tensor& g, State& s) const {
    start_at_zero(s.m, w);
    start_at_zero(s.v, w);
    const Number rate = lr / (1 - pow(beta1, t));
    const Number root = 1 / sqrt(1 - pow(beta2, t));
    const auto formula = [rule = *this, rate, root](auto& wi, auto gi, auto& m, auto& v) {
      m = rule.beta1 * m + (1 - rule.beta1) * gi;
      v = rule.beta2 * v + (1 - rule.beta2) * gi * gi;
      wi -= rate / (sqrt(v) * root + rule.eps) * m;
    };
    update_elements("user's Adam", formula, w, g, s.m, s.v);
  }
};

struct RMSprop {
  static constexpr std::string_view name = "user's RMSprop";
  Number lr = 1e-2, alpha = 0.99, eps = 1e-8;
  static void fields(auto& self, auto&& visit) {
    visit("lr", self.lr);
    visit("alpha", self.alpha);
    visit("eps", self.eps);
  }
  struct State {
    Tensor v;
    static void fields(auto& self, auto&& visit) { visit("v", self.v); }
  };
  void check() const {
    require_at_least_zero(name, {{"lr", lr}, {"eps", eps}});
    require_share(name, "alpha", alpha);
  }
  void update(Number, Tensor& w, const Tensor& g, State& s) const {
    start_at_zero(s.v, w);
    const auto formula = [rule = *this](auto& wi, auto gi, auto& v) {
      v = rule.alpha * v + (1 - rule.alpha) * gi * gi;
      wi -= rule.lr / (sqrt(v) + rule.eps) * gi;
    };
    update_elements("user's RMSprop", formula, w, g, s.v);
  }
};

}  // namespace

std::unique_ptr<OptimizerBase> adam(const Parameters& parameters, double lr) {
  return std::make_unique<Optimizer<Adam>>(parameters, Adam{.lr = lr});
}

std::unique_ptr<OptimizerBase> rmsprop(const Parameters& parameters, double lr) {
  return std::make_unique<Optimizer<RMSprop>>(parameters, RMSprop{.lr = lr});
}

}  // namespace user
