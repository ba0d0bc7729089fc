#pragma once
// Optimizers whose rules stand in somebody's own file, which is compiled with -O2 and nothing else.
#include <gradus/optim/optimizer_base.h>

#include <memory>

namespace user {

/// Twins of optim::Adam and optim::RMSprop.
std::unique_ptr<gradus::optim::OptimizerBase> adam(const gradus::Parameters& parameters, double lr);
std::unique_ptr<gradus::optim::OptimizerBase> rmsprop(const gradus::Parameters& parameters,
                                                      double lr);

}  // namespace user
