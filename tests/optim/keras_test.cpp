// The presets of Keras and TensorFlow 1 against their formulas in Keras's own form, in long double:
// two parameters, of which the second is frozen for the first five steps, and one count of steps.
#include <gradus/optim/keras.h>
#include <gradus/optim/optimizer.h>
#include <gradus/optim/tf1.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace gradus {
namespace {

namespace keras = optim::keras;
namespace tf1 = optim::tf1;
using Real = long double;

/// A variable of one element, with its slots by name.
struct Variable {
  Real p = 0;
  std::map<std::string, Real> slots = {};
};

/// What the whole optimizer keeps, whatever variables have gradients.
struct Shared {
  long t = 0;  ///< iterations + 1
  Real u_product = 1;
};

void decay(Variable& v, Real lr, Real weight_decay) { v.p -= v.p * weight_decay * lr; }

void update(const keras::SGD& o, Variable& v, Real g, const Shared&) {
  const Real lr = o.learning_rate, momentum = o.momentum;
  decay(v, lr, o.weight_decay);
  if (momentum == 0) {
    v.p -= g * lr;
    return;
  }
  Real& m = v.slots["m"];
  const Real next = m * momentum - g * lr;
  m = next;
  v.p += o.nesterov ? next * momentum - g * lr : next;
}

void update(const keras::Adagrad& o, Variable& v, Real g, const Shared&) {
  decay(v, o.learning_rate, o.weight_decay);
  Real& sum = v.slots.try_emplace("accumulator", o.initial_accumulator_value).first->second;
  sum += g * g;
  v.p -= Real(o.learning_rate) * g / std::sqrt(sum + Real(o.epsilon));
}

void update(const keras::RMSprop& o, Variable& v, Real g, const Shared&) {
  const Real lr = o.learning_rate, rho = o.rho;
  decay(v, lr, o.weight_decay);
  Real& velocity = v.slots["velocity"];
  velocity = rho * velocity + (1 - rho) * g * g;
  Real denominator = velocity + Real(o.epsilon);
  if (o.centered) {
    Real& average = v.slots["average_grad"];
    average = rho * average + (1 - rho) * g;
    denominator -= average * average;
  }
  const Real increment = lr * g / std::sqrt(denominator);
  if (o.momentum > 0) {
    Real& m = v.slots["momentum"];
    m = Real(o.momentum) * m + increment;
    v.p -= m;
  } else {
    v.p -= increment;
  }
}

void update(const tf1::RMSprop& o, Variable& v, Real g, const Shared&) {
  Real& ms = v.slots.try_emplace("rms", 1).first->second;
  ms += (g * g - ms) * (1 - Real(o.decay));
  Real denominator = ms + Real(o.epsilon);
  if (o.centered) {
    Real& mg = v.slots["mg"];
    mg += (g - mg) * (1 - Real(o.decay));
    denominator -= mg * mg;
  }
  Real& mom = v.slots["momentum"];
  mom = Real(o.momentum) * mom + Real(o.learning_rate) * g / std::sqrt(denominator);
  v.p -= mom;
}

void update(const keras::Adadelta& o, Variable& v, Real g, const Shared&) {
  const Real lr = o.learning_rate, rho = o.rho, eps = o.epsilon;
  decay(v, lr, o.weight_decay);
  Real& accumulated = v.slots["accumulated_grad"];
  Real& accumulated_delta = v.slots["accumulated_delta_var"];
  accumulated = rho * accumulated + (1 - rho) * g * g;
  const Real delta = -std::sqrt(accumulated_delta + eps) * g / std::sqrt(accumulated + eps);
  accumulated_delta = rho * accumulated_delta + (1 - rho) * delta * delta;
  v.p += lr * delta;
}

void update_adam(const auto& o, Variable& v, Real g, const Shared& all) {
  const Real lr = o.learning_rate, beta1 = o.beta_1, beta2 = o.beta_2;
  decay(v, lr, o.weight_decay);
  const Real power1 = std::pow(beta1, Real(all.t)), power2 = std::pow(beta2, Real(all.t));
  const Real alpha = lr * std::sqrt(1 - power2) / (1 - power1);
  Real& m = v.slots["m"];
  Real& second = v.slots["v"];
  m += (g - m) * (1 - beta1);
  second += (g * g - second) * (1 - beta2);
  Real divided_by = second;
  if (o.amsgrad) {
    Real& hat = v.slots["v_hat"];
    hat = std::max(hat, second);
    divided_by = hat;
  }
  v.p -= m * alpha / (std::sqrt(divided_by) + Real(o.epsilon));
}
void update(const keras::Adam& o, Variable& v, Real g, const Shared& all) {
  update_adam(o, v, g, all);
}
void update(const keras::AdamW& o, Variable& v, Real g, const Shared& all) {
  update_adam(o, v, g, all);
}

void update(const keras::Adamax& o, Variable& v, Real g, const Shared& all) {
  const Real lr = o.learning_rate, beta1 = o.beta_1;
  decay(v, lr, o.weight_decay);
  Real& m = v.slots["m"];
  Real& u = v.slots["u"];
  m += (g - m) * (1 - beta1);
  u = std::max(Real(o.beta_2) * u, std::fabs(g));
  v.p -= lr * m / ((1 - std::pow(beta1, Real(all.t))) * (u + Real(o.epsilon)));
}

Real u_at(const keras::Nadam& o, long t) {
  return Real(o.beta_1) * (1 - 0.5L * std::pow(0.96L, Real(t)));
}
void update(const keras::Nadam& o, Variable& v, Real g, const Shared& all) {
  const Real lr = o.learning_rate, beta1 = o.beta_1, beta2 = o.beta_2;
  decay(v, lr, o.weight_decay);
  const Real u_now = u_at(o, all.t), u_next = u_at(o, all.t + 1);
  Real& m = v.slots["m"];
  Real& second = v.slots["v"];
  m += (g - m) * (1 - beta1);
  second += (g * g - second) * (1 - beta2);
  const Real m_hat =
      u_next * m / (1 - all.u_product * u_next) + (1 - u_now) * g / (1 - all.u_product);
  const Real v_hat = second / (1 - std::pow(beta2, Real(all.t)));
  v.p -= m_hat * lr / (std::sqrt(v_hat) + Real(o.epsilon));
}

void update(const keras::Lion& o, Variable& v, Real g, const Shared&) {
  const Real lr = o.learning_rate;
  decay(v, lr, o.weight_decay);
  Real& m = v.slots["m"];
  const Real c = m * Real(o.beta_1) + g * (1 - Real(o.beta_1));
  v.p -= lr * Real((c > 0) - (c < 0));
  m = m * Real(o.beta_2) + g * (1 - Real(o.beta_2));
}

template <class P>
void expect_as_in_keras(const P& preset, const std::string& note) {
  std::mt19937 engine(5);
  std::uniform_real_distribution<double> size(0.2, 2.5);
  const auto draw = [&] { return engine() % 2 ? size(engine) : -size(engine); };
  const Tensor w[] = {full({1}, 1.5, f64).set_requires_grad(),
                      full({1}, -0.75, f64).set_requires_grad()};
  Variable variables[] = {{.p = 1.5}, {.p = -0.75}};
  Shared all;
  optim::Optimizer opt({{"first", w[0]}, {"frozen", w[1]}}, preset);
  for (int t = 1; t <= 300; ++t) {
    ++all.t;
    if constexpr (std::is_same_v<P, keras::Nadam>) {
      all.u_product *= u_at(preset, t);
    }
    for (std::size_t k = 0; k < 2; ++k) {
      // Frozen at first, and without a gradient once more in the middle.
      const bool missing = k == 1 && (t <= 5 || t == 40);
      const double g = draw();
      w[k].set_grad(missing ? Tensor() : full({1}, g, f64));
      if (!missing) {
        update(preset, variables[k], g, all);
      }
    }
    opt.step();
    for (std::size_t k = 0; k < 2; ++k) {
      const Real expected = variables[k].p;
      ASSERT_LE(std::fabs(w[k].item() - expected),
                1e-12L * (std::fabs(expected) + Real(preset.learning_rate) * t))
          << note << ", parameter " << k << ", step " << t;
    }
  }
}

TEST(Keras, sgd_is_kerass) {
  expect_as_in_keras(keras::SGD{}, "defaults");
  expect_as_in_keras(keras::SGD{.momentum = 0.9, .weight_decay = 0.1}, "momentum, decay");
  expect_as_in_keras(keras::SGD{.momentum = 0.9, .nesterov = true}, "nesterov");
  expect_as_in_keras(keras::SGD{.nesterov = true}, "nesterov without momentum");
}
TEST(Keras, adagrad_is_kerass) {
  expect_as_in_keras(keras::Adagrad{}, "defaults");
  expect_as_in_keras(keras::Adagrad{.initial_accumulator_value = 0, .weight_decay = 0.1}, "decay");
}
TEST(Keras, rmsprop_is_kerass) {
  expect_as_in_keras(keras::RMSprop{}, "defaults");
  expect_as_in_keras(keras::RMSprop{.momentum = 0.9, .weight_decay = 0.1}, "momentum, decay");
  expect_as_in_keras(keras::RMSprop{.epsilon = 1e-3, .centered = true}, "centered");
  expect_as_in_keras(keras::RMSprop{.momentum = 0.5, .epsilon = 1e-3, .centered = true}, "both");
}
TEST(Keras, adadelta_is_kerass) {
  expect_as_in_keras(keras::Adadelta{}, "defaults");
  expect_as_in_keras(keras::Adadelta{.learning_rate = 1, .weight_decay = 0.1}, "decay");
}
TEST(Keras, adam_and_adamw_are_kerass) {
  expect_as_in_keras(keras::Adam{}, "defaults");
  expect_as_in_keras(keras::Adam{.epsilon = 0.1, .amsgrad = true, .weight_decay = 0.1}, "amsgrad");
  expect_as_in_keras(keras::AdamW{}, "defaults");
  expect_as_in_keras(keras::AdamW{.beta_2 = 0.9, .amsgrad = true}, "amsgrad");
}
TEST(Keras, adamax_is_kerass) {
  expect_as_in_keras(keras::Adamax{}, "defaults");
  expect_as_in_keras(keras::Adamax{.epsilon = 0.1, .weight_decay = 0.1}, "decay");
}
TEST(Keras, nadam_is_kerass) {
  expect_as_in_keras(keras::Nadam{}, "defaults");
  expect_as_in_keras(keras::Nadam{.epsilon = 0.1, .weight_decay = 0.1}, "decay");
}
TEST(Keras, lion_is_kerass) {
  expect_as_in_keras(keras::Lion{}, "defaults");
  expect_as_in_keras(keras::Lion{.weight_decay = 0.1}, "decay");
}
TEST(TensorFlow1, rmsprop_is_tensorflows) {
  expect_as_in_keras(tf1::RMSprop{}, "defaults");
  expect_as_in_keras(tf1::RMSprop{.momentum = 0.9}, "momentum");
  expect_as_in_keras(tf1::RMSprop{.momentum = 0.5, .epsilon = 1e-3, .centered = true}, "centered");
}

// sqrt(v) is |g| sqrt(1 - beta_2): 1e-7 beside it is 3.2e-6 beside |g|.
TEST(Keras, adam_has_an_epsilon_32_times_as_large_at_the_first_step) {
  const Tensor w = full({1}, 0, f64).set_requires_grad();
  optim::Optimizer opt({{"w", w}}, keras::Adam{});
  w.set_grad(full({1}, 1e-6, f64));
  opt.step();
  const double eps = 1e-7 / std::sqrt(0.001);
  EXPECT_NEAR(w.item(), -0.001 * 1e-6 / (1e-6 + eps), 1e-12);
  EXPECT_NEAR(w.item() / -0.001, 0.2403, 1e-4);
}

}  // namespace
}  // namespace gradus
