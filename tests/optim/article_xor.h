#pragma once
// What the start of the weights decides: exclusive or, learnt by 2-8-1 units from several starts.
#include <gradus/core/elementwise.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/adam.h>

#include "article_runs.h"

namespace gradus::test::article {

enum class Start { zeros, equal, random };

struct XorRun {
  Numbers losses;                   ///< before each of 300 steps
  std::vector<Numbers> into_units;  ///< the weights into each hidden unit, at the end
};

/// Trains with Adam; every weight starts at 0, at 0.1, or at random.
inline XorRun learn_xor(Start start) {
  Rng rng(1);
  const nn::Linear into(2, 8, rng);  // one after the other: arguments have no order
  const nn::Linear out(8, 1, rng);
  nn::Sequential net(into, nn::Tanh(), out);
  const Parameters parameters = net.parameters();
  if (start != Start::random) {
    for (const Parameter& p : parameters) {
      Tensor w = p.tensor;
      const double value = start == Start::equal ? 0.1 : 0;
      core::elementwise(
          "learn_xor", [value](auto& wi) { wi = value; }, w);
    }
  }
  optim::Optimizer optimizer(parameters, optim::Adam{.lr = 0.02});
  const Tensor x = tensor({{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  const Tensor y = tensor({{0}, {1}, {1}, {0}});
  XorRun run;
  for (int step = 0; step < 300; ++step) {
    const Tensor loss = nn::mse(net(x), y);
    run.losses.push_back(loss.item());
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  const std::vector<float> weights = parameters[0].tensor.to_vector<float>();
  for (std::size_t unit = 0; unit < 8; ++unit) {
    run.into_units.push_back({weights[2 * unit], weights[2 * unit + 1]});
  }
  return run;
}

}  // namespace gradus::test::article
