#include "train_mnist/rule.h"

#include <gradus/optim/options.h>

namespace train_mnist {

using namespace gradus;

const std::vector<std::string>& rule_names() {
  static const std::vector<std::string> names = {"sgd", "rmsprop", "adam"};
  return names;
}

AnyRule make_rule(const std::string& name) {
  if (name == "sgd") {
    return optim::SGD{.lr = 0.1, .momentum = 0.9};
  }
  if (name == "rmsprop") {
    return optim::RMSprop{.lr = 1e-3};
  }
  require(name == "adam", "make_rule: name must be sgd, rmsprop or adam, got '", name, "'");
  return optim::Adam{.lr = 2e-3};
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
          text += join({", ", name, " ", value});
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
