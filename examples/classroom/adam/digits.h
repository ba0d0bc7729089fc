#pragma once
// A small network that learns the built-in digits, with any optimizer.
#include <gradus/optim/optimizer_base.h>

#include <functional>
#include <memory>

/// The mean loss over the last 20 of 120 batches of 32, the same on every computer but for
/// rounding.
double digits_loss(
    const std::function<std::unique_ptr<gradus::optim::OptimizerBase>(const gradus::Parameters&)>&
        make_optimizer);

/// What Adam with lr = 0.002 gives, and how far rounding may move it.
inline constexpr double kDigitsLoss = 0.6165518;
inline constexpr double kDigitsTolerance = 2e-4;
