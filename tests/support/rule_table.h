#pragma once
// The table of rules: every combination of options that is tested.  A new rule is a new list.
#include <gradus/optim/adam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>

#include <string>
#include <vector>

namespace gradus::test {

/// "SGD lr=0.1 momentum=0.9 ...".
template <class R>
std::string describe(const R& rule) {
  std::string text(R::name);
  R::fields(rule, [&](const char* name, const auto& value) {
    text += std::string(" ") + name + "=" + std::to_string(value);
  });
  return text;
}

inline std::vector<optim::SGD> sgd_rows() {
  std::vector<optim::SGD> rows;
  for (const double momentum : {0.0, 0.9}) {
    for (const double dampening : {0.0, 0.3}) {
      for (const double weight_decay : {0.0, 0.05}) {
        for (const bool nesterov : {false, true}) {
          for (const bool maximize : {false, true}) {
            if (!nesterov || (momentum > 0 && dampening == 0)) {
              rows.push_back({.lr = 0.01,
                              .momentum = momentum,
                              .dampening = dampening,
                              .weight_decay = weight_decay,
                              .nesterov = nesterov,
                              .maximize = maximize});
            }
          }
        }
      }
    }
  }
  return rows;
}

inline std::vector<optim::RMSprop> rmsprop_rows() {
  std::vector<optim::RMSprop> rows;
  for (const double alpha : {0.99, 0.5}) {
    for (const double eps : {1e-8, 1e-2}) {
      for (const double weight_decay : {0.0, 0.05}) {
        for (const double momentum : {0.0, 0.9}) {
          for (const bool centered : {false, true}) {
            rows.push_back({.lr = 0.01,
                            .alpha = alpha,
                            .eps = eps,
                            .weight_decay = weight_decay,
                            .momentum = momentum,
                            .centered = centered});
          }
        }
      }
    }
  }
  return rows;
}

inline std::vector<optim::Adam> adam_rows() {
  std::vector<optim::Adam> rows;
  for (const double beta1 : {0.9, 0.0}) {
    for (const double beta2 : {0.999, 0.5}) {
      for (const double eps : {1e-8, 1e-2}) {
        for (const double weight_decay : {0.0, 0.05}) {
          for (const bool amsgrad : {false, true}) {
            rows.push_back({.lr = 0.01,
                            .beta1 = beta1,
                            .beta2 = beta2,
                            .eps = eps,
                            .weight_decay = weight_decay,
                            .amsgrad = amsgrad});
          }
        }
      }
    }
  }
  return rows;
}

/// Calls f with every row of every rule.
template <class F>
void for_each_rule(F f) {
  for (const auto& rule : sgd_rows()) {
    f(rule);
  }
  for (const auto& rule : rmsprop_rows()) {
    f(rule);
  }
  for (const auto& rule : adam_rows()) {
    f(rule);
  }
}

}  // namespace gradus::test
