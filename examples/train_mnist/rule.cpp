#include "train_mnist/rule.h"

#include <gradus/optim/options.h>

namespace train_mnist {

using namespace gradus;

const std::vector<std::string>& rule_names() {
  static const std::vector<std::string> names = {"sgd", "rmsprop", "adam"};
  return names;
}

// Mean accuracy on 5,000 training images held back, of six seeds, with 5 epochs and the rate
// falling (benchmarks/accuracy.sh):
//   SGD      lr 0.025 0.9825   0.035 0.9835   0.05  0.9829   0.07  0.9821
//   RMSprop  lr 0.001 0.9814   0.002 0.9819   0.003 0.9806   0.004 0.9806
//   Adam     lr 0.002 0.9826   0.003 0.9834   0.004 0.9823   0.006 0.9812
AnyRule make_rule(const std::string& name) {
  if (name == "sgd") {
    return optim::SGD{.lr = 0.035, .momentum = 0.9};
  }
  if (name == "rmsprop") {
    return optim::RMSprop{.lr = 2e-3};
  }
  require(name == "adam", "make_rule: name must be sgd, rmsprop or adam, got '", name, "'");
  return optim::Adam{.lr = 3e-3};
}

void set_option(AnyRule& rule, const std::string& option, const std::string& text) {
  std::visit([&](auto& r) { optim::set_option(r, option, text); }, rule);
}

double learning_rate(const AnyRule& rule) {
  return std::visit([](const auto& r) { return r.lr; }, rule);
}

std::string describe(const AnyRule& rule) {
  return std::visit(
      []<class R>(const R& r) {
        std::string text(R::name);
        R::fields(r, [&](const char* name, const auto& value) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, bool>) {
            text += join({", ", name, " ", value});
          } else if (value) {
            text += join({", ", name});
          }
        });
        return text;
      },
      rule);
}

std::unique_ptr<optim::OptimizerBase> make_optimizer(const AnyRule& rule,
                                                     const Parameters& parameters) {
  return std::visit(
      [&]<class R>(const R& r) -> std::unique_ptr<optim::OptimizerBase> {
        return std::make_unique<optim::Optimizer<R>>(parameters, r);
      },
      rule);
}

}  // namespace train_mnist
