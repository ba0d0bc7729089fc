#pragma once
// The optimizer's rule, chosen by name on the command line.
#include <gradus/optim/adam.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace train_mnist {

using AnyRule = std::variant<gradus::optim::SGD, gradus::optim::RMSprop, gradus::optim::Adam>;

/// "sgd", "rmsprop", "adam".
const std::vector<std::string>& rule_names();

/// The rule of that name with this program's defaults, whose learning rates were chosen on
/// held-back training images of MNIST.
AnyRule make_rule(const std::string& name);

/// Sets an option by name, as gradus::optim::set_option does.
void set_option(AnyRule& rule, const std::string& option, const std::string& text);

double learning_rate(const AnyRule& rule);

/// "SGD, lr 0.1, momentum 0.9, ..., nesterov": every number, and the switches that are on.
std::string describe(const AnyRule& rule);

std::unique_ptr<gradus::optim::OptimizerBase> make_optimizer(const AnyRule& rule,
                                                             const gradus::Parameters& parameters);

}  // namespace train_mnist
