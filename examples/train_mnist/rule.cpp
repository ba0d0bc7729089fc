#include "train_mnist/rule.h"

#include <gradus/optim/joint.h>
#include <gradus/optim/options.h>

#include <algorithm>

namespace train_mnist {

using namespace gradus;

namespace {

struct Choice {
  const char* name;
  AnyRule rule;
};

// Mean accuracy on 5,000 training images held back, with 5 epochs and the rate falling, decided the
// rates (benchmarks/accuracy.sh; for the first three, of six seeds):
//   SGD      lr 0.025 0.9825   0.035 0.9835   0.05  0.9829   0.07  0.9821
//   RMSprop  lr 0.001 0.9814   0.002 0.9819   0.003 0.9806   0.004 0.9806
//   Adam     lr 0.002 0.9826   0.003 0.9834   0.004 0.9823   0.006 0.9812
const std::vector<Choice>& choices() {
  static const std::vector<Choice> all = {
      {"sgd", optim::SGD{.lr = 0.035, .momentum = 0.9}},
      {"adagrad", optim::Adagrad{.lr = 0.03}},
      {"rmsprop", optim::RMSprop{.lr = 2e-3}},
      {"adadelta", optim::Adadelta{}},
      {"adam", optim::Adam{.lr = 3e-3}},
      {"adamw", optim::AdamW{.lr = 3e-3}},
      {"adamax", optim::Adamax{.lr = 4e-3}},
      {"nadam", optim::NAdam{.lr = 3e-3}},
      {"radam", optim::RAdam{.lr = 3e-3}},
      {"rprop", optim::Rprop{.lr = 1e-3, .step_size_min = 1e-3, .step_size_max = 2e-3}},
      {"lion", optim::Lion{.lr = 4e-4}},
      {"lars", optim::LARS{.lr = 4, .momentum = 0.9, .weight_decay = 1e-4}},
      {"lamb", optim::LAMB{.lr = 0.01}},
      {"muon", optim::Muon{.lr = 0.02, .double_products = false}},
      {"adafactor", optim::Adafactor{.lr = 0.03}},
  };
  return all;
}

}  // namespace

std::vector<std::string> rule_names() {
  std::vector<std::string> names;
  for (const Choice& choice : choices()) {
    names.emplace_back(choice.name);
  }
  return names;
}

AnyRule make_rule(const std::string& name) {
  const auto found = std::find_if(choices().begin(), choices().end(),
                                  [&](const Choice& choice) { return choice.name == name; });
  require(found != choices().end(), "make_rule: there is no rule '", name, "'");
  return found->rule;
}

Index usual_batch_size(const std::string& name) { return name == "rprop" ? 256 : 64; }

void set_option(AnyRule& rule, const std::string& option, const std::string& text) {
  std::visit([&]<class R>(R& r) { optim::parse_option(R::name, option_refs(r), option, text); },
             rule);
}

void check(const AnyRule& rule) {
  std::visit([](const auto& r) { r.check(); }, rule);
}

double learning_rate(const AnyRule& rule) {
  return std::visit([](const auto& r) { return double(r.lr); }, rule);
}

std::vector<std::string> falling_options(const AnyRule& rule) {
  if (std::holds_alternative<optim::Rprop>(rule)) {
    return {"step_size_min", "step_size_max"};
  }
  return {"lr"};
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
        if constexpr (!std::is_same_v<R, optim::Muon>) {
          return std::make_unique<optim::Optimizer<R>>(parameters, r);
        } else {
          Parameters matrices, others;
          for (const Parameter& p : parameters) {
            (p.tensor.rank() == 2 ? matrices : others).push_back(p);
          }
          auto joint = std::make_unique<optim::JointOptimizer>();
          joint->add(optim::Optimizer(matrices, r));
          joint->add(optim::Optimizer(others, std::get<optim::AdamW>(make_rule("adamw"))));
          return joint;
        }
      },
      rule);
}

}  // namespace train_mnist
