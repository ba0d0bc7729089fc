#pragma once
// The optimizer's rule, chosen by name on the command line.
#include <gradus/optim/instances.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace train_mnist {

using gradus::Index;

using AnyRule = std::variant<gradus::optim::SGD, gradus::optim::Adagrad, gradus::optim::RMSprop,
                             gradus::optim::Adadelta, gradus::optim::Adam, gradus::optim::AdamW,
                             gradus::optim::Adamax, gradus::optim::NAdam, gradus::optim::RAdam,
                             gradus::optim::Rprop, gradus::optim::Lion, gradus::optim::LARS,
                             gradus::optim::LAMB, gradus::optim::Muon, gradus::optim::Adafactor>;

/// "sgd", "adagrad", ...
std::vector<std::string> rule_names();

/// The rule of that name with this program's defaults, whose learning rates were chosen on
/// held-back training images of MNIST.
AnyRule make_rule(const std::string& name);

/// The batch size that suits the rule, unless another is asked for: 64, but for Rprop, which goes
/// by signs alone and wants gradients with little noise, 256.
Index usual_batch_size(const std::string& name);

/// Sets an option by name.  Throws ValueError if there is none of that name, or the text is not a
/// value for it.  Whether the rule takes the value is left to check(): another option that is still
/// to come may allow it.
void set_option(AnyRule& rule, const std::string& option, const std::string& text);
/// Throws ValueError unless the rule takes all its options.
void check(const AnyRule& rule);

double learning_rate(const AnyRule& rule);

/// The options that a falling rate moves: lr, but for Rprop, to which lr is only the first step,
/// the bounds of its steps.
std::vector<std::string> falling_options(const AnyRule& rule);

/// "SGD, lr 0.1, momentum 0.9, ..., nesterov": every number, and the switches that are on.
std::string describe(const AnyRule& rule);

/// Muon takes matrices alone: the other parameters then get AdamW with this program's defaults.
std::unique_ptr<gradus::optim::OptimizerBase> make_optimizer(const AnyRule& rule,
                                                             const gradus::Parameters& parameters);

}  // namespace train_mnist
